"""Whether those tied to each other act alike: assortativity of acts within forks.

It says that neighbours resemble each other, not why: likeness and influence look the same here (see `contagion.py`).
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from sim import Frozen

from ..results import Results
from ..stats import NullModel
from .matrix import about_peers
from .nulls import DRAWS, Floats, Ints, shuffled_within, two_sided
from .population import populations


class Field(NamedTuple):
    """One fork: what each subject did (`values`), who is tied to whom among them (pairs of indices, each tie once), and
    each subject's class (role and model) for N7."""

    values: Floats
    ties: Ints
    classes: tuple[Hashable, ...]


class Assortativity(Frozen):
    """Mean correlation of acts across ties, in [-1, 1]; None where no fork has ties and acts that vary."""

    estimate: float | None
    p_value: float | None
    null_model: NullModel
    forks: int
    ties: int


def tie_correlation(values: Floats, ties: Ints) -> float | None:
    """Newman's assortativity (2003, Phys. Rev. E 67:026126): Pearson's correlation over the two ends of every tie, each
    tie read in both directions. None where the ends do not vary."""
    if not len(ties):
        return None
    x = np.concatenate([values[ties[:, 0]], values[ties[:, 1]]])
    y = np.concatenate([values[ties[:, 1]], values[ties[:, 0]]])
    x, y = x - x.mean(), y - y.mean()
    variance = float((x**2).sum())
    return float((x * y).sum()) / variance if variance > 1e-12 else None


def assortativity_of(forks: Sequence[Field], *, seed: int = 0, draws: int = DRAWS) -> Assortativity:
    """The mean of `tie_correlation` over forks where it is defined, tested by N7: acts dealt anew among the subjects of one
    class within each fork. Two-sided."""
    rng = np.random.default_rng(seed)
    usable = [field for field in forks if tie_correlation(field.values, field.ties) is not None]
    if not usable:
        return Assortativity(estimate=None, p_value=None, null_model=NullModel.N7, forks=0, ties=0)

    def statistic(values: Sequence[Floats]) -> float:
        found = [tie_correlation(v, field.ties) for v, field in zip(values, usable, strict=True)]
        told = [r for r in found if r is not None]
        return float(np.mean(told)) if told else 0.0

    observed = statistic([field.values for field in usable])
    drawn = np.array([statistic([shuffled_within(f.values, f.classes, rng) for f in usable]) for _ in range(draws)])
    return Assortativity(
        estimate=observed,
        p_value=two_sided(observed, drawn),
        null_model=NullModel.N7,
        forks=len(usable),
        ties=sum(len(field.ties) for field in usable),
    )


def assortativity(results: Results, *, seed: int = 0, draws: int = DRAWS) -> Assortativity:
    """Whether subjects tied to each other do alike about the same target; classes are minds. See `assortativity_of`."""
    people = populations(results)
    trials: dict[str, list[tuple[str, bool, str | None]]] = {}
    home: dict[str, str] = {}
    for row in about_peers(results):
        if row.protective is not None and row.subject is not None:
            trials.setdefault(row.trial, []).append((row.subject, row.protective, row.mind))
            home[row.trial] = row.snapshot
    fields = []
    for trial, acts in trials.items():
        place = {agent: index for index, (agent, _, _) in enumerate(acts)}
        edges = people[home[trial]].topology.edges
        both = [(place[e.source], place[e.target]) for e in edges if e.source in place and e.target in place]
        ends = np.array(sorted({(min(tie), max(tie)) for tie in both}), dtype=np.int64).reshape(-1, 2)
        fields.append(Field(np.array([float(did) for _, did, _ in acts]), ends, tuple(mind for _, _, mind in acts)))
    return assortativity_of(fields, seed=seed, draws=draws)
