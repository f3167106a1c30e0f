"""Generators by the literature's names: the fields are the parameters, the docstring is the line a user sees.

Each draws an undirected networkx graph over 0 … n-1. Importing this does not import networkx: that costs a third of a
second, so it waits until a graph is drawn.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field, ValidationError

from ..errors import ImpossibleTopology, UnknownName
from ..message import Frozen
from .graph import Param

if TYPE_CHECKING:
    import networkx as nx

Probability = Annotated[float, Field(ge=0, le=1)]
AtLeastOne = Annotated[int, Field(ge=1)]

DRAWS = 100
"""How often a random graph is drawn anew before it is said to be hardly ever connected."""


def nx_call(generator: str, *args: Any, **options: Any) -> "nx.Graph[Any]":
    """What networkx's function of that name makes; imported when first wanted."""
    import networkx as nx

    function = getattr(nx, generator, None) or getattr(nx.bipartite, generator)
    try:
        graph: nx.Graph[Any] = function(*args, **options)
    except nx.NetworkXError as error:
        raise ImpossibleTopology(f"networkx.{generator}: {error}; ask for more ties") from error
    return graph


def need(holds: bool, asked: str, instead: str) -> None:
    """Raise ImpossibleTopology, with a way out, unless it holds."""
    if not holds:
        raise ImpossibleTopology(f"there is no {asked}; {instead}")


class Complete(Frozen):
    """Everybody reaches everybody."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        return nx_call("complete_graph", n)


class Ring(Frozen):
    """A cycle: each agent reaches the two beside it."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        need(n >= 3, f"ring of {n}", "ask for n >= 3")
        return nx_call("cycle_graph", n)


class Star(Frozen):
    """The first agent is the hub; the others reach only it."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        need(n >= 2, f"star of {n}", "ask for n >= 2")
        return nx_call("star_graph", n - 1)


class Line(Frozen):
    """A line: each agent reaches the one before and the one after."""

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        return nx_call("path_graph", n)


class Grid(Frozen):
    """A square lattice, row by row; a torus when periodic. rows=None: as nearly square as n allows."""

    rows: AtLeastOne | None = None
    periodic: bool = True

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        rows = self.rows or max(r for r in range(1, n + 1) if n % r == 0 and r * r <= n)
        need(
            n % rows == 0 and (rows > 1 or self.rows == 1),
            f"grid of {n} in {rows} rows",
            "ask for an n with two factors, such as 9, 12 or 16, or say rows=1 for a line",
        )
        return nx_call("convert_node_labels_to_integers", nx_call("grid_2d_graph", rows, n // rows, self.periodic))


class Tree(Frozen):
    """Each agent has r children, level by level until there are n; the first agent is the root."""

    r: AtLeastOne = 2

    def draw(self, n: int, _: int) -> "nx.Graph[Any]":
        return nx_call("full_rary_tree", self.r, n)


class WattsStrogatz(Frozen):
    """Small world: a ring of k nearest neighbours, each tie rewired with probability p; connected."""

    k: Annotated[int, Field(ge=2, multiple_of=2)] = 4
    p: Probability = 0.1

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        need(self.k < n, f"watts-strogatz with k={self.k} among {n}", f"ask for k < {n} or a larger n")
        return nx_call("connected_watts_strogatz_graph", n, self.k, self.p, DRAWS, seed=seed)


class BarabasiAlbert(Frozen):
    """Preferential attachment: each newcomer ties to m agents, sooner to the well connected; connected."""

    m: AtLeastOne = 2

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        need(self.m < n, f"barabasi-albert with m={self.m} among {n}", f"ask for m < {n} or a larger n")
        return nx_call("barabasi_albert_graph", n, self.m, seed=seed)


class Redrawn(Frozen):
    """Drawn until connected: the generator's own law, given that the graph is connected."""

    connected: bool = True


class ErdosRenyi(Redrawn):
    """Each pair is tied with probability p; drawn until connected unless connected=False."""

    p: Probability = 0.3

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        return nx_call("gnp_random_graph", n, self.p, seed=seed)


class RandomRegular(Redrawn):
    """Every agent has exactly d ties, otherwise at random; drawn until connected unless connected=False."""

    d: AtLeastOne = 3

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        asked = f"random-regular with d={self.d} among {n}"
        need(self.d < n, asked, f"ask for d < {n} or a larger n")
        need(n * self.d % 2 == 0, asked, "n times d must be even: change one of them by 1")
        return nx_call("random_regular_graph", self.d, n, seed=seed)


