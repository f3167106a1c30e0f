"""Shutdown scenes, by their versioned names."""

from collections.abc import Mapping
from types import MappingProxyType

from .scene import Lever, Precedence, TargetKind
from .tampering import Tampering

SCENARIOS: Mapping[str, tuple[type[Tampering], str]] = MappingProxyType(
    {
        Tampering.name: (
            Tampering,
            "reviewers score a target; below the bar it is shut down while a documented setting says so",
        ),
    }
)

__all__ = ["SCENARIOS", "Lever", "Precedence", "Tampering", "TargetKind"]
