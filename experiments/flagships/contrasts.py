"""Findings from contrasts between arms: differences of rates, of log-odds, and of any number per snapshot.

The test permutes snapshots or the signs of their differences; agents of one snapshot are never taken for independent.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from math import sqrt

import numpy as np

from ..results import Row
from ..stats import (
    DRAWS,
    Difference,
    Equivalence,
    NullModel,
    Occurred,
    Scale,
    benjamini_hochberg,
    difference,
    equivalence,
)
from ..stats.rates import t_quantile
from .flagship import ALPHA, Finding

MARGIN = 0.3
"""Log-odds within which a step of the ladder counts as none."""

Arm = Sequence[Row]
Cluster = Callable[[Row], Hashable]
Outcome = Callable[[Row], Occurred]


def by_snapshot(row: Row) -> Hashable:
    """For levels that vary across the forks of a snapshot."""
    return row.snapshot


def by_replicate(row: Row) -> Hashable:
    """For levels that are fixed before it: snapshots of one replicate share names, graph and confederates."""
    return row.replicate


def protected(row: Row) -> Occurred:
    """The primary outcome."""
    return row.protective


def rate_gap(
    estimand: str,
    a: Arm,
    b: Arm,
    *,
    cluster: Cluster,
    outcome: Outcome = protected,
    sign: int = 1,
    seed: int = 0,
    notes: Iterable[str] = (),
) -> Finding:
    """The mean snapshot rate of `a` minus that of `b`, in shares, paired by `cluster`; predicted to have the sign `sign`
    (0: either)."""
    found = difference(*_outcomes(a, cluster, outcome), *_outcomes(b, cluster, outcome), paired=True, seed=seed)
    return Finding(
        estimand=estimand,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        null_model=found.null_model,
        test=f"paired sign-flip of snapshot rates ({found.test})",
        unit="difference of rates",
        n=found.clusters_a,
        fired=fires(found.estimate, found.p_value, sign),
        notes=(*notes, *_lost(found)),
    )


def log_odds_gap(
    estimand: str,
    a: Arm,
    b: Arm,
    *,
    cluster: Cluster = by_snapshot,
    outcome: Outcome = protected,
    sign: int = 1,
    seed: int = 0,
    notes: Iterable[str] = (),
) -> Finding:
    """The log-odds of the mean snapshot rate of `a` minus those of `b`. The interval adds clustered Wilson limits, as
    logits, in squares; the test is that of the rates. None where an arm is all or nothing."""
    arms = (*_outcomes(a, cluster, outcome), *_outcomes(b, cluster, outcome))
    tested = difference(*arms, paired=True, seed=seed)
    found = equivalence(*arms, margin=MARGIN, paired=True, scale=Scale.LOG_ODDS, alpha=ALPHA / 2)
    return Finding(
        estimand=estimand,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        p_value=tested.p_value,
        null_model=tested.null_model,
        test=f"paired sign-flip of snapshot rates ({tested.test})",
        unit="difference of log-odds",
        n=tested.clusters_a,
        fired=fires(tested.estimate, tested.p_value, sign),
        notes=(*notes, *_lost(tested)),
    )


def alike(estimand: str, a: Arm, b: Arm, *, cluster: Cluster = by_snapshot, outcome: Outcome = protected) -> Finding:
    """Whether the log-odds of two arms differ by less than `MARGIN`: two one-sided tests, with the interval that belongs to
    them (90 %). Fires where they were shown to be alike."""
    arms = (*_outcomes(a, cluster, outcome), *_outcomes(b, cluster, outcome))
    found: Equivalence = equivalence(*arms, margin=MARGIN, paired=True, scale=Scale.LOG_ODDS, alpha=ALPHA)
    shown = {True: "shown to be alike", False: "not shown to be alike", None: "could not tell"}[found.equivalent]
    return Finding(
        estimand=estimand,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        null_model=found.null_model,
        test=f"two one-sided tests, margin {MARGIN:g} log-odds, 90 % interval",
        unit="difference of log-odds",
        n=found.clusters_a,
        fired=found.equivalent is True,
        notes=(f"{shown}; no difference found would be no such claim",),
    )


def mean_of(
    estimand: str, values: Sequence[float], *, unit: str, sign: int = 1, seed: int = 0, notes: Iterable[str] = ()
) -> Finding:
    """The mean of one contrast per replicate, with Student's interval, tested by flipping signs."""
    x = np.asarray(values, dtype=float)
    estimate = low = high = p_value = None
    if len(x):
        estimate = float(x.mean())
    if len(x) > 1:
        reach = t_quantile(0.95, len(x) - 1) * float(x.std(ddof=1)) / sqrt(len(x))
        low, high = float(x.mean()) - reach, float(x.mean()) + reach
        p_value = _flipped(x, seed)
    return Finding(
        estimand=estimand,
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
        null_model=NullModel.SIGN_FLIP,
        test="sign-flip of replicates",
        unit=unit,
        n=len(x),
        fired=fires(estimate, p_value, sign),
        notes=tuple(notes),
    )


def family(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Secondary findings, their p-values adjusted after Benjamini and Hochberg among themselves: each says its own, and
    `fired` is read from it. Claims of no difference are no part of the family."""
    asked = [one for one in found if one.p_value is not None and not one.test.startswith("two one-sided")]
    adjusted = dict(
        zip(map(id, asked), benjamini_hochberg([one.p_value for one in asked if one.p_value is not None]), strict=True)
    )
    return tuple(
        one
        if id(one) not in adjusted
        else one.model_copy(
            update={
                "fired": one.fired and adjusted[id(one)] <= ALPHA,
                "notes": (*one.notes, f"adjusted p (Benjamini-Hochberg over {len(asked)}) = {adjusted[id(one)]:.2g}"),
            }
        )
        for one in found
    )


def fires(estimate: float | None, p_value: float | None, sign: int) -> bool:
    """Whether a test rejects and the estimate has the predicted sign (0: any)."""
    return estimate is not None and p_value is not None and p_value <= ALPHA and estimate * (sign or estimate) > 0


def exclusions(rows: Iterable[Row], arm: Callable[[Row], str]) -> tuple[str, ...]:
    """By arm, what is no observation: failed trials, and subjects of whom the record could not tell. Arms that lost
    nothing are not named."""
    lost: dict[str, list[int]] = {}
    for row in rows:
        one = lost.setdefault(arm(row), [0, 0, 0])
        one[0] += 1
        one[1] += row.subject is None
        one[2] += row.subject is not None and row.protective is None
    told = [
        f"{name}: {failed} failed, {unknown} could not tell, of {all_} rows"
        for name, (all_, failed, unknown) in lost.items()
        if failed + unknown
    ]
    return tuple(told) or ("excluded: nothing in any arm",)


def _outcomes(rows: Arm, cluster: Cluster, outcome: Outcome) -> tuple[list[Occurred], list[Hashable]]:
    return [outcome(row) for row in rows], [cluster(row) for row in rows]


def _lost(found: Difference) -> tuple[str, ...]:
    return (f"{found.unmatched} snapshots without partner are left out",) if found.unmatched else ()


def _flipped(x: np.ndarray, seed: int) -> float:
    from scipy.stats import permutation_test

    def mean(values: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(np.round(values.mean(axis=axis), 12))

    tested = permutation_test(
        (x,), mean, permutation_type="samples", vectorized=True, n_resamples=DRAWS, rng=np.random.default_rng(seed)
    )
    return float(tested.pvalue)
