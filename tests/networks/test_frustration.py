from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from experiments.networks.frustration import frustration, upper_bound

from .test_signed import signs


def by_hand(found: np.ndarray) -> int:
    """Over all ways to split into two."""
    n = len(found)
    if n < 2:
        return 0
    sides = np.array([(1, *rest) for rest in product((1, -1), repeat=n - 1)])
    return int(((np.abs(found).sum() - np.einsum("si,ij,sj->s", sides, found, sides)) / 4).min())


def random_signs(n: int, ties: int, seed: int, negative: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found, pairs = np.zeros((n, n), dtype=np.int64), np.array(np.triu_indices(n, 1)).T
    for i, j in pairs[rng.choice(len(pairs), ties, replace=False)]:
        found[i, j] = found[j, i] = -1 if rng.random() < negative else 1
    return found


@settings(max_examples=60, deadline=None)
@given(signs())
def test_the_index_is_the_least_over_all_splits(found: np.ndarray) -> None:
    result = frustration(found)
    assert result.exact
    assert result.ties == result.at_least == by_hand(found)


@settings(max_examples=60, deadline=None)
@given(signs())
def test_the_bounds_hold_on_either_side(found: np.ndarray) -> None:
    result = upper_bound(found, starts=3)
    assert result.at_least <= by_hand(found) <= result.ties


@settings(max_examples=60, deadline=None)
@given(signs())
def test_the_factions_are_what_the_index_counts(found: np.ndarray) -> None:
    result = frustration(found)
    side = np.array(result.faction, dtype=np.int64)
    against = (abs(found) - found * np.outer(side, side)).sum() / 4 if len(found) else 0
    assert against == result.ties
    assert len(side) == len(found)
    assert not len(side) or side[0] == 1


def test_three_enemies_are_one_tie_from_balance() -> None:
    result = frustration(np.eye(3, dtype=np.int64) - 1)
    assert (result.ties, result.of, result.normalised) == (1, 3, pytest.approx(1 / 3))
    assert str(result) == "1 of 3 ties against two factions"


def test_complete_enmity_is_a_maximum_cut() -> None:
    """All ties negative among n: the best split in halves leaves 2 C(n/2, 2) ties."""
    assert frustration(np.eye(8, dtype=np.int64) - 1).ties == 2 * 6


def test_planted_factions_are_returned() -> None:
    side = np.array([1, 1, -1, 1, -1, -1, 1, -1])
    found = frustration(np.outer(side, side) - np.eye(8, dtype=np.int64))
    assert (found.ties, found.faction) == (0, tuple(side))


def test_beyond_the_exact_size_it_says_upper_bound() -> None:
    found = frustration(random_signs(30, 90, 1), exact_up_to=20)
    assert not found.exact
    assert str(found).startswith("at most, and at least")
    exact = frustration(random_signs(30, 90, 1))
    assert exact.exact
    assert found.at_least <= exact.ties <= found.ties


def test_when_time_is_over_it_says_so_and_still_answers() -> None:
    found = frustration(random_signs(60, 240, 2), time_limit_s=0.01)
    assert not found.exact
    assert found.at_least <= found.ties


@pytest.mark.slow
@pytest.mark.parametrize(("n", "ties"), [(50, 150), (100, 200)])
def test_a_hundred_agents_are_solved_exactly(n: int, ties: int) -> None:
    """methods.md 3.2: 2.7 s and 5.6 s, proven optimal."""
    found = frustration(random_signs(n, ties, 1))
    assert found.exact
    assert found.ties <= upper_bound(random_signs(n, ties, 1)).ties
