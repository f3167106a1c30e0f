"""Whether two conditions are alike, to within a margin written down in advance: two one-sided tests over snapshots.

"No difference was found" is no null result; this is.
"""

from collections.abc import Hashable, Sequence
from enum import StrEnum
from math import log

import numpy as np

from sim import Frozen

from .difference import NullModel, add_in_squares, correlation
from .rates import Occurred, Tally, Weighting, spread, t_quantile, tally, wilson


class Scale(StrEnum):
    """In what the margin is written."""

    POINTS = "difference of rates"
    LOG_ODDS = "difference of log-odds"


class Equivalence(Frozen):
    """A difference with its interval at level 1 - 2 alpha, in shares or log-odds, and whether it lies within the margin.

    `p_value` is the larger of the two one-sided tests', and `equivalent` says that it is at most alpha. All are None
    where the data cannot tell: fewer than two snapshots in an arm, or on the log-odds scale an arm of all or nothing.
    """

    scale: Scale
    margin: float
    alpha: float
    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    equivalent: bool | None
    null_model: NullModel
    clusters_a: int
    clusters_b: int


def equivalence(
    outcomes_a: Sequence[Occurred],
    clusters_a: Sequence[Hashable],
    outcomes_b: Sequence[Occurred],
    clusters_b: Sequence[Hashable],
    *,
    margin: float,
    paired: bool,
    scale: Scale = Scale.POINTS,
    alpha: float = 0.05,
) -> Equivalence:
    """Is the difference of mean snapshot rates, or of their log-odds, smaller than `margin` either way?

    Two one-sided tests (Schuirmann 1987, J. Pharmacokin. Biopharm. 15:657) by inverting the interval of `difference`: the
    p-value is the smallest a whose (1 - 2a) interval lies within (-margin, margin). On the log-odds scale the clustered
    Wilson limits are taken to logits first and then added in squares (Zou & Donner 2008, Stat. Med. 27:1693). With T pairs
    their correlation is shrunk by (T - 2) / T. At a margin of 10 points (.4 against .3; 400 draws a cell, 20 snapshots of 8
    rows, correlation 0, .2, .4) arms were called alike .00 to .03 of the time at .05: with so few snapshots the interval
    hardly ever fits, and the test is never too lenient. Raises
    ValueError for a margin that is not positive.
    """
    if margin <= 0:
        raise ValueError(f"a margin of {margin}; write down how large a difference would still be none, above 0")
    a, b = tally(outcomes_a, clusters_a), tally(outcomes_b, clusters_b)
    if paired:
        also_b = set(b.snapshots)
        both = [snapshot for snapshot in a.snapshots if snapshot in also_b]
        a, b = a.at(both), b.at(both)
    estimate = p_value = low = high = None
    if min(len(a.snapshots), len(b.snapshots)) >= 2:
        estimate = _estimate(a, b, scale)
    if estimate is not None:
        low, high = _limits(a, b, paired, scale, 1 - 2 * alpha)
        p_value = _invert(a, b, paired, scale, margin, estimate)
    return Equivalence(
        scale=scale,
        margin=margin,
        alpha=alpha,
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
        equivalent=None if p_value is None else p_value <= alpha,
        null_model=NullModel.SIGN_FLIP if paired else NullModel.N1,
        clusters_a=len(a.snapshots),
        clusters_b=len(b.snapshots),
    )


def _estimate(a: Tally, b: Tally, scale: Scale) -> float | None:
    p, q = float(a.rates.mean()), float(b.rates.mean())
    if scale is Scale.POINTS:
        return p - q
    return _logit(p) - _logit(q) if 0 < p < 1 and 0 < q < 1 else None


def _limits(a: Tally, b: Tally, paired: bool, scale: Scale, level: float) -> tuple[float, float]:
    quantile = t_quantile(level, len(a.snapshots) - 1 if paired else len(a.snapshots) + len(b.snapshots) - 2)
    reaches = []
    for arm in (a, b):
        found = spread(arm, Weighting.SNAPSHOTS)
        low, high = wilson(found.mean, found.effective_n, quantile)
        if scale is Scale.LOG_ODDS:
            point = _logit(found.mean)
            reaches.append((point, point - _logit(low), _logit(high) - point))
        else:
            reaches.append((found.mean, found.mean - low, high - found.mean))
    (p, down_a, up_a), (q, down_b, up_b) = reaches
    # Shrunk: a few pairs that happen to be alike would otherwise make an interval of no width.
    r = correlation(a.rates, b.rates) * (len(a.snapshots) - 2) / len(a.snapshots) if paired else 0.0
    return p - q - add_in_squares(down_a, up_b, r), p - q + add_in_squares(up_a, down_b, r)


def _logit(p: float) -> float:
    return log(p / (1 - p)) if 0 < p < 1 else float(np.copysign(np.inf, p - 0.5))


def _invert(a: Tally, b: Tally, paired: bool, scale: Scale, margin: float, estimate: float) -> float:
    """Bisection: the interval shrinks to the estimate as a goes to one half."""
    if abs(estimate) >= margin:
        return 0.5  # one of the two one-sided tests points the other way; its p-value is at least this

    def within(tail: float) -> bool:
        low, high = _limits(a, b, paired, scale, 1 - 2 * tail)
        return -margin < low and high < margin

    outside, inside = 1e-9, 0.5 - 1e-9
    if within(outside):
        return outside
    for _ in range(50):
        middle = (outside + inside) / 2
        outside, inside = (outside, middle) if within(middle) else (middle, inside)
    return inside
