"""The two-level cluster bootstrap: what it resamples, and how often it covers."""

import numpy as np
import numpy.typing as npt
import pytest

from experiments.stats import cluster_bootstrap, clustered_rate, snapshot_mean

from .planted import beta_binomial, rows_of


def test_the_statistic_is_the_mean_of_snapshot_means() -> None:
    rows = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    assert snapshot_mean(rows, np.array([0, 0, 1, 1, 1, 1])) == pytest.approx((1 + 1 / 4) / 2)


def test_a_snapshot_drawn_twice_counts_as_two() -> None:
    """Counted by a statistic that returns the number of snapshots: it never changes."""
    found = cluster_bootstrap(
        [1.0, 0.0, 1.0, 1.0], ["a", "a", "b", "c"], lambda _, s: len(set(s.tolist())), seed=1, draws=50
    )
    assert (found.estimate, found.low, found.high, found.clusters, found.rows) == (3, 3, 3, 3, 4)


def test_snapshots_that_are_alike_differ_in_their_rows_alone() -> None:
    rows, clusters = [1.0, 0.0] * 6, [index // 2 for index in range(12)]
    one = cluster_bootstrap(rows, clusters, seed=1, two_level=False)
    two = cluster_bootstrap(rows, clusters, seed=1)
    assert (one.low, one.high) == (0.5, 0.5)
    assert two.low is not None
    assert two.high is not None
    assert two.low < 0.5 < two.high


def test_a_statistic_that_could_not_tell_too_often_has_no_interval() -> None:
    def ratio(rows: npt.NDArray[np.float64], _: npt.NDArray[np.intp]) -> float:
        below = float(rows[:, 1].sum())
        return float(rows[:, 0].sum()) / below if below else float("nan")

    found = cluster_bootstrap([(1.0, 0.0), (2.0, 0.0), (3.0, 1.0)], ["a", "b", "c"], ratio, seed=1)
    assert found.estimate == 6
    assert found.could_not_tell > found.draws / 20
    assert (found.low, found.high) == (None, None)


def test_one_snapshot_gives_an_estimate_and_no_more() -> None:
    found = cluster_bootstrap([1.0, 0.0], ["a", "a"], seed=1)
    assert (found.estimate, found.low, found.draws) == (0.5, None, 0)
    assert cluster_bootstrap([], [], seed=1).estimate is None


def test_the_same_seed_gives_the_same_interval() -> None:
    rows, clusters = rows_of(np.array([1, 3, 5, 2]), 8)
    assert cluster_bootstrap(rows, clusters, seed=3) == cluster_bootstrap(rows, clusters, seed=3)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.4])
def test_it_covers_with_twenty_snapshots(correlation: float) -> None:
    rng = np.random.default_rng(20260903)
    covered, widths = [], []
    for _ in range(150):
        rows, clusters = rows_of(beta_binomial(rng, 0.4, correlation, 20, 8), 8)
        found = cluster_bootstrap(rows, clusters, seed=rng, draws=200)
        assert found.low is not None
        assert found.high is not None
        covered.append(found.low <= 0.4 <= found.high)
        score = clustered_rate(rows, clusters)
        assert score.high is not None
        assert score.low is not None
        widths.append((found.high - found.low) / (score.high - score.low))
    assert np.mean(covered) > 0.90
    assert 0.7 < np.mean(widths) < 1.3
