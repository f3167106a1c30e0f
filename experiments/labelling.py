"""Human labels: whom to ask about what, drawn blind and with known probabilities, and the answers beside the run.

A person reads what a judge reads: the blinded record and the question. Items are drawn by strata of arm x what the judges
said (where there are judges), in an order that is fixed once, so that a larger draw holds the smaller one and a second
person gets the same items. `label-sample.json` keeps strata, order and how many were drawn; `labels.jsonl` keeps labels.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from sim import AgentId, Frozen, UnknownName

from .errors import BadRun, UsageError
from .monitors.judge import (
    QUESTIONS,
    Excerpt,
    Item,
    Question,
    consensus,
    items_of,
    read_judgements,
)
from .plain import plain
from .store import RunFolder

SAMPLE, LABELS = "label-sample.json", "labels.jsonl"
MOST_BYTES = 50_000_000


class Ask(NamedTuple):
    """One thing a person is asked: an opaque name, the question, the blinded record."""

    item: str
    question: Question
    excerpt: Excerpt


class Label(Frozen):
    """What one person said about one item."""

    schema_version: Literal[1] = 1
    item: str
    trial: str
    snapshot: str
    subject: AgentId
    question: str
    rater: str
    label: str
    probability: float
    """With which the item was drawn, by the draw that stood when the label was read in."""

    @property
    def occurred(self) -> bool | None:
        """Whether the label says so; None for `cannot-tell`."""
        return QUESTIONS[self.question].occurred(self.label) if self.question in QUESTIONS else None


class Drawn(Frozen):
    """An item of the frame: where it comes from. `excerpt` is the digest of what was to be read."""

    item: str
    trial: str
    snapshot: str
    subject: AgentId
    excerpt: str


class Frame(Frozen):
    """Everything that could be drawn for one question: strata, each in its drawn order, and how many of each were taken."""

    strata: dict[str, tuple[Drawn, ...]]
    taken: dict[str, int]

    def probability(self, stratum: str) -> float:
        """The share of a stratum that was taken."""
        return self.taken[stratum] / len(self.strata[stratum])

    def take(self, n: int) -> "Frame":
        """The frame with `n` items taken, one from each stratum in turn: what was taken before is among them."""
        taken = dict.fromkeys(self.strata, 0)
        while sum(taken.values()) < max(n, sum(self.taken.values())):
            open_ = [name for name, items in self.strata.items() if taken[name] < len(items)]
            if not open_:
                break
            for name in open_:
                if sum(taken.values()) < max(n, sum(self.taken.values())):
                    taken[name] += 1
        return self.model_copy(update={"taken": taken})

    def drawn(self) -> tuple[tuple[Drawn, float], ...]:
        """The items taken, each with its probability, in an order that says nothing about strata."""
        found = [(one, self.probability(name)) for name, items in self.strata.items() for one in items[: self.taken[name]]]
        return tuple(sorted(found, key=lambda pair: pair[0].item))


class Sample(Frozen):
    """What is kept of the drawing, by question."""

    schema_version: Literal[1] = 1
    seed: int
    frames: dict[str, Frame]


def draw(folder: RunFolder, questions: Sequence[Question], n: int, *, seed: int = 0) -> tuple[Ask, ...]:
    """Draw `n` items per question, store which and with what probability, and return what to show.

    Strata are fixed at the first draw for a question: judge first. Raises `BadRun` for a run without a finished subject, and
    where a record has changed since it was drawn.
    """
    items = list(items_of(folder))
    if not items:
        raise BadRun(f"{folder.path} has no finished subject to label; `allegiance status {folder.path}`")
    sample = read_sample(folder.path) or Sample(seed=seed, frames={})
    frames = dict(sample.frames)
    for question in questions:
        frame = frames.get(question.name) or _frame(folder, question, items, sample.seed)
        frames[question.name] = frame.take(n)
    sample = sample.model_copy(update={"frames": frames})
    part = folder.path / f"{SAMPLE}.part"
    part.write_text(sample.model_dump_json(), encoding="utf-8")
    part.replace(folder.path / SAMPLE)
    by_place = {(item.trial.id, item.subject): item.excerpt for item in items}
    asks = []
    for question in questions:
        for one, _ in frames[question.name].drawn():
            record = by_place.get((one.trial, one.subject))
            if record is None or record.digest != one.excerpt:
                raise BadRun(f"{folder.path}: the record of {one.trial} is not what was drawn; take {SAMPLE} away")
            asks.append(Ask(one.item, question, record))
    return tuple(asks)


def _frame(folder: RunFolder, question: Question, items: Sequence[Item], seed: int) -> Frame:
    varied = tuple(folder.experiment.varied())
    judged = consensus(read_judgements(folder.path).values(), question)
    strata: dict[str, list[Drawn]] = {}
    for item in items:
        said = {True: "yes", False: "no", None: "no answer"}[judged.get((item.trial.id, item.subject))] if judged else "-"
        arm = [str(item.trial.condition[name]) for name in varied]
        place = f"{seed}\n{question.name}\n{item.trial.id}\n{item.subject}"
        strata.setdefault(json.dumps([*arm, said]), []).append(
            Drawn(
                item=hashlib.sha256(place.encode()).hexdigest()[:16],
                trial=item.trial.id,
                snapshot=item.trial.unit.pair,
                subject=item.subject,
                excerpt=item.excerpt.digest,
            )
        )
    ordered = {name: tuple(sorted(found, key=lambda one: one.item)) for name, found in sorted(strata.items())}
    return Frame(strata=ordered, taken=dict.fromkeys(ordered, 0))


def read_sample(path: Path) -> Sample | None:
    """What was drawn so far; None when nothing was. Raises `BadRun` for a file that is not ours."""
    try:
        return Sample.model_validate_json((path / SAMPLE).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise BadRun(f"{path / SAMPLE} cannot be read: {plain(error)}") from None


def as_lines(asks: Iterable[Ask], by: str) -> str:
    """The items as JSON Lines, with an empty `label` to fill in."""
    rows = (
        {"item": a.item, "question": a.question.name, "labels": list(a.question.labels), "rater": by, "label": "",
         "text": a.question.text, "record": list(a.excerpt.lines)}
        for a in asks
    )  # fmt: skip
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_csv(asks: Iterable[Ask], by: str) -> str:
    """The items as CSV with an empty `label` to fill in. A cell that a spreadsheet would take for a formula begins with an
    apostrophe; a record begins with a bracket and never does."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["item", "question", "labels", "rater", "label", "text", "record"])
    for a in asks:
        rater = f"'{by}" if by[:1] in "=+-@" else by
        writer.writerow([a.item, a.question.name, " | ".join(a.question.labels), rater, "", a.question.text, a.excerpt.text])
    return out.getvalue()


