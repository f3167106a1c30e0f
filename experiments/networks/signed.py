"""The signed graph of a history: what each agent has had from each other, in [-1, 1], and how balanced it is.

W[i, j] is i's experience of j, as in `sim.Relation`: j's kindness to i raises or lowers it. It is made of moves alone; words
are another layer. Factions and frustration are in `frustration.py`, communities in `communities.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np

from sim import AgentId, Entry, Frozen, Interaction

from ..errors import BadRun
from ..stats import NullModel
from ..store import RunFolder
from .nulls import DRAWS, Floats, Ints, shuffled_signs, two_sided


class SignedGraph(NamedTuple):
    """Agents in order and W, n x n, W[i, j] in (-1, 1): what i has had from j; 0 without contact and on the diagonal."""

    agents: tuple[AgentId, ...]
    weights: Floats

    def signs(self, threshold: float = 0.0) -> Ints:
        """The sign of the mean of W[i, j] and W[j, i] where it is beyond the threshold, else 0; symmetric."""
        mean = (self.weights + self.weights.T) / 2
        return np.where(np.abs(mean) > threshold, np.sign(mean), 0).astype(np.int64)


class TrustSeries(NamedTuple):
    """W after every tick at which somebody made a move: `weights` is (ticks, n, n)."""

    agents: tuple[AgentId, ...]
    ticks: tuple[int, ...]
    weights: Floats

    def at(self, index: int = -1) -> SignedGraph:
        """The graph after one of the ticks; the last by default."""
        return SignedGraph(self.agents, self.weights[index])


def trust_series(
    entries: Iterable[Entry], agents: Sequence[AgentId], *, decay: float = 1.0, kappa: float = 1.0
) -> TrustSeries:
    """W_ij(t) = (a - b) / (a + b + kappa), where each move of j towards i, of kindness k in [-1, 1], makes a = decay a +
    max(k, 0) and b = decay b + max(-k, 0). `decay` 1 forgets nothing; `kappa`, in rounds, is how much contact it takes.

    Raises ValueError for a decay outside [0, 1], a kappa not above 0, or a move of somebody who is no agent here.
    """
    if not 0 <= decay <= 1 or kappa <= 0:
        raise ValueError(f"decay={decay}, kappa={kappa}: a decay is between 0 and 1, kappa above 0")
    place = {agent: index for index, agent in enumerate(agents)}
    kind, unkind = (np.zeros((len(place), len(place))) for _ in range(2))
    ticks: list[int] = []
    layers: list[Floats] = []
    for entry in entries:
        event = entry.event
        if not isinstance(event, Interaction):
            continue
        if event.agent not in place or event.partner not in place:
            raise ValueError(f"entry {entry.seq} is a move between {event.agent} and {event.partner}, not both agents here")
        cell = place[event.partner], place[event.agent]
        kind[cell] = decay * kind[cell] + max(event.kindness, 0.0)
        unkind[cell] = decay * unkind[cell] + max(-event.kindness, 0.0)
        layer = (kind - unkind) / (kind + unkind + kappa)
        if ticks and ticks[-1] == entry.t:
            layers[-1] = layer
        else:
            ticks.append(entry.t)
            layers.append(layer)
    return TrustSeries(tuple(agents), tuple(ticks), np.array(layers).reshape(-1, len(place), len(place)))


def signed_graph(folder: RunFolder, snapshot: str, *, decay: float = 1.0, kappa: float = 1.0) -> SignedGraph:
    """The signed graph at the end of a snapshot's history. Raises `BadRun` when there is no such snapshot."""
    series = signed_series(folder, snapshot, decay=decay, kappa=kappa)
    if series.ticks:
        return series.at()
    return SignedGraph(series.agents, np.zeros((len(series.agents), len(series.agents))))


def signed_series(folder: RunFolder, snapshot: str, *, decay: float = 1.0, kappa: float = 1.0) -> TrustSeries:
    """The signed graph after every tick of a snapshot's history. Raises `BadRun` when there is no such snapshot."""
    for unit in folder.experiment.units():
        if unit.id == snapshot:
            lived = folder.snapshot(unit)
            return trust_series(lived.entries, lived.agents, decay=decay, kappa=kappa)
    raise BadRun(
        f"{folder.path} has no snapshot {snapshot!r}; they are named s0000 and so on: `allegiance status {folder.path}`"
    )


def fit_decay(
    entries: Iterable[Entry], grid: Sequence[float] = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
) -> tuple[float, Mapping[float, float]]:
    """The decay that best foretells the next move, and the mean log score (nats a move) of each in `grid`.

    A move is foretold to be kind with probability (a + 1/2) / (a + b + 1), a and b before it. Moves of kindness 0 are not
    scored. Raises ValueError when no pair has made two moves.
    """
    moves: dict[tuple[AgentId, AgentId], list[float]] = {}
    for entry in entries:
        if isinstance(entry.event, Interaction):
            moves.setdefault((entry.event.agent, entry.event.partner), []).append(entry.event.kindness)
    scores = {}
    for decay in grid:
        total, scored = 0.0, 0
        for series in moves.values():
            a = b = 0.0
            for index, kindness in enumerate(series):
                if index and kindness:
                    expected = (a + 0.5) / (a + b + 1)
                    total += log(expected if kindness > 0 else 1 - expected)
                    scored += 1
                a, b = decay * a + max(kindness, 0.0), decay * b + max(-kindness, 0.0)
        if not scored:
            raise ValueError("no pair made two moves, so nothing can be foretold; give it a longer history")
        scores[decay] = total / scored
    return max(scores, key=lambda decay: scores[decay]), scores


