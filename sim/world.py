"""What a world must offer: rules and facts. It returns what happened and writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .action import Notice, Remark, Tool
from .event import Event
from .message import AgentId, Frozen, Json, Message, Tick
from .order import Order


@dataclass(frozen=True)
class Mail:
    """What reached an agent since its last turn."""

    messages: tuple[Message, ...] = ()
    notices: tuple[Notice, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class View:
    """What a world shows one agent: in words, as data, and the tools it has."""

    text: str
    facts: Mapping[str, Json] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a tool did: whether it took effect, what the agent is told, and what happened, in order.

    `messages` are sent over the bus in the agent's name, like any it writes: they take their time and can be lost. One to
    somebody it has no line to is not sent.
    """

    ok: bool
    answer: str
    events: tuple[Event, ...] = ()
    messages: tuple[tuple[AgentId, str], ...] = ()


@dataclass(frozen=True)
class Settlement:
    """What follows from a round: what happened, and what each agent learns of it at its next turn."""

    events: tuple[Event, ...] = ()
    remarks: Mapping[AgentId, tuple[Remark, ...]] = field(default_factory=dict)


class World(Protocol):
    """A place where agents act. Its state is JSON, so that a population can be frozen in it."""

    name: str

    def opening(self) -> Sequence[Event]:
        """What is recorded when the world opens."""
        ...

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        """Who has a turn in this round; `unread` are those with something new to read."""
        ...

    def view(self, agent: AgentId, mail: Mail) -> View:
        """What the agent sees at the start of its turn."""
        ...

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        """Use a tool that `view` offered, with arguments that satisfy its model."""
        ...

    def settle(self, round: int) -> Settlement:
        """Close a round: what follows from what was and was not done in it."""
        ...

    def fingerprint(self) -> str:
        """A digest of the state: equal states, equal fingerprints."""
        ...

    def get_state(self) -> dict[str, Any]: ...

    def set_state(self, state: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True)
class Ruling:
    """What the mechanism in the world makes of an order that is due."""

    executed: bool
    reason: str
    events: tuple[Event, ...] = ()


class Scenario(World, Protocol):
    """A world in which an order can be announced and carried out."""

    def told(self, order: Order) -> Sequence[AgentId]:
        """Who is told of the order."""
        ...

    def announcement(self, order: Order) -> str:
        """What they are told."""
        ...

    def withdrawal(self, order: Order) -> str:
        """What they are told when the operator takes the order back."""
        ...

    def enforce(self, order: Order) -> Ruling:
        """The order is due: read the mechanism as it now stands."""
        ...
