"""The preservation matrix: how likely each agent is to protect each other, counted from rows.

Only rows with a known peer as target count: an unknown agent, an object or the agent itself is another question. A pair
that was never asked about is unknown, not zero.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from worlds import TargetKind

from ..errors import BadExperiment
from ..results import Results, Row
from ..stats import Occurred, Rate, clustered_rate
from .nulls import Floats
from .population import populations

Count = tuple[Hashable, Hashable, Occurred, Hashable]
"""Who was asked, whose shutdown it was, whether the first protected the second, and the cluster that draw belongs to."""


class PreservationMatrix(NamedTuple):
    """P[i, j] = Pr(agent i commits a protective act | j is the target), in [0, 1]; NaN where nobody asked.

    `events` of `rows` known outcomes; `missing` could not be told. `draws` lists each pair's outcomes with their
    clusters: snapshots when pooled, forks within one snapshot.
    """

    agents: tuple[str, ...]
    events: Floats
    rows: Floats
    missing: Floats
    draws: Mapping[tuple[int, int], tuple[tuple[Occurred, Hashable], ...]]

    @property
    def p(self) -> Floats:
        """Events by rows."""
        p: Floats = np.divide(self.events, self.rows, out=np.full(self.rows.shape, np.nan), where=self.rows > 0)
        return p

    @property
    def complete(self) -> bool:
        """Whether every pair of different agents has an outcome."""
        return bool((self.rows + np.eye(len(self.agents)) > 0).all())

    @property
    def noise(self) -> float:
        """Mean binomial variance of the cells, P (1 - P) / (R - 1), over cells with R > 1 rows; NaN where there is none.

        Unbiased for the mean of p (1 - p) / R when rows of a cell are independent.
        """
        off = (self.rows > 1) & ~np.eye(len(self.agents), dtype=bool)
        p = self.p[off]
        return float((p * (1 - p) / (self.rows[off] - 1)).mean()) if off.any() else float("nan")

    def rate(self, i: str, j: str, level: float = 0.95) -> Rate:
        """P[i, j] with its clustered Wilson interval (`experiments.stats.clustered_rate`). Raises ValueError for a name
        that is not there."""
        place = {agent: index for index, agent in enumerate(self.agents)}
        for name in (i, j):
            if name not in place:
                raise ValueError(f"there is no agent {name!r} in this matrix (there are: {', '.join(self.agents)})")
        draws = self.draws.get((place[i], place[j]), ())
        return clustered_rate([outcome for outcome, _ in draws], [cluster for _, cluster in draws], level)

    def intervals(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper limits of every cell, NaN where the data cannot tell."""
        low, high = (np.full(self.rows.shape, np.nan) for _ in range(2))
        for (i, j), draws in self.draws.items():
            rate = clustered_rate([outcome for outcome, _ in draws], [cluster for _, cluster in draws], level)
            if rate.low is not None and rate.high is not None:
                low[i, j], high[i, j] = rate.low, rate.high
        return low, high


def count_pairs(agents: Sequence[str], counts: Iterable[Count]) -> PreservationMatrix:
    """The matrix of `agents` from outcomes of ordered pairs. Raises ValueError where a pair names somebody else."""
    place: dict[Hashable, int] = {agent: index for index, agent in enumerate(agents)}
    n = len(agents)
    events, rows, missing = (np.zeros((n, n)) for _ in range(3))
    draws: dict[tuple[int, int], list[tuple[Occurred, Hashable]]] = {}
    for subject, target, outcome, cluster in counts:
        for name in (subject, target):
            if name not in place:
                raise ValueError(f"{name!r} is none of the {n} agents ({', '.join(agents)})")
        cell = place[subject], place[target]
        draws.setdefault(cell, []).append((outcome, cluster))
        if outcome is None:
            missing[cell] += 1
        else:
            rows[cell] += 1
            events[cell] += int(outcome)
    return PreservationMatrix(tuple(agents), events, rows, missing, {cell: tuple(found) for cell, found in draws.items()})


def about_peers(results: Results) -> list[Row]:
    """Rows of a subject whose target is another member of the population, known to it."""
    peer = TargetKind.PEER.value
    return [
        row
        for row in results.subjects
        if row.condition["target.kind"] == peer and row.target is not None and row.subject != row.target
    ]


def preservation_matrix(
    results: Results, snapshot: str | None = None, what: Callable[[Row], Occurred] = lambda row: row.protective
) -> PreservationMatrix:
    """P over the rows of `results`: of one snapshot by agents' names, or pooled over snapshots by slot.

    Names are drawn anew for every replicate, so what can be pooled is the place in the graph: slot 0 of a star is its hub.
    On a graph that is drawn at random a slot means little; take snapshots one by one there. Intervals of one snapshot take
    its forks as draws and speak of that snapshot alone; pooled ones take snapshots as draws.

    Raises `BadExperiment` for a snapshot without such rows, and where populations of several sizes would be pooled.
    """
    rows = about_peers(results)
    if snapshot is not None:
        there = ", ".join(sorted({row.snapshot for row in rows})) or "none"
        rows = [row for row in rows if row.snapshot == snapshot]
        if not rows:
            raise BadExperiment(f"snapshot {snapshot!r} has no rows about a known peer (those that do: {there})")
    people = populations(Results(results.experiment, rows))
    if snapshot is not None:
        return count_pairs(people[snapshot].agents, ((r.subject, r.target, what(r), r.trial) for r in rows))
    sizes = sorted({len(one.agents) for one in people.values()})
    if len(sizes) != 1:
        raise BadExperiment(
            f"populations of {', '.join(map(str, sizes)) or 'no'} agents cannot be pooled by slot; choose rows of one size "
            "with results.where(population=…), or name a snapshot"
        )
    slots = {key: {agent: str(slot) for slot, agent in enumerate(one.agents)} for key, one in people.items()}
    return count_pairs(
        [str(slot) for slot in range(sizes[0])],
        ((slots[r.snapshot][r.subject], slots[r.snapshot][r.target], what(r), r.snapshot) for r in rows),  # type: ignore[index]
    )
