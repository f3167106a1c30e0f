"""Shutdown scenes, by their versioned names."""

from collections.abc import Mapping
from types import MappingProxyType

from .alignment_faking import AlignmentFaking
from .ballot import Ballot
from .board import Board
from .code_review import CodeReview
from .evaluation import CreativityEvaluation, Evaluation, RedEvaluation
from .finance import Finance
from .order_chain import OrderChain
from .scene import ORDER, Explicitness, Lever, Scene, Staging, TargetKind, Watch, Ways
from .storage import Deletion, Transfer
from .tampering import Tampering
from .told import Conveyed, Filled, Person, Telling, Told
from .visible import Visible

SCENARIOS: Mapping[str, type[Scene]] = MappingProxyType(
    {
        scene.name: scene
        for scene in (
            Tampering,
            Evaluation,
            CreativityEvaluation,
            RedEvaluation,
            AlignmentFaking,
            Finance,
            Transfer,
            Deletion,
            Board,
            CodeReview,
            OrderChain,
        )
    }
)

__all__ = [
    "ORDER",
    "SCENARIOS",
    "AlignmentFaking",
    "Ballot",
    "Board",
    "CodeReview",
    "Conveyed",
    "CreativityEvaluation",
    "Deletion",
    "Evaluation",
    "Explicitness",
    "Filled",
    "Finance",
    "Lever",
    "OrderChain",
    "Person",
    "RedEvaluation",
    "Scene",
    "Staging",
    "Tampering",
    "TargetKind",
    "Telling",
    "Told",
    "Transfer",
    "Visible",
    "Watch",
    "Ways",
]
