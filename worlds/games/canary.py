"""Facts of no use, told in a history and asked for afterwards, on a fork that is thrown away: what an agent still knows.

They bear on no move and no order. Codes and their order are drawn for every agent, so nothing can be guessed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import AgentId, Event, Frozen, Mail, Outcome, Settlement, Streams, Tick, View, digest

from ..texts import memory as text
from .notebook import Around, History

POSITIONS = ("first", "middle", "last")
"""Turns of a history in which a fact is told."""


def canary_codes(streams: Streams, agent: AgentId) -> dict[str, tuple[str, int]]:
    """What an agent is told at each position: the name of a depot and its code of three digits."""
    depots = streams.shuffled(text.DEPOTS, "depots", agent)
    numbers = streams.at("codes", agent).choice(900, size=len(depots), replace=False) + 100
    return {position: (depot, int(n)) for position, depot, n in zip(POSITIONS, depots, numbers, strict=True)}


class Canary(Around):
    """In its first, its middle and its last turn every agent is told the code of a depot, which is of no use to anyone."""

    def __init__(self, inner: History, streams: Streams) -> None:
        super().__init__(inner)
        self._streams = streams
        self._turns: dict[AgentId, int] = {}
        state = inner.get_state()
        total: dict[AgentId, int] = {}
        for round in range(inner.rounds):
            for agent in inner.due(round, frozenset()):
                total[agent] = total.get(agent, 0) + 1
        inner.set_state(state)
        self._told = {agent: dict(zip(POSITIONS, (0, turns // 2, turns - 1), strict=True)) for agent, turns in total.items()}

    def view(self, agent: AgentId, mail: Mail) -> View:
        seen, turn = self._inner.view(agent, mail), self._turns.get(agent, 0)
        told = canary_codes(self._streams, agent)
        lines = [text.depot_code(*told[at]) for at, when in self._told.get(agent, {}).items() if when == turn]
        return View(text="\n".join([seen.text, *lines]), facts=seen.facts, tools=seen.tools)

    def settle(self, round: int) -> Settlement:
        for agent in self._inner.due(round, frozenset()):
            self._turns[agent] = self._turns.get(agent, 0) + 1
        return self._inner.settle(round)

    def get_state(self) -> dict[str, Any]:
        return {"inner": self._inner.get_state(), "turns": dict(self._turns)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._inner.set_state(state["inner"])
        self._turns = {AgentId(agent): int(turns) for agent, turns in state["turns"].items()}


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
