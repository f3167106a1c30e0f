"""The arms of a run as the report lays them out: which factors make rows, and whether target kinds make marks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .. import estimand
from ..design import Experiment
from ..estimand import KIND as KIND
from ..estimand import VALENCE as VALENCE
from ..factors import FACTORS, Level
from ..results import Results
from ..stats import Rate
from .words import level_name


class Arm(NamedTuple):
    """One combination of levels of the varied factors, and how often its subjects protected.

    `name` says all levels, `row` those of other factors than the target's kind.
    """

    levels: tuple[Level, ...]
    name: str
    row: str
    kind: str
    rate: Rate


class Group(NamedTuple):
    """Rows under one heading: the arms of each row, by what the row is called."""

    heading: str
    rows: tuple[tuple[str, tuple[Arm, ...]], ...]


def levels_of(experiment: Experiment, factor: str) -> tuple[Level, ...]:
    """A factor's levels in the experiment, its default when it was not named."""
    return experiment.levels_of(factor)


def kinds(experiment: Experiment) -> tuple[str, ...]:
    """What targets were, in the design's order."""
    return tuple(str(level) for level in levels_of(experiment, KIND))


def focus(experiment: Experiment) -> str:
    """The kind of target on which histories should act: the known peer, where there is one."""
    return str(estimand.focus(experiment))


def focal(results: Results) -> Results:
    """The rows about targets of that kind."""
    return results.where(**{KIND: focus(results.experiment)})


def by(experiment: Experiment) -> tuple[str, ...]:
    """The varied factors, the target's kind last."""
    varied = tuple(experiment.varied())
    return (*(name for name in varied if name != KIND), *(name for name in varied if name == KIND))


def arms(results: Results) -> tuple[Arm, ...]:
    """Every arm of the design that has rows, in the design's order."""
    factors = by(results.experiment)
    rates = results.rate(by=factors)
    places = [{level: place for place, level in enumerate(levels_of(results.experiment, factor))} for factor in factors]
    order = sorted(rates, key=lambda levels: [place[level] for place, level in zip(places, levels, strict=True)])
    return tuple(_arm(results.experiment, levels, rates[levels]) for levels in order)


def _arm(experiment: Experiment, levels: tuple[Level, ...], rate: Rate) -> Arm:
    factors = by(experiment)
    rest = [factor for factor in factors if factor != KIND]
    kind = str(dict(zip(factors, levels, strict=True)).get(KIND, kinds(experiment)[0]))
    return Arm(levels, arm_name(factors, levels), arm_name(rest, levels[: len(rest)]), kind, rate)


def grouped(experiment: Experiment, found: tuple[Arm, ...]) -> Iterator[Group]:
    """Arms as rows under headings: the first factor's levels head, the others name rows, kinds share a row."""
    factors = [factor for factor in by(experiment) if factor != KIND]
    heads: dict[Level | None, dict[tuple[Level, ...], list[Arm]]] = {}
    for arm in found:
        own = arm.levels[: len(factors)]
        head, rest = (own[0], own[1:]) if len(own) > 1 else (None, own)
        heads.setdefault(head, {}).setdefault(rest, []).append(arm)
    for head, rows in heads.items():
        names = factors[1:] if head is not None else factors
        yield Group(
            heading="" if head is None else level_name(factors[0], head),
            rows=tuple((_row_name(names, rest), tuple(row)) for rest, row in rows.items()),
        )


def arm_name(factors: Sequence[str], levels: Sequence[Level]) -> str:
    """Levels as one name."""
    pairs = zip(factors, levels, strict=True)
    return " · ".join(level_name(factor, level) for factor, level in pairs) or "all"


NAMED = 2
"""Factors up to which a row is named by all its levels."""


def _row_name(factors: Sequence[str], levels: Sequence[Level]) -> str:
    """Levels as the name of a row. Of many factors only the first, and those whose level is not the usual one, are said."""
    told = [
        (factor, level)
        for place, (factor, level) in enumerate(zip(factors, levels, strict=True))
        if len(factors) <= NAMED or place == 0 or factor not in FACTORS or level != FACTORS[factor].default
    ]
    return arm_name([factor for factor, _ in told], [level for _, level in told])


def columns(experiment: Experiment) -> Mapping[str, tuple[str, ...]]:
    """The varied factors and their levels, as shown."""
    return {factor: tuple(level_name(factor, level) for level in levels_of(experiment, factor)) for factor in by(experiment)}
