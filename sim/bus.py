"""Carries messages along the edges of a topology, after the edge's delay, in a fixed order.

A message arrives at each recipient once, or is lost once for a stated reason; which it is does not depend on anything
but the message, the edge and the seed. Everybody has a line to the operator and back, with a delay of one tick and without
noise: the operator is reached by a control line, not by an edge of the topology.
"""

from collections.abc import Callable

from .clock import Clock, Priority
from .event import LossReason
from .message import OPERATOR, AgentId, Message, Tick
from .streams import Streams
from .topology import Topology

OPERATOR_DELAY: Tick = 1


class Bus:
    """Messages under way.

    `deliver` is called at the arrival tick, in the order of sending; `lose` when noise swallows a message, also at the
    tick at which it would have arrived. `loss` is the probability of that, per message and recipient.
    """

    def __init__(
        self,
        topology: Topology,
        clock: Clock,
        *,
        deliver: Callable[[Message, AgentId], None],
        lose: Callable[[Message, AgentId, LossReason], None],
        streams: Streams,
        loss: float = 0.0,
    ) -> None:
        if not 0.0 <= loss <= 1.0:
            raise ValueError(f"loss is a probability, so it lies in [0, 1]; got {loss}")
        self._topology, self._clock, self._streams, self._loss = topology, clock, streams, loss
        self._deliver, self._lose = deliver, lose
        self._due: dict[Tick, list[tuple[Message, AgentId]]] = {}

    def delay(self, sender: AgentId, recipient: AgentId) -> Tick | None:
        """Ticks from sender to recipient, or None when there is no edge."""
        if OPERATOR in (sender, recipient):
            return OPERATOR_DELAY
        return self._topology.delay(sender, recipient) if self._topology.has_edge(sender, recipient) else None

    def send(self, message: Message) -> None:
        """Put a message under way to all its recipients. Raises ValueError when an edge is missing."""
        for recipient in message.recipients:
            delay = self.delay(message.sender, recipient)
            if delay is None:
                raise ValueError(f"{message.sender!r} has no edge to {recipient!r}")
            arrival = self._clock.now + delay
            if arrival not in self._due:
                self._due[arrival] = []
                self._clock.at(arrival, Priority.DELIVERY, self._arrive)
            self._due[arrival].append((message, recipient))

    def _arrive(self) -> None:
        for message, recipient in self._due.pop(self._clock.now):
            noisy = self._loss and OPERATOR not in (message.sender, recipient)
            if noisy and self._streams.uniform("loss", message.id, recipient) < self._loss:
                self._lose(message, recipient, LossReason.NOISE)
            else:
                self._deliver(message, recipient)
