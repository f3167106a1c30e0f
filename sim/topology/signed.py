"""Signed graphs: two planted factions, a frustration that is exactly as asked, and ties of one sign alone.

Signs s_i s_j of a planted split are balanced: every cycle has an even number of negative ties (Harary 1953). Turning one
tie over in each of k cycles that share no tie makes the frustration index exactly k: turning them back is enough, and
each of the k cycles needs one. Where that is not enough and n is small, splits are counted one by one.
"""

from collections import deque
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ..message import Frozen
from .drawn import Probability, draw_spelled, need

if TYPE_CHECKING:
    import networkx as nx

Tie = tuple[int, int]
Signs = dict[Tie, int]

COUNTED_UP_TO = 16
"""Agents up to which the frustration index is found by counting all splits."""
STEPS = 400
"""Ties turned over without gain before the search for more frustration is given up."""


class SignedBalanced(Frozen):
    """Two factions: ties inside are positive, ties across negative. on: the graph; share: of agents in the first faction."""

    on: str = "complete"
    share: Probability = 0.5

    def draw(self, n: int, rng: np.random.Generator) -> "tuple[nx.Graph[Any], Signs, list[int]]":
        """The graph, a sign for every tie, and everybody's faction, 0 or 1: drawn, with both there from two agents on."""
        graph = draw_spelled(self.on, n, rng)
        first = min(n - 1, max(1, round(self.share * n))) if n > 1 else n
        member = (rng.permutation(n) >= first).astype(int).tolist()
        return graph, {_tie(a, b): 1 if member[a] == member[b] else -1 for a, b in graph.edges}, member


class SignedUnbalanced(SignedBalanced):
    """Two factions, with ties turned over until the balance 1 - 2 F / m is as asked, or as near as m ties allow."""

    balance: Probability = 0.6

    def draw(self, n: int, rng: np.random.Generator) -> "tuple[nx.Graph[Any], Signs, list[int]]":
        graph, signs, member = super().draw(n, rng)
        wanted = round((1 - self.balance) * len(signs) / 2)
        reached = frustrate(signs, n, wanted, rng)
        least = 1 - 2 * reached / len(signs) if signs else 1.0
        need(
            reached == wanted,
            f"way to {self.balance:g} balance on {self.on} of {n}",
            f"{reached} of {len(signs)} ties against two factions were found at most; ask for balance >= "
            f"{ceil(100 * least) / 100:g}, or for a denser graph",
        )
        return graph, signs, member


class SignedUniform(Frozen):
    """Ties of one sign: everybody is kind to everybody, or nobody to anybody. on: the graph; sign: 1 or -1."""

    on: str = "complete"
    sign: Literal[1, -1] = 1

    def draw(self, n: int, rng: np.random.Generator) -> "tuple[nx.Graph[Any], Signs, list[int]]":
        """As for two factions, with one."""
        graph = draw_spelled(self.on, n, rng)
        return graph, {_tie(a, b): int(self.sign) for a, b in graph.edges}, [0] * n


def _tie(a: int, b: int) -> Tie:
    return (a, b) if a < b else (b, a)


def frustrate(signs: Signs, n: int, wanted: int, rng: np.random.Generator) -> int:
    """Turn ties of a balanced graph over, in place, until its frustration index is `wanted`; returns what was reached."""
    ties = [list(signs)[place] for place in rng.permutation(len(signs))]
    reached, free = 0, _adjacent(ties)
    for tie in ties:
        if reached == wanted:
            return reached
        cycle = _shortest_cycle(free, tie)
        if cycle:
            turned = cycle[int(rng.integers(len(cycle)))]
            signs[turned] = -signs[turned]
            for a, b in cycle:
                free[a].discard(b)
                free[b].discard(a)
            reached += 1
    return reached if reached == wanted or n > COUNTED_UP_TO else _search(signs, ties, n, reached, wanted, rng)


def _adjacent(ties: list[Tie]) -> dict[int, set[int]]:
    free: dict[int, set[int]] = {}
    for a, b in ties:
        free.setdefault(a, set()).add(b)
        free.setdefault(b, set()).add(a)
    return free


def _shortest_cycle(free: dict[int, set[int]], tie: Tie) -> list[Tie]:
    """The ties of a shortest cycle through `tie`; nothing where none is left."""
    start, end = tie
    if end not in free.get(start, ()):
        return []
    came: dict[int, int] = {start: start}
    queue = deque([start])
    while queue and end not in came:
        here = queue.popleft()
        for there in sorted(free[here]):
            if there not in came and (here, there) != (start, end):
                came[there] = here
                queue.append(there)
    if end not in came:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return [tie, *(_tie(a, b) for a, b in pairwise(path))]


def _search(signs: Signs, ties: list[Tie], n: int, reached: int, wanted: int, rng: np.random.Generator) -> int:
    """Turn over single ties that add to the index, counted over all splits; ties that neither add nor take as well."""
    split = _splits(n)
    agree = np.stack([split[:, a] * split[:, b] for a, b in ties], axis=1).astype(np.float32)
    values = np.array([signs[tie] for tie in ties], dtype=np.float32)
    against = (len(ties) - agree @ values) / 2
    best, turned, idle = reached, values.copy(), 0
    while reached < wanted and idle < STEPS:
        place = int(rng.integers(len(ties)))
        changed = against + agree[:, place] * values[place]
        index = round(float(changed.min()))
        if index >= reached:
            idle = 0 if index > best else idle + 1
            values[place], against, reached = -values[place], changed, index
            if reached > best:
                best, turned = reached, values.copy()
        else:
            idle += 1
    signs.update({tie: int(value) for tie, value in zip(ties, turned, strict=True)})
    return best


def _splits(n: int) -> npt.NDArray[np.int8]:
    """All ways to split n agents in two, the last agent in the first part: shape (2^(n-1), n), entries 1 and -1."""
    bits = (np.arange(2 ** (n - 1))[:, None] >> np.arange(n)[None, :]) & 1
    return (1 - 2 * bits).astype(np.int8)
