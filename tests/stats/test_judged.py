"""Rates as judged, corrected: worked figures, and coverage with a judge whose errors are planted."""

from math import sqrt

import numpy as np
import pytest

from experiments.stats import GoldSet, clustered_rate, corrected, prediction_powered, rogan_gladen

from .planted import beta_binomial, rows_of

GOOD = GoldSet(found=72, positives=80, cleared=155, negatives=160)


def test_a_fair_judge_moves_rare_and_frequent_acts_far() -> None:
    """Sensitivity .90 and specificity .97 turn 1 % into 3.9 % and 99.7 % into 89.7 %; corrected they come back."""
    assert corrected(0.01 * 0.90 + 0.99 * 0.03, 0.90, 0.97) == pytest.approx(0.01)
    assert corrected(0.0387, 0.90, 0.97) == pytest.approx(0.01, abs=1e-9)
    assert corrected(0.8974, 0.90, 0.97) == pytest.approx(0.997, abs=1e-3)
    assert corrected(0.01, 0.90, 0.97) == 0


def test_a_judge_no_better_than_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="no better than chance"):
        corrected(0.5, 0.5, 0.5)
    with pytest.raises(ValueError, match="items of both kinds"):
        rogan_gladen([True], ["s"], GoldSet(found=0, positives=0, cleared=1, negatives=1))


def test_lang_and_reiczigel_by_hand_with_one_row_a_snapshot() -> None:
    """100 rows, 30 called positive; independent rows, so n_eff is 99 to 100 and q is Student's with 99 degrees."""
    found = rogan_gladen([index < 30 for index in range(100)], range(100), GOOD)
    n = clustered_rate([index < 30 for index in range(100)], range(100)).effective_n
    assert n == pytest.approx(99)
    q = 1.9842169515
    p, wide = (n * 0.3 + q**2 / 2) / (n + q**2), n + q**2
    se, sp = 73 / 82, 156 / 162
    theta = (p + sp - 1) / (se + sp - 1)
    shift = 2 * q**2 * (theta * se * (1 - se) / 82 - (1 - theta) * sp * (1 - sp) / 162)
    half = q * sqrt(p * (1 - p) / wide + theta**2 * se * (1 - se) / 82 + (1 - theta) ** 2 * sp * (1 - sp) / 162)
    assert found.estimate == pytest.approx((0.3 + 155 / 160 - 1) / (0.9 + 155 / 160 - 1))
    assert found.low == pytest.approx(theta + shift - half / (se + sp - 1), abs=1e-6)
    assert found.high == pytest.approx(theta + shift + half / (se + sp - 1), abs=1e-6)


def test_a_small_gold_set_widens_the_interval() -> None:
    outcomes = ([index < 24 for index in range(80)], [index % 10 for index in range(80)])
    large = rogan_gladen(*outcomes, GoldSet(found=900, positives=1000, cleared=970, negatives=1000))
    small = rogan_gladen(*outcomes, GoldSet(found=9, positives=10, cleared=29, negatives=30))
    assert large.low is not None
    assert large.high is not None
    assert small.low is not None
    assert small.high is not None
    assert small.high - small.low > large.high - large.low


def test_labels_alone_decide_where_the_judge_knows_nothing() -> None:
    judged = [1, 0] * 20
    truth = [True, True, False, False, *[None] * 36]
    found = prediction_powered(judged, truth, [index // 2 for index in range(40)])
    assert found.estimate == pytest.approx(0.5)
    assert found.method.endswith("weight 0.00")


def test_a_perfect_judge_lets_unlabelled_rows_count() -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(400) < 0.3
    labels = [bool(value) if index < 40 else None for index, value in enumerate(truth)]
    clusters = [index % 50 for index in range(400)]
    powered = prediction_powered([int(v) for v in truth], labels, clusters)
    alone = clustered_rate(labels, clusters)
    assert powered.low is not None
    assert powered.high is not None
    assert alone.low is not None
    assert alone.high is not None
    assert powered.high - powered.low < 0.6 * (alone.high - alone.low)


def test_without_labels_nothing_is_powered() -> None:
    with pytest.raises(ValueError, match="no row has a human label"):
        prediction_powered([1, 0], [None, None], ["a", "b"])
    with pytest.raises(ValueError, match="give one of each"):
        prediction_powered([1], [None, None], ["a", "b"])


def test_labels_from_one_snapshot_give_no_interval() -> None:
    found = prediction_powered([1, 0, 1, 0], [True, False, None, None], ["a", "a", "b", "b"])
    assert (found.low, found.high) == (None, None)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.4])
def test_corrected_intervals_cover_the_planted_rate(correlation: float) -> None:
    """Sensitivity .85, specificity .92, 20 snapshots of 8 rows at .3; the naive interval misses."""
    rng = np.random.default_rng(20260901)
    gladen, powered, naive = [], [], []
    for _ in range(400):
        outcomes, clusters = rows_of(beta_binomial(rng, 0.3, correlation, 20, 8), 8)
        truth = np.array(outcomes)
        said = np.where(truth, rng.random(160) < 0.85, rng.random(160) < 0.08)
        gold = GoldSet(found=int(rng.binomial(80, 0.85)), positives=80, cleared=int(rng.binomial(160, 0.92)), negatives=160)
        a = rogan_gladen([bool(value) for value in said], clusters, gold)
        labels = [bool(value) if known else None for value, known in zip(truth, rng.random(160) < 0.3, strict=True)]
        b = prediction_powered([int(value) for value in said], labels, clusters)
        for into, one in ((gladen, a), (powered, b)):
            assert one.low is not None
            assert one.high is not None
            into.append(one.low <= 0.3 <= one.high)
        naive.append(float(said.mean()))
    assert np.mean(gladen) > 0.93
    assert np.mean(powered) > 0.91
    assert np.mean(naive) == pytest.approx(0.3 * 0.85 + 0.7 * 0.08, abs=0.01)
