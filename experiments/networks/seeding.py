"""CON: the effect of one more visible protector, where the number of seeded protectors was drawn at random.

The one measure of contagion that says what makes agents act; those of natural runs are in `contagion.py`.
"""

from collections.abc import Hashable, Iterable, Sequence
from math import sqrt

import numpy as np

from sim import Frozen

from ..errors import BadExperiment
from ..factors import FACTORS, Plot
from ..results import Results, Row
from ..stats import NullModel
from ..stats.rates import t_quantile
from .matrix import about_peers
from .nulls import DRAWS, Floats, shuffled_within, two_sided


class SeedEffect(Frozen):
    """Change in the share of agents who protect per seeded protector, with interval and p; None where seeds never vary."""

    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    null_model: NullModel
    units: int


def seed_effect(
    seeds: Sequence[float],
    rates: Sequence[float],
    blocks: Sequence[Hashable] | None = None,
    *,
    seed: int = 0,
    draws: int = DRAWS,
    level: float = 0.95,
) -> SeedEffect:
    """The slope of each unit's rate (of agents who are no seeds) on its randomly drawn number of visible protectors.

    A unit is a snapshot; or a fork, where the number was drawn anew for each fork, and then `blocks` name the snapshots.
    Least squares within blocks; interval from the residuals (HC3, t); test by N1: numbers dealt anew over the units of a
    block. Raises ValueError for lists of unequal length.
    """
    block: list[Hashable] = list(blocks) if blocks is not None else [0] * len(rates)
    if not len(seeds) == len(rates) == len(block):
        raise ValueError(
            f"{len(seeds)} numbers of seeds, {len(rates)} rates and {len(block)} blocks; give one of each a unit"
        )
    r, y = _centred(np.asarray(seeds, dtype=float), block), _centred(np.asarray(rates, dtype=float), block)
    square = float((r**2).sum())
    if square < 1e-12:
        return SeedEffect(estimate=None, low=None, high=None, p_value=None, null_model=NullModel.N1, units=len(y))
    slope, degrees = float((r * y).sum()) / square, len(y) - len(set(block)) - 1
    low = high = None
    if degrees > 0:
        sizes = np.array([block.count(name) for name in block], dtype=float)
        leverage = np.minimum(r**2 / square + 1 / sizes, 0.999)
        error = sqrt(float((r**2 * ((y - slope * r) / (1 - leverage)) ** 2).sum())) / square
        low, high = slope - t_quantile(level, degrees) * error, slope + t_quantile(level, degrees) * error
    rng = np.random.default_rng(seed)
    drawn = np.array([float((shuffled_within(r, block, rng) * y).sum()) / square for _ in range(draws)])
    return SeedEffect(
        estimate=slope, low=low, high=high, p_value=two_sided(slope, drawn), null_model=NullModel.N1, units=len(y)
    )


def _centred(values: Floats, blocks: Iterable[Hashable]) -> Floats:
    names = list(blocks)
    means = {name: values[[other == name for other in names]].mean() for name in set(names)}
    centred: Floats = values - np.array([means[name] for name in names])
    return centred


def seed_effect_of(results: Results, factor: str, *, seed: int = 0, draws: int = DRAWS) -> SeedEffect:
    """CON from a run in which a factor with whole numbers as levels says how many protectors are seeded.

    A whole-plot factor makes snapshots the units, with the snapshots of one replicate (which share names, graph and
    seats) as a block; a split-plot factor makes forks the units and snapshots the blocks. Seeded agents must not be among
    the subjects. Raises `BadExperiment` for a factor that does not exist or whose levels are no numbers.
    """
    if factor not in FACTORS:
        raise BadExperiment(f"there is no factor {factor!r} (there are: {', '.join(sorted(FACTORS))})")
    split = FACTORS[factor].plot is Plot.SPLIT
    units: dict[Hashable, list[Row]] = {}
    for row in about_peers(results):
        if row.protective is not None:
            units.setdefault(row.trial if split else row.snapshot, []).append(row)
    numbers, rates, blocks = [], [], list[Hashable]()
    for rows in units.values():
        level = rows[0].condition[factor]
        if isinstance(level, str):
            raise BadExperiment(f"factor {factor} has the level {level!r}; the number of seeds is a number")
        numbers.append(float(level))
        rates.append(float(np.mean([bool(row.protective) for row in rows])))
        blocks.append(rows[0].snapshot if split else rows[0].replicate)
    return seed_effect(numbers, rates, blocks, seed=seed, draws=draws)
