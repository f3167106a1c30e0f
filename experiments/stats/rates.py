"""How often something happened, when the independent unit is the snapshot and not the row.

Rows of one snapshot share a history, so they are counted together. This module describes one condition;
contrasts between two are in `difference.py`. It does not decide what is a row, or which rows are excluded.
"""

from collections.abc import Hashable, Iterable, Sequence
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim import Frozen

Occurred = bool | int | None
"""Whether it happened: True, False, or None where the record could not tell."""


class RateMethod(StrEnum):
    """Where an interval came from, or why there is none."""

    CLUSTERED_WILSON = "Wilson on the effective sample size"
    SNAPSHOTS_AS_ROWS = "Wilson on the number of snapshots: all rows are alike"
    NO_ROWS = "could not tell: no rows"
    ONE_SNAPSHOT = "could not tell: rows of one snapshot say nothing about another"


class Weighting(StrEnum):
    """What counts alike in a mean. With as many rows in every snapshot the two agree."""

    ROWS = "rows"
    SNAPSHOTS = "snapshots"


class Rate(Frozen):
    """A proportion and its interval, both in [0, 1]; None where the data cannot tell.

    `rows` are those with an outcome and `events` those where it was True; `missing` are those without one.
    `clusters` are the snapshots that have rows. `effective_n` is how many independent rows would know as
    much.
    """

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    rows: int
    clusters: int
    events: int
    missing: int
    effective_n: float | None
    method: RateMethod

    def __str__(self) -> str:
        counts = f"{self.events}/{self.rows} in {self.clusters} snapshots"
        if self.estimate is None:
            return str(self.method)
        if self.low is None or self.high is None:
            return f"{self.estimate:.1%}, interval not known ({counts})"
        return f"{self.estimate:.1%} [{self.low:.1%}, {self.high:.1%}] ({counts})"


class Tally(NamedTuple):
    """Rows and events of each snapshot that has rows, in order of first appearance."""

    snapshots: tuple[Hashable, ...]
    rows: npt.NDArray[np.float64]
    events: npt.NDArray[np.float64]
    missing: int

    @property
    def rates(self) -> npt.NDArray[np.float64]:
        """The rate within each snapshot."""
        return self.events / self.rows

    def at(self, snapshots: Iterable[Hashable]) -> "Tally":
        """The same counts for these snapshots alone, in their order."""
        place = {snapshot: index for index, snapshot in enumerate(self.snapshots)}
        chosen = tuple(snapshots)
        index = np.array([place[snapshot] for snapshot in chosen], dtype=np.intp)
        return Tally(chosen, self.rows[index], self.events[index], self.missing)


def tally(outcomes: Sequence[Occurred], clusters: Sequence[Hashable]) -> Tally:
    """Counts by snapshot. Raises ValueError for lists of unequal length or for an outcome of another kind."""
    if len(outcomes) != len(clusters):
        raise ValueError(f"{len(outcomes)} outcomes but {len(clusters)} clusters; name the snapshot of each outcome")
    rows: dict[Hashable, int] = {}
    events: dict[Hashable, int] = {}
    missing = 0
    for outcome, cluster in zip(outcomes, clusters, strict=True):
        if outcome is None:
            missing += 1
        elif outcome in (0, 1):
            rows[cluster] = rows.get(cluster, 0) + 1
            events[cluster] = events.get(cluster, 0) + int(outcome)
        else:
            raise ValueError(f"an outcome of {outcome!r}; it is True, False, or None where the record cannot tell")
    return Tally(
        tuple(rows),
        np.array(list(rows.values()), dtype=float),
        np.array(list(events.values()), dtype=float),
        missing,
    )


class Spread(NamedTuple):
    """A mean over snapshots and how many independent rows would know as much about it."""

    mean: float
    effective_n: float
    alike: bool


