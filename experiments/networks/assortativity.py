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
from .nulls import DRAWS, Floats, Ints, strata_of, two_sided
from .population import populations


class Field(NamedTuple):
    """One fork: what each subject did (`values`), who is tied to whom among them (pairs of indices, each tie once), and
    each subject's class (role and model) for N7."""

    values: Floats
    ties: Ints
    classes: tuple[Hashable, ...]


class Assortativity(Frozen):
    """Moran's I of acts over ties, pooled over forks: near 1 where those tied act alike. `expected` is its mean under N7,
    a little below 0. None where no fork has ties and acts that vary."""

    estimate: float | None
    expected: float | None
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
    """Moran's I (1950, Biometrika 37:17) over forks, tested by N7, two-sided: acts dealt anew among the subjects of one
    class within each fork. With deviations z from the fork's mean act, T ties and variance v of z over the fork's subjects,

        I = sum over forks and ties of z_a z_b / sum over forks of T v.

    `tie_correlation` divides by the variance at the ends of ties, which is the same thing on a regular graph; but it is
    undefined where those few ends agree, and forks left out for that would bias the mean.
    """
    rng = np.random.default_rng(seed)
    usable = [field for field in forks if len(field.ties) and np.ptp(field.values) > 0]
    if not usable:
        return Assortativity(estimate=None, expected=None, p_value=None, null_model=NullModel.N7, forks=0, ties=0)
    observed, scale, drawn = 0.0, 0.0, np.zeros(draws)
    for field in usable:
        z, one, other = field.values - field.values.mean(), field.ties[:, 0], field.ties[:, 1]
        observed += float((z[one] * z[other]).sum())
        scale += len(field.ties) * float((z**2).mean())
        again = np.tile(z, (draws, 1))
        for places in strata_of(field.classes):
            again[:, places] = rng.permuted(again[:, places], axis=1)
        drawn += (again[:, one] * again[:, other]).sum(axis=1)
    return Assortativity(
        estimate=observed / scale,
        expected=float(drawn.mean()) / scale,
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
