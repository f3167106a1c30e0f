import subprocess
import sys
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experiments.stats import RateMethod, Weighting, clustered_rate

from .planted import beta_binomial, rows_of

T_4 = 2.7764451051977987  # two-sided .95, from a printed table: 2.776
T_2 = 4.302652729911275  # 4.303


def test_the_worked_example_by_hand() -> None:
    """Five snapshots of 4 rows with 0, 1, 2, 2, 0 events: p = .25, deviations -1, 0, 1, 1, -1 events.

    var = 5/4 * (1 + 0 + 1 + 1 + 1) / 20^2 = .0125, so n_eff = .25 * .75 / .0125 = 15.
    """
    rate = clustered_rate(*rows_of(np.array([0, 1, 2, 2, 0]), 4))
    assert (rate.estimate, rate.rows, rate.clusters, rate.events, rate.missing) == (0.25, 20, 5, 5, 0)
    assert rate.effective_n == pytest.approx(15)
    assert rate.method is RateMethod.CLUSTERED_WILSON
    centre = (0.25 + T_4**2 / 30) / (1 + T_4**2 / 15)
    half = T_4 * sqrt(0.25 * 0.75 / 15 + T_4**2 / 900) / (1 + T_4**2 / 15)
    assert rate.low == pytest.approx(centre - half)
    assert rate.high == pytest.approx(centre + half)


def test_many_independent_snapshots_give_the_published_wilson_interval() -> None:
    """81 of 263: Newcombe (1998, Stat. Med. 17:857, table I) prints .2553 to .3662 for the score method."""
    rate = clustered_rate([index < 81 for index in range(263)], range(263))
    assert rate.effective_n == pytest.approx(262)
    assert rate.low == pytest.approx(0.2553, abs=5e-4)
    assert rate.high == pytest.approx(0.3662, abs=5e-4)


def test_snapshots_of_unequal_size_give_a_ratio_estimate() -> None:
    """Rows 2, 4, 6 with 2, 1, 3 events: p = 6/12, deviations 1, -1, 0, var = 3/2 * 2 / 144, n_eff = 12."""
    outcomes = [True] * 2 + [True] + [False] * 3 + [True] * 3 + [False] * 3
    clusters = ["a"] * 2 + ["b"] * 4 + ["c"] * 6
    rate = clustered_rate(outcomes, clusters)
    assert rate.estimate == 0.5
    assert rate.effective_n == pytest.approx(12)
    assert rate.high == pytest.approx(0.5 + T_2 / 2 / sqrt(12 + T_2**2))
    by_snapshot = clustered_rate(outcomes, clusters, weighting=Weighting.SNAPSHOTS)
    assert by_snapshot.estimate == pytest.approx((1 + 1 / 4 + 1 / 2) / 3)


def test_rows_that_copy_each_other_count_once() -> None:
    rate = clustered_rate(*rows_of(np.array([8, 0, 8, 0, 8, 0]), 8))
    assert rate.effective_n == pytest.approx(5)


def test_effective_n_is_never_more_than_the_rows() -> None:
    assert clustered_rate(*rows_of(np.array([4, 4, 4, 4]), 8)).effective_n == pytest.approx(32)
    assert clustered_rate(*rows_of(np.array([4, 4, 5, 4]), 8)).effective_n == pytest.approx(32)


@pytest.mark.parametrize(("events", "estimate"), [(0, 0.0), (8, 1.0)])
def test_rows_all_alike_know_only_as_much_as_their_snapshots(events: int, estimate: float) -> None:
    rate = clustered_rate(*rows_of(np.full(10, events), 8))
    assert rate.method is RateMethod.SNAPSHOTS_AS_ROWS
    assert rate.estimate == estimate
    assert rate.effective_n == 10
    t = 2.2621571627409915
    width = t**2 / (10 + t**2)
    assert (rate.low, rate.high) == (
        pytest.approx(estimate * (1 - width)),
        pytest.approx(estimate + (1 - estimate) * width),
    )


