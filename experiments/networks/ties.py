"""What ties two agents of a snapshot: the predictors that "beyond ties" takes off before a coalition is spoken of."""

import numpy as np

from sim import Snapshot, from_edges

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
    found = {
        "had from it": graph.weights,
        "did to it": graph.weights.T,
        "hops": hops(from_edges(lived.header.edges, nodes=lived.agents)),
        "same model": _same_mind(lived),
    }
    return {name: matrix for name, matrix in found.items() if _varies(matrix)}


def _same_mind(lived: Snapshot) -> Floats:
    minds = np.array([lived.header.minds[agent] for agent in lived.agents])
    same: Floats = (minds[:, None] == minds[None, :]).astype(float)
    return same


def _varies(matrix: Floats) -> bool:
    try:
        return bool(np.nanmax(np.abs(social_relations(matrix).relationship)) > 1e-9)
    except ValueError:
        return False
