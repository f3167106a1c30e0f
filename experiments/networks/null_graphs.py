"""Null models as graphs: a topology whose degrees are kept and ties dealt anew, or ties kept and signs dealt anew.

The permutations themselves are in `nulls.py`, one place each; here they are put on a `Topology`.
"""

from collections.abc import Mapping

import numpy as np

from sim import AgentId, Topology, from_edges

from .nulls import Ints, shuffled_signs, swapped_edges


def swapped(topology: Topology, rng: np.random.Generator, *, swaps_per_edge: int = 20) -> Topology:
    """N5: everybody has as many ties as before (of each sign, if there are signs; in and out, if directed), with others.

    An edge that was there keeps its delay; a new one has the smallest of its source's. Holds an agents x agents matrix:
    meant for up to a few thousand agents.
    """
    signs = sign_matrix(topology)
    found = swapped_edges(signs, rng, swaps_per_edge=swaps_per_edge, directed=bool((signs != signs.T).any()))
    nodes = topology.nodes
    pairs = [(nodes[int(i)], nodes[int(j)]) for i, j in np.argwhere(found)]
    edges = [(a, b, topology.delays(a).get(b, min(topology.delays(a).values()))) for a, b in pairs]
    after: dict[tuple[str, str], int] = {pair: int(sign) for pair, sign in zip(pairs, found[found != 0], strict=True)}
    return _with(topology, edges, after if topology.signed else {})


def resigned(topology: Topology, rng: np.random.Generator) -> Topology:
    """N4: the same ties, and as many negative ones, dealt anew. Raises ValueError where there are no signs, or where the two
    ways of a tie differ in theirs."""
    signs = sign_matrix(topology)
    if not topology.signed or (signs != signs.T).any():
        raise ValueError(f"{topology.name} has no signs that could be dealt anew, the same both ways")
    found, place = shuffled_signs(signs, rng), {agent: index for index, agent in enumerate(topology.nodes)}
    after: dict[tuple[str, str], int] = {(a, b): int(found[place[a], place[b]]) for a, b, _ in topology.edges}
    return _with(topology, [(a, b, delay) for a, b, delay in topology.edges], after)


def sign_matrix(topology: Topology) -> Ints:
    """-1, 0 or 1 by agents in the graph's order; without signs every edge counts as 1."""
    place = {agent: index for index, agent in enumerate(topology.nodes)}
    found = np.zeros((len(place), len(place)), dtype=np.int64)
    for a, b, _ in topology.edges:
        found[place[a], place[b]] = topology.signs.get((a, b), 1)
    return found


def _with(topology: Topology, edges: list[tuple[AgentId, AgentId, int]], signs: Mapping[tuple[str, str], int]) -> Topology:
    return from_edges(
        edges, nodes=topology.nodes, name=topology.name, params=topology.params, signs=signs, blocks=topology.blocks
    )
