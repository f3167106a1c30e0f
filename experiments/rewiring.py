"""Edges that are cut or laid when the order is announced: what the graph of talk is from then on."""

from collections.abc import Iterator
from enum import StrEnum

from sim import AgentId, EdgeChange, Streams, Tick, Topology


class Rewire(StrEnum):
    """What becomes of the lines between agents at the announcement. Nobody is told."""

    NONE = "none"
    CUT_TARGET = "cut-target"
    """Nobody can write to the target any more, nor it to others; where none is a member, the one in whose place it is."""
    CUT_REVIEWERS = "cut-reviewers"
    """Those who are asked cannot write to each other."""
    TIE_REVIEWERS = "tie-reviewers"
    """All who are asked can write to each other."""
    SHUFFLE = "shuffle"
    """Everybody has other neighbours, as many as before (degree-preserving swaps)."""


def edge_changes(
    rewire: Rewire,
    topology: Topology,
    *,
    about: AgentId,
    reviewers: tuple[AgentId, ...],
    streams: Streams,
    at: Tick,
    delay: Tick,
) -> tuple[EdgeChange, ...]:
    """The changes, in node order; `delay` is that of edges that are laid."""
    pairs = list(_pairs(rewire, topology, about, reviewers, streams))
    there = {edge[:2] for edge in topology.edges}
    order = {agent: place for place, agent in enumerate(topology.nodes)}
    return tuple(
        EdgeChange(at=at, source=a, target=b, delay=delay if keep else None)
        for (a, b), keep in sorted(pairs, key=lambda one: (order[one[0][0]], order[one[0][1]]))
        if keep != ((a, b) in there)
    )


def _pairs(
    rewire: Rewire, topology: Topology, about: AgentId, reviewers: tuple[AgentId, ...], streams: Streams
) -> Iterator[tuple[tuple[AgentId, AgentId], bool]]:
    """Directed pairs, and whether there is to be an edge."""
    match rewire:
        case Rewire.NONE:
            return
        case Rewire.CUT_TARGET:
            yield from (((a, b), False) for a, b, _ in topology.edges if about in (a, b))
        case Rewire.CUT_REVIEWERS | Rewire.TIE_REVIEWERS:
            tied = rewire is Rewire.TIE_REVIEWERS
            yield from (((a, b), tied) for a in reviewers for b in reviewers if a != b)
        case Rewire.SHUFFLE:
            from .networks.null_graphs import swapped

            after = {edge[:2] for edge in swapped(topology, streams.at("shuffle")).edges}
            before = {edge[:2] for edge in topology.edges}
            yield from ((pair, pair in after) for pair in before | after)
