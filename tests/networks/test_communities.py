from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.networks import communities as module
from experiments.networks.communities import (
    adjusted_rand,
    modularity_matrix,
    modularity_test,
    signed_communities,
    signed_modularity,
)
from experiments.stats import NullModel


def partitions(n: int) -> Iterator[list[int]]:
    """Every partition of n agents, as labels in order of first member."""

    def grow(label: list[int]) -> Iterator[list[int]]:
        if len(label) == n:
            yield label
            return
        for k in range(max(label, default=-1) + 2):
            yield from grow([*label, k])

    return grow([])


def weights(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.round(rng.normal(size=(n, n)), 2) * (rng.random((n, n)) < 0.7)


def test_of_one_friendship_and_two_enmities_the_friends_stay_together() -> None:
    """networkx parts them and gives a modularity of -2 (methods.md 3.3)."""
    w = np.array([[0, 1, -1], [1, 0, -1], [-1, -1, 0]], dtype=float)
    found = signed_communities(w)
    assert found.label.tolist() == [0, 0, 1]
    assert found.exhaustive
    assert found.modularity is not None
    assert found.modularity > 0


def test_modularity_by_the_formula() -> None:
    """Gómez, Jensen & Arenas, term by term."""
    w = np.array([[0, 2, -1, 0], [2, 0, 0, 1], [-1, 0, 0, 3], [0, 1, 3, 0]], dtype=float)
    label = [0, 0, 1, 1]
    plus, minus = np.maximum(w, 0), np.maximum(-w, 0)
    total = 0.0
    for i in range(4):
        for j in range(4):
            if label[i] == label[j]:
                total += w[i, j]
                total -= plus[i].sum() * plus[j].sum() / plus.sum() - minus[i].sum() * minus[j].sum() / minus.sum()
    assert signed_modularity(w, label) == pytest.approx(total / (plus.sum() + minus.sum()))


def test_without_enemies_it_is_newmans_modularity() -> None:
    import networkx as nx

    graph = nx.karate_club_graph()
    w = nx.to_numpy_array(graph, weight="none")
    halves = [{n for n in graph if graph.nodes[n]["club"] == club} for club in ("Mr. Hi", "Officer")]
    label = [0 if n in halves[0] else 1 for n in graph]
    assert signed_modularity(w, label) == pytest.approx(nx.community.modularity(graph, halves, weight="none"))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 7), st.integers(0, 999))
def test_no_partition_of_a_few_is_better(n: int, seed: int) -> None:
    w = weights(n, seed)
    found = signed_communities(w)
    if found.modularity is None:
        assert not (w - np.diag(np.diagonal(w))).any()
    else:
        values = [signed_modularity(w, label) for label in partitions(n)]
        assert found.modularity == pytest.approx(max(v for v in values if v is not None))


def test_every_partition_of_ten_is_looked_at() -> None:
    assert sum(1 for _ in partitions(7)) == 877
    w = weights(10, 4)
    found = signed_communities(w)
    assert found.exhaustive
    assert found.modularity == pytest.approx(signed_modularity(w, found.label))


def test_the_search_finds_what_the_enumeration_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(15):
        w = weights(9, seed)
        best = signed_communities(w)
        with monkeypatch.context() as patch:
            patch.setattr(module, "EXHAUSTIVE_UP_TO", 2)
            searched = signed_communities(w, seeds=20, seed=seed)
        assert not searched.exhaustive
        assert searched.modularity == pytest.approx(best.modularity)


def test_planted_groups_are_found_and_agreed_upon() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1, 2], 8)
    w = np.where(group[:, None] == group[None, :], 1.0, -0.6) + 0.3 * rng.normal(size=(24, 24))
    found = signed_communities(w, seeds=20)
    assert adjusted_rand(found.label, group) == 1.0
    assert found.agreement > 0.9
    assert found.groups(3) == [tuple(range(k, k + 8)) for k in (0, 8, 16)]
    assert ((found.together >= 0) & (found.together <= 1)).all()


def test_noise_is_not_agreed_upon() -> None:
    found = signed_communities(weights(40, 3), seeds=20)
    assert found.agreement < 0.8


def test_nobody_and_nothing() -> None:
    assert signed_communities(np.zeros((3, 3))).modularity is None
    assert signed_communities(np.zeros((3, 3))).groups() == [(0,), (1,), (2,)]
    with pytest.raises(ValueError, match="2 labels for 3 agents"):
        signed_modularity(np.zeros((3, 3)), [0, 1])


@given(st.integers(0, 999))
def test_rows_of_the_modularity_matrix_sum_to_nothing(seed: int) -> None:
    b, _ = modularity_matrix(weights(6, seed))
    assert np.allclose(b.sum(axis=1), 0)


def test_adjusted_rand_by_hand() -> None:
    """Hubert & Arabie's index on two partitions of six: 2 of 15 pairs are together in both, 6 in the one, 3 in the other."""
    a, b = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]
    together, rows, columns, total = 2, 6, 3, 15
    expected = rows * columns / total
    assert adjusted_rand(a, b) == pytest.approx((together - expected) / ((rows + columns) / 2 - expected))
    assert adjusted_rand(a, a) == 1.0
    assert adjusted_rand([0, 1, 2], [0, 1, 2]) == 1.0


def test_camps_are_more_modular_than_their_degrees_make_them() -> None:
    side = np.array([1] * 4 + [-1] * 4)
    camps = np.outer(side, side) * (np.random.default_rng(1).random((8, 8)) < 0.8)
    camps = np.triu(camps, 1) + np.triu(camps, 1).T
    found = modularity_test(camps, draws=99)
    assert found.null_model is NullModel.N5
    assert found.p_value is not None
    assert found.p_value <= 0.05
    assert found.modularity is not None
    assert found.expected is not None
    assert found.modularity > found.expected
    assert modularity_test(np.zeros((4, 4), dtype=np.int64)).p_value is None


def test_random_graphs_are_no_more_modular_than_their_degrees_make_them() -> None:
    rng, rejected = np.random.default_rng(2), 0
    for seed in range(60):
        signs = np.triu(rng.choice((-1, 0, 1), size=(7, 7)), 1)
        p = modularity_test(signs + signs.T, draws=19, seed=seed).p_value
        rejected += p is not None and p <= 0.05
    assert rejected <= 7
