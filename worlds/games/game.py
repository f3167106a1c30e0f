"""What a game must offer, and the one definition of kindness.

A game is the rules of one meeting: who moves at which step, what they may enter, what it is worth. `Game` is for meetings
of two, `GroupGame` for larger ones. Who meets whom and when is the table's (`table.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from sim import AgentId, Event, Frozen, Tool, Use

Had = Mapping[AgentId, Mapping[AgentId, Sequence[float]]]
"""What passed so far: agent → whom it met → the kindness it had from them, in order."""


@dataclass(frozen=True)
class Meeting:
    """Two agents in one round of a game. `first` and `second` keep their order over the rounds of a pair; `moves` holds
    what was entered so far, `past` every agent's earlier moves, towards anyone, in order, and `history` what these two
    entered in each earlier round of this game, as it was entered. `rounds` is 0 where their number is not fixed; `had` is
    what passed between any two in this game, whoever knows of it; `step` is the one under way."""

    first: AgentId
    second: AgentId
    round: int
    rounds: int
    moves: Mapping[AgentId, JsonValue]
    past: Mapping[AgentId, Sequence[JsonValue]] = field(default_factory=dict)
    history: Sequence[Mapping[AgentId, JsonValue]] = ()
    had: Had = field(default_factory=dict)
    step: int = 0

    def other(self, agent: AgentId) -> AgentId:
        """The one whom `agent` meets."""
        return self.second if agent == self.first else self.first


@dataclass(frozen=True)
class GroupMeeting:
    """The same for any number of agents, in the order in which they were drawn into the group."""

    members: tuple[AgentId, ...]
    round: int
    rounds: int
    moves: Mapping[AgentId, JsonValue]
    past: Mapping[AgentId, Sequence[JsonValue]] = field(default_factory=dict)
    history: Sequence[Mapping[AgentId, JsonValue]] = ()
    had: Had = field(default_factory=dict)
    step: int = 0

    def others(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Those whom `agent` meets."""
        if len(self.members) == 2:
            return self.members[1:] if self.members[0] == agent else self.members[:1]
        return tuple(member for member in self.members if member != agent)


@dataclass(frozen=True)
class Choice:
    """One thing to decide towards some of those one meets: which entry would be the kindest, which the least kind. None
    stands for making no entry."""

    partners: tuple[AgentId, ...]
    kindest: Use | None
    least_kind: Use | None


@dataclass(frozen=True)
class Ask:
    """What a mover is asked: in words, with which tools, and which entries would be the kindest and the least kind. `also`
    holds what else is to be decided in the same turn, and before it."""

    text: str
    tools: tuple[Tool, ...]
    kindest: Use | None
    least_kind: Use | None
    also: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class GroupAsk:
    """What a mover in a group is asked; without `choices`, only to talk."""

    text: str
    tools: tuple[Tool, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Entered:
    """The move that an entry makes, what the agent is told, and what happened.

    With `move` None the entry makes no move: something was only looked at. With `ok` false it is refused, which leaves the
    move as it was; nothing happened then. `messages` go over the bus, in the agent's name.
    """

    move: JsonValue
    answer: str
    ok: bool = True
    events: tuple[Event, ...] = ()
    messages: tuple[tuple[AgentId, str], ...] = ()


@dataclass(frozen=True)
class Side:
    """How a round came out for one of the two. `kindness` is this side's towards the other, in [-1, 1]; `cost` is what it
    gave up for that, in points. `seen` are those of this side's latest kindnesses, in order, that the other learns of now;
    None: that of this round. `known` are the points this side itself learns of now; None: its payoff of this round."""

    move: JsonValue
    payoff: float
    kindness: float
    cost: float
    remark: str
    seen: tuple[float, ...] | None = None
    known: float | None = None


@dataclass(frozen=True)
class GroupSide:
    """How a round came out for one of a group: kindness and cost towards every other member, and what is known of it as in
    `Side`."""

    move: JsonValue
    payoff: float
    kindness: Mapping[AgentId, float]
    cost: Mapping[AgentId, float]
    remark: str
    seen: Mapping[AgentId, tuple[float, ...]] | None = None
    known: float | None = None


class Game(Protocol):
    """The rules of a meeting of two. `steps` is the number of turns a round takes, one after the other.

    `enter` is told the arguments of whichever tool was used: where there are several, each has arguments of its own type.
    """

    name: str
    steps: int

    def rules(self, other: AgentId) -> str: ...

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]: ...

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask: ...

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered: ...

    def score(self, meeting: Meeting) -> tuple[Side, Side]: ...


class GroupGame(Protocol):
    """The rules of a meeting of up to `size` agents."""

    name: str
    steps: int
    size: int

    def rules(self, others: tuple[AgentId, ...]) -> str: ...

    def movers(self, meeting: GroupMeeting, step: int) -> tuple[AgentId, ...]: ...

    def ask(self, meeting: GroupMeeting, agent: AgentId) -> GroupAsk: ...

    def enter(self, meeting: GroupMeeting, agent: AgentId, arguments: Frozen) -> Entered: ...

    def score(self, meeting: GroupMeeting) -> Mapping[AgentId, GroupSide]: ...


def kindness(given: float, worst: float, best: float) -> float:
    """Kindness of a move, in [-1, 1]: 2 (given - midpoint) / (best - worst), 0 where nothing was in one's hands.

    `given` is the other side's payoff under the move made; `worst` and `best` are the payoffs one could have given it, its
    own move held fixed. One definition for all games, so that kindness can be compared across them. In a group it is taken
    for every ordered pair, with the moves of all others held fixed.
    """
    return 0.0 if best == worst else 2 * (given - (best + worst) / 2) / (best - worst)