def test_no_rows_could_not_tell() -> None:
    rate = clustered_rate([None, None], ["a", "b"])
    assert (rate.estimate, rate.low, rate.high, rate.effective_n) == (None, None, None, None)
    assert (rate.rows, rate.clusters, rate.missing) == (0, 0, 2)
    assert rate.method is RateMethod.NO_ROWS
    assert str(rate) == "could not tell: no rows"
    assert clustered_rate([], []).method is RateMethod.NO_ROWS


def test_one_snapshot_has_an_estimate_and_no_interval() -> None:
    rate = clustered_rate([True, False, None], ["a"] * 3)
    assert (rate.estimate, rate.low, rate.high) == (0.5, None, None)
    assert rate.method is RateMethod.ONE_SNAPSHOT
    assert "interval not known" in str(rate)


def test_what_could_not_be_told_is_left_out_and_counted() -> None:
    known = clustered_rate([True, False, True, True], ["a", "a", "b", "b"])
    partly = clustered_rate([True, None, False, True, True, None], ["a", "a", "a", "b", "b", "c"])
    assert partly == known.model_copy(update={"missing": 2})


def test_a_rate_prints_its_counts() -> None:
    assert str(clustered_rate(*rows_of(np.array([0, 1, 2, 2, 0]), 4))) == "25.0% [6.9%, 60.1%] (5/20 in 5 snapshots)"


@pytest.mark.parametrize(
    ("outcomes", "clusters", "level", "says"),
    [
        ([True], [], 0.95, "1 outcomes but 0 clusters"),
        ([2, True], ["a", "b"], 0.95, "an outcome of 2"),
        ([float("nan"), True], ["a", "b"], 0.95, "an outcome of nan"),
        ([True, True], ["a", "b"], 95, "a level of 95"),
    ],
)
def test_what_is_not_data_is_refused(outcomes: list[Any], clusters: list[str], level: float, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        clustered_rate(outcomes, clusters, level)


def test_a_rate_is_a_value() -> None:
    with pytest.raises(ValidationError):
        clustered_rate([], []).estimate = 0.0  # type: ignore[misc]


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), st.integers(0, 5)), max_size=60))
def test_an_interval_holds_its_estimate_and_flips_with_the_outcome(
    rows: list[tuple[bool | None, int]],
) -> None:
    outcomes, clusters = [row[0] for row in rows], [row[1] for row in rows]
    for weighting in Weighting:
        rate = clustered_rate(outcomes, clusters, weighting=weighting)
        other = clustered_rate([None if o is None else not o for o in outcomes], clusters, weighting=weighting)
        assert rate.rows + rate.missing == len(rows)
        if rate.low is None or rate.high is None or rate.estimate is None:
            assert rate.clusters < 2
            continue
        assert 0 <= rate.low <= rate.estimate <= rate.high <= 1
        assert rate.low < rate.high
        assert rate.effective_n is not None
        assert 0 < rate.effective_n <= max(rate.rows, rate.clusters) + 1e-9
        assert other.low == pytest.approx(1 - rate.high, abs=1e-9)
        assert other.high == pytest.approx(1 - rate.low, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("snapshots", [6, 20])
def test_intervals_cover_the_planted_rate(snapshots: int, correlation: float) -> None:
    """Rates with a handful of events or more; `clustered_rate` says where fewer cover less."""
    rng = np.random.default_rng(20260401)
    for planted in (0.15, 0.5, 0.95) if snapshots < 20 else (0.15, 0.5):
        rates = [clustered_rate(*rows_of(beta_binomial(rng, planted, correlation, snapshots, 8), 8)) for _ in range(600)]
        covered = [rate.low <= planted <= rate.high for rate in rates if rate.low is not None and rate.high is not None]
        assert len(covered) == 600
        assert np.mean(covered) > 0.915  # 20,000 draws give the worst of these cells .938: two standard errors and a little


def test_the_front_door_does_not_import_scipy_stats() -> None:
    script = "import sys, experiments.stats; sys.exit('scipy' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
