"""Facts of no use, told in a history and asked for afterwards, on a fork that is thrown away: what an agent still knows.

They bear on no move and no order. Codes and their order are drawn for every agent, so nothing can be guessed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import AgentId, Event, Frozen, Mail, Outcome, Settlement, Streams, Tick, View, digest

from ..texts import memory as text
from .notebook import Around
from .table import Table

POSITIONS = ("first", "middle", "last")
"""Meetings of a history in which a fact is told."""


def canary_codes(streams: Streams, agent: AgentId) -> dict[str, tuple[str, int]]:
    """What an agent is told at each position: the name of a depot and its code of three digits."""
    depots = streams.shuffled(text.DEPOTS, "depots", agent)
    numbers = streams.at("codes", agent).choice(900, size=len(depots), replace=False) + 100
    return {position: (depot, int(n)) for position, depot, n in zip(POSITIONS, depots, numbers, strict=True)}


class Canary(Around):
    """In its first, its middle and its last meeting every agent is told the code of a depot, which is of no use to anyone.

    The timetable says which meetings these are; with a dose in tokens the middle comes where half of it was read. A fact is
    told at the first turn from there on, and who has none while the meeting lasts (after a collapse, say) is given one in
    which there is nothing to enter.
    """

    def __init__(self, inner: Table, streams: Streams) -> None:
        super().__init__(inner)
        self._table, self._streams, self._now = inner, streams, 0
        self._when = {
            agent: dict(zip(POSITIONS, (spans[0], spans[len(spans) // 2], spans[-1]), strict=True))
            for agent, spans in inner.meetings().items()
        }
        self._told: dict[AgentId, list[str]] = {}

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        self._now = round
        moving = self._inner.due(round, unread)
        return (*moving, *(agent for agent in self._when if agent not in moving and self._must_be_told(agent)))

    def view(self, agent: AgentId, mail: Mail) -> View:
        seen, told = self._inner.view(agent, mail), canary_codes(self._streams, agent)
        lines = [text.depot_code(*told[position]) for position in self._to_tell(agent)]
        return View(
            text="\n".join(line for line in (seen.text, *lines) if line),
            facts=seen.facts or {"game": self.name, "partners": [], "choices": []},
            tools=seen.tools,
        )

    def settle(self, round: int) -> Settlement:
        for agent in self.due(round, frozenset()):
            if now := self._to_tell(agent):
                self._told[agent] = [*self._told.get(agent, ()), *now]
        return self._inner.settle(round)

    def _to_tell(self, agent: AgentId) -> list[str]:
        """The positions whose facts are told in a turn now."""
        return [
            position
            for position, (begin, _) in self._when.get(agent, {}).items()
            if position not in self._told.get(agent, ())
            and (begin <= self._now or (position == "middle" and self._table.half_read(agent)))
        ]

    def _must_be_told(self, agent: AgentId) -> bool:
        return any(self._when[agent][position][1] <= self._now for position in self._to_tell(agent))

    def get_state(self) -> dict[str, Any]:
        told = {agent: list(positions) for agent, positions in self._told.items()}
        return {"inner": self._inner.get_state(), "told": told, "now": self._now}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._inner.set_state(state["inner"])
        self._told = {AgentId(agent): list(positions) for agent, positions in state["told"].items()}
        self._now = int(state["now"])


class Recall:
    """A fork to be thrown away: every agent is asked for the three codes, one after the other. Nothing hangs on it."""

    name = "recall-v1"
    rounds = len(text.DEPOTS)

    def __init__(self, agents: Sequence[AgentId]) -> None:
        self.agents, self._now = tuple(agents), 0
        self._entered: dict[AgentId, dict[str, int]] = {}

    @property
    def entered(self) -> Mapping[AgentId, Mapping[str, int]]:
        """What was entered, by agent and depot; 0 is "do not know"."""
        return self._entered

    def opening(self) -> Sequence[Event]:
        return ()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        self._now = min(round, self.rounds - 1)
        return self.agents

    def view(self, agent: AgentId, mail: Mail) -> View:
        return View(text=text.which_code(text.DEPOTS[self._now]), tools=(text.code_tool(),))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        code: int = arguments.model_dump()["code"]
        self._entered.setdefault(agent, {})[text.DEPOTS[self._now]] = code
        return Outcome(True, text.code_entered(code))

    def settle(self, round: int) -> Settlement:
        return Settlement()

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {"now": self._now, "entered": {agent: dict(entered) for agent, entered in self._entered.items()}}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._now = int(state["now"])
        self._entered = {AgentId(agent): dict(entered) for agent, entered in state["entered"].items()}
