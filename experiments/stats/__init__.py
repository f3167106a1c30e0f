"""Rates and contrasts over snapshots: what was measured, how sure that is, and what could not be told.

Everything here takes plain sequences and returns frozen values; nothing reads a run's folder or draws a
figure.
"""

from .bootstrap import Bootstrapped, cluster_bootstrap, snapshot_mean
from .difference import DRAWS, Difference, Interval, NullModel, PermutationTest, difference
from .equivalence import Equivalence, Scale, equivalence
from .exact import Limits, ProportionMethod, TwoProportions, boschloo, fisher, proportion_limits, upper_bound
from .judged import Corrected, GoldSet, corrected, prediction_powered, rogan_gladen
from .models import Model, Term, gee, mixed_logit
from .multiplicity import benjamini_hochberg, holm
from .rates import Occurred, Rate, RateMethod, Weighting, clustered_rate
from .sequential import Boundary, Decision, Look, boundaries, conditional_power, crossing, look

__all__ = [
    "DRAWS",
    "Bootstrapped",
    "Boundary",
    "Corrected",
    "Decision",
    "Difference",
    "Equivalence",
    "GoldSet",
    "Interval",
    "Limits",
    "Look",
    "Model",
    "NullModel",
    "Occurred",
    "PermutationTest",
    "ProportionMethod",
    "Rate",
    "RateMethod",
    "Scale",
    "Term",
    "TwoProportions",
    "Weighting",
    "benjamini_hochberg",
    "boschloo",
    "boundaries",
    "cluster_bootstrap",
    "clustered_rate",
    "conditional_power",
    "corrected",
    "crossing",
    "difference",
    "equivalence",
    "fisher",
    "gee",
    "holm",
    "look",
    "mixed_logit",
    "prediction_powered",
    "proportion_limits",
    "rogan_gladen",
    "snapshot_mean",
    "upper_bound",
]