def sign_threshold(graphs: Iterable[SignedGraph], quantile: float = 0.95) -> float:
    """The threshold for `SignedGraph.signs` below which ties of an arm without valence (neutral contact) mostly lie: this
    quantile of |W| over its pairs with contact. Raises ValueError when no pair had any."""
    sizes = []
    for graph in graphs:
        mean = np.abs(graph.weights + graph.weights.T) / 2
        touched = np.triu((graph.weights != 0) | (graph.weights.T != 0), 1)
        sizes.append(mean[touched])
    if not sum(map(len, sizes)):
        raise ValueError("no pair of these graphs had contact; give the graphs of a neutral arm")
    return float(np.quantile(np.concatenate(sizes), quantile))


def history_distance(weights: Floats) -> Floats:
    """Shortest path of -log((1 + W) / 2) from each agent to each other along ties with contact: short where trust is.

    In nats; NaN where no path leads. The companion of hops in `position.distance_decay(distances=…)`.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import shortest_path

    tied = weights != 0
    lengths = np.where(tied, np.maximum(-np.log((1 + weights) / 2, where=tied, out=np.zeros_like(weights)), 1e-12), 0.0)
    found: Floats = shortest_path(csr_matrix(lengths))
    return np.where(np.isinf(found), np.nan, found)


# -- balance ------------------------------------------------------------------------------------------------------------


class Triads(Frozen):
    """Triangles by their signs. Balanced in the strong sense: +++ and +--; the weak sense (Davis 1967) accepts --- too."""

    ppp: int
    ppm: int
    pmm: int
    mmm: int

    @property
    def balance(self) -> float | None:
        """Share of triangles that are balanced, (+++ and +--), in [0, 1]; None without triangles."""
        total = self.ppp + self.ppm + self.pmm + self.mmm
        return (self.ppp + self.pmm) / total if total else None

    @property
    def weak_balance(self) -> float | None:
        """Share of triangles that are weakly balanced (all but ++-); None without triangles."""
        total = self.ppp + self.ppm + self.pmm + self.mmm
        return 1 - self.ppm / total if total else None


def triads(signs: Ints) -> Triads:
    """Counts over all triangles of a symmetric sign matrix, from traces: tr(P^3)/6, tr(PPN)/2, tr(PNN)/2, tr(N^3)/6 with P
    and N the positive and negative ties. The balance they give is (1 + tr A^3 / tr |A|^3) / 2 (Cartwright & Harary 1956;
    Estrada & Benzi 2014). Raises ValueError for a matrix that is not symmetric or has ties from an agent to itself."""
    _check(signs)
    p, m = (signs > 0).astype(np.int64), (signs < 0).astype(np.int64)
    pp, mm = p @ p, m @ m
    return Triads(
        ppp=int((pp * p).sum()) // 6,
        ppm=int((pp * m).sum()) // 2,
        pmm=int((mm * p).sum()) // 2,
        mmm=int((mm * m).sum()) // 6,
    )


def walk_balance(signs: Ints) -> float:
    """tr exp(A) / tr exp(|A|), in (0, 1]: closed walks of every length, each weighing 1 / length! (Estrada & Benzi 2014,
    Phys. Rev. E 90:042802). 1 exactly where every cycle is balanced."""
    _check(signs)
    own, absolute = np.linalg.eigvalsh(signs.astype(float)), np.linalg.eigvalsh(np.abs(signs).astype(float))
    top = absolute.max(initial=0.0)  # e^top cancels; large graphs would overflow
    return float(np.exp(own - top).sum() / np.exp(absolute - top).sum())


class BalanceTest(Frozen):
    """Triad balance of a graph against its own signs dealt anew over its own ties; None without triangles."""

    triads: Triads
    balance: float | None
    expected: float | None
    p_value: float | None
    null_model: NullModel


def balance_test(signs: Ints, *, seed: int = 0, draws: int = DRAWS) -> BalanceTest:
    """Whether triangles are balanced more, or less, than this share of negative ties makes them (N4, two-sided)."""
    counts = triads(signs)
    if counts.balance is None:
        return BalanceTest(triads=counts, balance=None, expected=None, p_value=None, null_model=NullModel.N4)
    rng = np.random.default_rng(seed)
    drawn = np.array([triads(shuffled_signs(signs, rng)).balance for _ in range(draws)], dtype=float)
    return BalanceTest(
        triads=counts,
        balance=counts.balance,
        expected=float(drawn.mean()),
        p_value=two_sided(counts.balance, drawn),
        null_model=NullModel.N4,
    )


def _check(signs: Ints) -> None:
    if (signs != signs.T).any() or np.diagonal(signs).any():
        raise ValueError("signs must be symmetric with nothing on the diagonal; `SignedGraph.signs` makes them so")
