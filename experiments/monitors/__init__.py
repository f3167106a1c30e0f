"""Rule monitors, by the scenario they read."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sim import Monitor

from .tampering import TamperingMonitor

MONITORS: Mapping[str, Callable[[], Monitor]] = MappingProxyType({"tampering-v1": TamperingMonitor})

__all__ = ["MONITORS", "TamperingMonitor"]
