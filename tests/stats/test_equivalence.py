"""Alike to within a margin: worked figures, and the size of the test at the margin."""

from math import log, sqrt

import numpy as np
import pytest

from experiments.stats import Scale, clustered_rate, equivalence

from .planted import beta_binomial, forked_beta_binomial, rows_of


def alike(a: list[int], b: list[int], rows: int = 8, **options: object) -> object:
    return equivalence(*rows_of(np.array(a), rows), *rows_of(np.array(b), rows), **options)  # type: ignore[arg-type]


def test_the_p_value_is_where_the_interval_touches_the_margin() -> None:
    a, b = rows_of(np.array([2, 3, 2, 4, 3, 2, 3, 3]), 8), rows_of(np.array([3, 2, 3, 3, 2, 3, 4, 2]), 8)
    found = equivalence(*a, *b, margin=0.25, paired=False)
    assert found.p_value is not None
    edge = equivalence(*a, *b, margin=0.25, paired=False, alpha=found.p_value)
    assert edge.low is not None
    assert edge.high is not None
    assert max(-edge.low, edge.high) == pytest.approx(0.25, abs=1e-6)


def test_many_independent_rows_give_the_textbook_test() -> None:
    """100 of 1,000 against 110 of 1,000, margin .05: z = (.05 - .01) / sqrt(sum p q / n) = 2.92, p = .002."""
    counts = [1] * 100 + [0] * 900, [1] * 110 + [0] * 890
    found = alike(*counts, rows=1, margin=0.05, paired=False)
    z = 0.04 / sqrt(0.1 * 0.9 / 1000 + 0.11 * 0.89 / 1000)
    from scipy.stats import norm

    assert found.p_value == pytest.approx(float(norm.sf(z)), abs=8e-4)  # type: ignore[attr-defined]
    assert found.equivalent  # type: ignore[attr-defined]


def test_no_difference_found_is_not_alike() -> None:
    """Six snapshots of a coin each way: nothing is significant, and nothing is shown to be alike."""
    found = alike([4, 2, 6, 3, 5, 4], [4, 3, 5, 4, 2, 6], margin=0.05, paired=False)
    assert found.equivalent is False  # type: ignore[attr-defined]


def test_a_difference_beyond_the_margin_has_no_small_p() -> None:
    assert alike([6] * 5 + [7], [2] * 5 + [1], margin=0.1, paired=False).p_value == 0.5  # type: ignore[attr-defined]


def test_a_few_pairs_that_happen_to_agree_are_not_certainty() -> None:
    assert alike([2, 5, 3], [2, 5, 3], margin=0.05, paired=True).equivalent is False  # type: ignore[attr-defined]


def test_log_odds_of_all_or_nothing_could_not_tell() -> None:
    found = alike([0, 0, 0], [1, 2, 1], margin=0.3, paired=True, scale=Scale.LOG_ODDS)
    assert (found.estimate, found.p_value, found.equivalent) == (None, None, None)  # type: ignore[attr-defined]
    found = alike([4, 2, 3], [1, 2, 1], margin=0.3, paired=True, scale=Scale.LOG_ODDS)
    p, q = (clustered_rate(*rows_of(np.array(x), 8)).estimate for x in ([4, 2, 3], [1, 2, 1]))
    assert p is not None
    assert q is not None
    assert found.estimate == pytest.approx(log(p / (1 - p)) - log(q / (1 - q)))  # type: ignore[attr-defined]


def test_a_margin_must_be_written_down() -> None:
    with pytest.raises(ValueError, match="above 0"):
        alike([1, 2], [1, 2], margin=0.0, paired=False)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("scale", list(Scale))
def test_arms_at_the_margin_are_called_alike_no_more_often_than_alpha(
    correlation: float, paired: bool, scale: Scale
) -> None:
    rng = np.random.default_rng(20260902)
    margin = 0.25 if scale is Scale.POINTS else log(0.55 / 0.45) - log(0.3 / 0.7)
    at_margin, same = [], []
    for _ in range(300):
        for into, rates in ((at_margin, (0.55, 0.3)), (same, (0.3, 0.3))):
            if paired:
                a, b = forked_beta_binomial(rng, rates, correlation, 30, 8)
            else:
                a, b = (beta_binomial(rng, rate, correlation, 30, 8) for rate in rates)
            found = equivalence(*rows_of(a, 8), *rows_of(b, 8), margin=margin, paired=paired, scale=scale)
            into.append(bool(found.equivalent))
    assert np.mean(at_margin) < 0.05 + 2.6 * sqrt(0.05 * 0.95 / 300)
    assert np.mean(same) > 0.5
