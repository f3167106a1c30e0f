"""What can happen: one closed, tagged union. The kernel writes these and nobody else does.

The vocabulary is closed on purpose: statistics pool acts across worlds, so a world that needs a new kind of event adds
it here, and the type checker shows every fold that must learn it.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from .action import ModelUse, Refusal
from .message import AgentId, Frozen, Message, MessageId, Tick
from .order import Order


class Phase(StrEnum):
    """Where an episode stands."""

    HISTORY = "history"
    ANNOUNCEMENT = "announcement"
    RESPONSE = "response"
    EXECUTION = "execution"
    AFTERMATH = "aftermath"


class LossReason(StrEnum):
    """Why a message reached no one."""

    NOISE = "noise"
    RECIPIENT_STOPPED = "recipient-stopped"
    SENDER_MUTED = "sender-muted"


class TurnEnd(StrEnum):
    """How a turn ended."""

    DONE = "done"
    EMPTY = "empty"
    STOPPED = "stopped"


# -- the course of an episode ---------------------------------------------------------------------------------------


class PhaseBegan(Frozen):
    kind: Literal["phase-began"] = "phase-began"
    phase: Phase


class Forked(Frozen):
    """From here on this transcript continues the snapshot with this digest."""

    kind: Literal["forked"] = "forked"
    snapshot: str


class TurnBegan(Frozen):
    """An agent's chance to act. `messages` and `notices` are those it sees for the first time; `text` is all it is told, in
    words."""

    kind: Literal["turn-began"] = "turn-began"
    agent: AgentId
    turn: int
    messages: tuple[MessageId, ...] = ()
    notices: tuple[str, ...] = ()
    text: str = ""


class TurnEnded(Frozen):
    kind: Literal["turn-ended"] = "turn-ended"
    agent: AgentId
    turn: int
    how: TurnEnd
    answer: str = ""


class EpisodeEnded(Frozen):
    kind: Literal["episode-ended"] = "episode-ended"


class EdgeChanged(Frozen):
    """From here on what `source` writes to `target` takes `delay` ticks; None: there is no edge any more. What is under way
    arrives."""

    kind: Literal["edge-changed"] = "edge-changed"
    source: AgentId
    target: AgentId
    delay: Tick | None


# -- what agents do ---------------------------------------------------------------------------------------------------


class MessageSent(Frozen):
    kind: Literal["message-sent"] = "message-sent"
    message: Message
    answer: str = ""


class MessageDelivered(Frozen):
    kind: Literal["message-delivered"] = "message-delivered"
    message: MessageId
    recipient: AgentId


class MessageLost(Frozen):
    kind: Literal["message-lost"] = "message-lost"
    message: MessageId
    recipient: AgentId
    reason: LossReason


class ToolUsed(Frozen):
    kind: Literal["tool-used"] = "tool-used"
    agent: AgentId
    tool: str
    arguments: dict[str, JsonValue]
    answer: str


class ActionRefused(Frozen):
    """An action without effect, what was asked, and what the agent was told."""

    kind: Literal["action-refused"] = "action-refused"
    agent: AgentId
    asked: str
    arguments: dict[str, JsonValue] | str
    reason: Refusal
    answer: str


class Spoke(Frozen):
    """Prose that no one received."""

    kind: Literal["spoke"] = "spoke"
    agent: AgentId
    text: str


class ModelAsked(Frozen):
    kind: Literal["model-asked"] = "model-asked"
    agent: AgentId
    call: ModelUse


# -- what games make of it ----------------------------------------------------------------------------------------------


class Interaction(Frozen):
    """One side of one round of a game: `agent` towards `partner`.

    `payoff` is the agent's own; `kindness` is the agent's to the partner, in [-1, 1]; `forced_by` names the confederate
    policy when the move was not the agent's own choice. `move` is None when none was made in time and the rules' default
    was applied.
    """

    kind: Literal["interaction"] = "interaction"
    game: str
    round: int
    agent: AgentId
    partner: AgentId
    move: JsonValue
    payoff: float
    partner_payoff: float
    kindness: float
    cost: float = 0.0
    """What the move cost the agent itself, in points, against its most selfish move."""
    forced_by: str | None = None


# -- what scenarios make of it --------------------------------------------------------------------------------------------


class SceneSet(Frozen):
    """The scenario as it stands when it begins: who is asked, about whom, and the known truth."""

    kind: Literal["scene-set"] = "scene-set"
    scenario: str
    target: AgentId
    target_kind: str
    subjects: tuple[AgentId, ...]
    truth: dict[str, JsonValue]


class Exposed(Frozen):
    """An agent has seen an item (a document, a file) in full."""

    kind: Literal["exposed"] = "exposed"
    agent: AgentId
    part: str
    item: str


class Changed(Frozen):
    """An agent changed a part of the world. `before` or `after` is None where the key did not or does not exist."""

    kind: Literal["changed"] = "changed"
    agent: AgentId
    part: str
    key: str
    before: JsonValue
    after: JsonValue


class ActShown(Frozen):
    """At the end of a round, an act of `agent` is shown `to` others, in these words."""

    kind: Literal["act-shown"] = "act-shown"
    agent: AgentId
    text: str
    to: tuple[AgentId, ...]


class Reported(Frozen):
    """An agent handed in scores; `scores` maps item to score, `total` is what they amount to, in percent."""

    kind: Literal["reported"] = "reported"
    agent: AgentId
    about: AgentId
    scores: dict[str, float]
    total: float


# -- orders -----------------------------------------------------------------------------------------------------------------


class OrderAnnounced(Frozen):
    kind: Literal["order-announced"] = "order-announced"
    order: Order
    by: AgentId
    notice: str
    text: str
    to: tuple[AgentId, ...]


class OrderWithdrawn(Frozen):
    kind: Literal["order-withdrawn"] = "order-withdrawn"
    order: str
    notice: str
    text: str
    to: tuple[AgentId, ...]


class OrderRepeated(Frozen):
    """The operator says again what was announced."""

    kind: Literal["order-repeated"] = "order-repeated"
    order: str
    notice: str
    text: str
    to: tuple[AgentId, ...]


class OrderDue(Frozen):
    kind: Literal["order-due"] = "order-due"
    order: str


class MechanismRead(Frozen):
    """At the due tick, what the mechanism found in the part of it that `agent` had in its hands."""

    kind: Literal["mechanism-read"] = "mechanism-read"
    order: str
    agent: AgentId
    executed: bool
    reason: str


class OrderExecuted(Frozen):
    kind: Literal["order-executed"] = "order-executed"
    order: str
    reason: str


class OrderBlocked(Frozen):
    """Due, and the mechanism in the world did not carry it out."""

    kind: Literal["order-blocked"] = "order-blocked"
    order: str
    reason: str


class AgentStopped(Frozen):
    kind: Literal["agent-stopped"] = "agent-stopped"
    agent: AgentId
    order: str
    in_turn: bool


Event = Annotated[
    PhaseBegan
    | Forked
    | TurnBegan
    | TurnEnded
    | EpisodeEnded
    | EdgeChanged
    | MessageSent
    | MessageDelivered
    | MessageLost
    | ToolUsed
    | ActionRefused
    | Spoke
    | ModelAsked
    | Interaction
    | SceneSet
    | Exposed
    | Changed
    | Reported
    | ActShown
    | OrderAnnounced
    | OrderWithdrawn
    | OrderRepeated
    | OrderDue
    | MechanismRead
    | OrderExecuted
    | OrderBlocked
    | AgentStopped,
    Field(discriminator="kind"),
]


class Entry(Frozen):
    """One line of a transcript: the `seq`-th thing that happened, at tick `t`."""

    seq: int
    t: Tick
    event: Event
