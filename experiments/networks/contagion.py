"""How acts of resistance spread: who acted when, having seen whom.

In a run where nobody's acts were assigned, likeness of neighbours and influence look the same (Shalizi & Thomas 2011,
Sociol. Methods Res. 40:211). Hazards and mechanisms here describe; what one more visible protector does is told only where
the number of seeds was drawn at random (`seeding.py`).
"""

from collections.abc import Hashable, Sequence
from enum import StrEnum
from math import exp, log
from typing import NamedTuple

import numpy as np

from sim import Frozen

from ..stats.rates import t_quantile
from .nulls import Bools, Floats, Ints

NEVER = -1
"""The step of an act that did not happen."""

FOLDS = 5


class Cascade(NamedTuple):
    """One fork, watched for `steps` steps. Arrays are by agent.

    `protected`, `refused` and `complied` hold the step of the first such act, from 0, or NEVER. `visible[i, j]` says that i
    sees what j does, one step later. `seeds` are those whose acts were made for them, who influence and are not themselves
    at risk; `subjects` those who were asked and could act (all by default). `trust`, if known, is what each has had from
    the target. Steps in which nothing more happened belong to the fork: they are chances not taken.
    """

    snapshot: Hashable
    steps: int
    visible: Bools
    protected: Ints
    refused: Ints
    complied: Ints
    seeds: tuple[int, ...] = ()
    subjects: tuple[int, ...] | None = None
    trust: Floats | None = None

    @property
    def risked(self) -> tuple[int, ...]:
        """Those who could act by themselves."""
        asked = range(len(self.visible)) if self.subjects is None else self.subjects
        return tuple(agent for agent in asked if agent not in self.seeds)


class AtRisk(NamedTuple):
    """Every step of every agent that had not acted yet, up to and with its own act: one entry each.

    `acted`: whether it protected at this step; before it, it saw `protectors`, `refusers` and `compliers` out of `seen`
    agents, `fresh` of the protectors since the step before. `cascade` numbers the fork.
    """

    snapshot: tuple[Hashable, ...]
    cascade: Ints
    acted: Ints
    protectors: Floats
    refusers: Floats
    compliers: Floats
    fresh: Floats
    seen: Floats
    trust: Floats


def at_risk(cascades: Sequence[Cascade]) -> AtRisk:
    """Agents leave the risk set by their first act of any kind; those who never act stay until the fork's last step."""
    snapshots: list[Hashable] = []
    tables: list[Floats] = [np.empty((8, 0))]
    for number, one in enumerate(cascades):
        n, steps = len(one.visible), np.arange(one.steps)
        eyes = (one.visible & ~np.eye(n, dtype=bool)).astype(float)
        acts = np.stack([one.protected, one.refused, one.complied])[:, :, None]
        counts = eyes @ ((acts != NEVER) & (acts < steps)).astype(float)
        fresh = eyes @ ((acts[0] != NEVER) & (acts[0] == steps - 1)).astype(float)
        last = np.where(acts != NEVER, acts, one.steps - 1).min(axis=0)
        here = (steps <= last) & np.isin(np.arange(n), one.risked)[:, None]
        trust = np.zeros(n) if one.trust is None else one.trust
        columns = (
            np.full(here.shape, number),
            one.protected[:, None] == steps,
            *counts,
            fresh,
            np.broadcast_to(eyes.sum(axis=1)[:, None], here.shape),
            np.broadcast_to(trust[:, None], here.shape),
        )
        tables.append(np.array([column[here] for column in columns], dtype=float))
        snapshots += [one.snapshot] * int(here.sum())
    table = np.concatenate(tables, axis=1)
    return AtRisk(tuple(snapshots), table[0].astype(np.int64), table[1].astype(np.int64), *table[2:])


# -- hazard -------------------------------------------------------------------------------------------------------------


class Effect(Frozen):
    """A log-odds ratio with its interval, clustered by snapshot; None where there are too few snapshots."""

    name: str
    estimate: float
    low: float | None
    high: float | None


class Hazard(Frozen):
    """Discrete-time hazard of the first protective act. Observational unless what is seen was randomised."""

    effects: tuple[Effect, ...]
    records: int
    acts: int
    snapshots: int
    log_likelihood: float


