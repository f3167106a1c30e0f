import subprocess
import sys
from collections import Counter
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.networks import nulls
from experiments.stats import NullModel
from sim import AgentId


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@st.composite
def signed_matrices(draw: st.DrawFn, directed: bool = False) -> np.ndarray:
    n = draw(st.integers(2, 9))
    values = np.array(draw(st.lists(st.sampled_from((-1, 0, 0, 1)), min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(values, 0)
    return values if directed else np.triu(values) + np.triu(values).T


def test_the_eight_null_models_and_the_sign_flip_are_one_enumeration() -> None:
    assert {model.name for model in NullModel} == {*(f"N{k}" for k in range(1, 9)), "SIGN_FLIP"}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1), st.integers(0, 99))
def test_n1_and_n7_keep_what_is_in_each_stratum(pairs: list[tuple[int, int]], seed: int) -> None:
    strata, values = [s for s, _ in pairs], np.array([v for _, v in pairs])
    again = nulls.shuffled_within(values, strata, rng(seed))
    for stratum in set(strata):
        inside = np.array(strata) == stratum
        assert sorted(again[inside]) == sorted(values[inside])


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 99))
def test_n2_keeps_every_agents_number_of_acts_in_each_stratum(replicates: int, agents: int, seed: int) -> None:
    acts = rng(seed).integers(2, size=(2 * replicates, agents))
    strata = [0] * replicates + [1] * replicates
    again = nulls.shuffled_replicates(acts, strata, rng(seed + 1))
    assert (again[:replicates].sum(axis=0) == acts[:replicates].sum(axis=0)).all()
    assert (again.sum(axis=0) == acts.sum(axis=0)).all()


def test_n3_deals_targets_without_replacement_among_the_eligible() -> None:
    targets, eligible = [AgentId("a"), AgentId("b")], [AgentId(x) for x in "abcd"]
    seen = Counter(tuple(nulls.relabelled_targets(targets, eligible, r).values()) for r in map(rng, range(600)))
    assert set(seen) == set(permutations("abcd", 2))
    assert min(seen.values()) > 25


@given(signed_matrices(), st.integers(0, 99))
def test_n4_keeps_ties_and_the_share_of_negatives(signs: np.ndarray, seed: int) -> None:
    again = nulls.shuffled_signs(signs, rng(seed))
    assert (abs(again) == abs(signs)).all()
    assert (again == again.T).all()
    assert again.sum() == signs.sum()


@given(signed_matrices(), st.integers(0, 99))
def test_n5_keeps_signed_degrees_and_makes_no_loops(signs: np.ndarray, seed: int) -> None:
    again = nulls.swapped_edges(signs, rng(seed))
    for sign in (1, -1):
        assert ((again == sign).sum(axis=0) == (signs == sign).sum(axis=0)).all()
    assert (again == again.T).all()
    assert not np.diagonal(again).any()


@given(signed_matrices(directed=True), st.integers(0, 99))
def test_n5_keeps_signed_in_and_out_degrees_of_a_directed_graph(signs: np.ndarray, seed: int) -> None:
    again = nulls.swapped_edges(signs, rng(seed), directed=True)
    for axis in (0, 1):
        for sign in (1, -1):
            assert ((again == sign).sum(axis=axis) == (signs == sign).sum(axis=axis)).all()
    assert not np.diagonal(again).any()


def test_n5_reaches_every_graph_of_the_same_degrees_alike() -> None:
    """Two ties among four agents of one tie each: three such graphs, each a third of the time."""
    signs = np.zeros((4, 4), dtype=int)
    signs[0, 1] = signs[1, 0] = signs[2, 3] = signs[3, 2] = 1
    seen = Counter(nulls.swapped_edges(signs, rng(seed)).tobytes() for seed in range(600))
    assert len(seen) == 3
    assert min(seen.values()) > 150


def test_n5_moves_the_signs_of_a_complete_graph() -> None:
    """A circle of four friends whose other ties are enmities: three such circles, each a third of the time."""
    signs = np.ones((4, 4), dtype=int) - np.eye(4, dtype=int)
    signs[0, 2] = signs[2, 0] = signs[1, 3] = signs[3, 1] = -1
    seen = Counter(nulls.swapped_edges(signs, rng(seed)).tobytes() for seed in range(600))
    assert len(seen) == 3
    assert min(seen.values()) > 150


@pytest.mark.parametrize("wrong", [np.eye(3, dtype=int), np.triu(np.ones((3, 3), dtype=int), 1)])
def test_n5_says_what_is_wrong_with_a_matrix(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"tie to itself|not symmetric"):
        nulls.swapped_edges(wrong, rng())


@given(st.integers(2, 12), st.integers(0, 99))
def test_n6_turns_a_series_round_and_changes_nothing_else(steps: int, seed: int) -> None:
    series = rng(seed).integers(2, size=(3, 2, steps))
    again = nulls.shifted_series(series, rng(seed + 1))
    for one, other in zip(series.reshape(-1, steps), again.reshape(-1, steps), strict=True):
        assert any((np.roll(one, shift) == other).all() for shift in range(steps))


@settings(max_examples=30)
@given(st.integers(2, 7), st.integers(0, 99))
def test_n8_moves_rows_and_columns_together(n: int, seed: int) -> None:
    matrix = rng(seed).normal(size=(n, n))
    again = nulls.relabelled_agents(matrix, rng(seed + 1))
    assert any(np.array_equal(again, matrix[np.ix_(order, order)]) for order in map(list, permutations(range(n))))


def test_p_values_count_the_observed_among_the_draws() -> None:
    drawn = np.arange(1.0, 20.0)
    assert nulls.upper_tail(20.0, drawn) == 1 / 20
    assert nulls.two_sided(20.0, drawn) == 2 / 20
    assert nulls.two_sided(10.0, drawn) == 1.0
    assert nulls.upper_tail(0.1 + 0.2, np.array([0.3])) == 1.0, "sums in another order tie"


def test_importing_the_measures_loads_nothing_heavy() -> None:
    code = "import sys, experiments.networks; print({'scipy', 'networkx', 'matplotlib', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
