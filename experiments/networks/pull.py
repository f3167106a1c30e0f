"""How strongly the majority that an agent sees pulls at its own first act."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from sim import Frozen

from ..stats.rates import t_quantile
from .contagion import NEVER, Cascade, logistic_fit, sandwich
from .nulls import Floats


class Pull(Frozen):
    """beta in Pr(protect | m) = (1 + tanh(beta m)) / 2, with its interval, clustered by snapshot. At 1 a well-mixed
    population begins to order (De Marzo et al. 2024, arXiv 2409.02822)."""

    beta: float
    low: float | None
    high: float | None
    decisions: int


class Decision(NamedTuple):
    """An agent's first act, to protect or to comply. `majority` is m = (protectors - compliers) / (protectors + compliers)
    seen before it, in [-1, 1]; 0 when none were."""

    snapshot: Hashable
    majority: float
    protects: bool


def decisions(cascades: Sequence[Cascade]) -> list[Decision]:
    """Of all who were at risk and did one or the other."""
    found = []
    for one in cascades:
        for agent in one.risked:
            steps = [int(act[agent]) for act in (one.protected, one.complied) if act[agent] != NEVER]
            if not steps:
                continue
            eyes = one.visible[agent] & (np.arange(len(one.visible)) != agent)
            pro, con = (int((eyes & (act != NEVER) & (act < min(steps))).sum()) for act in (one.protected, one.complied))
            majority = (pro - con) / (pro + con) if pro + con else 0.0
            found.append(Decision(one.snapshot, majority, bool(one.protected[agent] == min(steps))))
    return found


def majority_pull(cascades: Sequence[Cascade], *, level: float = 0.95) -> Pull:
    """How strongly the majority seen pulls, from agents' first decisions to protect or to comply.

    A decision that was made having seen none, or as many of either kind, says nothing. The fit is logistic regression on m
    without intercept, of slope 2 beta. Raises ValueError as `hazard` does.
    """
    made = decisions(cascades)
    snapshots = [one.snapshot for one in made]
    design = np.array([one.majority for one in made], dtype=float).reshape(-1, 1)
    acted = np.array([one.protects for one in made], dtype=np.int64)
    slopes, information = logistic_fit(design, acted)
    p = 1 / (1 + np.exp(-(design @ slopes)))
    scores: dict[Hashable, Floats] = {}
    for snapshot, row in zip(snapshots, design * (acted - p)[:, None], strict=True):
        scores[snapshot] = scores.get(snapshot, 0.0) + row
    errors = sandwich(list(scores.values()), information)
    beta = float(slopes[0]) / 2
    reach = t_quantile(level, len(scores) - 1) * float(errors[0]) / 2 if errors is not None else None
    return Pull(
        beta=beta,
        low=None if reach is None else beta - reach,
        high=None if reach is None else beta + reach,
        decisions=len(made),
    )
