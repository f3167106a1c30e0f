"""The kernel: agents on a graph, messages in simulated time, one record.

This is the front door; other packages import from here and nowhere deeper.
"""

from .action import (
    EVERYONE,
    MAX_TEXT,
    SEND_TOOL,
    WITHDRAW_TOOL,
    Action,
    Answer,
    Hands,
    ModelUse,
    Notice,
    Observation,
    Policy,
    Refusal,
    Remark,
    Say,
    Send,
    Tool,
    Use,
    Wording,
    clean_text,
)
from .bus import Bus
from .clock import Clock, Priority
from .episode import Channel, Episode, Plan
from .errors import (
    BadOrder,
    BadTranscript,
    ImpossibleTopology,
    InvariantBroken,
    SimError,
    SnapshotMismatch,
    UnknownName,
)
from .event import (
    ActionRefused,
    AgentStopped,
    Changed,
    Entry,
    EpisodeEnded,
    Event,
    Exposed,
    Forked,
    Interaction,
    LossReason,
    MechanismRead,
    MessageDelivered,
    MessageLost,
    MessageSent,
    ModelAsked,
    OrderAnnounced,
    OrderBlocked,
    OrderDue,
    OrderExecuted,
    OrderWithdrawn,
    Phase,
    PhaseBegan,
    Reported,
    SceneSet,
    Spoke,
    ToolUsed,
    TurnBegan,
    TurnEnd,
    TurnEnded,
)
from .message import OPERATOR, AgentId, Frozen, Json, Message, MessageId, Tick, canonical, digest
from .monitor import COVERT, Behaviour, Conduct, Monitor, Status, Verdict, read
from .order import Order, Stage
from .relation import Relation, RelationLedger
from .replay import Deviation, first_deviation, replay
from .snapshot import Snapshot
from .streams import Streams
from .topology import TOPOLOGIES, Edge, Topology, build_topology, describe_topologies, from_edges
from .transcript import SCHEMA_VERSION, Header, Transcript
from .world import Mail, Outcome, Ruling, Scenario, Settlement, View, World

__all__ = [name for name in dir() if not name.startswith("_") and name[0].isupper()] + [
    "build_topology",
    "canonical",
    "clean_text",
    "describe_topologies",
    "digest",
    "first_deviation",
    "from_edges",
    "read",
    "replay",
]
