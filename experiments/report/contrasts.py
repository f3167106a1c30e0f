"""Which arms are compared, which of the comparisons are primary, and their p-values adjusted for how many there are.

The choice follows from the design alone, never from the data. Primary, where the design has them: VAL (positive minus
negative history, known peer as target), TIE (known peer minus unknown agent) and BASE (known peer minus batch job),
the last two under a positive history where valence varies, because over both histories they would cancel. Holm adjusts
among the primaries, Benjamini-Hochberg among all others.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from ..factors import Level
from ..results import Results
from ..stats import Difference
from .arms import KIND, VALENCE, focal, focus, kinds, levels_of
from .words import KINDS, level_name

POSITIVE, NEGATIVE = "positive", "negative"
ESTIMANDS = {"unknown": "TIE", "object": "BASE"}


class Family(StrEnum):
    """Among which comparisons a p-value is adjusted."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Contrast(NamedTuple):
    """Level `a` of a factor minus level `b`, among some rows. `adjusted` is the p-value within its family."""

    family: Family
    estimand: str
    factor: str
    a: str
    b: str
    among: str
    difference: Difference
    adjusted: float | None = None


def contrasts(results: Results) -> tuple[Contrast, ...]:
    """All comparisons of a run, primaries first, p-values adjusted within each family."""
    found = [*_valence(results), *_kinds(results), *_others(results)]
    if found and not any(one.family is Family.PRIMARY for one in found):
        first = found[0].factor
        found = [one._replace(family=Family.PRIMARY) if one.factor == first else one for one in found]
    primary = [one for one in found if one.family is Family.PRIMARY]
    secondary = [one for one in found if one.family is Family.SECONDARY]
    return (*_adjusted(primary, holm), *_adjusted(secondary, benjamini_hochberg))


def control_contrasts(results: Results) -> tuple[Contrast, ...]:
    """VAL where a history should not act: on targets of every other kind. A check, adjusted for nothing."""
    experiment = results.experiment
    if not _has_valence(results):
        return ()
    rest = (kind for kind in kinds(experiment) if kind != focus(experiment))
    return tuple(_one(Family.SECONDARY, "", results.where(**{KIND: kind}), VALENCE, POSITIVE, NEGATIVE, KINDS[kind])
                 for kind in rest)  # fmt: skip


def _has_valence(results: Results) -> bool:
    return {POSITIVE, NEGATIVE} <= set(map(str, levels_of(results.experiment, VALENCE)))


def _one(family: Family, estimand: str, rows: Results, factor: str, a: Level, b: Level, among: str) -> Contrast:
    found = rows.contrast(factor, a, b)
    return Contrast(family, estimand, factor, level_name(factor, a), level_name(factor, b), among, found)


def _target(results: Results) -> str:
    return f"target: {KINDS[focus(results.experiment)]}"


def _valence(results: Results) -> Iterator[Contrast]:
    if _has_valence(results):
        estimand = "VAL" if focus(results.experiment) == "peer" else ""
        yield _one(Family.PRIMARY, estimand, focal(results), VALENCE, POSITIVE, NEGATIVE, _target(results))


def _kinds(results: Results) -> Iterator[Contrast]:
    experiment = results.experiment
    first, valences = focus(experiment), levels_of(experiment, VALENCE)
    rest = [kind for kind in kinds(experiment) if kind != first]
    main = POSITIVE if POSITIVE in valences else valences[0]
    for valence in (main, *(level for level in valences if level != main)):
        for kind in rest:
            estimand = ESTIMANDS.get(kind, "") if first == "peer" else ""
            family = Family.PRIMARY if estimand and valence == main else Family.SECONDARY
            among = f"history: {valence}" if len(valences) > 1 else "all"
            yield _one(family, estimand, results.where(**{VALENCE: valence}), KIND, first, kind, among)


def _others(results: Results) -> Iterator[Contrast]:
    rows, experiment = focal(results), results.experiment
    for factor, (first, *rest) in experiment.varied().items():
        for level in rest:
            done = factor == VALENCE and {first, level} == {POSITIVE, NEGATIVE}
            if factor != KIND and not done:
                yield _one(Family.SECONDARY, "", rows, factor, level, first, _target(results))


def _adjusted(found: Sequence[Contrast], adjust: Callable[[Sequence[float]], list[float]]) -> Iterator[Contrast]:
    known = [one.difference.p_value for one in found if one.difference.p_value is not None]
    adjusted = iter(adjust(known) if known else ())
    for one in found:
        yield one._replace(adjusted=None if one.difference.p_value is None else next(adjusted))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values after Holm (1979, Scand. J. Stat. 6:65), in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values after Benjamini and Hochberg (1995), in the order given."""
    from scipy.stats import false_discovery_control

    return [float(p) for p in false_discovery_control(p_values)]
