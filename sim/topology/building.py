"""From a name and parameters to a topology: the mapping of all generators and files, and what each is, for a list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from inspect import getdoc
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import ImpossibleTopology, UnknownName
from ..message import AgentId, Frozen, Tick
from .drawn import DRAWN, blocks_of, draw, need, recipe_of
from .files import EdgeList, Gexf, GraphML, Read
from .graph import Edge, Layer, Param, Topology, from_edges
from .layered import Multilayer
from .signed import SignedBalanced, SignedUnbalanced, SignedUniform

if TYPE_CHECKING:
    import networkx as nx

TOPOLOGIES: Mapping[str, type[Frozen]] = MappingProxyType(
    {
        **DRAWN,
        "signed-balanced": SignedBalanced,
        "signed-unbalanced": SignedUnbalanced,
        "signed-uniform": SignedUniform,
        "multilayer": Multilayer,
        "edge-list": EdgeList,
        "graphml": GraphML,
        "gexf": Gexf,
    }
)


def build_topology(
    name: str,
    n: int | None = None,
    *,
    seed: np.random.Generator | int = 0,
    delay: Tick = 1,
    names: Sequence[AgentId] | None = None,
    **params: Param,
) -> Topology:
    """The graph called `name` with `n` agents; the same seed draws the same edges.

    `names` are the agents in node order: by default agent-0, agent-1, …, or what a file calls them (edge-list, graphml
    and gexf know their own n). `delay` holds for every edge, unless a file says otherwise. Undirected graphs become two
    directed edges per tie. Raises UnknownName for a name or parameter that does not exist, ImpossibleTopology for values
    no graph can satisfy.
    """
    if name not in TOPOLOGIES:
        raise UnknownName("topology", name, TOPOLOGIES)
    recipe = recipe_of(name, TOPOLOGIES[name], params)
    if isinstance(recipe, EdgeList | GraphML | Gexf):
        found = recipe.read(delay)
        need(n in (None, len(found.nodes)), f"{n} agents in {recipe.path}", f"it holds {len(found.nodes)}: leave n out")
        own = dict(zip(found.nodes, _called(names, list(map(AgentId, found.nodes))), strict=True))
        return _of_file(name, recipe.model_dump(), found, own)
    if n is None or n < 1:
        raise ImpossibleTopology(f"{name} was asked for with n={n}; ask for n >= 1 agents")
    called = _called(names, [AgentId(f"agent-{node}") for node in range(n)])
    return _of_draw(name, recipe, called, delay, np.random.default_rng(seed))


def _called(names: Sequence[AgentId] | None, own: list[AgentId]) -> list[AgentId]:
    if names is None:
        return own
    need(len(names) == len(own), f"way to give {len(names)} names to {len(own)} agents", "name each once")
    return list(names)


def _of_draw(name: str, recipe: Any, called: list[AgentId], delay: Tick, rng: np.random.Generator) -> Topology:
    n, signs, layers = len(called), dict[tuple[str, str], int](), dict[Layer, list[Edge]]()
    blocks: Iterable[int] = blocks_of(recipe, n)
    match recipe:
        case SignedBalanced() | SignedUniform():
            graph, drawn, blocks = recipe.draw(n, rng)
            signs = {
                pair: sign for (a, b), sign in drawn.items() for pair in ((called[a], called[b]), (called[b], called[a]))
            }
        case Multilayer():
            graph, others = recipe.draw(n, rng)
            layers = {layer: list(_both_ways(other, called, delay)) for layer, other in others.items()}
        case _:
            graph = draw(name, recipe, n, rng)
    return from_edges(
        _both_ways(graph, called, delay),
        nodes=called,
        name=name,
        params=recipe.model_dump(),
        signs=signs,
        layers=layers,
        blocks=blocks,
    )


def _both_ways(graph: "nx.Graph[Any]", called: Sequence[AgentId], delay: Tick) -> Iterator[Edge]:
    for source, target in graph.edges:
        yield Edge(called[source], called[target], delay)
        if not graph.is_directed():
            yield Edge(called[target], called[source], delay)


def _of_file(name: str, params: Mapping[str, Param], found: Read, called: Mapping[str, AgentId]) -> Topology:
    layers: dict[Layer, list[Edge]] = {Layer.TALK: []}
    signs: dict[tuple[str, str], int] = {}
    for tie in found.ties:
        ends = called[tie.source], called[tie.target]
        for source, target in [ends] if tie.directed else [ends, ends[::-1]]:
            layers.setdefault(tie.layer, []).append(Edge(source, target, tie.delay))
            if tie.sign is not None:
                signs[source, target] = tie.sign
    known = [block for block in found.nodes.values() if block is not None]
    need(len(known) in (0, len(found.nodes)), "block for some of the agents", "give one to each, or to none")
    talk = layers.pop(Layer.TALK)
    return from_edges(talk, nodes=called.values(), name=name, params=params, signs=signs, layers=layers, blocks=known)


class TopologyLine(NamedTuple):
    """One line of `allegiance list topologies`; a parameter without a default must be given."""

    name: str
    params: Mapping[str, Param]
    required: tuple[str, ...]
    summary: str


def describe_topologies() -> tuple[TopologyLine, ...]:
    """Every generator, in the order of TOPOLOGIES."""
    return tuple(
        TopologyLine(
            name,
            {key: field.default for key, field in recipe.model_fields.items() if not field.is_required()},
            tuple(key for key, field in recipe.model_fields.items() if field.is_required()),
            " ".join((getdoc(recipe) or "").split("\n\n")[0].split()),
        )
        for name, recipe in TOPOLOGIES.items()
    )
