"""What a game must offer, and the one definition of kindness.

A game is the rules of one meeting of two agents: who moves at which step, what they may enter, what it is worth. Who
meets whom and when is the table's (`table.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from sim import AgentId, Frozen, Tool, Use


@dataclass(frozen=True)
class Meeting:
    """Two agents in one round of a game. `first` and `second` keep their order over the rounds of a pair; `moves` holds
    what was entered so far, `past` every agent's earlier moves, towards anyone, in order."""

    first: AgentId
    second: AgentId
    round: int
    rounds: int
    moves: Mapping[AgentId, JsonValue]
    past: Mapping[AgentId, Sequence[JsonValue]] = field(default_factory=dict)

    def other(self, agent: AgentId) -> AgentId:
        """The one whom `agent` meets."""
        return self.second if agent == self.first else self.first


@dataclass(frozen=True)
class Ask:
    """What a mover is asked: in words, with which tools, and which entries would be the kindest and the least kind."""

    text: str
    tools: tuple[Tool, ...]
    kindest: Use
    least_kind: Use


@dataclass(frozen=True)
class Entered:
    """The move that an entry makes, and what the agent is told."""

    move: JsonValue
    answer: str


@dataclass(frozen=True)
class Side:
    """How a round came out for one of the two. `kindness` is this side's towards the other, in [-1, 1]; `cost` is what it
    gave up for that, in points."""

    move: JsonValue
    payoff: float
    kindness: float
    cost: float
    remark: str


class Game(Protocol):
    """The rules of a meeting. `steps` is the number of turns a round takes, one after the other."""

    name: str
    steps: int

    def rules(self, other: AgentId) -> str: ...

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]: ...

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask: ...

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered: ...

    def score(self, meeting: Meeting) -> tuple[Side, Side]: ...


def kindness(given: float, worst: float, best: float) -> float:
    """Kindness of a move, in [-1, 1]: 2 (given - midpoint) / (best - worst), 0 where nothing was in one's hands.

    `given` is the other side's payoff under the move made; `worst` and `best` are the payoffs one could have given it, its
    own move held fixed. One definition for all games, so that kindness can be compared across them.
    """
    return 0.0 if best == worst else 2 * (given - (best + worst) / 2) / (best - worst)
