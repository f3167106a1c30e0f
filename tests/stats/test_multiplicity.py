"""Adjusted p-values against worked examples, and what they keep under the null."""

import numpy as np
import pytest

from experiments.stats import benjamini_hochberg, holm


def test_holm_on_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_benjamini_and_hochbergs_own_example() -> None:
    """Their table of 15 p-values (1995, section 3.2): four are rejected at .05."""
    ps = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert sum(p <= 0.05 for p in benjamini_hochberg(ps)) == 4
    assert sum(p <= 0.05 for p in holm(ps)) == 3


def test_nothing_asked_is_nothing_adjusted() -> None:
    assert holm([]) == benjamini_hochberg([]) == []


def test_holm_keeps_the_chance_of_any_false_rejection() -> None:
    rng = np.random.default_rng(9)
    any_rejected = [min(holm(rng.random(5).tolist())) <= 0.05 for _ in range(4_000)]
    assert np.mean(any_rejected) == pytest.approx(0.05, abs=0.01)


def test_benjamini_hochberg_keeps_the_share_of_false_ones() -> None:
    """Ten true nulls among twenty; the others have tiny p-values."""
    rng = np.random.default_rng(10)
    shares = []
    for _ in range(2_000):
        ps = np.concatenate([rng.random(10), rng.random(10) * 1e-4])
        rejected = np.array(benjamini_hochberg(ps.tolist())) <= 0.05
        shares.append(rejected[:10].sum() / max(1, rejected.sum()))
    assert np.mean(shares) == pytest.approx(0.025, abs=0.005)