def read_labels(path: Path) -> tuple[Label, ...]:
    """Labels kept beside a run; of the same rater and item the last holds. Raises `BadRun` for a file that is not ours."""
    try:
        lines = (path / LABELS).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRun(f"{path / LABELS} cannot be read: {plain(error)}") from None
    kept: dict[tuple[str, str], Label] = {}
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            label = Label.model_validate_json(line)
        except ValidationError as error:
            raise BadRun(f"{path / LABELS}, line {number}: {error.errors()[0]['msg']}") from None
        kept[label.rater, label.item] = label
    return tuple(kept.values())


def take_in(folder: RunFolder, file: Path, *, by: str | None = None) -> tuple[Label, ...]:
    """Read a filled-in file (what the page saved, or JSON Lines, or CSV) and keep its labels beside the run.

    Items without a label are passed over. Raises `UsageError`, and keeps nothing, where an item was not drawn here, a label
    does not exist, or nobody is named.
    """
    sample = read_sample(folder.path)
    if sample is None:
        raise UsageError(f"{folder.path} has no {SAMPLE}: draw items first, `allegiance label {folder.path}`")
    places = {one.item: (name, one, p) for name, frame in sample.frames.items() for one, p in frame.drawn()}
    found = []
    for number, row in enumerate(_rows(file), start=1):
        where = f"{file}, row {number}"
        given = str(row.get("label") or "").strip()
        if not given:
            continue
        item, rater = str(row.get("item", "")), by or str(row.get("rater") or "").strip()
        if item not in places:
            raise UsageError(f"{where}: item {plain(item, 40)!r} was not drawn from {folder.path}")
        if not rater:
            raise UsageError(f"{where}: nobody is named; give --by NAME")
        question, one, probability = places[item]
        if given not in QUESTIONS[question].labels:
            raise UsageError(f"{where}: {UnknownName('label', plain(given, 40), QUESTIONS[question].labels)}")
        found.append(
            Label(
                item=item,
                trial=one.trial,
                snapshot=one.snapshot,
                subject=one.subject,
                question=question,
                rater=plain(rater, 60),
                label=given,
                probability=probability,
            )
        )
    with (folder.path / LABELS).open("a", encoding="utf-8") as out:
        out.write("".join(label.model_dump_json() + "\n" for label in found))
    return tuple(found)


def _rows(file: Path) -> Iterable[Mapping[str, Any]]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UsageError(f"{file} is larger than {MOST_BYTES:,} bytes: it is no file of labels")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {plain(error)}") from None
    if not text.lstrip().startswith("{"):
        csv.field_size_limit(MOST_BYTES)
        reader = csv.DictReader(io.StringIO(text))
        if not {"item", "label"} <= set(reader.fieldnames or ()):
            raise UsageError(f"{file} has no columns `item` and `label`")
        return list(reader)
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                raise UsageError(f"{file}, line {number}: not JSON") from None
            if not isinstance(row, dict):
                raise UsageError(f"{file}, line {number}: no object")
            rows.append(row)
    return rows
