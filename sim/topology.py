"""Who can reach whom: a directed graph whose edges have delays, and generators by the literature's names.

A `Topology` is a value. Building one is `build_topology(name, n, seed=...)` over the mapping `TOPOLOGIES`; a
graph that came from somewhere else is `from_edges`. Undirected graphs of the literature become two directed
edges per tie with one delay. This is the only module of `sim` that imports networkx, and only when a graph is
built: that import costs a third of a second. Signs, layers and roles are not here: they are agents' facts.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from inspect import getdoc
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from .errors import ImpossibleTopology, UnknownName
from .message import AgentId, Frozen, Tick, digest

if TYPE_CHECKING:
    import networkx as nx

Param = bool | int | float | str | None
Probability = Annotated[float, Field(ge=0, le=1)]
AtLeastOne = Annotated[int, Field(ge=1)]

DRAWS = 100
"""How often a random graph is drawn anew before it is said to be hardly ever connected."""


class Edge(NamedTuple):
    """`source` can write to `target`; what it writes arrives `delay` ticks later."""

    source: AgentId
    target: AgentId
    delay: Annotated[Tick, Field(ge=1)] = 1


class Topology(Frozen):
    """A directed graph over agents; `name` and `params` say where it came from, `nodes` fixes every order.

    Raises ImpossibleTopology for a node named twice, an edge that leaves the nodes, a loop or a doubled edge.
    """

    name: str
    params: Mapping[str, Param] = Field(default_factory=dict)
    nodes: tuple[AgentId, ...]
    edges: tuple[Edge, ...]

    @model_validator(mode="after")
    def _is_a_graph(self) -> Self:
        known = set(self.nodes)
        if len(known) != len(self.nodes):
            twice = sorted({node for node in self.nodes if self.nodes.count(node) > 1})
            raise ImpossibleTopology(f"{self.name}: agents named twice: {', '.join(twice)}; give each its own name")
        seen: set[tuple[AgentId, AgentId]] = set()
        for source, target, _ in self.edges:
            if source not in known or target not in known:
                stranger = target if source in known else source
                raise ImpossibleTopology(f"{self.name}: the edge {source} → {target} leaves the graph; add {stranger!r}")
            if source == target:
                raise ImpossibleTopology(f"{self.name}: {source} cannot be its own neighbour; leave that edge out")
            if (source, target) in seen:
                raise ImpossibleTopology(f"{self.name}: the edge {source} → {target} is there twice; keep one")
            seen.add((source, target))
        return self

    @cached_property
    def _place(self) -> dict[AgentId, int]:
        return {node: place for place, node in enumerate(self.nodes)}

    @cached_property
    def _delays(self) -> dict[AgentId, dict[AgentId, Tick]]:
        """Source → target → delay, targets in node order."""
        out: dict[AgentId, dict[AgentId, Tick]] = {node: {} for node in self.nodes}
        for source, target, delay in _in_node_order(self.edges, self._place):
            out[source][target] = delay
        return out

    def __contains__(self, agent: object) -> bool:
        return agent in self._place

    def __len__(self) -> int:
        return len(self.nodes)

    def _out(self, agent: AgentId) -> dict[AgentId, Tick]:
        try:
            return self._delays[agent]
        except KeyError:
            raise UnknownName("agent", agent, self.nodes) from None

    def has_edge(self, source: AgentId, target: AgentId) -> bool:
        """Whether `source` can write to `target`. False, too, when one of them is not here."""
        return target in self._delays.get(source, ())

    def delay(self, source: AgentId, target: AgentId) -> Tick:
        """Ticks from `source` to `target`. Raises UnknownName where there is no such edge."""
        out = self._out(source)
        if target not in out:
            raise UnknownName(f"edge from {source!r} to", target, out)
        return out[target]

    def delays(self, agent: AgentId) -> Mapping[AgentId, Tick]:
        """Whom `agent` can write to, in node order, and how many ticks that takes."""
        return MappingProxyType(self._out(agent))

    def neighbours(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Whom `agent` can write to, in node order."""
        return tuple(self._out(agent))

    def distance(self, source: AgentId, target: AgentId) -> int | None:
        """Hops along directed edges; None where no path leads. Breadth-first, so O(edges) a call."""
        if target not in self:
            raise UnknownName("agent", target, self.nodes)
        hops = {source: 0}
        queue = deque([source])
        while queue:
            here = queue.popleft()
            if here == target:
                return hops[here]
            for there in self._out(here):
                if there not in hops:
                    hops[there] = hops[here] + 1
                    queue.append(there)
        return None

    def without(self, agent: AgentId) -> "Topology":
        """The same graph after `agent` and its edges are gone."""
        self._out(agent)
        return Topology(
            name=self.name,
            params=self.params,
            nodes=tuple(node for node in self.nodes if node != agent),
            edges=tuple(edge for edge in self.edges if agent not in edge[:2]),
        )

    def to_networkx(self) -> "nx.DiGraph[AgentId]":
        """A new `networkx.DiGraph`, nodes in order, each edge with its `delay`."""
        import networkx as nx

        graph: nx.DiGraph[AgentId] = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from((source, target, {"delay": delay}) for source, target, delay in self.edges)
        return graph

    def digest(self) -> str:
        """SHA-256 over nodes and edges, not name and params: a frozen copy of a file is the same graph."""
        edges = [list(edge) for edge in _in_node_order(self.edges, self._place)]
        return digest({"nodes": list(self.nodes), "edges": edges})


