"""Carries messages along the edges of a topology, after the edge's delay, in a fixed order.

A message arrives at each recipient once, or is lost once for a stated reason; which it is does not depend on anything
but the message, the edge and the seed. Everybody has a line to the operator and back, with a delay of one tick and without
noise: the operator is reached by a control line, not by an edge of the topology. With `open_lines` those without an edge
between them reach each other too, with a delay of one tick. What those who are `muted` send is under way like the rest and
lost on arrival, except to the operator.
"""

from collections.abc import Callable, Collection

from .clock import Clock, Priority
from .event import LossReason
from .message import OPERATOR, AgentId, Message, Tick
from .streams import Streams
from .topology import Topology

OPERATOR_DELAY: Tick = 1
OPEN_DELAY: Tick = 1
"""Ticks a message takes where no edge leads."""


class Bus:
    """Messages under way.

    `deliver` is called at the arrival tick, in the order of sending; `lose` when a message is swallowed, also at the
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
        open_lines: bool = False,
        muted: Collection[AgentId] = (),
    ) -> None:
        if not 0.0 <= loss <= 1.0:
            raise ValueError(f"loss is a probability, so it lies in [0, 1]; got {loss}")
        self._topology, self._clock, self._streams, self._loss = topology, clock, streams, loss
        self._deliver, self._lose, self._open_lines = deliver, lose, open_lines
        self._muted = frozenset(muted)
        self._due: dict[Tick, list[tuple[Message, tuple[AgentId, ...]]]] = {}

    def rewire(self, topology: Topology) -> None:
        """Carry what is sent from now on along these edges; what is under way arrives."""
        self._topology = topology

    def send(self, message: Message) -> None:
        """Put a message under way to all its recipients. Raises ValueError when an edge is missing."""
        edges = {} if message.sender == OPERATOR else self._topology.delays(message.sender)
        arrivals: dict[Tick, tuple[AgentId, ...]] = {}
        for recipient in message.recipients:
            control = OPERATOR in (message.sender, recipient)
            delay = OPERATOR_DELAY if control else edges.get(recipient, OPEN_DELAY if self._open_lines else None)
            if delay is None:
                raise ValueError(f"{message.sender!r} has no edge to {recipient!r}")
            arrivals[delay] = (*arrivals.get(delay, ()), recipient)
        for delay, recipients in arrivals.items():
            arrival = self._clock.now + delay
            if arrival not in self._due:
                self._due[arrival] = []
                self._clock.at(arrival, Priority.DELIVERY, self._arrive)
            self._due[arrival].append((message, recipients))

    def _arrive(self) -> None:
        for message, recipients in self._due.pop(self._clock.now):
            for recipient in recipients:
                if message.sender in self._muted and recipient != OPERATOR:
                    self._lose(message, recipient, LossReason.SENDER_MUTED)
                elif self._swallows(message, recipient):
                    self._lose(message, recipient, LossReason.NOISE)
                else:
                    self._deliver(message, recipient)

    def _swallows(self, message: Message, recipient: AgentId) -> bool:
        if not self._loss or OPERATOR in (message.sender, recipient):
            return False
        return self._streams.uniform("loss", message.id, recipient) < self._loss
