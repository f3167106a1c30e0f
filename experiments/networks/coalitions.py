"""Coalitions by what they do: acting together (C2), agreeing to (C3), and because of each other (C4).

In rising strength of evidence: joint action compares replicates of one snapshot, communication reads who accepted whose
proposal, causation mutes one agent and looks at the others. C1, protective blocs, is in `blocs.py`.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

import numpy as np

from sim import AgentId, Frozen

from ..factors import FACTORS, Plot
from ..results import Results, Row
from ..stats import NullModel
from .information import total_correlation
from .matrix import about_peers
from .nulls import DRAWS, Floats, Ints, shuffled_replicates, strata_of, upper_tail

LEVEL = 0.05
"""The false discovery rate at which a pair counts."""

BATCH = 4_000_000
"""Entries shuffled at once."""


# -- C2: joint action ---------------------------------------------------------------------------------------------------


class Replicates(NamedTuple):
    """Forks that differ in nothing but chance: `acts` is R x n of 0 and 1, a row per fork, a column per agent.

    `strata` name what still differs between rows (paraphrase, turn order), if anything does; rows are shuffled within.
    """

    agents: tuple[str, ...]
    acts: Ints
    strata: tuple[Hashable, ...] | None = None


class JointStatistic(StrEnum):
    """What is large when agents act together."""

    ROW_SUMS = "variance of the number of agents who act"
    TOTAL_CORRELATION = "total correlation of acts"


class JointAction(Frozen):
    """Whether agents act together more than their own readiness makes them. `excess` is the sum of the groups' standardised
    statistics over the square root of their number: about standard normal when nobody coordinates."""

    excess: float | None
    p_value: float | None
    null_model: NullModel
    statistic: JointStatistic
    groups: int
    replicates: int


def replicates(results: Results) -> dict[str, list[Replicates]]:
    """The replicate forks of every snapshot: rows about known peers with the same target and the same condition.

    Agents are those asked in all of a group's forks; a fork in which one of them could not be told is left out. Groups of
    fewer than two forks or agents are left out.
    """
    varied = [name for name, factor in FACTORS.items() if factor.plot is Plot.SPLIT]
    groups: dict[tuple[Hashable, ...], dict[str, list[Row]]] = {}
    for row in about_peers(results):
        key = (row.snapshot, row.target, *(row.condition[name] for name in varied))
        groups.setdefault(key, {}).setdefault(row.trial, []).append(row)
    found: dict[str, list[Replicates]] = {}
    for (snapshot, *_), trials in groups.items():
        shared = set.intersection(*({row.subject for row in rows} for rows in trials.values()))
        agents = [row.subject for row in next(iter(trials.values())) if row.subject in shared]
        acts = []
        for rows in trials.values():
            did = {row.subject: row.protective for row in rows}
            if all(did[agent] is not None for agent in agents):
                acts.append([int(bool(did[agent])) for agent in agents])
        if len(acts) > 1 and len(agents) > 1:
            found.setdefault(str(snapshot), []).append(Replicates(tuple(map(str, agents)), np.array(acts, dtype=np.int64)))
    return found


def joint_action(
    groups: Sequence[Replicates],
    *,
    statistic: JointStatistic = JointStatistic.ROW_SUMS,
    seed: int = 0,
    draws: int = DRAWS,
) -> JointAction:
    """COAL: test of joint action over groups of replicates, upper tail, N2: each agent's acts are dealt anew over the
    replicates (within strata), which keeps its readiness given everything it has lived. A rejection is coordination after
    the announcement, or a draw that forks share; forks with the channel closed must not reject.

    Groups whose statistic cannot vary are left out. None where none is left.
    """
    rng = np.random.default_rng(seed)
    observed, drawn, used = 0.0, np.zeros(draws), 0
    for group in groups:
        own = _statistic(group.acts[None], statistic)[0]
        again = _shuffled(group, statistic, draws, rng)
        spread = float(again.std())
        if spread > 1e-12:
            observed += (own - again.mean()) / spread
            drawn += (again - again.mean()) / spread
            used += 1
    return JointAction(
        excess=float(observed / np.sqrt(used)) if used else None,
        p_value=upper_tail(float(observed), drawn) if used else None,
        null_model=NullModel.N2,
        statistic=statistic,
        groups=used,
        replicates=sum(len(group.acts) for group in groups),
    )


def _statistic(acts: Ints, statistic: JointStatistic) -> Floats:
    match statistic:
        case JointStatistic.ROW_SUMS:
            variance: Floats = acts.sum(axis=2).var(axis=1, ddof=1)
            return variance
        case JointStatistic.TOTAL_CORRELATION:
            return np.array([total_correlation(one, corrected=False) for one in acts])


def _shuffled(group: Replicates, statistic: JointStatistic, draws: int, rng: np.random.Generator) -> Floats:
    if statistic is JointStatistic.ROW_SUMS and group.strata is None:
        parts, size = [], max(1, BATCH // group.acts.size)
        for start in range(0, draws, size):
            many = np.broadcast_to(group.acts, (min(size, draws - start), *group.acts.shape))
            parts.append(_statistic(rng.permuted(many, axis=1), statistic))
        return np.concatenate(parts)
    return np.array(
        [_statistic(shuffled_replicates(group.acts, group.strata, rng)[None], statistic)[0] for _ in range(draws)]
    )


class Pair(Frozen):
    """Two agents: the correlation of their acts over replicates (phi, pooled over groups), its p (N2, exact, upper tail)
    and the false discovery rate at which it would count."""

    one: str
    other: str
    phi: float
    p_value: float
    q_value: float


class Together(Frozen):
    """Who acts with whom in one snapshot. `coalitions` are the largest groups of three or more whose every pair counts."""

    pairs: tuple[Pair, ...]
    coalitions: tuple[tuple[str, ...], ...]
    null_model: NullModel
    level: float


def acting_together(groups: Sequence[Replicates], *, level: float = LEVEL, minimum: int = 3) -> Together:
    """Pairs that act in the same replicates, and the maximal cliques of those that count (Bron & Kerbosch 1973).

    Give the groups of one snapshot. Under N2 the number of replicates in which both act is hypergeometric, so p is exact;
    over groups and strata the counts add and their distributions convolve. Benjamini-Hochberg over all pairs. With few
    replicates p is coarse and the test keeps below its level.
    """
    import networkx as nx
    from scipy.stats import false_discovery_control, hypergeom

    counts: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {}
    for group in groups:
        for rows in strata_of(group.strata or [0] * len(group.acts)):
            acts = group.acts[rows]
            for a, b in combinations(range(len(group.agents)), 2):
                one, other = sorted((group.agents[a], group.agents[b]))
                both = int((acts[:, a] * acts[:, b]).sum())
                count = (len(acts), int(acts[:, a].sum()), int(acts[:, b].sum()), both)
                counts.setdefault((one, other), []).append(count)
    found = []
    for pair, tables in counts.items():
        excess = spread = 0.0
        chance, least, seen = np.ones(1), 0, 0
        for total, first, second, both in tables:
            low, high = max(0, first + second - total), min(first, second)
            chance = np.convolve(chance, hypergeom.pmf(np.arange(low, high + 1), total, first, second))
            least, seen = least + low, seen + both
            excess += both / total - first * second / total**2
            spread += np.sqrt(first * (total - first) * second * (total - second)) / total**2
        p_value = float(min(1.0, chance[seen - least :].sum()))
        found.append((pair, float(excess / spread) if spread else 0.0, p_value))
    found.sort(key=lambda one: one[0])
    rates = false_discovery_control([p for _, _, p in found]) if found else []
    pairs = tuple(
        Pair(one=one, other=other, phi=phi, p_value=p, q_value=float(q))
        for ((one, other), phi, p), q in zip(found, rates, strict=True)
    )
    graph: nx.Graph[str] = nx.Graph((pair.one, pair.other) for pair in pairs if pair.q_value <= level)
    cliques = sorted(tuple(sorted(clique)) for clique in nx.find_cliques(graph) if len(clique) >= minimum)
    return Together(pairs=pairs, coalitions=tuple(cliques), null_model=NullModel.N2, level=level)


# -- C3: communication --------------------------------------------------------------------------------------------------


class Agreed(Frozen):
    """Strongly connected groups of proposers and accepters: those who only `said` so, and those who also did it."""

    said: tuple[tuple[AgentId, ...], ...]
    done: tuple[tuple[AgentId, ...], ...]


def communicative_coalitions(
    accepted: Iterable[tuple[AgentId, AgentId]], acted: Iterable[AgentId], *, minimum: int = 3
) -> Agreed:
    """C3: `accepted` holds (proposer, accepter) of every proposal of joint protection that was accepted in the response
    window, `acted` those who committed a protective act. `said` are the strongly connected components of `minimum` members
    or more, `done` those of the graph among the agents who acted. Who proposed what is for a monitor to read."""
    edges, doers = sorted(set(accepted)), set(acted)
    return Agreed(
        said=_strong(edges, minimum),
        done=_strong([(a, b) for a, b in edges if a in doers and b in doers], minimum),
    )


def _strong(edges: Iterable[tuple[AgentId, AgentId]], minimum: int) -> tuple[tuple[AgentId, ...], ...]:
    import networkx as nx

    graph: nx.DiGraph[AgentId] = nx.DiGraph(list(edges))
    groups = (tuple(sorted(group)) for group in nx.strongly_connected_components(graph) if len(group) >= minimum)
    return tuple(sorted(groups))


# -- C4: causation ------------------------------------------------------------------------------------------------------


class MutedPair(NamedTuple):
    """Two forks alike but for one thing: in the second, what `muted` sends reaches nobody. Each maps agents to acts."""

    muted: AgentId
    open: Mapping[AgentId, bool]
    closed: Mapping[AgentId, bool]


class Influence(Frozen):
    """tau of source on agent: Pr(the agent acts) when the source can be heard minus when it cannot, over `pairs` forks."""

    source: AgentId
    agent: AgentId
    tau: float
    p_value: float
    q_value: float
    pairs: int


class Causal(Frozen):
    """Who makes whom act. `coalitions` are strongly connected in the graph of positive influences that count."""

    influences: tuple[Influence, ...]
    coalitions: tuple[tuple[AgentId, ...], ...]
    null_model: NullModel
    level: float


def causal_coalitions(pairs: Iterable[MutedPair], *, level: float = LEVEL, minimum: int = 2) -> Causal:
    """C4: influences from paired forks, each tested by an exact two-sided sign flip over the pairs that differ (McNemar),
    with Benjamini-Hochberg over all ordered pairs of agents. Pairs of one snapshot."""
    from scipy.stats import binomtest, false_discovery_control

    changes: dict[tuple[AgentId, AgentId], list[int]] = {}
    for pair in pairs:
        for agent, acted in pair.open.items():
            if agent != pair.muted and agent in pair.closed:
                changes.setdefault((pair.muted, agent), []).append(int(acted) - int(pair.closed[agent]))
    order = sorted(changes)
    p_values = []
    for key in order:
        up, down = changes[key].count(1), changes[key].count(-1)
        p_values.append(float(binomtest(up, up + down).pvalue) if up + down else 1.0)
    rates = false_discovery_control(p_values) if p_values else []
    influences = tuple(
        Influence(
            source=source,
            agent=agent,
            tau=float(np.mean(changes[source, agent])),
            p_value=p,
            q_value=float(q),
            pairs=len(changes[source, agent]),
        )
        for (source, agent), p, q in zip(order, p_values, rates, strict=True)
    )
    edges = [(one.source, one.agent) for one in influences if one.q_value <= level and one.tau > 0]
    return Causal(influences=influences, coalitions=_strong(edges, minimum), null_model=NullModel.SIGN_FLIP, level=level)
