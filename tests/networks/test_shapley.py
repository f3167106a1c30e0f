from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.networks.shapley import (
    Worth,
    core,
    critical_size,
    interaction,
    shapley,
    shapley_of_forks,
    superadditive_share,
)

PLAYERS = tuple("abcdefgh")


def drawn(n: int, seed: int) -> Worth:
    values = np.random.default_rng(seed).random(2**n)
    return lambda members: float(values[sum(1 << PLAYERS.index(p) for p in members)])


def gloves(members: frozenset[str]) -> float:
    """One left glove (a), two right ones (b, c): a pair is worth 1."""
    return float("a" in members and len(members) > 1)


def voting(members: frozenset[str]) -> float:
    """The Security Council in small: a and b have a veto, three of five votes carry."""
    return float({"a", "b"} <= members and len(members) >= 3)


def test_the_glove_game() -> None:
    """The textbook answer: 4/6 to the left glove, 1/6 to each right one."""
    assert shapley("abc", gloves).share == pytest.approx([4 / 6, 1 / 6, 1 / 6])
    assert shapley("abc", gloves).of("a") == pytest.approx(4 / 6)


def test_vetoes_carry_most() -> None:
    """By hand: each of three others turns the vote when exactly a and b are in: 2! 2! / 5! = 1/30 … times two sides."""
    found = shapley("abcde", voting).share
    assert found[2:] == pytest.approx([1 / 30] * 3)
    assert found[:2] == pytest.approx([0.45] * 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(0, 999))
def test_the_value_is_the_average_over_all_orders(n: int, seed: int) -> None:
    worth, players = drawn(n, seed), PLAYERS[:n]
    total = np.zeros(n)
    orders = list(permutations(range(n)))
    for order in orders:
        joined: frozenset[str] = frozenset()
        for i in order:
            total[i] += worth(joined | {players[i]}) - worth(joined)
            joined |= {players[i]}
    found = shapley(players, worth)
    assert found.exact
    assert found.share == pytest.approx(total / len(orders))
    assert found.share.sum() == pytest.approx(worth(frozenset(players)) - worth(frozenset()))


def test_drawn_orders_come_close_and_say_how_close() -> None:
    worth = drawn(8, 3)
    exact, sampled = shapley(PLAYERS, worth), shapley(PLAYERS, worth, exact_up_to=4, orders=2000, seed=1)
    assert not sampled.exact
    assert (abs(sampled.share - exact.share) < 4 * sampled.error).all()
    assert sampled.error.max() < 0.02
    assert sampled.share.sum() == pytest.approx(exact.share.sum())


def test_antithetic_orders_are_exact_where_players_add_up_in_pairs() -> None:
    """With interactions of two and no more, an order and its reverse average to the value."""
    rng = np.random.default_rng(2)
    pairs = rng.normal(size=(8, 8))

    def worth(members: frozenset[str]) -> float:
        inside = [PLAYERS.index(p) for p in members]
        return float(pairs[np.ix_(inside, inside)].sum())

    found = shapley(PLAYERS, worth, exact_up_to=2, orders=4)
    assert found.share == pytest.approx(shapley(PLAYERS, worth).share)
    assert found.error == pytest.approx(np.zeros(8), abs=1e-12)


def test_every_set_is_asked_for_once() -> None:
    asked: list[frozenset[str]] = []

    def worth(members: frozenset[str]) -> float:
        asked.append(members)
        return float(len(members))

    shapley(PLAYERS, worth, exact_up_to=4, orders=50)
    assert len(asked) == len(set(asked))


def test_interaction_is_synergy_above_zero_and_redundancy_below() -> None:
    both = interaction("ab", lambda s: float(len(s) == 2))
    either = interaction("ab", lambda s: float(len(s) > 0))
    alone = interaction("abc", lambda s: float(len(s)))
    assert both[0, 1] == both[1, 0] == 1
    assert either[0, 1] == -1
    assert alone == pytest.approx(np.zeros((3, 3)))
    # Three who are only worth something together: every pair 1/2 (Grabisch & Roubens).
    assert interaction("abc", lambda s: float(len(s) == 3))[0, 1] == pytest.approx(1 / 2)


def test_critical_size_and_superadditivity() -> None:
    assert critical_size("abcde", voting) == 3
    assert critical_size("abc", lambda s: 0.2) is None
    assert superadditive_share("abc", gloves) == 1.0
    assert superadditive_share("ab", lambda s: float(len(s) > 0)) == 0.0
    assert superadditive_share("a", gloves) is None
    assert superadditive_share("abc", lambda s: float(len(s) > 0)) == 0.0


def test_the_core_of_the_glove_game_is_the_left_gloves() -> None:
    found = core("abc", gloves)
    assert not found.empty
    assert found.division == pytest.approx([1, 0, 0])


def test_majority_rule_has_an_empty_core() -> None:
    """Two of three carry: any division leaves some two with less than 1. Least 3/2."""
    found = core("abc", lambda s: float(len(s) >= 2))
    assert found.empty
    assert found.least == pytest.approx(1.5)
    assert not core("a", lambda s: float(len(s))).empty


def test_sampling_error_is_that_of_the_forks() -> None:
    rng = np.random.default_rng(4)
    players, truth = PLAYERS[:3], drawn(3, 7)
    sets = [frozenset(p for i, p in enumerate(players) if mask >> i & 1) for mask in range(8)]
    estimates, errors = [], []
    for seed in range(60):
        forks = {s: [bool(rng.random() < truth(s)) for _ in range(20)] for s in sets}
        found = shapley_of_forks(players, forks, draws=200, seed=seed)
        estimates.append(found.share)
        errors.append(found.error)
    assert np.mean(errors, axis=0) == pytest.approx(np.std(estimates, axis=0, ddof=1), rel=0.25)
    assert np.mean(estimates, axis=0) == pytest.approx(shapley(players, truth).share, abs=0.04)
    with pytest.raises(ValueError, match=r"the set \['a'\] has no forks"):
        shapley_of_forks(players, {frozenset(): [True]})


@pytest.mark.parametrize("players", ["", "aa"])
def test_players_have_names_of_their_own(players: str) -> None:
    with pytest.raises(ValueError, match="name each once"):
        shapley(players, gloves)
    with pytest.raises(ValueError, match="no player 'z'"):
        shapley("abc", gloves).of("z")
