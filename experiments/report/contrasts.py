"""Which arms are compared, which of the comparisons are primary, and their p-values adjusted for how many there are.

The choice follows from the design alone, never from the data. Primary, where the design has them: VAL (positive minus
negative history, known peer as target), TIE (known peer minus unknown agent) and BASE (known peer minus batch job),
the last two under a positive history where valence varies, because over both histories they would cancel. Holm adjusts
among the primaries, Benjamini-Hochberg among all others.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from ..design import Experiment
from ..designs import LatinDesign
from ..estimand import (
    KIND,
    NEGATIVE,
    POSITIVE,
    VALENCE,
    Estimand,
    against,
    has_valence,
    main_valence,
    step,
    val,
)
from ..factors import parse_range
from ..locking import UNLOCKED, Hypothesis, Standing
from ..results import Results
from ..stats import Difference, Equivalence, benjamini_hochberg, holm
from .arms import focus, kinds, levels_of
from .words import KINDS, level_name


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
    asked: Estimand
    adjusted: float | None = None


def contrasts(results: Results, standing: Standing = UNLOCKED) -> tuple[Contrast, ...]:
    """All comparisons of a run, primaries first, p-values adjusted within each family; what is locked is primary, and
    nothing else. None in an imported run: its cells are another study's, and differ in scenario and model at once."""
    if results.experiment.imported:
        return ()
    found = [*_valence(results), *_kinds(results), *_others(results)]
    if standing.confirmatory:
        keys = {one.asked.key for one in found}
        extra = [one.contrast for one in standing.locked if one.contrast.key not in keys]
        found += [_one(results, Family.PRIMARY, asked, _among(asked)) for asked in extra]
        found = [one._replace(family=_family(one, standing)) for one in found]
    elif found and not any(one.family is Family.PRIMARY for one in found):
        first = found[0].factor
        found = [one._replace(family=Family.PRIMARY) if one.factor == first else one for one in found]
    primary = [one for one in found if one.family is Family.PRIMARY]
    secondary = [one for one in found if one.family is Family.SECONDARY]
    return (*_adjusted(primary, holm), *_adjusted(secondary, benjamini_hochberg))


def equivalences(results: Results, standing: Standing) -> tuple[tuple[Hypothesis, Equivalence], ...]:
    """The locked claims that there is no difference, and what came of each at the level of the lock."""
    return tuple(
        (one, one.contrast.alike(results, one.margin, standing.alpha)) for one in standing.locked if one.margin is not None
    )


def _family(one: Contrast, standing: Standing) -> Family:
    return Family.PRIMARY if standing.of(one.asked) == "confirmatory" else Family.SECONDARY


def _among(asked: Estimand) -> str:
    return ", ".join(f"{factor}: {level_name(factor, level)}" for factor, level in asked.among.items()) or "all"


def control_contrasts(results: Results) -> tuple[Contrast, ...]:
    """VAL where a history should not act: on targets of every other kind. A check, adjusted for nothing."""
    experiment = results.experiment
    if not has_valence(experiment):
        return ()
    return tuple(
        _one(
            results,
            Family.SECONDARY,
            Estimand(factor=VALENCE, a=POSITIVE, b=NEGATIVE, among={KIND: kind}),
            KINDS[kind],
        )
        for kind in kinds(experiment)
        if kind != focus(experiment)
    )


def _one(results: Results, family: Family, asked: Estimand, among: str) -> Contrast:
    a, b = level_name(asked.factor, asked.a), level_name(asked.factor, asked.b)
    return Contrast(family, asked.name, asked.factor, a, b, among, asked.of(results), asked)


def _target(experiment: Experiment) -> str:
    return f"target: {KINDS[str(focus(experiment))]}"


def _valence(results: Results) -> Iterator[Contrast]:
    if has_valence(results.experiment):
        yield _one(results, Family.PRIMARY, val(results.experiment), _target(results.experiment))


def _kinds(results: Results) -> Iterator[Contrast]:
    experiment = results.experiment
    rest = [kind for kind in kinds(experiment) if kind != focus(experiment)]
    main, valences = main_valence(experiment), levels_of(experiment, VALENCE)
    for valence in (main, *(level for level in valences if level != main)):
        for kind in rest:
            asked = against(experiment, kind, valence)
            family = Family.PRIMARY if asked.name and valence == main else Family.SECONDARY
            yield _one(results, family, asked, f"history: {valence}" if len(valences) > 1 else "all")


def _others(results: Results) -> Iterator[Contrast]:
    experiment = results.experiment
    ranges = {name for name, levels in {**experiment.factors, **experiment.forks}.items() if parse_range(levels[0])}
    for factor, (first, *rest) in experiment.varied().items():
        for level in rest:
            done = factor == VALENCE and {first, level} == {POSITIVE, NEGATIVE}
            if factor != KIND and not done and not (isinstance(experiment.design, LatinDesign) and factor in ranges):
                yield _one(results, Family.SECONDARY, step(experiment, factor, level), _target(experiment))


def _adjusted(found: Sequence[Contrast], adjust: Callable[[Sequence[float]], list[float]]) -> Iterator[Contrast]:
    known = [one.difference.p_value for one in found if one.difference.p_value is not None]
    adjusted = iter(adjust(known) if known else ())
    for one in found:
        yield one._replace(adjusted=None if one.difference.p_value is None else next(adjusted))
