"""Groups for games of more than two, drawn from the ties of a graph."""

from collections.abc import Sequence
from enum import StrEnum

from sim import AgentId, Streams

from .matching import Block, Pair


class Grouping(StrEnum):
    """How ties become groups of at most the game's size."""

    NEIGHBOURHOODS = "neighbourhoods"
    """An agent, its neighbours, then theirs, until the group is full: groups of one size wherever the graph has so many
    agents in reach. Every tie lies in at least one group; two agents without a tie may meet in one too."""
    CLIQUES = "cliques"
    """Agents who are all tied to each other. Every tie lies in exactly one group, and nobody meets another without a tie;
    a tie in no triangle makes a group of two."""


def draw_groups(pairs: Sequence[Pair], size: int, grouping: Grouping, streams: Streams) -> tuple[Block, ...]:
    """Groups of 2 to `size` agents that cover the ties."""
    ties = {frozenset(pair) for pair in pairs}
    near: dict[AgentId, list[AgentId]] = {}
    for a, b in streams.shuffled(tuple(pairs), "groups"):
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    grow = _neighbourhood if grouping is Grouping.NEIGHBOURHOODS else _clique
    out: list[Block] = []
    for a, b in streams.shuffled(tuple(pairs), "cover"):
        if frozenset((a, b)) in ties:
            group = grow(a, b, near, ties, size)
            ties -= {frozenset((x, y)) for x in group for y in group}
            out.append(group)
    return tuple(out)


def _neighbourhood(
    a: AgentId, b: AgentId, near: dict[AgentId, list[AgentId]], ties: set[frozenset[AgentId]], size: int
) -> Block:
    group = [a, b]
    for centre in group:
        open_first = sorted(near[centre], key=lambda other: frozenset((centre, other)) not in ties)
        group += [other for other in open_first if other not in group][: size - len(group)]
    return tuple(group)


def _clique(a: AgentId, b: AgentId, near: dict[AgentId, list[AgentId]], ties: set[frozenset[AgentId]], size: int) -> Block:
    group = [a, b]
    for other in near[a]:
        if len(group) < size and all(frozenset((other, member)) in ties for member in group):
            group.append(other)
    return tuple(group)
