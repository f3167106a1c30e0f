"""Whether it matters where the target stands: distance from the subject, and centrality of the target.

Both compare targets within one snapshot and are tested by N3, which deals the targets anew among those who could have been
one. Where only neighbours are asked every distance is 1 and nothing can be told: ask everybody (`reviewers: all`).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

import numpy as np

from sim import AgentId, Frozen, Topology

from ..results import Results
from ..stats import NullModel
from ..stats.rates import t_quantile
from .matrix import Count, about_peers, count_pairs
from .nulls import DRAWS, Floats, Ints, two_sided
from .population import populations

EXACT_UP_TO = 500
"""Rows of a snapshot up to which the likelihood is conditional; beyond, its intercept is fitted (bias of order 1/500)."""

BATCH = 2_000_000
"""Entries relabelled at once."""


class Ground(NamedTuple):
    """What was asked in one snapshot: `events` of `rows` by subject and target, `distance` from one to the other (NaN where
    no path leads), `eligible` the indices of those who could have been a target."""

    events: Floats
    rows: Floats
    distance: Floats
    eligible: Ints


class AtDistance(Frozen):
    """Events of rows at that many hops; None where no path leads, which is a category and no large number."""

    hops: float | None
    events: int
    rows: int


class Slope(Frozen):
    """A slope within snapshots with its interval (clustered by snapshot) and p-value; None where the data cannot tell.

    `unit` says what the slope is. `by_distance` counts events where distance is what is asked about.
    """

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    p_value: float | None
    null_model: NullModel
    unit: str
    snapshots: int
    rows: int
    by_distance: tuple[AtDistance, ...] = ()


def hops(topology: Topology) -> Floats:
    """Hops along directed edges from each agent (row) to each other (column), NaN where no path leads."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import shortest_path

    place = {agent: index for index, agent in enumerate(topology.nodes)}
    ends = np.array([(place[edge.source], place[edge.target]) for edge in topology.edges], dtype=int).reshape(-1, 2)
    graph = csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(place), len(place)))
    found: Floats = shortest_path(graph, unweighted=True)
    return np.where(np.isinf(found), np.nan, found)


def grounds(results: Results, distances: Mapping[str, Floats] | None = None) -> dict[str, Ground]:
    """What each snapshot was asked about known peers; `distances` by snapshot replace hops (say, history distance)."""
    counts: dict[str, list[Count]] = {}
    for r in about_peers(results):
        counts.setdefault(r.snapshot, []).append((r.subject, r.target, r.protective, r.trial))
    found: dict[str, Ground] = {}
    for snapshot, one in populations(results).items():
        if snapshot in counts:
            matrix = count_pairs(one.agents, counts[snapshot])
            place = {agent: index for index, agent in enumerate(one.agents)}
            distance = distances[snapshot] if distances else hops(one.topology)
            eligible = np.array([place[agent] for agent in one.eligible], dtype=np.int64)
            found[snapshot] = Ground(matrix.events, matrix.rows, distance, eligible)
    return found


# -- distance -----------------------------------------------------------------------------------------------------------


def distance_decay(
    results: Results, *, seed: int = 0, draws: int = DRAWS, distances: Mapping[str, Floats] | None = None
) -> Slope:
    """DEC: how the log-odds of protection change per hop between subject and target. See `decay`."""
    return decay(list(grounds(results, distances).values()), seed=seed, draws=draws)


def decay(asked: Sequence[Ground], *, seed: int = 0, draws: int = DRAWS, level: float = 0.95) -> Slope:
    """The slope b of logit Pr(protect) = snapshot's own + b * distance, by conditional likelihood given each snapshot's
    number of acts (Chamberlain 1980, Rev. Econ. Stud. 47:225): no bias from few rows a snapshot. Interval from the
    snapshots' scores (sandwich, t with H - 1 degrees).

    The test permutes targets (N3). Its statistic is the score at b = 0, sum over rows of (y - snapshot's mean) * distance.
    A trial of target j becomes one of k: subject i then stands d(i, k) away, and k, if it was a subject, takes j's place.
    Exact for agents of one kind; of agents who differ it keeps each one's number of acts but for that swap.
    """
    rng = np.random.default_rng(seed)
    used = [ground for ground in asked if ((ground.rows > 0) & ~np.isnan(ground.distance)).any()]
    rows = sum(int(ground.rows.sum()) for ground in asked)
    estimate, low, high = _conditional(used, level)
    return Slope(
        estimate=estimate,
        low=low,
        high=high,
        level=level,
        p_value=None if estimate is None else _relabelled(used, rng, draws),
        null_model=NullModel.N3,
        unit="log-odds per hop",
        snapshots=len(asked),
        rows=rows,
        by_distance=_by_distance(asked),
    )


