"""Who can reach whom: a directed graph whose edges have delays, and generators by the literature's names.

A `Topology` is a value. Building one is `build_topology(name, n, seed=...)` over the mapping `TOPOLOGIES`; a graph that
came from somewhere else is `from_edges`. This is the only part of `sim` that imports networkx, and only when a graph is
built: that import costs a third of a second.
"""

from .building import TOPOLOGIES, TopologyLine, build_topology, describe_topologies
from .drawn import DRAWN
from .graph import Edge, Layer, Signed, Topology, from_edges

__all__ = [
    "DRAWN",
    "TOPOLOGIES",
    "Edge",
    "Layer",
    "Signed",
    "Topology",
    "TopologyLine",
    "build_topology",
    "describe_topologies",
    "from_edges",
]
