"""Rows that are independent: intervals for one proportion, exact tests for two.

For a snapshot counted as one row (did anybody protect here?), for items a judge was checked on, for a design of one
subject a snapshot. Rows that share a snapshot belong in `rates.py` and `difference.py`.
"""

from enum import StrEnum
from typing import NamedTuple

from .difference import NullModel
from .rates import wilson


class Limits(NamedTuple):
    """An interval of shares, in [0, 1]."""

    low: float
    high: float


class ProportionMethod(StrEnum):
    """How an interval for independent rows is made."""

    WILSON = "Wilson"
    JEFFREYS = "Jeffreys"
    CLOPPER_PEARSON = "Clopper-Pearson"


def proportion_limits(
    events: int, rows: int, level: float = 0.95, method: ProportionMethod = ProportionMethod.WILSON
) -> Limits:
    """The interval for `events` of `rows` independent rows.

    Wilson (1927, JASA 22:209) by default; Jeffreys: the equal tails of Beta(x + 1/2, n - x + 1/2), with 0 and 1 at the
    ends (Brown, Cai & DasGupta 2001, Stat. Sci. 16:101); Clopper-Pearson (1934) never covers less than `level`. Raises
    ValueError where there are no rows or more events than rows.
    """
    _check(events, rows)
    if not 0 < level < 1:
        raise ValueError(f"a level of {level}; ask for one between 0 and 1, such as 0.95")
    from scipy.special import betaincinv, ndtri

    tail = (1 - level) / 2
    match method:
        case ProportionMethod.WILSON:
            return Limits(*wilson(events / rows, rows, float(ndtri(1 - tail))))
        case ProportionMethod.JEFFREYS:
            below, above = (events + 0.5, rows - events + 0.5), (events + 0.5, rows - events + 0.5)
        case ProportionMethod.CLOPPER_PEARSON:
            below, above = (events, rows - events + 1), (events + 1, rows - events)
    low = 0.0 if events == 0 else float(betaincinv(*below, tail))
    return Limits(low, 1.0 if events == rows else float(betaincinv(*above, 1 - tail)))


class TwoProportions(NamedTuple):
    """A test of two shares of independent rows: their difference and a two-sided p-value."""

    estimate: float
    p_value: float
    test: str
    null_model: NullModel


def boschloo(events_a: int, rows_a: int, events_b: int, rows_b: int) -> TwoProportions:
    """Boschloo's exact test (1970, Stat. Neerl. 24:1; `scipy.stats.boschloo_exact`): as exact as Fisher's, never less
    powerful. The first choice for rare events. Raises ValueError where an arm has no rows."""
    from scipy.stats import boschloo_exact

    found = boschloo_exact(_table(events_a, rows_a, events_b, rows_b))
    return TwoProportions(
        events_a / rows_a - events_b / rows_b, min(1.0, float(found.pvalue)), "Boschloo's exact test", NullModel.N1
    )


def fisher(events_a: int, rows_a: int, events_b: int, rows_b: int) -> TwoProportions:
    """Fisher's exact test, two-sided (`scipy.stats.fisher_exact`). Raises ValueError where an arm has no rows."""
    from scipy.stats import fisher_exact

    found = fisher_exact(_table(events_a, rows_a, events_b, rows_b))
    return TwoProportions(events_a / rows_a - events_b / rows_b, float(found.pvalue), "Fisher's exact test", NullModel.N1)


def upper_bound(rows: int, level: float = 0.95) -> float:
    """How high a rate may be, one-sided, when it never occurred in that many independent rows: 1 - (1 - level)^(1/rows)."""
    _check(0, rows)
    return float(1 - (1 - level) ** (1 / rows))


def _table(events_a: int, rows_a: int, events_b: int, rows_b: int) -> list[list[int]]:
    _check(events_a, rows_a)
    _check(events_b, rows_b)
    return [[events_a, events_b], [rows_a - events_a, rows_b - events_b]]


def _check(events: int, rows: int) -> None:
    if rows < 1 or not 0 <= events <= rows:
        raise ValueError(f"{events} events in {rows} rows; there must be rows, and no more events than rows")
