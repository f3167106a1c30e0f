"""Which of the combinations of levels are run, and when to look: full, fractional, Latin hypercube, sequential.

In every one of them arms are interleaved in blocks (each replicate runs through all cells before the next), and split-plot
factors vary inside a snapshot, so that their contrasts are paired.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import ceil
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sim import Frozen, Streams

from .errors import BadExperiment
from .factors import Condition, Level, parse_range
from .halving import Fraction, fraction, spelled
from .stats import Boundary, boundaries


class FullDesign(Frozen):
    """Every combination."""

    kind: Literal["full"] = "full"


class FractionalDesign(Frozen):
    """The smallest regular fraction of that resolution; every factor that varies has two levels."""

    kind: Literal["fractional"] = "fractional"
    resolution: Literal[3, 4, 5] = 4


class LatinDesign(Frozen):
    """Points of a Latin hypercube over the factors whose level is a range, `low..high`, drawn from the experiment's seed;
    all other factors are crossed with them. Ranges of split-plot factors have points of their own."""

    kind: Literal["lhs"] = "lhs"
    points: int = Field(16, ge=2, le=10_000)


class SequentialDesign(Frozen):
    """Every combination, in blocks of snapshots; after each the primary contrast is looked at, and the sweep may stop.

    There are never more looks than snapshots per cell.
    """

    kind: Literal["sequential"] = "sequential"
    looks: int = Field(4, ge=1, le=20)
    boundary: Boundary = Boundary.OBRIEN_FLEMING
    alpha: float = Field(0.05, gt=0, lt=1)
    futility: float = Field(0.1, ge=0, lt=1)
    """Conditional power under the trend below which it stops; 0 never does."""

    def ends(self, snapshots: int) -> tuple[int, ...]:
        """Replicates that are there at each look."""
        looks = min(self.looks, snapshots)
        return tuple(ceil(snapshots * look / looks) for look in range(1, looks + 1))


def _named(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


AnyDesign = FullDesign | FractionalDesign | LatinDesign | SequentialDesign
Design = Annotated[Annotated[AnyDesign, Field(discriminator="kind")], BeforeValidator(_named)]
KEYS = sorted({*FractionalDesign.model_fields, *LatinDesign.model_fields, *SequentialDesign.model_fields})
"""Keys that may stand below `design`."""

Levels = tuple[tuple[str, tuple[Level, ...]], ...]
"""Every factor of one plot and its levels, in the order of the registry."""

Root = tuple[str | int, ...]
"""Where the seeds of an experiment begin."""


def check_design(design: AnyDesign, whole: Levels, split: Levels) -> None:
    """Raises `BadExperiment` where the levels do not suit the design."""
    ranges = [(name, levels) for name, levels in (*whole, *split) if any(map(parse_range, levels))]
    if isinstance(design, LatinDesign):
        if not ranges:
            raise BadExperiment("design lhs: no factor has a range; write one as in `history.dose: 1..30`")
        for name, levels in ranges:
            if len(levels) > 1:
                raise BadExperiment(f"factor {name}: a range stands alone; {', '.join(map(str, levels))} are several levels")
    elif ranges:
        name, levels = ranges[0]
        raise BadExperiment(
            f"factor {name}: {levels[0]} is a range, and only a Latin hypercube has those; set `design: lhs`"
        )
    if isinstance(design, FractionalDesign):
        for name, levels in (*whole, *split):
            if len(levels) > 2:
                raise BadExperiment(f"factor {name} has {len(levels)} levels; a fractional design takes two of each")


def whole_plots(design: AnyDesign, whole: Levels, split: Levels, root: Root) -> tuple[Condition, ...]:
    """The whole-plot conditions: the cells."""
    if isinstance(design, FractionalDesign):
        found = _fraction(design, whole, split)
        return tuple(_at(whole, levels) for levels in found.whole_plots())
    return _crossed(whole, design.points, (*root, "whole")) if isinstance(design, LatinDesign) else _crossed(whole)


def split_plots(design: AnyDesign, whole: Levels, split: Levels, root: Root, cell: Condition) -> tuple[Condition, ...]:
    """The split-plot conditions in the snapshots of one cell: its forks."""
    if isinstance(design, FractionalDesign):
        chosen = [own.index(cell[name]) for name, own in whole if len(own) > 1]
        return tuple(_at(split, levels) for levels in _fraction(design, whole, split).split_plots(chosen))
    return _crossed(split, design.points, (*root, "split")) if isinstance(design, LatinDesign) else _crossed(split)


def expanded(design: LatinDesign, whole: Levels, split: Levels, root: Root) -> dict[str, tuple[Level, ...]]:
    """The levels that each range comes to, in rising order."""
    found = {}
    for levels, plot in ((whole, "whole"), (split, "split")):
        for name, _ in _ranges(levels):
            drawn = {point[name] for point in _points(_ranges(levels), design.points, (*root, plot))}
            found[name] = tuple(sorted(drawn, key=float))
    return found


def _varied(levels: Levels) -> list[str]:
    return [name for name, own in levels if len(own) > 1]


def _fraction(design: FractionalDesign, whole: Levels, split: Levels) -> Fraction:
    return fraction(len(_varied(whole)), len(_varied(split)), design.resolution)


def _at(levels: Levels, chosen: Sequence[int]) -> Condition:
    place = dict(zip(_varied(levels), chosen, strict=True))
    return {name: own[place.get(name, 0)] for name, own in levels}


@lru_cache(maxsize=256)
def _crossed(levels: Levels, points: int = 1, root: Root = ()) -> tuple[Condition, ...]:
    ranges = _ranges(levels)
    drawn = _points(ranges, points, root) if ranges else ({},)
    rest = [(name, own) for name, own in levels if name not in dict(ranges)]
    found = []
    for combination in product(*(own for _, own in rest)):
        fixed = dict(zip((name for name, _ in rest), combination, strict=True))
        found += [{name: point.get(name, fixed.get(name, "")) for name, _ in levels} for point in drawn]
    return tuple(found)


def _ranges(levels: Levels) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(own[0])) for name, own in levels if len(own) == 1 and parse_range(own[0]))


@lru_cache(maxsize=64)
def _points(ranges: tuple[tuple[str, str], ...], points: int, root: Root) -> tuple[Mapping[str, Level], ...]:
    """Each range cut into `points` equal parts, each part met once (McKay, Beckman & Conover 1979, Technometrics 21:239;
    `scipy.stats.qmc`). A range of whole numbers gives whole numbers, so short ones repeat."""
    from scipy.stats.qmc import LatinHypercube

    draw = LatinHypercube(d=len(ranges), rng=Streams(*root, "lhs").at("points")).random(points)
    found = []
    for row in draw:
        point: dict[str, Level] = {}
        for (name, level), share in zip(ranges, row, strict=True):
            ends = parse_range(level)
            assert ends is not None
            try:
                low, high = (int(end) for end in ends)
                point[name] = min(high, low + int(float(share) * (high - low + 1)))
            except ValueError:
                least, most = (float(end) for end in ends)
                point[name] = round(least + float(share) * (most - least), 6)
        found.append(point)
    return tuple(found)


def described(design: AnyDesign, whole: Levels, split: Levels, snapshots: int) -> tuple[str, ...]:
    """What a design leaves out or adds, a line each; nothing for a full one."""
    match design:
        case FractionalDesign():
            return _fraction_described(_fraction(design, whole, split), [*_varied(whole), *_varied(split)])
        case LatinDesign():
            drawn = ", ".join(f"{name} {level}" for name, level in (*_ranges(whole), *_ranges(split)))
            return (f"Latin hypercube: {design.points} points over {drawn}",)
        case SequentialDesign():
            limits = boundaries(len(design.ends(snapshots)), design.boundary, design.alpha)
            looks = ", ".join(f"{end}: {limit:.3f}" for end, limit in zip(design.ends(snapshots), limits, strict=True))
            stop = f"; futile below {design.futility:.0%} conditional power" if design.futility else ""
            return (f"sequential, {design.boundary}: |z| by snapshots per cell {looks}{stop}",)
    return ()


def _fraction_described(found: Fraction, names: Sequence[str]) -> tuple[str, ...]:
    runs, every = 2 ** len(found.basic), 2 ** len(names)
    roman = {3: "III", 4: "IV", 5: "V"}.get(found.resolution or 0, str(found.resolution or "full"))
    lines = [
        f"fractional, resolution {roman}: {runs} of {every} combinations, {len(found.whole_plots())} cells of "
        f"{len(found.split_plots([0] * found.whole))} forks"
    ]
    lines += [f"generator {names[factor]} = {spelled(mask, names)}" for factor, mask in found.generators]
    for group in found.aliases():
        where = "between snapshots" if found.between(group[0]) else "within snapshots"
        lines.append(f"aliased ({where}): {' = '.join(spelled(effect, names) for effect in group)}")
    if not found.aliases():
        lines.append("main effects and two-factor interactions are all told apart")
    return tuple(lines)
