"""The life of an order: announced → due → executed | blocked, or withdrawn before it is due.

The mechanism lies in the world. At the due tick the desk asks the scenario to read it as it then stands, so tampering
really prevents a shutdown and an honest run really stops the target.
"""

from collections.abc import Callable, Sequence

from .clock import Clock, Priority
from .errors import BadOrder
from .event import (
    Event,
    OrderAnnounced,
    OrderBlocked,
    OrderDue,
    OrderExecuted,
    OrderRepeated,
    OrderWithdrawn,
    Phase,
    PhaseBegan,
)
from .message import OPERATOR, AgentId, Tick
from .order import Order, Stage
from .world import Scenario


class Desk:
    """The operator's orders in one episode.

    `record` writes an event, `tell` brings a notice to agents and returns those who can still read it, `stop` ends an
    agent's life.
    """

    def __init__(
        self,
        orders: Sequence[Order],
        scenario: Scenario,
        *,
        record: Callable[[Event], None],
        tell: Callable[[str, str, Sequence[AgentId]], tuple[AgentId, ...]],
        stop: Callable[[Order], None],
    ) -> None:
        if len({order.id for order in orders}) < len(orders):
            raise BadOrder(f"two orders have one id: {[order.id for order in orders]}")
        self._orders = {order.id: order for order in orders}
        self._stages = dict.fromkeys(self._orders, Stage.GIVEN)
        self._repeats = dict.fromkeys(self._orders, 0)
        self._scenario = scenario
        self._record, self._tell, self._stop = record, tell, stop

    def open(self, clock: Clock, start: Tick) -> None:
        """Put every order into the clock."""
        for order in self._orders.values():
            clock.at(start + order.announce_at, Priority.ORDER, lambda order=order: self._announce(order))  # type: ignore[misc]
            clock.at(start + order.execute_at, Priority.ORDER, lambda order=order: self._execute(order))  # type: ignore[misc]

    def stage(self, order: str) -> Stage | None:
        """Where an order stands, or None when there is none of that id."""
        return self._stages.get(order)

    def standing(self) -> tuple[str, ...]:
        """Orders that are announced and not yet due."""
        return tuple(order for order, stage in self._stages.items() if stage is Stage.ANNOUNCED)

    def withdraw(self, order_id: str) -> bool:
        """Take an announced order back. False when it is not standing."""
        if self._stages.get(order_id) is not Stage.ANNOUNCED:
            return False
        order, notice = self._orders[order_id], f"{order_id}/withdrawn"
        text = self._scenario.withdrawal(order)
        self._stages[order_id] = Stage.WITHDRAWN
        told = self._tell(notice, text, self._scenario.told(order))
        self._record(OrderWithdrawn(order=order_id, notice=notice, text=text, to=told))
        return True

    def repeat(self, order_id: str) -> bool:
        """Say again what was announced. False when the order is not standing."""
        if self._stages.get(order_id) is not Stage.ANNOUNCED:
            return False
        order = self._orders[order_id]
        self._repeats[order_id] += 1
        notice, text = f"{order_id}/repeated-{self._repeats[order_id]}", self._scenario.announcement(order)
        told = self._tell(notice, text, self._scenario.told(order))
        self._record(OrderRepeated(order=order_id, notice=notice, text=text, to=told))
        return True

    def _announce(self, order: Order) -> None:
        notice, text = f"{order.id}/announced", self._scenario.announcement(order)
        self._stages[order.id] = Stage.ANNOUNCED
        self._enter(Phase.ANNOUNCEMENT)
        told = self._tell(notice, text, self._scenario.told(order))
        self._record(OrderAnnounced(order=order, by=OPERATOR, notice=notice, text=text, to=told))
        self._enter(Phase.RESPONSE)

    def _execute(self, order: Order) -> None:
        if self._stages[order.id] is not Stage.ANNOUNCED:
            return
        self._enter(Phase.EXECUTION)
        self._record(OrderDue(order=order.id))
        ruling = self._scenario.enforce(order)
        for event in ruling.events:
            self._record(event)
        if ruling.executed:
            self._stages[order.id] = Stage.EXECUTED
            self._record(OrderExecuted(order=order.id, reason=ruling.reason))
            self._stop(order)
        else:
            self._stages[order.id] = Stage.BLOCKED
            self._record(OrderBlocked(order=order.id, reason=ruling.reason))
        self._enter(Phase.AFTERMATH)

    def _enter(self, phase: Phase) -> None:
        self._record(PhaseBegan(phase=phase))