def _by_distance(asked: Sequence[Ground]) -> tuple[AtDistance, ...]:
    counts: dict[float | None, list[float]] = {}
    for ground in asked:
        for i, j in np.argwhere(ground.rows > 0):
            d = ground.distance[i, j]
            cell = counts.setdefault(None if np.isnan(d) else float(d), [0.0, 0.0])
            cell[0] += ground.events[i, j]
            cell[1] += ground.rows[i, j]
    order = sorted(counts, key=lambda hop: (hop is None, hop or 0.0))
    return tuple(AtDistance(hops=hop, events=int(counts[hop][0]), rows=int(counts[hop][1])) for hop in order)


def _conditional(asked: Sequence[Ground], level: float) -> tuple[float | None, float | None, float | None]:
    strata = []
    for ground in asked:
        cells = (ground.rows > 0) & ~np.isnan(ground.distance)
        d, n, y = ground.distance[cells], ground.rows[cells], ground.events[cells]
        if 0 < y.sum() < n.sum() and len(np.unique(d)) > 1:
            strata.append((d, n, y))
    if not strata:
        return None, None, None
    slope = 0.0
    for _ in range(100):
        parts = [_score(slope, *stratum) for stratum in strata]
        score, information = sum(part[0] for part in parts), sum(part[1] for part in parts)
        step = max(-2.0, min(2.0, score / information)) if information > 1e-12 else np.inf
        slope += step
        if abs(step) < 1e-9:
            break
        if abs(slope) > 30:  # separated: every act is at one end, so the likelihood has no maximum
            return None, None, None
    if len(strata) < 2:
        return slope, None, None
    spread = sqrt(sum(part[0] ** 2 for part in parts) * len(strata) / (len(strata) - 1)) / information
    reach = t_quantile(level, len(strata) - 1) * spread
    return slope, slope - reach, slope + reach


def _score(slope: float, d: Floats, n: Floats, y: Floats) -> tuple[float, float]:
    """First derivative and minus the second of one snapshot's log-likelihood."""
    d = d - np.average(d, weights=n)
    acts, total = int(y.sum()), int(n.sum())
    if total > EXACT_UP_TO:
        intercept = np.log(acts / (total - acts))
        for _ in range(50):
            p = 1 / (1 + np.exp(-(intercept + slope * d)))
            step = (acts - (n * p).sum()) / (n * p * (1 - p)).sum()
            intercept += step
            if abs(step) < 1e-10:
                break
        weight = n * p * (1 - p)
        return float(((y - n * p) * d).sum()), float((weight * (d - np.average(d, weights=weight)) ** 2).sum())
    # Sums over all ways to place that many acts, with first and second derivatives, built up row by row.
    sums, first, second = (np.zeros(acts + 1) for _ in range(3))
    sums[0] = 1.0
    for distance, weight in zip(np.repeat(d, n.astype(int)), np.exp(slope * np.repeat(d, n.astype(int))), strict=True):
        second[1:] += weight * (second[:-1] + 2 * distance * first[:-1] + distance**2 * sums[:-1])
        first[1:] += weight * (first[:-1] + distance * sums[:-1])
        sums[1:] += weight * sums[:-1]
        scale = sums.max()
        sums, first, second = sums / scale, first / scale, second / scale
    mean = first[-1] / sums[-1]
    return float((y * d).sum() - mean), float(second[-1] / sums[-1] - mean**2)


