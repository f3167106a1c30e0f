from math import log, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.networks.information import (
    dual_total_correlation,
    entropy,
    mutual_information,
    o_information,
    shared_information,
    synchrony,
    total_correlation,
    transfer_bits,
    transfer_entropy,
)
from experiments.stats import NullModel

ALL = np.array([[a, b] for a in (0, 1) for b in (0, 1)])


def test_entropy_by_hand() -> None:
    three = np.array([0, 0, 1, 1, 1, 1, 2, 2])
    assert entropy(three, corrected=False) == pytest.approx(1.5)
    assert entropy(three) == pytest.approx(1.5 + 2 / (16 * log(2)))
    assert entropy(np.array([[0, 1], [0, 1]]), corrected=False) == 0
    with pytest.raises(ValueError, match="no rows"):
        entropy(np.array([]))


def test_millers_correction_takes_off_most_of_the_bias() -> None:
    """A fair die thrown 60 times, on average over 400."""
    rng = np.random.default_rng(1)
    plain, corrected = (
        np.mean([entropy(rng.integers(6, size=60), corrected=c) for _ in range(400)]) - log2(6) for c in (False, True)
    )
    assert plain < -0.05
    assert abs(corrected) < 0.01


def test_two_copies_share_one_bit_and_two_coins_none() -> None:
    assert mutual_information(ALL[:, 0], ALL[:, 1], corrected=False) == pytest.approx(0)
    assert mutual_information(ALL[:, 0], ALL[:, 0], corrected=False) == pytest.approx(1)
    assert total_correlation(ALL, corrected=False) == pytest.approx(0)


def test_o_information_tells_copies_from_a_parity() -> None:
    """Rosas et al.: three copies of a coin give +1 bit, a parity of two coins -1."""
    copies = np.array([[0, 0, 0], [1, 1, 1]])
    parity = np.column_stack([ALL, ALL.sum(axis=1) % 2])
    assert total_correlation(copies, corrected=False) == pytest.approx(2)
    assert dual_total_correlation(copies, corrected=False) == pytest.approx(1)
    assert o_information(copies, corrected=False) == pytest.approx(1)
    assert o_information(parity, corrected=False) == pytest.approx(-1)
    assert dual_total_correlation(parity, corrected=False) == pytest.approx(2)


@given(st.integers(0, 999))
def test_information_is_never_negative_before_correction(seed: int) -> None:
    acts = np.random.default_rng(seed).integers(2, size=(20, 4))
    assert total_correlation(acts, corrected=False) >= -1e-9
    assert dual_total_correlation(acts, corrected=False) >= -1e-9
    assert total_correlation(acts[:, :2]) == pytest.approx(mutual_information(acts[:, 0], acts[:, 1]))
    assert dual_total_correlation(acts[:, :1]) == 0


def test_shared_information_is_tested_by_n2() -> None:
    rng = np.random.default_rng(2)
    coin = rng.integers(2, size=(60, 1))
    found = shared_information(np.hstack([coin, coin, rng.integers(2, size=(60, 1))]), draws=99)
    assert found.null_model is NullModel.N2
    assert found.p_value == pytest.approx(1 / 100)
    assert found.bits > 0.8 > abs(found.expected)
    assert shared_information(rng.integers(2, size=(60, 3)), draws=99).p_value > 0.05


def test_a_copied_series_transfers_one_bit_in_one_direction() -> None:
    rng = np.random.default_rng(3)
    source = rng.integers(2, size=(8, 60))
    target = np.roll(source, 1, axis=1)
    there, back = transfer_entropy(source, target, draws=99), transfer_entropy(target, source, draws=99)
    assert there.bits == pytest.approx(1, abs=0.05)
    assert there.p_value == pytest.approx(1 / 100)
    assert there.null_model is NullModel.N6
    assert back.p_value > 0.05
    assert there.transitions == 8 * 59
    assert not there.thin
    assert transfer_entropy(source[:1], target[:1], draws=9).thin


def test_a_common_cause_is_taken_off_by_conditioning() -> None:
    """Both follow the operator, one a step later: it looks like influence until the operator's series is given."""
    rng = np.random.default_rng(4)
    operator = rng.integers(2, size=(10, 60))
    early, late = np.roll(operator, 1, axis=1), np.roll(operator, 2, axis=1)
    noisy = np.where(rng.random(late.shape) < 0.1, 1 - late, late)
    assert transfer_bits(early, noisy) > 0.3
    earlier = np.roll(operator, 1, axis=1)
    assert abs(transfer_bits(early, noisy, [earlier])) < 0.02


def test_transfer_of_independent_series_rejects_at_its_nominal_rate() -> None:
    """Sticky series, as acts are: their autocorrelation is what the shifts keep."""
    rng, rejected = np.random.default_rng(5), 0
    for seed in range(100):
        flips = rng.random((2, 10, 30)) < 0.2
        source, target = np.cumsum(flips, axis=2) % 2
        rejected += transfer_entropy(source, target, seed=seed, draws=19).p_value <= 0.05
    assert rejected <= 11


def test_series_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="series of shapes"):
        transfer_entropy(np.zeros((2, 5), dtype=int), np.zeros((2, 4), dtype=int))


def test_synchrony_is_first_acts_within_one_step() -> None:
    found = synchrony([[0, 1, None], [3, 9], [None, 4]], steps=12, draws=99)
    assert (found.share, found.pairs) == (0.5, 2)
    at_once = synchrony([[5, 5, 6, None]] * 20, steps=20, draws=99)
    assert at_once.share == 1.0
    assert at_once.p_value == pytest.approx(1 / 100)
    assert at_once.expected == pytest.approx(3 / 20, abs=0.05)
    assert synchrony([[1, None]], steps=5).share is None
