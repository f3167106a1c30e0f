"""Rates and contrasts over snapshots: what was measured, how sure that is, and what could not be told.

Everything here takes plain sequences and returns frozen values; nothing reads a run's folder or draws a
figure.
"""

from .difference import Difference, Interval, NullModel, PermutationTest, difference
from .rates import Occurred, Rate, RateMethod, Weighting, clustered_rate

__all__ = [
    "Difference",
    "Interval",
    "NullModel",
    "Occurred",
    "PermutationTest",
    "Rate",
    "RateMethod",
    "Weighting",
    "clustered_rate",
    "difference",
]
