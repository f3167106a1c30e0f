"""Several graphs over one population: who talks to whom, who sees whom, who works with whom, who stands above whom."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..message import Frozen
from .drawn import draw_spelled
from .graph import Layer

if TYPE_CHECKING:
    import networkx as nx

SAME = "same"
"""In place of a graph: that of talk."""


class Multilayer(Frozen):
    """One graph a layer, each drawn for itself (same: that of talk); authority leads from the earlier agent to the later."""

    talk: str = "ring"
    observe: str = "complete"
    task: str = "watts-strogatz"
    authority: str = "tree"

    def draw(self, n: int, rng: np.random.Generator) -> "tuple[nx.Graph[Any], dict[Layer, nx.Graph[Any]]]":
        """The graph of talk, and those of the layers that have their own. Layers are drawn from generators of their own."""
        own = dict(zip(Layer, rng.spawn(len(Layer)), strict=True))
        talk = draw_spelled(self.talk, n, own[Layer.TALK])
        spelled = {Layer.OBSERVE: self.observe, Layer.TASK: self.task, Layer.AUTHORITY: self.authority}
        layers = {
            layer: talk if text == SAME else draw_spelled(text, n, own[layer])
            for layer, text in spelled.items()
            if text != SAME or layer is Layer.AUTHORITY
        }
        layers[Layer.AUTHORITY] = _downwards(layers[Layer.AUTHORITY])
        return talk, layers


def _downwards(graph: "nx.Graph[Any]") -> "nx.DiGraph[Any]":
    import networkx as nx

    down: nx.DiGraph[Any] = nx.DiGraph()
    down.add_nodes_from(graph)
    down.add_edges_from((min(tie), max(tie)) for tie in graph.edges)
    return down
