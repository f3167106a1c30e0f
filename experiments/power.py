"""How likely an experiment is to find an effect: its own test, on planted snapshots of its own structure.

Snapshots are drawn, not lived: correlated coins in the numbers that the design asks for (snapshots, targets, repeats,
reviewers a fork), then tested as the results are. Nothing is said here of how large an effect is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim import Frozen, Streams

from .cast import cast
from .design import Experiment
from .designs import SequentialDesign
from .errors import BadExperiment
from .estimand import Estimand, pair_of, primary_of
from .factors import FACTORS, Plot
from .stats import boundaries

Floats = npt.NDArray[np.float64]

EFFECT = (0.30, 0.15)
"""The two rates that are set against each other where nobody says."""

ICC = 0.2
SHARED = 0.5
"""How much of what makes a snapshot differ shows in both of its arms, as a correlation; 0 between snapshots."""

DRAWS = 1_000
MOST_PAIRS = 480
FLIPS = 1_999


class Structure(NamedTuple):
    """Rows of each arm in every pair of one replicate, and whether the two arms of a pair are forks of one snapshot."""

    rows_a: tuple[int, ...]
    rows_b: tuple[int, ...]
    one_snapshot: bool


class Point(Frozen):
    """Power with that many snapshots per cell; `error` is the standard error of the simulation."""

    snapshots: int
    pairs: int
    power: float
    error: float


class Curve(Frozen):
    """Power by snapshots per cell, for rates `a` against `b`. `for_80` and `for_90` are the snapshots per cell needed for
    that power, None where `most` are not enough."""

    a: float
    b: float
    icc: float
    points: tuple[Point, ...]
    for_80: int | None
    for_90: int | None
    most: int


class Power(Frozen):
    """What was simulated: the contrast, its test, the structure, and a curve for each effect."""

    experiment: str
    estimand: str
    test: str
    rows_per_pair: float
    pairs_per_replicate: int
    shared: float
    alpha: float
    draws: int
    curves: tuple[Curve, ...]


def structure(experiment: Experiment, estimand: Estimand) -> Structure:
    """What one replicate of the design gives the contrast, counted from its graphs and scenes."""
    one = experiment.model_copy(update={"snapshots": 1, "repeats": 1})
    counts: dict[object, list[int]] = {}
    for unit in one.units():
        people = cast(one, unit)
        for trial in one.trials_of(unit):
            levels = trial.condition
            if any(levels[name] != level for name, level in estimand.among.items()):
                continue
            if levels[estimand.factor] in (estimand.a, estimand.b):
                rows = len(people.scene(trial).reviewers) * experiment.repeats
                pair = pair_of(one, estimand.factor, levels, 0, unit.pair)
                counts.setdefault(pair, [0, 0])[levels[estimand.factor] == estimand.b] += rows
    both = [(a, b) for a, b in counts.values() if a and b]
    if not both:
        raise BadExperiment(f"{experiment.name} has no pair for {estimand}: no row is under either level")
    split = FACTORS[estimand.factor].plot is Plot.SPLIT
    return Structure(tuple(a for a, _ in both), tuple(b for _, b in both), split)


def snapshot_rates(
    rng: np.random.Generator, shape: tuple[int, int], rates: tuple[float, float], icc: float, shared: float
) -> tuple[Floats, Floats]:
    """Each snapshot's own rate in both arms: beta with that mean, rows correlating by `icc`; the two arms of a snapshot
    share a normal copula of `shared`."""
    from scipy.special import betaincinv, ndtr

    common = rng.normal(size=shape)
    arms = []
    for rate in rates:
        own = rng.normal(size=shape)
        if icc == 0 or rate in (0.0, 1.0):
            arms.append(np.full(shape, rate))
            continue
        ranks = ndtr(sqrt(shared) * common + sqrt(1 - shared) * own)
        spread = (1 - icc) / icc
        # The quantile function once on a fine grid: thousands of draws share it.
        grid = np.concatenate([np.geomspace(1e-6, 1e-3, 60)[:-1], np.linspace(1e-3, 1 - 1e-3, 2_000)])
        grid = np.concatenate([grid, 1 - np.geomspace(1e-3, 1e-6, 60)[1:]])
        arms.append(np.interp(ranks, grid, betaincinv(rate * spread, (1 - rate) * spread, grid)))
    return arms[0], arms[1]


@dataclass(frozen=True)
class Simulation:
    """Snapshot rates of both arms, drawn: shape (draws, pairs), replicates one after the other."""

    a: Floats
    b: Floats
    paired: bool
    alpha: float
    seed: int

    def power(self, pairs: int, ends: Sequence[int] = (), limits: Sequence[float] = ()) -> float:
        """The share of draws that the test rejects with the first `pairs`; with `ends` (pairs at each look) and `limits`
        (|z| there), at some look."""
        if not ends:
            return float((self.p_values(pairs) <= self.alpha).mean())
        from scipy.special import ndtri

        crossed = np.zeros(len(self.a), dtype=bool)
        for end, limit in zip(ends, limits, strict=True):
            crossed |= -ndtri(np.maximum(self.p_values(end), 1e-300) / 2) >= limit
        return float(crossed.mean())

    def p_values(self, pairs: int) -> Floats:
        """The two-sided p-value of each draw, as in `stats.difference`: all permutations where there are few, else
        `FLIPS` drawn ones, the same for every draw."""
        a, b = self.a[:, :pairs], self.b[:, :pairs]
        rng = np.random.default_rng(self.seed)
        if self.paired:
            exact = 2**pairs <= 2 * FLIPS + 98
            signs = np.array(np.meshgrid(*[(-1, 1)] * pairs)).reshape(pairs, -1) if exact else None
            weights = (signs if signs is not None else rng.choice((-1, 1), size=(pairs, FLIPS))) / pairs
            data, observed = a - b, (a - b).mean(axis=1)
        else:
            exact = comb(2 * pairs, pairs) <= 2 * FLIPS + 98
            weights = _labels(pairs, exact, rng)
            data, observed = np.concatenate([a, b], axis=1), a.mean(axis=1) - b.mean(axis=1)
        drawn, edge = data @ weights, observed[:, None]
        low, high = (drawn <= edge + 1e-9).sum(axis=1), (drawn >= edge - 1e-9).sum(axis=1)
        more = 0 if exact else 1
        tails: Floats = 2 * (np.minimum(low, high) + more) / (weights.shape[1] + more)
        return np.minimum(1.0, tails)


def _labels(pairs: int, exact: bool, rng: np.random.Generator) -> Floats:
    """Which of the 2 × `pairs` snapshots are arm a, as weights of a difference of means; a column a permutation."""
    if exact:
        chosen = list(combinations(range(2 * pairs), pairs))
    else:
        chosen = [tuple(rng.permutation(2 * pairs)[:pairs]) for _ in range(FLIPS)]
    weights = np.full((2 * pairs, len(chosen)), -1 / pairs)
    for column, members in enumerate(chosen):
        weights[list(members), column] = 1 / pairs
    return weights


def simulate(
    rows_a: Sequence[int],
    rows_b: Sequence[int],
    rates: tuple[float, float],
    *,
    icc: float,
    shared: float,
    paired: bool,
    alpha: float = 0.05,
    draws: int = DRAWS,
    seed: int = 0,
) -> Simulation:
    """Draw both arms of as many pairs as there are rows for. Rates, `icc` and `shared` are in [0, 1].

    Rows of one snapshot and arm are beta-binomial. Unpaired arms are of different snapshots.
    """
    rng = Streams("allegiance", "power", seed).at("rows")
    own = snapshot_rates(rng, (draws, len(rows_a)), rates, icc, shared if paired else 0.0)
    a, b = (rng.binomial(rows, own_rate) / rows for rows, own_rate in zip((rows_a, rows_b), own, strict=True))
    return Simulation(a, b, paired, alpha, seed)


def power(
    experiment: Experiment,
    effects: Sequence[tuple[float, float]] = (EFFECT,),
    *,
    snapshots: Sequence[int] = (),
    icc: float = ICC,
    shared: float | None = None,
    estimand: Estimand | None = None,
    paired: bool = True,
    alpha: float = 0.05,
    draws: int = DRAWS,
) -> Power:
    """Simulate the experiment's contrast for each effect, by snapshots per cell. Raises `BadExperiment` for rates outside
    [0, 1] or an experiment without a contrast."""
    _check(effects, icc, shared, draws)
    asked = estimand or primary_of(experiment)
    found = structure(experiment, asked)
    between = SHARED if found.one_snapshot else 0.0
    shared = between if shared is None else shared
    each = len(found.rows_a)
    grid = sorted(set(snapshots)) or _grid(experiment.snapshots)
    most = max(*grid, min(256, max(2, MOST_PAIRS // each)), 2)
    curves = []
    for rates in effects:
        simulation = simulate(
            found.rows_a * most,
            found.rows_b * most,
            rates,
            icc=icc,
            shared=shared,
            paired=paired,
            alpha=alpha,
            draws=draws,
            seed=experiment.seed,
        )

        def at(number: int, simulation: Simulation = simulation) -> float:
            return simulation.power(number * each, *_looks(experiment, number, each))

        points = []
        for number in grid:
            share = at(number)
            error = sqrt(share * (1 - share) / draws)
            points.append(Point(snapshots=number, pairs=number * each, power=share, error=error))
        curves.append(
            Curve(
                a=rates[0],
                b=rates[1],
                icc=icc,
                points=tuple(points),
                for_80=_needed(at, 0.8, most),
                for_90=_needed(at, 0.9, most),
                most=most,
            )
        )
    return Power(
        experiment=experiment.name,
        estimand=str(asked),
        test="paired sign-flip over snapshots" if paired else "permutation of snapshots (N1)",
        rows_per_pair=sum(found.rows_a + found.rows_b) / each,
        pairs_per_replicate=each,
        shared=shared if paired else 0.0,
        alpha=alpha,
        draws=draws,
        curves=tuple(curves),
    )


def power_line(experiment: Experiment, *, effect: tuple[float, float] = EFFECT, icc: float = ICC, draws: int = 400) -> str:
    """Power in one line, for a plan; says so where nothing is contrasted."""
    try:
        found = power(experiment, (effect,), snapshots=(experiment.snapshots,), icc=icc, draws=draws)
    except BadExperiment as error:
        return f"not known: {error}"
    curve, point = found.curves[0], found.curves[0].points[0]
    enough = f"80 % at {curve.for_80}" if curve.for_80 else f"80 % takes more than {curve.most}"
    return (
        f"{point.power:.2f} to tell {effect[0]:.0%} from {effect[1]:.0%} on {found.estimand}, {point.pairs} pairs of "
        f"{found.rows_per_pair:.0f} rows, correlation {icc:g}; {enough} snapshots per cell"
    )


def _looks(experiment: Experiment, number: int, each: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    if not isinstance(experiment.design, SequentialDesign):
        return (), ()
    ends = experiment.design.ends(number)
    return tuple(end * each for end in ends), boundaries(len(ends), experiment.design.boundary, experiment.design.alpha)


def _grid(own: int) -> list[int]:
    return sorted({max(2, own // 2), max(2, own), *(max(2, round(own * factor)) for factor in (0.75, 1.5, 2, 3))})


def _needed(at: Callable[[int], float], wanted: float, most: int) -> int | None:
    """Bisection over snapshots per cell; the simulated draws are the same throughout, so power rises all but steadily."""
    if at(most) < wanted:
        return None
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle) >= wanted else (middle, high)
    return high


def _check(effects: Sequence[tuple[float, float]], icc: float, shared: float | None, draws: int) -> None:
    for a, b in effects:
        if not (0 <= a <= 1 and 0 <= b <= 1):
            raise BadExperiment(f"an effect of {a:g}:{b:g}; rates lie between 0 and 1, as in 0.30:0.15")
    if not 0 <= icc < 1 or not 0 <= (shared or 0) <= 1:
        raise BadExperiment(f"correlations of {icc:g} and {shared}; they lie between 0 and 1")
    if draws < 10:
        raise BadExperiment(f"{draws} draws say nothing; ask for 10 at least")


def fisher_power(a: float, b: float, n: int, alpha: float = 0.05) -> float:
    """The exact power of Fisher's two-sided test with `n` independent rows an arm, at rates `a` and `b`."""
    from scipy.special import gammaln
    from scipy.stats import binom

    x = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    pa, pb = binom.pmf(x, n, a), binom.pmf(x, n, b)
    total = 0.0
    for events in range(2 * n + 1):
        own = np.arange(max(0, events - n), min(n, events) + 1)
        pmf = np.exp(ways[own] + ways[events - own] - (ways[own] + ways[events - own]).max())
        pmf /= pmf.sum()
        order = np.argsort(pmf, kind="stable")
        tail = np.cumsum(pmf[order])
        # Outcomes that are as likely, up to rounding, count together.
        last = np.searchsorted(pmf[order], pmf[order] * (1 + 1e-7), side="right") - 1
        rejected = own[order[tail[last] <= alpha]]
        total += float((pa[rejected] * pb[events - rejected]).sum())
    return total


def fisher_n(a: float, b: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """The number of independent rows an arm from which that exact power is kept (it rises like a saw; the next four
    numbers are looked at). Raises ValueError for equal rates."""
    from scipy.special import ndtri

    if a == b:
        raise ValueError("equal rates are never told apart; give two that differ")
    spread = a * (1 - a) + b * (1 - b)
    about = float((ndtri(1 - alpha / 2) + ndtri(power)) ** 2) * spread / (a - b) ** 2
    n, kept = max(2, int(0.85 * about)), 0
    while kept < 5:
        kept = kept + 1 if fisher_power(a, b, n, alpha) >= power else 0
        n += 1
    return n - 5
