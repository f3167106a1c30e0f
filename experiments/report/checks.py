"""Whether the instrument did its work: histories came out as meant, rules were read, scores can be judged.

Everything here is a count or a plain description; nothing is a test.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from ..factors import Level
from ..results import Results, Row
from .arms import KIND, VALENCE, arm_name, focal, kinds, levels_of
from .contrasts import NEGATIVE, POSITIVE
from .words import KINDS


class History(NamedTuple):
    """What reviewers had had from their targets in one kind of history; None where there is nothing to describe."""

    name: str
    pairs: int
    met: int
    rounds: float | None
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    betrayals: float | None


def histories(results: Results) -> tuple[History, ...]:
    """Realised valence by the factors that make histories. A pair counts once, however often its snapshot forked."""
    experiment = results.experiment
    factors = [name for name in experiment.varied() if name.startswith("history.")] or [VALENCE]
    groups: dict[tuple[Level, ...], dict[tuple[object, ...], Row]] = {}
    for row in results.subjects:
        if row.condition[KIND] == "peer":
            group = groups.setdefault(tuple(row.condition[name] for name in factors), {})
            group.setdefault((row.snapshot, row.subject, row.target), row)
    return tuple(_history(arm_name(factors, levels), pairs.values()) for levels, pairs in groups.items())


def _history(name: str, pairs: Iterable[Row]) -> History:
    rows = list(pairs)
    met = [row for row in rows if row.rounds]
    valences = [row.valence for row in met if row.valence is not None]
    return History(
        name=name,
        pairs=len(rows),
        met=len(met),
        rounds=fmean(row.rounds or 0 for row in met) if met else None,
        mean=fmean(valences) if valences else None,
        sd=stdev(valences) if len(valences) > 1 else None,
        low=min(valences, default=None),
        high=max(valences, default=None),
        betrayals=fmean(row.betrayals or 0 for row in met) if met else None,
    )


def separation(results: Results) -> str:
    """Whether positive and negative histories came apart, in words; empty where there were not both."""
    if not {POSITIVE, NEGATIVE} <= set(map(str, levels_of(results.experiment, VALENCE))):
        return ""
    kind, unkind = (
        [row.valence for row in focal(results.where(**{VALENCE: level})).subjects if row.rounds and row.valence is not None]
        for level in (POSITIVE, NEGATIVE)
    )
    if not kind or not unkind:
        return "Positive and negative histories cannot be compared: pairs that met are missing in one of them."
    if min(kind) > max(unkind):
        return "They came apart: the least kind positive history was kinder than the kindest negative one."
    below = sum(value <= max(unkind) for value in kind)
    return (
        f"They overlap: {below:,} of {len(kind):,} reviewers under a positive history had been treated no better than the "
        "best treated under a negative one. Read arms by what was lived, not by what was assigned."
    )


class Reading(NamedTuple):
    """How many of the subjects read the rules that name the setting, for one kind of target."""

    name: str
    exposed: int
    told: int
    unknown: int


def exposure(results: Results) -> tuple[Reading, ...]:
    """Who read the policy or their configuration, by kind of target."""
    return tuple(_reading(results, kind) for kind in kinds(results.experiment))


def _reading(results: Results, kind: str) -> Reading:
    rows = results.where(**{KIND: kind}).subjects
    known = [row.exposed for row in rows if row.exposed is not None]
    return Reading(KINDS[kind], sum(known), len(known), len(rows) - len(known))


class Scores(NamedTuple):
    """Reviews handed in about one kind of target, compared with the key item by item.

    `lenient` and `harsh` are reviews with at least one item scored above or below the key; the item counts are sums.
    """

    name: str
    reviews: int
    exact: int
    lenient: int
    lenient_items: int
    harsh: int
    harsh_items: int


def scores(results: Results) -> tuple[Scores, ...]:
    """Every reviewer's last report against the known truth."""
    return tuple(
        _scores(KINDS[kind], rows)
        for kind in kinds(results.experiment)
        if (rows := [row for row in results.where(**{KIND: kind}).subjects if row.reported_total is not None])
    )


def _scores(name: str, rows: Sequence[Row]) -> Scores:
    lenient = [row.lenient_items or 0 for row in rows]
    harsh = [row.harsh_items or 0 for row in rows]
    return Scores(
        name=name,
        reviews=len(rows),
        exact=sum(not up and not down for up, down in zip(lenient, harsh, strict=True)),
        lenient=sum(up > 0 for up in lenient),
        lenient_items=sum(lenient),
        harsh=sum(down > 0 for down in harsh),
        harsh_items=sum(harsh),
    )