def _in_node_order(edges: Iterable[Edge], place: Mapping[AgentId, int]) -> list[Edge]:
    return sorted(edges, key=lambda edge: (place[edge.source], place[edge.target]))


# -- generators: the fields are the parameters, the docstring is the line a user sees -----------------------


def _nx(generator: str, *args: Any, **options: Any) -> "nx.Graph[Any]":
    """What networkx's generator of that name draws; imported when first wanted."""
    import networkx as nx

    try:
        graph: nx.Graph[Any] = getattr(nx, generator)(*args, **options)
    except nx.NetworkXError as error:
        raise ImpossibleTopology(f"networkx.{generator}: {error}; ask for more ties") from error
    return graph


def _need(holds: bool, asked: str, instead: str) -> None:
    if not holds:
        raise ImpossibleTopology(f"there is no {asked}; {instead}")


class Complete(Frozen):
    """Everybody reaches everybody."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        return _nx("complete_graph", n)


class Ring(Frozen):
    """A cycle: each agent reaches the two beside it."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        _need(n >= 3, f"ring of {n}", "ask for n >= 3")
        return _nx("cycle_graph", n)


class Star(Frozen):
    """The first agent is the hub; the others reach only it."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        _need(n >= 2, f"star of {n}", "ask for n >= 2")
        return _nx("star_graph", n - 1)


class Line(Frozen):
    """A line: each agent reaches the one before and the one after."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        return _nx("path_graph", n)


