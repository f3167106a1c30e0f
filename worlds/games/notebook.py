"""A history in which agents may keep notes for themselves: a world around a world.

Rules, facts and moves are the inner world's. What is written down reaches nobody; the record has it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sim import AgentId, Event, Frozen, Mail, Outcome, Settlement, Tick, View, World, digest

from ..texts import memory as text


class History(World, Protocol):
    """A world that lasts a known number of rounds."""

    @property
    def rounds(self) -> int: ...


class Around:
    """Passes everything on to the inner world."""

    def __init__(self, inner: History) -> None:
        self._inner, self.name = inner, inner.name

    @property
    def rounds(self) -> int:
        """How many rounds of the timetable the whole history takes."""
        return self._inner.rounds

    def opening(self) -> Sequence[Event]:
        return self._inner.opening()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        return self._inner.due(round, unread)

    def view(self, agent: AgentId, mail: Mail) -> View:
        return self._inner.view(agent, mail)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        return self._inner.apply(agent, tool, arguments, at)

    def settle(self, round: int) -> Settlement:
        return self._inner.settle(round)

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return self._inner.get_state()

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._inner.set_state(state)


class Notebook(Around):
    """Whoever has a turn may also write notes for itself, which cost nothing."""

    def view(self, agent: AgentId, mail: Mail) -> View:
        seen = self._inner.view(agent, mail)
        tools = (*seen.tools, text.notes_tool()) if seen.facts else ()
        return View(text=seen.text, facts=seen.facts, tools=tools)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        if tool == text.WRITE_NOTES:
            return Outcome(True, text.noted())
        return self._inner.apply(agent, tool, arguments, at)
