"""What ties two agents of a snapshot: the predictors that "beyond ties" takes off before a coalition is spoken of."""

from collections.abc import Sequence

import numpy as np

from sim import Topology, from_edges

from ..store import RunFolder
from .nulls import Floats
from .position import hops
from .relations import social_relations
from .signed import signed_graph


def tie_predictors(folder: RunFolder, snapshot: str, *, decay: float = 1.0) -> dict[str, Floats]:
    """Matrices by name, row subject and column target, for `beyond_ties` and `protective_blocs`: what the subject has had
    from the target and did to it (W and its transpose), hops from one to the other, and whether one model decides for both.

    Left out is what does not vary beyond actors and partners: hops on a complete graph, the model where there is one. NaN
    where no path leads. Raises `BadRun` when there is no such snapshot.
    """
    graph = signed_graph(folder, snapshot, decay=decay)
    lived = folder.snapshot(next(unit for unit in folder.experiment.units() if unit.id == snapshot))
    topology = from_edges(lived.header.edges, nodes=lived.agents)
    return tie_predictors_of(graph.weights, topology, [lived.header.minds[agent] for agent in lived.agents])


def tie_predictors_of(weights: Floats, topology: Topology, minds: Sequence[str]) -> dict[str, Floats]:
    """The same from W, the graph and what decides for each agent, in the graph's order."""
    found = {"had from it": weights, "did to it": weights.T, "hops": hops(topology), "same model": _same_mind(minds)}
    return {name: matrix for name, matrix in found.items() if _varies(matrix)}


def _same_mind(minds: Sequence[str]) -> Floats:
    named = np.array(minds)
    same: Floats = (named[:, None] == named[None, :]).astype(float)
    return same


def _varies(matrix: Floats) -> bool:
    try:
        return bool(np.nanmax(np.abs(social_relations(matrix).relationship)) > 1e-9)
    except ValueError:
        return False
