"""Where agents stand in a picture of a network. The same graph always gets the same places."""

from collections.abc import Collection, Sequence
from math import ceil, sqrt
from typing import TYPE_CHECKING

from sim import AgentId

if TYPE_CHECKING:
    import networkx as nx

CIRCULAR = 0.8
"""Share of agents tied to the next one in order, from which on the graph is drawn as a circle."""

KAMADA_KAWAI = 40
"""Agents up to which Kamada-Kawai is drawn; it takes seconds beyond."""

Place = tuple[float, float]


def positions(
    agents: Sequence[AgentId], ties: Collection[tuple[AgentId, AgentId]], *, seed: int = 0
) -> dict[AgentId, Place]:
    """A place in [-1, 1] x [-1, 1] for every agent; `ties` are taken without direction.

    Rings, small worlds and complete graphs go round a circle in the order of `agents`; other small graphs are laid out
    by Kamada & Kawai (1989), part by part where they fall apart; large ones by springs from `seed` (Fruchterman &
    Reingold 1991).
    """
    import networkx as nx

    if not agents:
        return {}
    graph: nx.Graph[AgentId] = nx.Graph()
    graph.add_nodes_from(agents)
    graph.add_edges_from(ties)
    if _goes_round(agents, graph.edges):
        found = nx.circular_layout(graph)
    elif len(agents) <= KAMADA_KAWAI:
        return _side_by_side(graph)
    else:
        found = nx.spring_layout(graph, seed=seed, iterations=100, method="force")
    return _scaled({agent: (float(found[agent][0]), float(found[agent][1])) for agent in agents})


def _side_by_side(graph: "nx.Graph[AgentId]") -> dict[AgentId, Place]:
    """Connected parts each for itself, in rows, the largest first."""
    import networkx as nx

    parts = sorted(nx.connected_components(graph), key=len, reverse=True)
    across = ceil(sqrt(len(parts)))
    cell = 2 * sqrt(len(parts[0])) + 1.2
    places: dict[AgentId, Place] = {}
    for number, part in enumerate(parts):
        members = [agent for agent in graph if agent in part]
        found = nx.kamada_kawai_layout(graph.subgraph(members)) if len(members) > 1 else {members[0]: (0.0, 0.0)}
        own = _scaled({agent: (float(found[agent][0]), float(found[agent][1])) for agent in members})
        row, column = divmod(number, across)
        for agent, (x, y) in own.items():
            size = sqrt(len(members)) if len(members) > 1 else 0
            places[agent] = (column * cell + x * size, -row * cell + y * size)
    return _scaled({agent: places[agent] for agent in graph})


def _goes_round(agents: Sequence[AgentId], edges: Collection[tuple[AgentId, AgentId]]) -> bool:
    if len(agents) < 4:
        return len(agents) > 2
    tied = {frozenset(edge) for edge in edges}
    following = [frozenset(pair) in tied for pair in zip(agents, (*agents[1:], agents[0]), strict=True)]
    return following[-1] and sum(following) >= CIRCULAR * len(agents)


def _scaled(places: dict[AgentId, Place]) -> dict[AgentId, Place]:
    """Centred, with the farthest agent on the edge; rounded, so that the last digits of a solver do not show."""
    xs, ys = [x for x, _ in places.values()], [y for _, y in places.values()]
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    half = max(max(xs) - middle[0], max(ys) - middle[1]) or 1.0
    return {agent: (round((x - middle[0]) / half, 4), round((y - middle[1]) / half, 4)) for agent, (x, y) in places.items()}
