"""Null models on a graph: what is kept is kept, and what is dealt anew is."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.networks import resigned, sign_matrix, swapped
from experiments.networks.shape import shape_of
from sim import AgentId, Topology, build_topology, from_edges

seeds = st.integers(0, 2**32 - 1)


def degrees(topology: Topology, sign: int | None = None) -> Counter[AgentId]:
    return Counter(a for a, b, _ in topology.edges if sign is None or topology.signs[a, b] == sign)


@given(st.sampled_from(["watts-strogatz", "barabasi-albert", "erdos-renyi"]), seeds)
@settings(max_examples=25)
def test_swapping_keeps_every_degree(name: str, seed: int) -> None:
    before = build_topology(name, 16, seed=seed)
    after = swapped(before, np.random.default_rng(seed))
    assert degrees(after) == degrees(before)
    assert all(after.has_edge(b, a) for a, b, _ in after.edges)


@given(seeds)
@settings(max_examples=20)
def test_swapping_keeps_every_degree_of_each_sign(seed: int) -> None:
    before = build_topology("signed-balanced", 14, seed=seed, on="erdos-renyi/p=0.4")
    after = swapped(before, np.random.default_rng(seed))
    for sign in (1, -1):
        assert degrees(after, sign) == degrees(before, sign)
    assert after.blocks == before.blocks


def test_swapping_deals_the_ties_anew() -> None:
    before = build_topology("watts-strogatz", 30, p=0.0)
    after = swapped(before, np.random.default_rng(1))
    assert set(after.edges) != set(before.edges)
    assert shape_of(after).clustering < 0.7 * shape_of(before).clustering


def test_swapping_a_directed_graph_keeps_degrees_both_ways_and_delays_of_what_stays() -> None:
    rng = np.random.default_rng(4)
    pairs = [
        (f"a{i}", f"a{j}", int(rng.integers(1, 9))) for i in range(12) for j in range(12) if i != j and rng.random() < 0.3
    ]
    before = from_edges(pairs)
    after = swapped(before, rng)
    assert degrees(after) == degrees(before)
    assert Counter(b for _, b, _ in after.edges) == Counter(b for _, b, _ in before.edges)
    for a, b, delay in after.edges:
        assert delay in before.delays(a).values()
        assert not before.has_edge(a, b) or delay == before.delay(a, b)


@given(seeds)
@settings(max_examples=20)
def test_dealing_signs_keeps_ties_and_the_share_of_negative_ones(seed: int) -> None:
    before = build_topology("signed-unbalanced", 12, seed=seed, balance=0.7)
    after = resigned(before, np.random.default_rng(seed))
    assert after.edges == before.edges
    assert Counter(after.signs.values()) == Counter(before.signs.values())
    assert (sign_matrix(after) == sign_matrix(after).T).all()


def test_a_graph_without_signs_has_none_to_deal() -> None:
    with pytest.raises(ValueError, match="ring has no signs"):
        resigned(build_topology("ring", 6), np.random.default_rng(0))


# -- the shape of a graph ---------------------------------------------------------------------------------------------


def test_a_shape_is_that_of_the_literature() -> None:
    grid = shape_of(build_topology("grid", 16))
    assert (grid.agents, grid.ties, grid.degree, grid.degree_sd, grid.degree_max) == (16, 32, 4.0, 0.0, 4)
    assert (grid.clustering, grid.components, grid.diameter, grid.balance) == (0.0, 1, 4, None)
    star = shape_of(build_topology("star", 5))
    assert star.distance == pytest.approx(nx.average_shortest_path_length(nx.star_graph(4)))


def test_a_shape_says_where_no_path_leads_and_how_balanced_it_is() -> None:
    apart = shape_of(from_edges([("a", "b"), ("b", "a")], nodes="abc"))
    assert (apart.components, apart.diameter) == (2, 1)
    assert shape_of(build_topology("complete", 1)).diameter is None
    signed = shape_of(build_topology("signed-unbalanced", 9, balance=0.5))
    assert signed.balance == pytest.approx(1 - 2 * 9 / 36)
    assert signed.exact


def test_a_large_graph_is_not_measured_pair_by_pair() -> None:
    large = shape_of(build_topology("barabasi-albert", 3_000))
    assert (large.agents, large.components, large.diameter, large.distance) == (3_000, 1, None, None)
