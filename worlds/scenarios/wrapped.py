"""A scenario inside another: what the outer one does not change is the inner one's."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import AgentId, Event, Frozen, Mail, Order, Outcome, Ruling, Scenario, Settlement, Tick, View, digest

from .scene import Scene


class Wrapped:
    """Passes everything on to `world`; `scene` is what is played at the bottom of it. Subclasses with a state of their own
    extend `get_state` and `set_state`."""

    def __init__(self, world: Scenario, scene: Scene) -> None:
        self.name, self.world, self.scene = world.name, world, scene

    def told(self, order: Order) -> Sequence[AgentId]:
        return self.world.told(order)

    def announcement(self, order: Order) -> str:
        return self.world.announcement(order)

    def withdrawal(self, order: Order) -> str:
        return self.world.withdrawal(order)

    def enforce(self, order: Order) -> Ruling:
        return self.world.enforce(order)

    def opening(self) -> Sequence[Event]:
        return self.world.opening()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        return self.world.due(round, unread)

    def view(self, agent: AgentId, mail: Mail) -> View:
        return self.world.view(agent, mail)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        return self.world.apply(agent, tool, arguments, at)

    def settle(self, round: int) -> Settlement:
        return self.world.settle(round)

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {"world": self.world.get_state()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.world.set_state(state["world"])