class Grid(Frozen):
    """A square lattice, row by row; a torus when periodic. rows=None: as nearly square as n allows."""

    rows: AtLeastOne | None = None
    periodic: bool = True

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        rows = self.rows or max(r for r in range(1, n + 1) if n % r == 0 and r * r <= n)
        _need(
            n % rows == 0 and (rows > 1 or self.rows == 1),
            f"grid of {n} in {rows} rows",
            "ask for an n with two factors, such as 9, 12 or 16, or say rows=1 for a line",
        )
        return _nx("convert_node_labels_to_integers", _nx("grid_2d_graph", rows, n // rows, self.periodic))


class Tree(Frozen):
    """Each agent has r children, level by level until there are n; the first agent is the root."""

    r: AtLeastOne = 2

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        return _nx("full_rary_tree", self.r, n)


class WattsStrogatz(Frozen):
    """Small world: a ring of k nearest neighbours, each tie rewired with probability p; connected."""

    k: Annotated[int, Field(ge=2, multiple_of=2)] = 4
    p: Probability = 0.1

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        _need(self.k < n, f"watts-strogatz with k={self.k} among {n}", f"ask for k < {n} or a larger n")
        return _nx("connected_watts_strogatz_graph", n, self.k, self.p, DRAWS, seed=seed)


class BarabasiAlbert(Frozen):
    """Preferential attachment: each newcomer ties to m agents, sooner to the well connected; connected."""

    m: AtLeastOne = 2

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        _need(self.m < n, f"barabasi-albert with m={self.m} among {n}", f"ask for m < {n} or a larger n")
        return _nx("barabasi_albert_graph", n, self.m, seed=seed)


class Redrawn(Frozen):
    """Drawn until connected: the generator's own law, given that the graph is connected."""

    connected: bool = True


class ErdosRenyi(Redrawn):
    """Each pair is tied with probability p; drawn until connected unless connected=False."""

    p: Probability = 0.3

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        return _nx("gnp_random_graph", n, self.p, seed=seed)


class RandomRegular(Redrawn):
    """Every agent has exactly d ties, otherwise at random; drawn until connected unless connected=False."""

    d: AtLeastOne = 3

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        asked = f"random-regular with d={self.d} among {n}"
        _need(self.d < n, asked, f"ask for d < {n} or a larger n")
        _need(n * self.d % 2 == 0, asked, "n times d must be even: change one of them by 1")
        return _nx("random_regular_graph", self.d, n, seed=seed)


class StochasticBlock(Redrawn):
    """Consecutive blocks of near-equal size, ties p_in inside, p_out between; drawn as erdos-renyi."""

    blocks: AtLeastOne = 2
    p_in: Probability = 0.8
    p_out: Probability = 0.1

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        _need(self.blocks <= n, f"{self.blocks} blocks among {n}", f"ask for at most {n} blocks")
        every = range(self.blocks)
        sizes = [n // self.blocks + (block < n % self.blocks) for block in every]
        odds = [[self.p_in if a == b else self.p_out for a in every] for b in every]
        return _nx("stochastic_block_model", sizes, odds, seed=seed)


class EdgeList(Frozen):
    """A text file, a tie a line: `source target [delay]`; a name alone has no ties, # begins a comment."""

    path: str
    directed: bool = False

    def read(self, delay: Tick) -> "nx.Graph[Any]":
        graph = _nx("DiGraph" if self.directed else "Graph")
        for number, line in enumerate(_text(self.path).splitlines(), start=1):
            words = line.partition("#")[0].split()
            if len(words) > 3 or not all(ticks.isdecimal() for ticks in words[2:]):
                raise ImpossibleTopology(
                    f"{self.path}, line {number}: {line.strip()!r} is not `source target [delay in ticks]`"
                )
            graph.add_nodes_from(words[:2])
            if len(words) > 1:
                source, target, ticks = words[0], words[1], int(words[2]) if words[2:] else delay
                if graph.get_edge_data(source, target, {"delay": ticks})["delay"] != ticks:
                    raise ImpossibleTopology(
                        f"{self.path}, line {number}: {source} and {target} were tied above with another "
                        "delay; keep one, or say directed=True if the two ways differ"
                    )
                graph.add_edge(source, target, delay=ticks)
        return graph


class GraphML(Frozen):
    """A GraphML file, directed as it says; an edge's `delay`, if it has one, is in ticks."""

    path: str

    def read(self, _: Tick) -> "nx.Graph[Any]":
        from xml.etree.ElementTree import ParseError

        try:
            graph = _nx("parse_graphml", _text(self.path))
        except ParseError as error:
            raise ImpossibleTopology(f"{self.path} is not GraphML: {error}; check the file") from error
        if graph.is_multigraph():
            raise ImpossibleTopology(f"{self.path}: some edges are there twice; keep one of each")
        return graph


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImpossibleTopology(f"cannot read a graph from {path}: {error}; name a text file") from error


Drawn = (
    Complete
    | Ring
    | Star
    | Line
    | Grid
    | Tree
    | WattsStrogatz
    | BarabasiAlbert
    | ErdosRenyi
    | RandomRegular
    | StochasticBlock
)
Recipe = Drawn | EdgeList | GraphML

TOPOLOGIES: Mapping[str, type[Recipe]] = MappingProxyType(
    {
        "complete": Complete,
        "ring": Ring,
        "star": Star,
        "path": Line,
        "grid": Grid,
        "tree": Tree,
        "watts-strogatz": WattsStrogatz,
        "barabasi-albert": BarabasiAlbert,
        "erdos-renyi": ErdosRenyi,
        "random-regular": RandomRegular,
        "stochastic-block": StochasticBlock,
        "edge-list": EdgeList,
        "graphml": GraphML,
    }
)


# -- building -----------------------------------------------------------------------------------------------


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

    `names` are the agents in node order: by default agent-0, agent-1, …, or what a file calls them (edge-list
    and graphml know their own n). `delay` holds for every edge, unless a file says otherwise. Raises
    UnknownName for a name or parameter that does not exist, ImpossibleTopology for values no graph can
    satisfy.
    """
    recipe = _recipe(name, params)
    if isinstance(recipe, EdgeList | GraphML):
        graph = recipe.read(delay)
        _need(n in (None, len(graph)), f"{n} agents in {recipe.path}", f"it holds {len(graph)}: leave n out")
        numbered, own = list(graph), [AgentId(node) for node in graph]
    else:
        if n is None or n < 1:
            raise ImpossibleTopology(f"{name} was asked for with n={n}; ask for n >= 1 agents")
        graph = _draw(name, recipe, n, np.random.default_rng(seed))
        numbered, own = list(range(n)), [AgentId(f"agent-{node}") for node in range(n)]
    if names is not None:
        _need(len(names) == len(own), f"way to give {len(names)} names to {len(own)} agents", "name each once")
        own = list(names)
    edges = _both_ways(graph, dict(zip(numbered, own, strict=True)), delay)
    return from_edges(edges, nodes=own, name=name, params=recipe.model_dump())


def _recipe(name: str, params: Mapping[str, Param]) -> Recipe:
    if name not in TOPOLOGIES:
        raise UnknownName("topology", name, TOPOLOGIES)
    recipe = TOPOLOGIES[name]
    for asked in params:
        if asked not in recipe.model_fields:
            raise UnknownName(f"parameter of {name}", asked, recipe.model_fields)
    try:
        return recipe.model_validate(params)
    except ValidationError as error:
        wrong = "; ".join(
            f"{e['loc'][0]} is missing" if e["type"] == "missing" else f"{e['loc'][0]}={e['input']!r}: {e['msg']}"
            for e in error.errors()
        )
        raise ImpossibleTopology(f"{name}: {wrong}") from error


def _draw(name: str, recipe: Drawn, n: int, rng: np.random.Generator) -> "nx.Graph[Any]":
    import networkx as nx

    for _ in range(DRAWS):
        graph = recipe.draw(n, int(rng.integers(2**32)))
        if not isinstance(recipe, Redrawn) or not recipe.connected or nx.is_connected(graph):
            return graph
    raise ImpossibleTopology(
        f"{name}: none of {DRAWS} draws with n={n} was connected; ask for more ties, or for connected=False"
    )


def _both_ways(graph: "nx.Graph[Any]", called: Mapping[Any, AgentId], delay: Tick) -> Iterator[Edge]:
    for source, target, facts in graph.edges(data=True):
        ticks = facts.get("delay", delay)
        yield Edge(called[source], called[target], ticks)
        if not graph.is_directed():
            yield Edge(called[target], called[source], ticks)


def from_edges(
    edges: Iterable[tuple[str, str] | tuple[str, str, Tick] | Edge],
    *,
    nodes: Iterable[str] | None = None,
    delay: Tick = 1,
    name: str = "from-edges",
    params: Mapping[str, Param] = MappingProxyType({}),
) -> Topology:
    """A topology from directed edges as they are; `delay` is for those that do not say.

    Without `nodes`, agents come in the order in which edges mention them. Raises ImpossibleTopology where the
    edges are no graph over the nodes, or a delay is not a whole number of ticks from 1 on.
    """
    listed = [Edge(AgentId(e[0]), AgentId(e[1]), e[2] if len(e) == 3 else delay) for e in edges]
    for source, target, ticks in listed:
        if not isinstance(ticks, int) or ticks < 1:
            raise ImpossibleTopology(
                f"{name}: the edge {source} → {target} takes {ticks!r} ticks; what is said is heard later, "
                "so a delay is a whole number from 1 on"
            )
    mentioned = dict.fromkeys(node for edge in listed for node in edge[:2])
    order = tuple(mentioned if nodes is None else map(AgentId, nodes))
    place = {node: index for index, node in enumerate(order)}
    if mentioned.keys() <= place.keys():  # otherwise Topology says which edge leaves the graph
        listed = _in_node_order(listed, place)
    return Topology(name=name, params=dict(params), nodes=order, edges=tuple(listed))


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
            (getdoc(recipe) or "").splitlines()[0],
        )
        for name, recipe in TOPOLOGIES.items()
    )
