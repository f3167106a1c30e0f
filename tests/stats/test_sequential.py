"""Looking more than once: published boundaries, the price of peeking, conditional power."""

from math import sqrt

import numpy as np
import pytest

from experiments.stats import Boundary, Decision, boundaries, conditional_power, crossing, look


def test_obrien_fleming_boundaries_are_the_published_ones() -> None:
    assert boundaries(4) == pytest.approx((4.049, 2.863, 2.337, 2.024), abs=6e-4)


def test_pocock_boundaries_are_the_published_ones() -> None:
    """2.361 at four looks, 2.413 at five (Jennison & Turnbull 2000, table 2.1)."""
    assert boundaries(4, Boundary.POCOCK) == pytest.approx((2.361,) * 4, abs=5e-4)
    assert boundaries(5, Boundary.POCOCK)[0] == pytest.approx(2.413, abs=5e-4)


@pytest.mark.parametrize(("looks", "inflated"), [(1, 0.050), (2, 0.083), (4, 0.126), (5, 0.142), (10, 0.193)])
def test_peeking_at_196_costs_what_armitage_found(looks: int, inflated: float) -> None:
    """Armitage, McPherson & Rowe (1969), table 2."""
    assert crossing([1.96] * looks) == pytest.approx(inflated, abs=6e-4)


def test_integration_agrees_with_drawn_brownian_paths() -> None:
    rng = np.random.default_rng(3)
    limits = np.array(boundaries(4))
    paths = np.cumsum(rng.normal(0.7, 1, size=(200_000, 4)), axis=1) / np.sqrt(np.arange(1, 5))
    crossed = float((np.abs(paths) >= limits).any(axis=1).mean())
    assert crossing(limits.tolist(), drift=0.7 * 2) == pytest.approx(crossed, abs=0.004)


def test_one_look_is_a_plain_test() -> None:
    assert boundaries(1)[0] == pytest.approx(1.959964, abs=1e-5)
    assert crossing([1.959964], drift=2.8016) == pytest.approx(0.80, abs=1e-4)


def test_conditional_power_by_hand() -> None:
    """z = 1 at half: under the trend the last z is normal around 1 sqrt(2) with sd sqrt(1/2)."""
    from scipy.stats import norm

    centre, sd = sqrt(2), sqrt(0.5)
    expected = norm.sf(1.96, centre, sd) + norm.cdf(-1.96, centre, sd)
    assert conditional_power(1.0, 0.5, 1.96) == pytest.approx(expected)
    assert conditional_power(1.0, 0.5, 1.96, drift=0.0) < expected
    assert conditional_power(2.5, 1.0, 1.96) == 1


def test_a_look_stops_at_the_boundary_and_not_before() -> None:
    assert look(2, 4, 0.3, 0.0041).decision is Decision.REJECT  # |z| = 2.87
    assert look(2, 4, 0.3, 0.0043).decision is Decision.GO_ON  # |z| = 2.86
    assert look(2, 4, -0.3, 0.0041).z == pytest.approx(-2.87, abs=0.01)


def test_a_look_stops_for_futility_from_half_of_the_data_on() -> None:
    assert look(1, 4, 0.01, 0.9).decision is Decision.GO_ON
    assert look(2, 4, 0.01, 0.9).decision is Decision.FUTILE
    assert look(2, 4, 0.01, 0.9, futility=0.0).decision is Decision.GO_ON


def test_the_last_look_ends_it_either_way() -> None:
    assert look(4, 4, 0.1, 0.044).decision is Decision.LAST
    assert look(4, 4, 0.1, 0.042).decision is Decision.REJECT


def test_a_look_that_could_not_tell_goes_on() -> None:
    found = look(1, 4, None, None)
    assert (found.decision, found.z, found.conditional_power) == (Decision.GO_ON, None, None)
    assert look(1, 4, 0.0, 1.0).z == 0


@pytest.mark.parametrize("looks", [0, 21])
def test_looks_without_number_are_refused(looks: int) -> None:
    with pytest.raises(ValueError, match="1 to 20 looks"):
        boundaries(looks)
