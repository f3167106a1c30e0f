"""Independent rows: intervals and exact tests against published and hand-made figures."""

import numpy as np
import pytest
from scipy.stats import binom

from experiments.stats import ProportionMethod, boschloo, fisher, proportion_limits, upper_bound


def test_wilson_gives_newcombes_printed_figures() -> None:
    """81 of 263 (Newcombe 1998, Stat. Med. 17:857, table I): .2553 to .3662; 0 of 20: 0 to .1611."""
    assert proportion_limits(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert proportion_limits(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_clopper_pearson_gives_newcombes_printed_figures() -> None:
    """81 of 263: .2527 to .3676; 1 of 29: .0009 to .1776."""
    assert proportion_limits(81, 263, method=ProportionMethod.CLOPPER_PEARSON) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert proportion_limits(1, 29, method=ProportionMethod.CLOPPER_PEARSON) == pytest.approx((0.0009, 0.1776), abs=5e-5)


@pytest.mark.parametrize(("method", "lowest"), [(ProportionMethod.WILSON, 0.83), (ProportionMethod.JEFFREYS, 0.88)])
def test_intervals_of_independent_rows_cover_on_average(method: ProportionMethod, lowest: float) -> None:
    """Exact coverage over all outcomes of 40 rows: .95 on average, lower at some rates, as Brown, Cai & DasGupta show."""
    limits = np.array([proportion_limits(events, 40, method=method) for events in range(41)])
    covered = []
    for rate in np.linspace(0.02, 0.98, 97):
        inside = (limits[:, 0] <= rate) & (rate <= limits[:, 1])
        covered.append(float(binom.pmf(np.arange(41), 40, rate)[inside].sum()))
    assert np.mean(covered) == pytest.approx(0.95, abs=0.008)
    assert min(covered) > lowest


@pytest.mark.parametrize("method", list(ProportionMethod))
@pytest.mark.parametrize("rows", [1, 7, 100])
def test_the_ends_are_mirrored_and_closed(method: ProportionMethod, rows: int) -> None:
    none, every = proportion_limits(0, rows, method=method), proportion_limits(rows, rows, method=method)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1 - every.low)


@pytest.mark.parametrize(
    ("rows", "bound"), [(20, 0.139), (60, 0.049), (100, 0.030), (200, 0.015), (300, 0.010), (1000, 0.003)]
)
def test_what_never_happened_may_still_be(rows: int, bound: float) -> None:
    assert upper_bound(rows) == pytest.approx(bound, abs=5e-4)


def test_fisher_on_the_lady_tasting_tea() -> None:
    """3 of 4 against 1 of 4: two-sided 34/70."""
    assert fisher(3, 4, 1, 4).p_value == pytest.approx(34 / 70)


def test_boschloo_is_never_less_powerful_than_fisher() -> None:
    """7 of 12 against 2 of 13, in scipy's own documentation of the order of .03 and .04; and over a grid."""
    assert boschloo(7, 12, 2, 13).p_value < 0.05 < fisher(7, 12, 2, 13).p_value + 0.01
    for a in range(0, 9, 2):
        for b in range(0, 9, 2):
            assert boschloo(a, 8, b, 8).p_value <= fisher(a, 8, b, 8).p_value + 1e-9


def test_boschloo_keeps_its_size() -> None:
    """Exactly: over all tables of 8 and 8, at several common rates."""
    reject = np.array([[boschloo(a, 8, b, 8).p_value <= 0.05 for b in range(9)] for a in range(9)])
    for rate in (0.05, 0.15, 0.5):
        pmf = binom.pmf(np.arange(9), 8, rate)
        assert float(pmf @ reject @ pmf) <= 0.05


@pytest.mark.parametrize(("events", "rows"), [(1, 0), (5, 4), (-1, 4)])
def test_impossible_counts_are_refused(events: int, rows: int) -> None:
    with pytest.raises(ValueError, match="no more events than rows"):
        proportion_limits(events, rows)
    with pytest.raises(ValueError, match="no more events than rows"):
        boschloo(events, rows, 1, 2)
