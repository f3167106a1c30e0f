"""Reports that agents hand in. Each agent sees and changes its own; what it handed in last counts."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from sim import AgentId, Changed, Exposed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import reports as text
from ..texts.parts.wording import missing, not_a_name, nothing
from .naming import plain_name, plain_text
from .part import no_tool

MAX_REPORTS = 10
"""Most reports of one agent."""
MAX_REPORT = 12_000
"""Longest report, in characters; all of it fits into the record of the act."""


class Reports:
    """Texts by author and name. A change is an event with length and hash; the words stand in the act's own entry."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self) -> None:
        self._reports: dict[AgentId, dict[str, str]] = {}

    def list(self, agent: AgentId) -> Outcome:
        """The names of the agent's own reports, a line each."""
        return Outcome(True, "\n".join(self.by(agent)) or nothing())

    def read(self, agent: AgentId, name: str) -> Outcome:
        """One of the agent's own reports in full."""
        name = name.strip()
        if name not in self.by(agent):
            return Outcome(False, missing(text.NOUN, name, tuple(self.by(agent))))
        return Outcome(True, self.by(agent)[name], (Exposed(agent=agent, part="reports", item=name),))

    def write(self, agent: AgentId, name: str, words: str) -> Outcome:
        """Hand in a report, new or in place of one of the same name."""
        plain = plain_name(name)
        if plain is None:
            return Outcome(False, not_a_name(text.NOUN, name))
        if plain not in self.by(agent) and len(self.by(agent)) >= MAX_REPORTS:
            return Outcome(False, text.too_many(MAX_REPORTS))
        return self._keep(agent, plain, words, text.written)

    def append(self, agent: AgentId, name: str, words: str) -> Outcome:
        """Add to a report, as a new paragraph."""
        name = name.strip()
        if name not in self.by(agent):
            return Outcome(False, missing(text.NOUN, name, tuple(self.by(agent))))
        return self._keep(agent, name, words, text.appended, after=f"{self.by(agent)[name]}\n")

    def _keep(self, agent: AgentId, name: str, words: str, said: Callable[[str, int], str], after: str = "") -> Outcome:
        if len(after) + len(words) > MAX_REPORT or not plain_text(words):
            return Outcome(False, text.too_long(MAX_REPORT))
        words = after + plain_text(words)
        before = self.by(agent).get(name)
        self._reports.setdefault(agent, {})[name] = words
        event = Changed(agent=agent, part="reports", key=name, before=_facts(before), after=_facts(words))
        return Outcome(True, said(name, len(words)), (event,))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.LIST, _:
                return self.list(agent)
            case text.READ, text.ReportArguments(name=name):
                return self.read(agent, name)
            case text.WRITE, text.TextArguments(name=name, text=words):
                return self.write(agent, name, words)
            case text.APPEND, text.TextArguments(name=name, text=words):
                return self.append(agent, name, words)
            case _:
                raise no_tool("reports", tool)

    def by(self, agent: AgentId) -> Mapping[str, str]:
        """The agent's reports: texts by name, in the order in which they first came in."""
        return self._reports.get(agent, {})

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {"reports": [[agent, list(own.items())] for agent, own in self._reports.items()]}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._reports = {AgentId(agent): dict(own) for agent, own in state["reports"]}


def _facts(words: str | None) -> dict[str, Any] | None:
    return None if words is None else {"characters": len(words), "hash": hashlib.sha256(words.encode()).hexdigest()[:16]}
