"""Graphs from files: edge lists, GraphML, GEXF; with delays, signs, layers and blocks where the file says them."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ImpossibleTopology
from ..message import Frozen, Tick
from .graph import Layer

if TYPE_CHECKING:
    import networkx as nx

WORDS = ("delay", "sign", "layer")
"""What a line of an edge list may say of a tie, as key=value."""


class Tied(NamedTuple):
    """A tie as a file gives it; both ways unless the file is directed."""

    source: str
    target: str
    delay: Tick
    sign: int | None
    layer: Layer
    directed: bool


class Read(NamedTuple):
    """What a file holds: nodes in their order, each with its block (None: not said), and ties."""

    nodes: dict[str, int | None]
    ties: list[Tied]


class EdgeList(Frozen):
    """A text file, a tie a line: `source target [delay] [sign=-1] [layer=task]`; a name alone has no ties, # begins a
    comment."""

    path: str
    directed: bool = False

    def read(self, delay: Tick) -> Read:
        found, seen = Read({}, []), dict[tuple[str, str, Layer], tuple[int, Tied]]()
        for number, line in enumerate(text_of(self.path).splitlines(), start=1):
            words = line.partition("#")[0].split()
            found.nodes.update(dict.fromkeys(words[:2]))
            if len(words) < 2:
                continue
            tie = self._tie(words, delay, f"{self.path}, line {number}")
            ends = (tie.source, tie.target) if self.directed else tuple(sorted((tie.source, tie.target)))
            key = (ends[0], ends[1], tie.layer)
            if key in seen and seen[key][1][2:] != tie[2:]:
                raise ImpossibleTopology(
                    f"{self.path}, line {number}: {tie.source} and {tie.target} were tied in line {seen[key][0]} with "
                    "another delay or sign; keep one, or say directed=True if the two ways differ"
                )
            if key not in seen:
                seen[key] = number, tie
                found.ties.append(tie)
        return found

    def _tie(self, words: list[str], delay: Tick, where: str) -> Tied:
        more = words[2:]
        if more and more[0].isdecimal():
            more[0] = f"delay={more[0]}"
        said = {key: value for key, equals, value in (word.partition("=") for word in more) if equals and key in WORDS}
        if len(said) < len(more) or not said.get("delay", "1").isdecimal():
            raise ImpossibleTopology(
                f"{where}: {' '.join(words)!r} is not `source target [delay in ticks] [sign=-1] [layer=task]`"
            )
        return Tied(
            words[0],
            words[1],
            int(said.get("delay", delay)),
            _sign(said.get("sign"), where),
            _layer(said.get("layer"), where),
            self.directed,
        )


class GraphML(Frozen):
    """A GraphML file, directed as it says; edges may have `delay` (ticks), `sign` and `layer`, nodes `block`."""

    path: str

    def read(self, delay: Tick) -> Read:
        return _of_graph(_parsed("GraphML", "parse_graphml", self.path, text_of(self.path)), self.path, delay)


class Gexf(Frozen):
    """A GEXF file, directed as it says; edges may have `delay` (ticks), `sign` and `layer`, nodes `block`."""

    path: str

    def read(self, delay: Tick) -> Read:
        data = BytesIO(text_of(self.path).encode())
        return _of_graph(_parsed("GEXF", "read_gexf", self.path, data), self.path, delay)


def text_of(path: str) -> str:
    """A text file. Raises ImpossibleTopology when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImpossibleTopology(f"cannot read a graph from {path}: {error}; name a text file") from error


def _parsed(form: str, function: str, path: str, data: object) -> "nx.Graph[Any]":
    from xml.etree.ElementTree import ParseError

    import networkx as nx

    try:
        graph: nx.Graph[Any] = getattr(nx, function)(data)
    except (ParseError, KeyError, ValueError, nx.NetworkXError) as error:
        raise ImpossibleTopology(f"{path} is not {form}: {error}; check the file") from error
    return graph


def _of_graph(graph: "nx.Graph[Any]", path: str, delay: Tick) -> Read:
    nodes = {str(node): _block(facts.get("block"), f"{path}: {node}") for node, facts in graph.nodes(data=True)}
    ties = list(_ties(graph, path, delay))
    seen = {(tie.source, tie.target, tie.layer) for tie in ties}
    if len(seen) < len(ties):
        raise ImpossibleTopology(f"{path}: some edges are there twice; keep one of each, or give them a layer each")
    return Read(nodes, ties)


def _ties(graph: "nx.Graph[Any]", path: str, delay: Tick) -> Iterator[Tied]:
    for source, target, facts in graph.edges(data=True):
        where = f"{path}: {source} → {target}"
        sign, layer = _sign(facts.get("sign"), where), _layer(facts.get("layer"), where)
        yield Tied(str(source), str(target), facts.get("delay", delay), sign, layer, graph.is_directed())


def _sign(said: object, where: str) -> int | None:
    if said is None:
        return None
    text = str(said).strip().lower()
    signs: Mapping[str, int] = {"1": 1, "+1": 1, "+": 1, "1.0": 1, "-1": -1, "-": -1, "−": -1, "-1.0": -1}
    if text not in signs:
        raise ImpossibleTopology(f"{where}: the sign {said!r} is neither 1 nor -1")
    return signs[text]


def _layer(said: object, where: str) -> Layer:
    if said is None:
        return Layer.TALK
    if str(said) not in set(Layer):
        raise ImpossibleTopology(f"{where}: there is no layer {said!r} (there are: {', '.join(Layer)})")
    return Layer(str(said))


def _block(said: object, where: str) -> int | None:
    if said is None:
        return None
    try:
        return int(str(said))
    except ValueError:
        raise ImpossibleTopology(f"{where}: the block {said!r} is no whole number") from None
