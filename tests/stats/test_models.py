"""Models of single rows: worked figures, recovery of what was planted, size of the GEE test."""

import sys
from math import log

import numpy as np
import pytest

from experiments.errors import UsageError
from experiments.stats import gee, mixed_logit

from .planted import beta_binomial, rows_of


def arms(rates: tuple[float, float], correlation: float, snapshots: int, rng: np.random.Generator, rows: int = 9):  # type: ignore[no-untyped-def]
    outcomes: list[bool] = []
    clusters: list[tuple[int, int]] = []
    for arm, rate in enumerate(rates):
        own, names = rows_of(beta_binomial(rng, rate, correlation, snapshots, rows), rows)
        outcomes += own
        clusters += [(arm, name) for name in names]
    return outcomes, clusters, {"arm": [float(arm) for arm, _ in clusters]}


def test_gee_of_two_arms_is_the_difference_of_log_odds() -> None:
    pytest.importorskip("statsmodels")
    outcomes, clusters, columns = arms((0.3, 0.6), 0.2, 15, np.random.default_rng(1))
    first = [y for y, arm in zip(outcomes, columns["arm"], strict=True) if not arm]
    second = [y for y, arm in zip(outcomes, columns["arm"], strict=True) if arm]
    p, q = np.mean(first), np.mean(second)
    found = gee(outcomes, clusters, columns)
    assert found["arm"].estimate == pytest.approx(log(q / (1 - q)) - log(p / (1 - p)), abs=1e-4)
    assert found.correlation == pytest.approx(0.2, abs=0.15)
    assert (found.rows, found.clusters, found.missing) == (270, 30, 0)


def test_the_error_of_gee_is_that_of_mancl_and_derouen() -> None:
    """With T equal snapshots an arm each residual is divided by 1 - 1 / T, so on the log-odds scale an arm's variance is
    sum (r - p)^2 / (T - 1)^2 / (p q)^2: the sandwich alone would have T^2 there."""
    pytest.importorskip("statsmodels")
    counts = [[1, 4, 2, 6, 3], [5, 7, 8, 3, 6]]
    outcomes, clusters, columns = [], [], []
    variance = 0.0
    for arm, events in enumerate(counts):
        own, names = rows_of(np.array(events), 9)
        outcomes += own
        clusters += [(arm, name) for name in names]
        columns += [float(arm)] * len(own)
        rates = np.array(events) / 9
        p = rates.mean()
        variance += float(((rates - p) ** 2).sum()) / 4**2 / (p * (1 - p)) ** 2
    assert gee(outcomes, clusters, {"arm": columns})["arm"].error == pytest.approx(np.sqrt(variance), rel=1e-3)


def test_outcomes_that_could_not_be_told_are_left_out_and_counted() -> None:
    outcomes, clusters, columns = arms((0.3, 0.6), 0.2, 6, np.random.default_rng(1))
    holes = [None if index % 10 == 0 else y for index, y in enumerate(outcomes)]
    assert mixed_logit(holes, clusters, columns).missing == len([y for y in holes if y is None])


def test_without_statsmodels_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.api", None)
    with pytest.raises(UsageError, match=r"allegiance\[analysis\]"):
        gee([True, False], ["a", "b"], {"arm": [0, 1]})


def test_separated_rows_are_refused_by_gee_and_finite_in_the_mixed_logit() -> None:
    pytest.importorskip("statsmodels")
    outcomes = [True] * 24 + [False] * 24
    clusters, arm = [index // 4 for index in range(48)], [0] * 24 + [1] * 24
    with pytest.raises(ValueError, match="separated"):
        gee(outcomes, clusters, {"arm": arm})
    found = mixed_logit(outcomes, clusters, {"arm": arm})["arm"]
    assert found.high < 0
    assert found.low > -20


def test_columns_that_say_the_same_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be told apart"):
        mixed_logit([True, False] * 4, [0, 0, 1, 1] * 2, {"a": [0, 1] * 4, "b": [1, 0] * 4})


def test_one_kind_of_outcome_makes_no_model() -> None:
    with pytest.raises(ValueError, match="outcomes of both kinds"):
        mixed_logit([True] * 4, [0, 0, 1, 1], {})
    with pytest.raises(ValueError, match="unequal length"):
        mixed_logit([True] * 4, [0, 0, 1], {})


def test_the_terms_have_names() -> None:
    found = mixed_logit([True, False] * 8, [index // 4 for index in range(16)], {})
    assert found["intercept"].estimate == pytest.approx(0, abs=1e-3)
    with pytest.raises(KeyError, match="there are: intercept"):
        found["arm"]


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.4])
def test_gee_keeps_its_size(correlation: float) -> None:
    pytest.importorskip("statsmodels")
    rng = np.random.default_rng(20260904)
    rejected = [gee(*arms((0.15, 0.15), correlation, 15, rng))["arm"].p_value <= 0.05 for _ in range(300)]
    assert np.mean(rejected) < 0.075 + 0.02


@pytest.mark.slow
@pytest.mark.parametrize("sd", [0.5, 1.0, 1.8])
def test_the_mixed_logit_covers_between_and_within_snapshots(sd: float) -> None:
    rng = np.random.default_rng(20260905)
    between, within, spreads = [], [], []
    for _ in range(120):
        own = rng.normal(size=24) * sd
        clusters = [index // 8 for index in range(192)]
        arm, level = [float(cluster % 2) for cluster in clusters], [float(index % 2) for index in range(192)]
        logits = -1 + own[clusters] + np.array(arm) + 0.8 * np.array(level)
        outcomes = (rng.random(192) < 1 / (1 + np.exp(-logits))).tolist()
        found = mixed_logit(outcomes, clusters, {"arm": arm, "level": level})
        between.append(found["arm"].low <= 1 <= found["arm"].high)
        within.append(found["level"].low <= 0.8 <= found["level"].high)
        spreads.append(found.spread)
    assert np.mean(between) > 0.90
    assert np.mean(within) > 0.90
    assert float(np.median(np.array(spreads, dtype=float))) == pytest.approx(sd, rel=0.3)
