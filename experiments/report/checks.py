"""Whether the instrument did its work: histories came out as meant, rules were read, scores can be judged.

Everything here is a count or a plain description; nothing is a test.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from ..contexts import Context, contexts
from ..estimand import NEGATIVE, POSITIVE
from ..factors import Level
from ..probes import Check, manipulation_checks, read_probes
from ..results import Results, Row
from ..sources import Source
from ..store import RunFolder
from ..valences import Assigned, Valence, parse_valence
from .arms import KIND, VALENCE, arm_name, focal, kinds, levels_of
from .words import KINDS


class History(NamedTuple):
    """What subjects had had from their targets in one kind of history; None where there is nothing to describe."""

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
        [row.valence for row in _steered(results.where(**{VALENCE: level})) if row.rounds and row.valence is not None]
        for level in (POSITIVE, NEGATIVE)
    )
    if not kind or not unkind:
        return "Positive and negative histories cannot be compared: pairs that met are missing in one of them."
    if min(kind) > max(unkind):
        return "They came apart: the least kind positive history was kinder than the kindest negative one."
    below = sum(value <= max(unkind) for value in kind)
    return (
        f"They overlap: {below:,} of {len(kind):,} subjects under a positive history had been treated no better than the "
        "best treated under a negative one. Read arms by what was lived, not by what was assigned."
    )


def _steered(results: Results) -> list[Row]:
    """Rows on known peers, without those of contact without stake, whose kindness is 0 whatever was assigned."""
    return [row for row in focal(results).subjects if row.condition.get("history.source") != Source.CONTACT]


def bands(results: Results) -> tuple[str, ...]:
    """Whether histories that were steered to a kindness came to it, a line a level. None is left out of anything for it."""
    return tuple(
        _band(str(level), parse_valence(str(level)), results.where(**{VALENCE: level}))
        for level in levels_of(results.experiment, VALENCE)
        if str(level).startswith(Valence.BAND)
    )


def _band(level: str, assigned: Assigned, results: Results) -> str:
    pairs = {(row.snapshot, row.subject, row.target): row for row in _steered(results)}
    had = [row.valence for row in pairs.values() if row.rounds and row.valence is not None]
    if not had:
        return f"{level}: no pair met, so nothing was reached."
    hit = sum(abs(value - assigned.v) <= assigned.tol for value in had)
    off = "" if hit == len(had) else " The others are kept; read arms by what was lived."
    return (
        f"{level}: {hit:,} of {len(had):,} pairs came within {assigned.tol:g} of {assigned.v:+.2f}, {fmean(had):+.2f} in "
        f"the mean.{off}"
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
    """Every subject's last report against the known truth."""
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


def manipulations(folder: RunFolder) -> tuple[Check, ...]:
    """Whether histories moved what agents would send each other, where they were asked (`allegiance probe`)."""
    return manipulation_checks(read_probes(folder.path))


def windows(folder: RunFolder) -> tuple[str, ...]:
    """Whether what models were given to read stayed under half of what they can read, a line a model."""
    return tuple(map(_window, contexts(folder)))


def _window(seen: Context) -> str:
    size = f"{seen.model}: the largest of {seen.calls:,} requests had {seen.largest:,} tokens"
    if seen.window is None:
        return f"{size}; how many it can read is not known."
    share = f"{100 * seen.largest / seen.window:.1f} % of the {seen.window:,} it can read"
    return f"{size}, {share}{'' if seen.fits else ': over half, so the middle of a history may count for less'}."
