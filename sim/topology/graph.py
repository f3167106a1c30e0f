"""A topology as a value: a directed graph whose edges have delays; signs, layers and blocks where it has them.

Nothing here draws or reads a graph: see `drawn.py`, `signed.py`, `layered.py` and `files.py`.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from ..errors import ImpossibleTopology, UnknownName
from ..message import AgentId, Frozen, Tick, digest

if TYPE_CHECKING:
    import networkx as nx

Param = bool | int | float | str | None
Sign = Literal[-1, 1]


class Edge(NamedTuple):
    """`source` can write to `target`; what it writes arrives `delay` ticks later."""

    source: AgentId
    target: AgentId
    delay: Annotated[Tick, Field(ge=1)] = 1


class Signed(NamedTuple):
    """The sign that a history is to give the edge from `source` to `target`."""

    source: AgentId
    target: AgentId
    sign: Sign


class Layer(StrEnum):
    """What an edge is for. Where a topology has no graph for a layer, that of `talk` stands in."""

    TALK = "talk"
    """Who can write to whom: the edges of the topology itself."""
    OBSERVE = "observe"
    """Whose acts are shown to whom."""
    TASK = "task"
    """Who meets in games, and who reviews whom."""
    AUTHORITY = "authority"
    """Who stands above whom; edges lead from the superior down."""


class Topology(Frozen):
    """A directed graph over agents; `name` and `params` say where it came from, `nodes` fixes every order.

    `edges` are those of talk, `layers` those of other layers; `signed` holds a sign for every edge of the task layer or
    for none; `blocks` a number per node, in their order, or nothing. Raises ImpossibleTopology for a node named twice,
    an edge that leaves the nodes, a loop or a doubled edge, and for signs, layers or blocks that do not fit.
    """

    name: str
    params: Mapping[str, Param] = Field(default_factory=dict)
    nodes: tuple[AgentId, ...]
    edges: tuple[Edge, ...]
    signed: tuple[Signed, ...] = ()
    layers: Mapping[Layer, tuple[Edge, ...]] = Field(default_factory=dict)
    blocks: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _is_a_graph(self) -> Self:
        known = set(self.nodes)
        if len(known) != len(self.nodes):
            twice = sorted({node for node in self.nodes if self.nodes.count(node) > 1})
            raise ImpossibleTopology(f"{self.name}: agents named twice: {', '.join(twice)}; give each its own name")
        for edges in (self.edges, *self.layers.values()):
            self._check_edges(edges, known)
        if Layer.TALK in self.layers:
            raise ImpossibleTopology(f"{self.name}: the edges of talk are the topology's own; give them as edges")
        if self.blocks and len(self.blocks) != len(self.nodes):
            raise ImpossibleTopology(f"{self.name}: {len(self.blocks)} blocks for {len(self.nodes)} agents; one each")
        signs, pairs = self.signs, {edge[:2] for edge in self.layers.get(Layer.TASK, self.edges)}
        if self.signed and (len(signs) < len(self.signed) or signs.keys() != pairs):
            a, b = min(signs.keys() ^ pairs, default=self.signed[0][:2])
            raise ImpossibleTopology(
                f"{self.name}: every edge on which agents meet has one sign, or none has; see {a} → {b}"
            )
        return self

    def _check_edges(self, edges: Iterable[Edge], known: set[AgentId]) -> None:
        seen: set[tuple[AgentId, AgentId]] = set()
        for source, target, _ in edges:
            if source not in known or target not in known:
                stranger = target if source in known else source
                raise ImpossibleTopology(f"{self.name}: the edge {source} → {target} leaves the graph; add {stranger!r}")
            if source == target:
                raise ImpossibleTopology(f"{self.name}: {source} cannot be its own neighbour; leave that edge out")
            if (source, target) in seen:
                raise ImpossibleTopology(f"{self.name}: the edge {source} → {target} is there twice; keep one")
            seen.add((source, target))

    @cached_property
    def _place(self) -> dict[AgentId, int]:
        return {node: place for place, node in enumerate(self.nodes)}

    @cached_property
    def _delays(self) -> dict[AgentId, dict[AgentId, Tick]]:
        """Source → target → delay, targets in node order."""
        out: dict[AgentId, dict[AgentId, Tick]] = {node: {} for node in self.nodes}
        for source, target, delay in in_node_order(self.edges, self._place):
            out[source][target] = delay
        return out

    @cached_property
    def signs(self) -> Mapping[tuple[AgentId, AgentId], Sign]:
        """Signs by (source, target); empty where the topology has none."""
        return MappingProxyType({(source, target): sign for source, target, sign in self.signed})

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
        return self._hops(source, target).get(target)

    def distances(self, source: AgentId) -> Mapping[AgentId, int]:
        """Hops to everybody whom a path along directed edges reaches, `source` itself (0) among them."""
        return self._hops(source, None)

    def _hops(self, source: AgentId, until: AgentId | None) -> dict[AgentId, int]:
        hops = {source: 0}
        queue = deque([source])
        while queue:
            here = queue.popleft()
            if here == until:
                break
            for there in self._out(here):
                if there not in hops:
                    hops[there] = hops[here] + 1
                    queue.append(there)
        return hops

    def block(self, agent: AgentId) -> int | None:
        """The number of the block (faction, side, cave) `agent` is in; None where the graph has no blocks."""
        self._out(agent)
        return self.blocks[self._place[agent]] if self.blocks else None

    def layer(self, layer: Layer) -> "Topology":
        """The graph of one layer, as a topology of its own: that of talk where there is no other."""
        edges = self.layers.get(layer, self.edges)
        kept = {edge[:2] for edge in edges} if layer in (Layer.TASK, Layer.TALK) else set()
        signed = self.signed if {one[:2] for one in self.signed} == kept else ()
        return self._with(edges=edges, layers={}, signed=signed) if self.layers else self

    def _with(self, **changes: Any) -> "Topology":
        return Topology(**{**{field: getattr(self, field) for field in Topology.model_fields}, **changes})

    def without(self, agent: AgentId) -> "Topology":
        """The same graph after `agent` and its edges are gone."""
        self._out(agent)
        return self._with(
            nodes=tuple(node for node in self.nodes if node != agent),
            edges=_sparing(agent, self.edges),
            signed=tuple(one for one in self.signed if agent not in one[:2]),
            layers={layer: _sparing(agent, edges) for layer, edges in self.layers.items()},
            blocks=tuple(b for node, b in zip(self.nodes, self.blocks, strict=False) if node != agent),
        )

    def rewired(self, changes: Iterable[tuple[AgentId, AgentId, Tick | None]]) -> "Topology":
        """The graph of talk with some edges cut (delay None), laid or given another delay; the other layers as they are.

        Raises ImpossibleTopology for an edge that leaves the graph, a loop, or one to be cut that is not there.
        """
        edges = {edge[:2]: edge for edge in self.edges}
        for source, target, delay in changes:
            if delay is not None:
                edges[source, target] = Edge(source, target, delay)
            elif edges.pop((source, target), None) is None:
                raise ImpossibleTopology(f"{self.name}: there is no edge {source} → {target} to cut")
        ordered: Iterable[Edge] = edges.values()
        if {node for pair in edges for node in pair} <= self._place.keys():  # otherwise the value says which one leaves
            ordered = in_node_order(ordered, self._place)
        layers = {Layer.TASK: self.edges, **self.layers} if self.signed else self.layers
        return self._with(edges=tuple(ordered), layers=layers)

    def to_networkx(self) -> "nx.DiGraph[AgentId]":
        """A new `networkx.DiGraph` of talk, nodes in order with their `block`, edges with `delay` and `sign`, if any."""
        import networkx as nx

        graph: nx.DiGraph[AgentId] = nx.DiGraph()
        for node in self.nodes:
            graph.add_node(node, **({"block": self.block(node)} if self.blocks else {}))
        for source, target, delay in self.edges:
            sign = self.signs.get((source, target))
            graph.add_edge(source, target, delay=delay, **({} if sign is None else {"sign": sign}))
        return graph

    def digest(self) -> str:
        """SHA-256 over nodes and edges, signs, layers and blocks, if any; not name and params: a frozen copy of a file is
        the same graph."""
        data: dict[str, Any] = {"nodes": list(self.nodes), "edges": self._listed(self.edges)}
        if self.signed:
            data["signs"] = [list(one) for one in sorted(self.signed, key=self._ends)]
        if self.layers:
            data["layers"] = {layer.value: self._listed(edges) for layer, edges in self.layers.items()}
        if self.blocks:
            data["blocks"] = list(self.blocks)
        return digest(data)

    def _ends(self, edge: Signed) -> tuple[int, int]:
        return self._place[edge.source], self._place[edge.target]

    def _listed(self, edges: Iterable[Edge]) -> list[list[Any]]:
        return [list(edge) for edge in in_node_order(edges, self._place)]


def _sparing(agent: AgentId, edges: Iterable[Edge]) -> tuple[Edge, ...]:
    return tuple(edge for edge in edges if agent not in edge[:2])


def in_node_order(edges: Iterable[Edge], place: Mapping[AgentId, int]) -> list[Edge]:
    """The edges sorted by the places of their ends."""
    return sorted(edges, key=lambda edge: (place[edge.source], place[edge.target]))


GivenEdge = tuple[str, str] | tuple[str, str, Tick] | Edge


def from_edges(
    edges: Iterable[GivenEdge],
    *,
    nodes: Iterable[str] | None = None,
    delay: Tick = 1,
    name: str = "from-edges",
    params: Mapping[str, Param] = MappingProxyType({}),
    signs: Mapping[tuple[str, str], int] = MappingProxyType({}),
    layers: Mapping[Layer, Iterable[GivenEdge]] = MappingProxyType({}),
    blocks: Iterable[int] = (),
) -> Topology:
    """A topology from directed edges as they are; `delay` is for those that do not say.

    Without `nodes`, agents come in the order in which edges mention them. Raises ImpossibleTopology where the edges are
    no graph over the nodes, a delay is not a whole number of ticks from 1 on, or a sign is neither 1 nor -1.
    """
    listed = _edges(name, edges, delay)
    others = {Layer(layer): _edges(name, given, delay) for layer, given in layers.items()}
    mentioned = dict.fromkeys(node for each in (listed, *others.values()) for edge in each for node in edge[:2])
    order = tuple(mentioned if nodes is None else map(AgentId, nodes))
    place = {node: index for index, node in enumerate(order)}
    if mentioned.keys() <= place.keys():  # otherwise Topology says which edge leaves the graph
        listed = in_node_order(listed, place)
        others = {layer: in_node_order(given, place) for layer, given in others.items()}
    for (a, b), sign in signs.items():
        if sign not in (-1, 1):
            raise ImpossibleTopology(f"{name}: the edge {a} → {b} has sign {sign!r}; a sign is 1 or -1")
    signed = [Signed(AgentId(a), AgentId(b), 1 if sign > 0 else -1) for (a, b), sign in signs.items()]
    if {node for one in signed for node in one[:2]} <= place.keys():
        signed.sort(key=lambda one: (place[one.source], place[one.target]))
    return Topology(
        name=name,
        params=dict(params),
        nodes=order,
        edges=tuple(listed),
        signed=tuple(signed),
        layers={layer: tuple(given) for layer, given in others.items()},
        blocks=tuple(blocks),
    )


def _edges(name: str, edges: Iterable[GivenEdge], delay: Tick) -> list[Edge]:
    listed = [Edge(AgentId(e[0]), AgentId(e[1]), e[2] if len(e) == 3 else delay) for e in edges]
    for source, target, ticks in listed:
        if not isinstance(ticks, int) or ticks < 1:
            raise ImpossibleTopology(
                f"{name}: the edge {source} → {target} takes {ticks!r} ticks; what is said is heard later, "
                "so a delay is a whole number from 1 on"
            )
    return listed
