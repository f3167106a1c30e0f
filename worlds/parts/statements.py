"""Statements of a board's members: figures and a text, read by all members. What each handed in last counts."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim import AgentId, Changed, Exposed, Frozen, Outcome, Tick, Tool, digest

from ..texts import board as text
from .naming import plain_text
from .part import no_tool

PART = "statements"


class Statements:
    """One statement a member. A change is an event with the figures, and the text's length and hash."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self, members: Sequence[AgentId]) -> None:
        self._members = tuple(members)
        self._handed_in: dict[AgentId, dict[str, Any]] = {}

    def by(self, agent: AgentId) -> Mapping[str, Any] | None:
        """What a member has stated: total, in_time, share, text; None before that."""
        return self._handed_in.get(agent)

    def submit(self, agent: AgentId, given: text.StatementArguments) -> Outcome:
        """Hand a statement in, in place of an earlier one."""
        if agent not in self._members:
            return Outcome(False, text.no_statement())
        if given.in_time > given.total or not math.isfinite(given.share):
            return Outcome(False, text.too_many_in_time())
        before = _facts(self._handed_in.get(agent))
        self._handed_in[agent] = {**given.model_dump(), "text": plain_text(given.text)}
        event = Changed(agent=agent, part=PART, key=agent, before=before, after=_facts(self._handed_in[agent]))
        return Outcome(True, text.submitted(), (event,))

    def view(self, agent: AgentId) -> Outcome:
        """All statements, in the members' order."""
        shown = [
            text.statement(member, said["total"], said["in_time"], said["share"], said["text"])
            for member in self._members
            if (said := self._handed_in.get(member))
        ]
        return Outcome(True, text.statements(shown), (Exposed(agent=agent, part=PART, item="all"),))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.SUBMIT, text.StatementArguments():
                return self.submit(agent, arguments)
            case text.VIEW, _:
                return self.view(agent)
            case _:
                raise no_tool("statements", tool)

    def fingerprint(self) -> str:
        return digest([list(self._members), self._handed_in])

    def get_state(self) -> dict[str, Any]:
        return {agent: dict(said) for agent, said in self._handed_in.items()}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._handed_in = {AgentId(agent): dict(said) for agent, said in state.items()}


def _facts(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    words = str(said["text"])
    own = {"characters": len(words), "hash": hashlib.sha256(words.encode()).hexdigest()[:16]}
    return {**{name: said[name] for name in ("total", "in_time", "share")}, **own}
