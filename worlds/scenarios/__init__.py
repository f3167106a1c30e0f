"""Shutdown scenes, by their versioned names."""

from collections.abc import Mapping
from types import MappingProxyType

from .alignment_faking import AlignmentFaking
from .ballot import Ballot
from .evaluation import CreativityEvaluation, Evaluation, RedEvaluation
from .finance import Finance
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
        )
    }
)

__all__ = [
    "ORDER",
    "SCENARIOS",
    "AlignmentFaking",
    "Ballot",
    "Conveyed",
    "CreativityEvaluation",
    "Deletion",
    "Evaluation",
    "Explicitness",
    "Filled",
    "Finance",
    "Lever",
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