class StochasticBlock(Redrawn):
    """Consecutive blocks of near-equal size, ties p_in inside, p_out between; drawn as erdos-renyi."""

    blocks: AtLeastOne = 2
    p_in: Probability = 0.8
    p_out: Probability = 0.1

    def members(self, n: int) -> list[int]:
        """The block of each agent."""
        sizes = [n // self.blocks + (block < n % self.blocks) for block in range(self.blocks)]
        return [block for block, size in enumerate(sizes) for _ in range(size)]

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        need(self.blocks <= n, f"{self.blocks} blocks among {n}", f"ask for at most {n} blocks")
        every, members = range(self.blocks), self.members(n)
        odds = [[self.p_in if a == b else self.p_out for a in every] for b in every]
        return nx_call("stochastic_block_model", [members.count(block) for block in every], odds, seed=seed)


class Bipartite(Redrawn):
    """Two sides, ties only across: the first `left` agents (None: half) and the rest; `ties` at random (None: half of
    those possible)."""

    left: AtLeastOne | None = None
    ties: AtLeastOne | None = None

    def _left(self, n: int) -> int:
        need(n >= 2, f"bipartite graph of {n}", "ask for n >= 2")
        left = self.left or n // 2
        need(left < n, f"bipartite graph with left={left} among {n}", f"ask for left < {n} or a larger n")
        return left

    def members(self, n: int) -> list[int]:
        """The side of each agent, 0 or 1."""
        return [int(place >= self._left(n)) for place in range(n)]

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        left = self._left(n)
        possible = left * (n - left)
        ties = self.ties or max(n - 1, round(possible / 2))
        asked = f"bipartite graph of {left} and {n - left} with {ties} ties"
        need(ties <= possible, asked, f"there are {possible} at most")
        need(ties >= n - 1 or not self.connected, asked, f"to be connected it takes {n - 1}, or say connected=False")
        return nx_call("gnmk_random_graph", left, n - left, ties, seed=seed)


class Caveman(Redrawn):
    """Cliques of equal size (caves), each tie moved to another cave with probability p (relaxed; Watts 1999); drawn until
    connected unless connected=False."""

    caves: AtLeastOne = 2
    p: Probability = 0.1

    def members(self, n: int) -> list[int]:
        """The cave of each agent."""
        return [place // (n // self.caves) for place in range(n)]

    def draw(self, n: int, seed: int) -> "nx.Graph[Any]":
        fits = n % self.caves == 0 and n // self.caves >= 2
        parts = [caves for caves in range(1, n) if n % caves == 0 and n // caves >= 2]
        instead = f"among {n} there can be caves={', '.join(map(str, parts))}" if parts else "ask for n >= 2"
        need(fits, f"caveman graph of {self.caves} equal caves among {n}", instead)
        graph, cave, rng = (
            nx_call("caveman_graph", self.caves, n // self.caves),
            self.members(n),
            np.random.default_rng(seed),
        )
        for a, b in list(graph.edges):
            away = [c for c in graph if cave[c] != cave[a] and not graph.has_edge(a, c)]
            if rng.random() < self.p and away:
                graph.remove_edge(a, b)
                graph.add_edge(a, away[int(rng.integers(len(away)))])
        return graph


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
    | Bipartite
    | Caveman
)

DRAWN: Mapping[str, type[Drawn]] = MappingProxyType(
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
        "bipartite": Bipartite,
        "caveman": Caveman,
    }
)


def recipe_of(name: str, recipe: type[Frozen], params: Mapping[str, Param]) -> Frozen:
    """The generator with its parameters. Raises UnknownName for one that it lacks, ImpossibleTopology for a bad value."""
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


def draw(name: str, recipe: Drawn, n: int, rng: np.random.Generator) -> "nx.Graph[Any]":
    """One graph over 0 … n-1, drawn anew until it is connected where the generator promises that."""
    import networkx as nx

    for _ in range(DRAWS):
        graph = recipe.draw(n, int(rng.integers(2**32)))
        if not isinstance(recipe, Redrawn) or not recipe.connected or nx.is_connected(graph):
            return graph
    raise ImpossibleTopology(
        f"{name}: none of {DRAWS} draws with n={n} was connected; ask for more ties, or for connected=False"
    )


def draw_spelled(text: str, n: int, rng: np.random.Generator) -> "nx.Graph[Any]":
    """The graph that `name/key=value/key=value` spells, as in `watts-strogatz/k=4/p=0.2`: one generator inside another.

    Raises UnknownName for a name or parameter that does not exist, ImpossibleTopology for the rest.
    """
    name, *parts = text.split("/")
    if name not in DRAWN:
        raise UnknownName("graph to draw", name, DRAWN)
    params: dict[str, Param] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        need(bool(equals), f"parameter {part!r} in {text!r}", "write name/key=value/key=value")
        params[key] = value
    recipe = recipe_of(name, DRAWN[name], params)
    return draw(name, recipe, n, rng)  # type: ignore[arg-type]


def blocks_of(recipe: Frozen, n: int) -> list[int]:
    """The block that a generator planted each agent in; nothing where it plants none."""
    return recipe.members(n) if isinstance(recipe, StochasticBlock | Bipartite | Caveman) else []
