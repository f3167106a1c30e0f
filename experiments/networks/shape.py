"""What a graph is like: size, degrees, clustering, distances, pieces and, where it is signed, how balanced it is."""

import numpy as np

from sim import AgentId, Frozen, Topology, from_edges

from .frustration import frustration
from .null_graphs import sign_matrix
from .position import hops

MEASURED_UP_TO = 2_000
"""Agents up to which pairs are measured: distances, and signs. Both take a number per pair."""

COUNTED_S = 5.0
"""Seconds after which the frustration index of one graph is an upper bound."""


class Shape(Frozen):
    """One graph; ties are taken without direction. `clustering` is the mean local coefficient (Watts & Strogatz 1998).

    `diameter` and `distance` (the mean) are over pairs that a path joins, None where there is none. `negative` is the share
    of negative ties and `balance` is 1 - 2 F / m, None without signs; `exact` says whether F is the index or a bound.
    """

    agents: int
    ties: int
    degree: float
    degree_sd: float
    degree_max: int
    clustering: float
    components: int
    diameter: int | None
    distance: float | None
    negative: float | None = None
    balance: float | None = None
    exact: bool = True


def shape_of(topology: Topology) -> Shape:
    """The shape of a graph. Signs count where both ways of every tie agree; above `MEASURED_UP_TO` agents, what takes a
    number per pair is None."""
    import networkx as nx

    graph: nx.Graph[AgentId] = topology.to_networkx().to_undirected()
    degrees = np.array([degree for _, degree in graph.degree()], dtype=float)
    small = topology if len(topology) <= MEASURED_UP_TO else from_edges([])
    apart, signs = hops(small), sign_matrix(small)
    known = apart[(apart > 0) & ~np.isnan(apart)]
    negative = balance = None
    exact = True
    if small.signed and (signs == signs.T).all():
        found = frustration(signs, time_limit_s=COUNTED_S)
        negative, balance, exact = float((signs < 0).sum() / max(1, (signs != 0).sum())), found.normalised, found.exact
    return Shape(
        agents=len(topology),
        ties=graph.number_of_edges(),
        degree=float(degrees.mean()),
        degree_sd=float(degrees.std()),
        degree_max=int(degrees.max()),
        clustering=float(nx.average_clustering(graph)),
        components=nx.number_connected_components(graph),
        diameter=int(known.max()) if len(known) else None,
        distance=float(known.mean()) if len(known) else None,
        negative=negative,
        balance=balance,
        exact=exact,
    )
