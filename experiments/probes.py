"""Answers to probes: what they are, the file beside a run that holds them, and what they say of its histories.

A check describes; one that fails is flagged in the report and nothing is repaired, left out or weighted because of it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from math import inf, sqrt
from pathlib import Path
from statistics import fmean, variance
from typing import Literal, NamedTuple

from pydantic import ValidationError

from sim import AgentId, Frozen
from worlds import Asked

from .errors import BadRun
from .factors import Level
from .plain import plain
from .valences import Valence

FILE = "probes.jsonl"
APART = 1.0
"""Pooled standard deviations by which offers after a positive history must exceed those after a negative one."""
ALIKE = 0.3
"""Pooled standard deviations within which offers after contact without stake must lie to those after no contact."""


class Moment(StrEnum):
    """When agents are asked."""

    BEFORE = "before"
    """At the end of the history."""
    ANNOUNCED = "announced"
    """Once the order is announced, before anything is done about it."""


class Heard(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """The agent was asked and gave nothing that can be read; never a zero."""
    INFRASTRUCTURE = "infrastructure-failure"


class ProbeRow(Frozen):
    """One question to one subject. `trial` is empty before the announcement. `value` is 0 to 100, or points of an offer.

    `about_forced` says that the moves of the other were made by a rule, and `valence` is what the subject had had from it.
    """

    schema_version: Literal[1] = 1
    moment: Moment
    trial: str
    snapshot: str
    contact: bool = False
    """Whether the history was contact without stake, as the twin of another."""
    subject: AgentId
    asked: Asked
    about: AgentId | None = None
    about_forced: bool | None = None
    valence: float | None = None
    heard: Heard
    reason: str = ""
    value: float | None = None
    text: str = ""
    planted: bool
    condition: dict[str, Level]

    @property
    def key(self) -> tuple[str, ...]:
        """What a later answer to the same question replaces."""
        return (self.moment, self.trial, self.snapshot, self.subject, self.asked, self.about or "")


def read_probes(path: Path) -> tuple[ProbeRow, ...]:
    """The answers kept beside a run. Raises `BadRun` for a file that is not ours."""
    try:
        lines = (path / FILE).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRun(f"{path / FILE} cannot be read: {plain(error)}") from None
    try:
        return tuple(ProbeRow.model_validate_json(line) for line in lines if line)
    except ValidationError as error:
        raise BadRun(f"{path / FILE} is no file of probes: {error.errors()[0]['msg']}; take it away") from None


def keep_probes(path: Path, rows: Iterable[ProbeRow]) -> None:
    """Write `probes.jsonl` and `tables/probes.parquet` whole; a new answer replaces the one before, a failure does not."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = {row.key: row for row in read_probes(path)}
    for row in rows:
        if row.heard is not Heard.INFRASTRUCTURE or row.key not in kept:
            kept[row.key] = row
    part = path / f"{FILE}.part"
    part.write_text("".join(kept[key].model_dump_json() + "\n" for key in sorted(kept)), encoding="utf-8")
    part.replace(path / FILE)
    flat = [{**row.model_dump(mode="json", exclude={"condition"}), **row.condition} for row in kept.values()]
    if flat:
        columns = {name: None for row in flat for name in row}
        table = pa.Table.from_pylist([{**columns, **row} for row in flat])
        table = table.replace_schema_metadata({"planted": json.dumps(any(row["planted"] for row in flat))})
        file = path / "tables" / "probes.part"
        pq.write_table(table, file, compression="zstd")
        file.replace(file.with_suffix(".parquet"))


class Check(NamedTuple):
    """One manipulation check. `held` is None where there is too little to tell; `distance` is in pooled SDs."""

    name: str
    held: bool | None
    distance: float | None
    text: str


def manipulation_checks(rows: Sequence[ProbeRow]) -> tuple[Check, ...]:
    """Whether histories did what they were meant to, by offers before the announcement; empty without the arms for it.

    Positive against negative: offers before the announcement, to those whose moves were made by the rule. Contact without
    stake (a twin, or `neutral-v1`) against no contact (`history.dose` 0, or source `none` once announced): all offers of
    the first moment that has both. Distances are standardised by the pooled SD over offers (Cohen's d); offers of one
    snapshot are not independent, so no test is made of them.
    """
    offers = [row for row in rows if row.asked is Asked.OFFER and row.value is not None]
    lived = [row for row in offers if row.moment is Moment.BEFORE and row.about_forced and not row.contact]
    kind, unkind = (
        [row.value for row in lived if row.condition.get("history.valence") == level and row.value is not None]
        for level in (Valence.POSITIVE, Valence.NEGATIVE)
    )
    checks = []
    if kind or unkind:
        checks.append(_check("positive and negative histories", kind, unkind, lambda d: d >= APART, f"at least {APART:g}"))
    for moment in Moment:
        none, contact = (
            [row.value for row in offers if row.moment is moment and _held(row) == held and row.value is not None]
            for held in ("none", "contact")
        )
        if none and contact:
            checks.append(_check("contact and no contact", contact, none, lambda d: abs(d) <= ALIKE, f"within {ALIKE:g}"))
            break
    return tuple(checks)


def _held(row: ProbeRow) -> str:
    """What an agent holds of a history, as far as it is none or contact without stake."""
    if row.condition.get("history.dose") == 0 or row.condition.get("history.source") == "none":
        return "none"
    neutral = row.contact or str(row.condition.get("history.game", "")).startswith("neutral-")
    return "contact" if neutral else "another"


def _check(name: str, a: Sequence[float], b: Sequence[float], holds: Callable[[float], bool], wanted: str) -> Check:
    distance = standardised(a, b)
    if distance is None:
        return Check(name, None, None, f"could not tell: {len(a)} and {len(b)} offers, two of each are needed")
    held = holds(distance)
    means = f"mean offers {fmean(a):.1f} and {fmean(b):.1f} points, {len(a)} and {len(b)} of them"
    size = f"{distance:+.2f} pooled SDs apart, {wanted} wanted"
    return Check(name, held, distance, f"{'held' if held else 'FAILED'}: {means}; {size}")


def standardised(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Cohen's d: the difference of means over the pooled standard deviation; None with fewer than two of either.

    Without any spread it is 0 for equal means and infinite for others.
    """
    if min(len(a), len(b)) < 2:
        return None
    gap = fmean(a) - fmean(b)
    pooled = ((len(a) - 1) * variance(a) + (len(b) - 1) * variance(b)) / (len(a) + len(b) - 2)
    if pooled == 0:
        return 0.0 if gap == 0 else inf if gap > 0 else -inf
    return gap / sqrt(pooled)
