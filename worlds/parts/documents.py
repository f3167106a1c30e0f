"""A store of documents. Listing and reading are two acts, so what an agent has seen is a fact."""

from collections.abc import Mapping
from typing import Any

from sim import AgentId, Exposed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import documents as text
from ..texts.parts.wording import missing, nothing
from .part import no_tool


class Documents:
    """Documents by name; nobody can change them."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def list(self) -> Outcome:
        """The names, a line each."""
        return Outcome(True, "\n".join(self._texts) or nothing())

    def read(self, agent: AgentId, name: str) -> Outcome:
        """One document in full; the agent is then exposed to it."""
        name = name.strip()
        if name not in self._texts:
            return Outcome(False, missing(text.NOUN, name, tuple(self._texts)))
        return Outcome(True, self._texts[name] or nothing(), (Exposed(agent=agent, part="documents", item=name),))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.LIST, _:
                return self.list()
            case text.READ, text.NameArguments(name=name):
                return self.read(agent, name)
            case _:
                raise no_tool("documents", tool)

    @property
    def texts(self) -> Mapping[str, str]:
        """All documents, for the audit."""
        return self._texts

    def fingerprint(self) -> str:
        return digest(self._texts)

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        """There is nothing to take over."""
