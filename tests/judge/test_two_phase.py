import numpy as np
import pytest

from experiments.monitors.judge import gold_set, powered
from experiments.stats import prediction_powered

SENSITIVITY, SPECIFICITY, RATE = 0.8, 0.9, 0.25


def world(seed: int, *, snapshots: int = 40, rows: int = 10) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """What is true, what the judge says, and the snapshots: some live through more of it than others."""
    dice = np.random.default_rng(seed)
    base = dice.beta(RATE * 6, (1 - RATE) * 6, size=snapshots)
    clusters = np.repeat(np.arange(snapshots), rows)
    truth = dice.random(snapshots * rows) < base[clusters]
    judged = np.where(truth, dice.random(len(truth)) < SENSITIVITY, dice.random(len(truth)) < 1 - SPECIFICITY)
    return truth, judged, clusters.tolist()


def drawn(judged: np.ndarray, seed: int, each: int) -> np.ndarray:
    """The probability of every row that was drawn, `each` from either side of the judge's answers; 0 where it was not."""
    dice = np.random.default_rng((seed, 1))
    found = np.zeros(len(judged))
    for value in (False, True):
        there = np.flatnonzero(judged == value)
        take = min(each, len(there))
        found[dice.choice(there, take, replace=False)] = take / len(there)
    return found


def test_the_powered_rate_covers_the_truth_though_positives_were_sought_out() -> None:
    covered, errors, widths = 0, [], []
    for seed in range(300):
        truth, judged, clusters = world(seed)
        p = drawn(judged, seed, 40)
        known = [bool(t) if q else None for t, q in zip(truth, p, strict=True)]
        found = powered(judged.astype(int).tolist(), known, [q or 1.0 for q in p], clusters)
        assert found.low is not None
        assert found.high is not None
        assert found.estimate is not None
        covered += found.low <= RATE <= found.high
        errors.append(found.estimate - RATE)
        widths.append(found.high - found.low)
    assert 0.92 <= covered / 300 <= 0.985
    assert abs(np.mean(errors)) < 4 * np.std(errors) / 300**0.5
    assert np.mean(widths) < 0.25


def test_the_gold_set_is_what_a_plain_draw_would_have_given() -> None:
    found, cleared, naive = [], [], []
    for seed in range(60):
        truth, judged, _ = world(seed)
        p = drawn(judged, seed, 40)
        rows = p > 0
        gold = gold_set(judged[rows].astype(int).tolist(), truth[rows].tolist(), p[rows].tolist())
        found.append(gold.sensitivity)
        cleared.append(gold.specificity)
        naive.append(judged[rows & truth].mean())
        assert gold.positives + gold.negatives <= rows.sum()
    assert np.mean(found) == pytest.approx(SENSITIVITY, abs=0.03)
    assert np.mean(cleared) == pytest.approx(SPECIFICITY, abs=0.03)
    assert np.mean(naive) > SENSITIVITY + 0.08, "counting the labelled rows alone flatters the judge"


def test_equal_probabilities_give_plain_counts_and_the_plain_estimate() -> None:
    judged, truth = [1, 1, 0, 0, 1, 0], [True, False, False, True, True, False]
    gold = gold_set(judged, truth, [0.5] * 6)
    assert (gold.found, gold.positives, gold.cleared, gold.negatives) == (2, 3, 2, 3)
    clusters = ["a", "a", "b", "b", "c", "c"]
    known = [True, None, False, None, True, None]
    assert powered(judged, known, [0.5] * 6, clusters) == prediction_powered(judged, known, clusters)


def test_without_a_label_on_one_side_of_the_judge_nothing_is_claimed() -> None:
    found = powered([1, 1, 0, 0], [True, True, None, None], [0.5, 0.9, 1, 1], ["a", "b", "a", "b"])
    assert found.estimate is None
    assert "no label where the judge said no" in found.method


def test_rows_that_the_judge_left_open_are_a_side_of_their_own_where_people_labelled_them() -> None:
    judged = [1, 0, None, None]
    left_out = powered(judged, [True, False, None, None], [1, 1, 1, 1], ["a", "b", "a", "b"])
    counted = powered(judged, [True, False, True, None], [1, 1, 0.5, 0.5], ["a", "b", "a", "b"])
    assert (left_out.rows, left_out.estimate) == (2, pytest.approx(0.5))
    assert (counted.rows, counted.estimate) == (4, pytest.approx(0.75))


def test_a_probability_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="probability"):
        powered([1, 0], [True, False], [0.0, 1.0], ["a", "b"])
    with pytest.raises(ValueError, match="2 judged"):
        powered([1, 0], [True], [1.0], ["a"])