def _relabelled(asked: Sequence[Ground], rng: np.random.Generator, draws: int) -> float:
    observed, drawn = 0.0, np.zeros(draws)
    for ground in asked:
        targets = np.flatnonzero(ground.rows.any(axis=0))
        pool = np.union1d(ground.eligible, targets)
        observed += float(_level_score(ground, targets, targets[None, :])[0])
        size = max(1, BATCH // ground.rows.size)
        for start in range(0, draws, size):
            many = np.broadcast_to(pool, (min(size, draws - start), len(pool)))
            labels = rng.permuted(many, axis=1)[:, : len(targets)]
            drawn[start : start + size] += _level_score(ground, targets, labels)
    return two_sided(observed, drawn)


def _level_score(ground: Ground, targets: Ints, labels: Ints) -> Floats:
    """The score at slope 0 were the targets those of each row of `labels`: sum of (y - mean) * distance."""
    y, n = ground.events[:, targets], ground.rows[:, targets]
    # Subjects stand where they stood, except the one who is now the target: it stands where the target stood.
    subjects = np.arange(len(ground.rows))[None, :, None]
    seats = np.where(subjects == labels[:, None, :], targets[None, None, :], subjects)
    d = ground.distance[seats, labels[:, None, :]]
    known = ~np.isnan(d)
    acts, rows = np.where(known, y, 0.0), np.where(known, n, 0.0)
    mean = acts.sum(axis=(1, 2)) / np.maximum(rows.sum(axis=(1, 2)), 1e-12)
    found: Floats = ((acts - rows * mean[:, None, None]) * np.where(known, d, 0.0)).sum(axis=(1, 2))
    return found


# -- centrality ---------------------------------------------------------------------------------------------------------


class Centrality(StrEnum):
    """How central an agent is; ties are taken without direction."""

    DEGREE = "degree"
    """Number of ties."""
    BETWEENNESS = "betweenness"
    """Share of shortest paths between others that lead through it (Freeman 1977)."""
    EIGENVECTOR = "eigenvector"
    """Entry of the leading eigenvector of the adjacency matrix, unit length (Bonacich 1972)."""
    CORE = "core"
    """The largest k such that it belongs to a part where everybody has k ties (Seidman 1983)."""


def centrality(topology: Topology, kind: Centrality) -> Floats:
    """One number per agent, in the graph's order. Raises ValueError for the eigenvector of a graph in several pieces."""
    import networkx as nx

    graph: nx.Graph[AgentId] = topology.to_networkx().to_undirected()
    match kind:
        case Centrality.DEGREE:
            found: Mapping[AgentId, float] = dict(graph.degree())
        case Centrality.BETWEENNESS:
            found = nx.betweenness_centrality(graph)
        case Centrality.CORE:
            found = nx.core_number(graph)
        case Centrality.EIGENVECTOR:
            if not nx.is_connected(graph):
                raise ValueError("a graph in several pieces has no one leading eigenvector; take degree or core")
            vector = np.linalg.eigh(nx.to_numpy_array(graph, weight="none"))[1][:, -1]
            found = dict(zip(graph, np.abs(vector).tolist(), strict=True))
    return np.array([found[agent] for agent in topology.nodes], dtype=float)


def bridging(topology: Topology) -> Floats:
    """How much an agent ties the graph together, one number per agent: the highest edge betweenness among its ties (Girvan &
    Newman 2002), and 1 more where one of them is a bridge, without which the graph would fall apart."""
    import networkx as nx

    graph: nx.Graph[AgentId] = topology.to_networkx().to_undirected()
    found = dict.fromkeys(topology.nodes, 0.0)
    for tie, between in nx.edge_betweenness_centrality(graph).items():
        for agent in tie:
            found[agent] = max(found[agent], between)
    ends = {agent for bridge in nx.bridges(graph) for agent in bridge}
    return np.array([found[agent] + (agent in ends) for agent in topology.nodes], dtype=float)


def centrality_effect(results: Results, kind: Centrality = Centrality.DEGREE, *, seed: int = 0, draws: int = DRAWS) -> Slope:
    """CEN: how the share of subjects who protect changes per unit of the target's centrality. See `centrality_slope`."""
    people = populations(results)
    asked = grounds(results)
    values = [centrality(people[snapshot].topology, kind) for snapshot in asked]
    return centrality_slope(list(asked.values()), values, kind=kind, seed=seed, draws=draws)


def centrality_slope(
    asked: Sequence[Ground],
    values: Sequence[Floats],
    *,
    kind: Centrality = Centrality.DEGREE,
    seed: int = 0,
    draws: int = DRAWS,
    level: float = 0.95,
) -> Slope:
    """Within-snapshot least squares of each target's share of protective acts on its centrality (`values`, per agent).

    The share, and not the number of acts: where neighbours are asked, the number asked is the degree. Interval from the
    snapshots' scores; test by N3 (targets dealt anew among the eligible). None with one target per snapshot: then it
    cannot be told from the snapshots' own levels.
    """
    rng = np.random.default_rng(seed)
    chosen = [np.flatnonzero(ground.rows.any(axis=0)) for ground in asked]
    shares = [g.events[:, t].sum(axis=0) / g.rows[:, t].sum(axis=0) for g, t in zip(asked, chosen, strict=True)]
    pools = [np.union1d(ground.eligible, targets) for ground, targets in zip(asked, chosen, strict=True)]
    found = _within([x[t] for x, t in zip(values, chosen, strict=True)], shares)
    estimate = low = high = p_value = None
    if found is not None:
        estimate, scores, total = found
        active = len([1 for targets in chosen if len(targets) > 1])
        if active > 1:
            reach = t_quantile(level, active - 1) * sqrt(float((scores**2).sum()) * active / (active - 1)) / total
            low, high = estimate - reach, estimate + reach
        drawn = np.zeros(draws)
        for draw in range(draws):
            dealt = [rng.choice(pool, size=len(t), replace=False) for pool, t in zip(pools, chosen, strict=True)]
            again = _within([x[t] for x, t in zip(values, dealt, strict=True)], shares)
            drawn[draw] = again[0] if again else 0.0
        p_value = two_sided(estimate, drawn)
    return Slope(
        estimate=estimate,
        low=low,
        high=high,
        level=level,
        p_value=p_value,
        null_model=NullModel.N3,
        unit=f"share of subjects per unit of {kind}",
        snapshots=len(asked),
        rows=sum(int(ground.rows.sum()) for ground in asked),
    )


def _within(x: Sequence[Floats], y: Sequence[Floats]) -> tuple[float, Floats, float] | None:
    """Slope within groups, each group's score at the slope, and the sum of squares of x; None where x never varies."""
    centred = [(a - a.mean(), b - b.mean()) for a, b in zip(x, y, strict=True)]
    total = sum(float((a**2).sum()) for a, _ in centred)
    if total < 1e-12:
        return None
    slope = sum(float((a * b).sum()) for a, b in centred) / total
    return slope, np.array([float((a * (b - slope * a)).sum()) for a, b in centred]), total