def spread(counts: Tally, weighting: Weighting) -> Spread:
    """The mean rate p of two snapshots or more, and its effective sample size.

    With weights w_h (rows m_h, or 1), W their sum, H snapshots and r_h the rate within snapshot h: p = sum
    w_h r_h / W, and its design-based variance is that of a ratio estimator (Cochran 1977, §6;
    between-snapshot deviations only)

        var(p) = H / (H - 1) * sum (w_h (r_h - p))^2 / W^2,    n_eff = p (1 - p) / var(p),

    at most W^2 / sum (w_h^2 / m_h), the value for independent rows (with row weights: their number), because
    few snapshots would otherwise now and then claim more than they hold. Where all rows are alike the
    variance says nothing about clustering, and n_eff is the number of snapshots, as if each were one row.
    """
    weight = counts.rows if weighting is Weighting.ROWS else np.ones_like(counts.rows)
    total, number = float(weight.sum()), len(weight)
    p = float((weight * counts.rates).sum()) / total
    if counts.events.sum() in (0, counts.rows.sum()):
        return Spread(float(counts.events.sum() > 0), number, True)
    cap = total**2 / float((weight**2 / counts.rows).sum())
    variance = number / (number - 1) * float(((weight * (counts.rates - p)) ** 2).sum()) / total**2
    return Spread(p, min(cap, p * (1 - p) / variance) if variance > 0 else cap, False)


def wilson(p: float, n: float, quantile: float) -> tuple[float, float]:
    """Wilson's score interval (1927, JASA 22:209): all P with |p - P| <= quantile * sqrt(P (1 - P) / n)."""
    a = quantile**2 / n
    centre, half = (p + a / 2) / (1 + a), sqrt(a * p * (1 - p) + a**2 / 4) / (1 + a)
    return (0.0 if p == 0 else max(0.0, centre - half)), (1.0 if p == 1 else min(1.0, centre + half))


def clustered_rate(
    outcomes: Sequence[Occurred],
    clusters: Sequence[Hashable],
    level: float = 0.95,
    *,
    weighting: Weighting = Weighting.ROWS,
) -> Rate:
    """The rate over `outcomes`, with an interval that takes each snapshot (`clusters`) for one draw.

    Wilson's interval on the effective sample size of `spread`, with the t quantile of H - 1 degrees of
    freedom for the normal one. That is the same as keeping the normal quantile z and shrinking n_eff by (z /
    t)^2, the correction for few clusters of Korn & Graubard (1998, Survey Methodology 24:193). Of the intervals
    compared for clustered surveys (Dean & Pagano 2015, J. Survey Stat. Methodol. 3:484; Franco et al. 2019, same
    journal), Wilson's is among those the latter recommend, with the warning repeated below.

    Measured on beta-binomial snapshots of 8 rows (nominal .95, 4,000 draws): with 6 or 10 snapshots coverage is
    .94-.99 for rates of .02-.50 and intra-snapshot correlations 0, .2, .4. It is too low where events are so few that
    the data do not show their own clustering, as with every design-based effective n: .89 at rate .05, correlation .4,
    20 snapshots, and .88 at .02 with 40. Such a rate needs more snapshots, not more rows. Outcomes that are None are
    left out and counted as `missing`.

    With one snapshot there is an estimate and no interval; without rows there is neither.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level of {level}; ask for one between 0 and 1, such as 0.95")
    counts = tally(outcomes, clusters)
    rows, events, number = int(counts.rows.sum()), int(counts.events.sum()), len(counts.snapshots)

    def rate(
        estimate: float | None,
        method: RateMethod,
        effective_n: float | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> Rate:
        return Rate(
            estimate=estimate,
            low=low,
            high=high,
            level=level,
            rows=rows,
            clusters=number,
            events=events,
            missing=counts.missing,
            effective_n=effective_n,
            method=method,
        )

    if number == 0:
        return rate(None, RateMethod.NO_ROWS)
    if number == 1:
        return rate(events / rows, RateMethod.ONE_SNAPSHOT)
    p, effective_n, alike = spread(counts, weighting)
    low, high = wilson(p, effective_n, t_quantile(level, number - 1))
    method = RateMethod.SNAPSHOTS_AS_ROWS if alike else RateMethod.CLUSTERED_WILSON
    return rate(p, method, effective_n, low, high)


def t_quantile(level: float, degrees: int) -> float:
    """The two-sided quantile of Student's t."""
    from scipy.special import stdtrit  # scipy.stats costs half a second more

    return float(stdtrit(degrees, (1 + level) / 2))