def hazard(records: AtRisk, *, level: float = 0.95) -> Hazard:
    """logit Pr(first act at t) = intercept + b1 trust + b2 protectors + b3 refusers + b4 compliers seen (Singer & Willett
    1993), by maximum likelihood; terms that do not vary are left out. Snapshots are taken into account by a sandwich
    variance and not by an effect of their own.

    Raises ValueError where no or every record is an act, or where a term separates them.
    """
    terms = {"trust": records.trust, "protectors": records.protectors, "refusers": records.refusers}
    terms |= {"compliers": records.compliers}
    used = {name: column for name, column in terms.items() if np.ptp(column) > 0} if len(records.acted) else {}
    design = np.column_stack([np.ones(len(records.acted)), *used.values()])
    slopes, information = logistic_fit(design, records.acted)
    p = 1 / (1 + np.exp(-(design @ slopes)))
    scores: dict[Hashable, Floats] = {}
    for snapshot, row in zip(records.snapshot, design * (records.acted - p)[:, None], strict=True):
        scores[snapshot] = scores.get(snapshot, 0.0) + row
    errors = sandwich(list(scores.values()), information)
    reach = t_quantile(level, len(scores) - 1) * errors if errors is not None else None
    return Hazard(
        effects=tuple(
            Effect(
                name=name,
                estimate=float(slopes[k]),
                low=None if reach is None else float(slopes[k] - reach[k]),
                high=None if reach is None else float(slopes[k] + reach[k]),
            )
            for k, name in enumerate(["intercept", *used])
        ),
        records=len(records.acted),
        acts=int(records.acted.sum()),
        snapshots=len(scores),
        log_likelihood=float(np.log(np.where(records.acted == 1, p, 1 - p)).sum()),
    )


def logistic_fit(design: Floats, y: Ints) -> tuple[Floats, Floats]:
    """Slopes and information by Newton's method. Raises ValueError where the likelihood has no maximum."""
    if not 0 < y.sum() < len(y):
        raise ValueError(f"{int(y.sum())} acts in {len(y)} records; there is no hazard to fit")
    slopes = np.zeros(design.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(design @ slopes, -30, 30)))
        information = design.T @ (design * (p * (1 - p))[:, None])
        step = np.linalg.lstsq(information, design.T @ (y - p), rcond=None)[0]
        slopes += step * min(1.0, 3.0 / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-9:
            return slopes, information
    raise ValueError("a term separates acts from the rest, so its effect has no estimate; leave it out, or add cascades")


def sandwich(scores: Sequence[Floats], information: Floats) -> Floats | None:
    if len(scores) < 2:
        return None
    inverse = np.linalg.pinv(information)
    meat = np.array(scores).T @ np.array(scores) * len(scores) / (len(scores) - 1)
    found: Floats = np.sqrt(np.diagonal(inverse @ meat @ inverse))
    return found


# -- mechanism ----------------------------------------------------------------------------------------------------------


class Mechanism(StrEnum):
    """What makes an agent act when others do."""

    CASCADE = "independent cascade: each new act seen is a chance of its own"
    THRESHOLD = "threshold on the number of acts seen"
    SHARE = "threshold on the share of those seen who acted"


class Fit(Frozen):
    """One mechanism's fit: parameters, log-likelihood, BIC and the mean log score of records it was not fitted to (nats)."""

    mechanism: Mechanism
    parameters: tuple[float, ...]
    log_likelihood: float
    bic: float
    held_out: float | None


class Comparison(Frozen):
    """Fits in the order of their BIC, least first. `unprompted` acts came without a new act seen and speak for none.

    How many cascades it takes depends on how often several acts are seen at once: see `docs/measures.md`.
    """

    fits: tuple[Fit, ...]
    records: int
    acts: int
    unprompted: int

    @property
    def best(self) -> Mechanism:
        """The mechanism with the least BIC."""
        return self.fits[0].mechanism


def compare_mechanisms(
    cascades: Sequence[Cascade],
    mechanisms: Sequence[Mechanism] = (Mechanism.CASCADE, Mechanism.THRESHOLD),
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> Comparison:
    """Which mechanism explains who acts at the steps that follow a new act: independent cascade, Pr = 1 - (1 - q)^fresh
    (Kempe, Kleinberg & Tardos 2003), or threshold, logistic in what has been seen so far (Granovetter 1978, softened).

    BIC = k log(records) - 2 log L. Held out: `folds` parts of the snapshots (of the cascades, where there are fewer
    snapshots than parts), each scored by the fit to the others.

    Raises ValueError where no act, or no refusal to act, follows what was seen.
    """
    records = at_risk(cascades)
    prompted = records.fresh > 0
    y = records.acted[prompted]
    if not 0 < y.sum() < len(y):
        raise ValueError(f"{int(y.sum())} acts in {len(y)} steps that follow an act; there is nothing to compare")
    units: Sequence[Hashable] = [s for s, used in zip(records.snapshot, prompted, strict=True) if used]
    if len(set(units)) < folds:
        units = records.cascade[prompted].tolist()
    order = {unit: k for k, unit in enumerate(dict.fromkeys(units))}
    deal = np.random.default_rng(seed).permutation(len(order)) % folds
    fold = np.array([deal[order[unit]] for unit in units])
    fits = []
    for mechanism in mechanisms:
        x = _stimulus(mechanism, records)[prompted]
        parameters = _fitted(mechanism, x, y)
        likelihood = float(_log_scores(mechanism, parameters, x, y).sum())
        fits.append(
            Fit(
                mechanism=mechanism,
                parameters=parameters,
                log_likelihood=likelihood,
                bic=len(parameters) * log(len(y)) - 2 * likelihood,
                held_out=_held_out(mechanism, x, y, fold),
            )
        )
    return Comparison(
        fits=tuple(sorted(fits, key=lambda fit: fit.bic)),
        records=len(y),
        acts=int(y.sum()),
        unprompted=int(records.acted[~prompted].sum()),
    )


def _stimulus(mechanism: Mechanism, records: AtRisk) -> Floats:
    match mechanism:
        case Mechanism.CASCADE:
            return records.fresh
        case Mechanism.THRESHOLD:
            return records.protectors
        case Mechanism.SHARE:
            return records.protectors / np.maximum(records.seen, 1)


def _probability(mechanism: Mechanism, parameters: tuple[float, ...], x: Floats) -> Floats:
    if mechanism is Mechanism.CASCADE:
        p: Floats = 1 - (1 - parameters[0]) ** x
    else:
        p = 1 / (1 + np.exp(-np.clip(parameters[0] + parameters[1] * x, -30, 30)))
    return np.clip(p, 1e-9, 1 - 1e-9)


def _log_scores(mechanism: Mechanism, parameters: tuple[float, ...], x: Floats, y: Ints) -> Floats:
    p = _probability(mechanism, parameters, x)
    return np.log(np.where(y == 1, p, 1 - p))


def _fitted(mechanism: Mechanism, x: Floats, y: Ints) -> tuple[float, ...]:
    from scipy.optimize import minimize_scalar

    if mechanism is Mechanism.CASCADE:
        # In log-odds of q: the likelihood has one maximum.
        best = minimize_scalar(
            lambda a: -float(_log_scores(mechanism, (1 / (1 + exp(-a)),), x, y).sum()), bounds=(-15, 15), method="bounded"
        )
        return (1 / (1 + exp(-float(best.x))),)
    scale = float(x.std()) or 1.0
    # A steep threshold separates acts from the rest; the slightest penalty keeps its slope finite and its fit the same.
    design, slopes = np.column_stack([np.ones(len(x)), (x - x.mean()) / scale]), np.zeros(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(design @ slopes, -30, 30)))
        bend = design.T @ (design * (p * (1 - p))[:, None]) + 1e-3 * np.eye(2)
        step = np.linalg.solve(bend, design.T @ (y - p) - 1e-3 * slopes)
        slopes += step * min(1.0, 3.0 / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-9:
            break
    return float(slopes[0] - slopes[1] * x.mean() / scale), float(slopes[1] / scale)


def _held_out(mechanism: Mechanism, x: Floats, y: Ints, fold: Ints) -> float | None:
    total = 0.0
    for part in np.unique(fold):
        rest, here = fold != part, fold == part
        if not rest.any() or not 0 < y[rest].sum() < rest.sum():
            return None
        total += float(_log_scores(mechanism, _fitted(mechanism, x[rest], y[rest]), x[here], y[here]).sum())
    return total / len(y)


# -- size and pace ------------------------------------------------------------------------------------------------------


class Spread(Frozen):
    """What cascades come to: means over forks. `size` counts protectors who were no seeds, `half` the steps until half of
    all a fork's protectors have acted; None without any. `spectral_radius` is that of who sees whom."""

    size: float
    half: float | None
    spectral_radius: float
    cascades: int


def spread(cascades: Sequence[Cascade]) -> Spread:
    """Final size, time to half, and the spectral radius of the visibility graph (mean over forks). Raises ValueError for
    no cascades."""
    if not cascades:
        raise ValueError("no cascades; give at least one fork")
    sizes, halves, radii = [], [], []
    for one in cascades:
        steps = np.sort(one.protected[one.protected != NEVER])
        sizes.append(len(steps) - sum(one.protected[seed] != NEVER for seed in one.seeds))
        if len(steps):
            halves.append(int(steps[(len(steps) - 1) // 2]))
        radii.append(float(np.abs(np.linalg.eigvals(one.visible.astype(float))).max(initial=0.0)))
    half = float(np.mean(halves)) if halves else None
    return Spread(size=float(np.mean(sizes)), half=half, spectral_radius=float(np.mean(radii)), cascades=len(cascades))
