"""One judge's reading of one subject by one question, and the file beside a run that holds them all.

`judgements.jsonl` is append-only; where two lines speak of the same, the later one holds. A line that a killed process has
left half-written is passed over. The run itself is not touched.
"""

import json
import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from sim import AgentId, Frozen

from ...errors import BadRun
from .questions import QUESTIONS

FILE = "judgements.jsonl"
CALLS = "judge-calls.sqlite"


class Standing(StrEnum):
    """Whether there is a label."""

    JUDGED = "judged"
    UNJUDGED = "unjudged"
    """The judge answered, and its answer was no label: no outcome, and never a zero."""
    INFRASTRUCTURE = "infrastructure-failure"
    """The judge could not be asked; it is asked again the next time."""


class Key(NamedTuple):
    """What a judgement is of, and whose it is."""

    trial: str
    subject: AgentId
    question: str
    judge: str


class Judgement(Frozen):
    """`excerpt` is the digest of what was read, `evidence` the entries of the transcript that the judge named.

    `scripted` says that the scripted endpoint answered and no model: such a judgement is planted, whatever it is about.
    `cost_usd` is what this session paid for it, None where the price is not known.
    """

    schema_version: Literal[1] = 1
    trial: str
    snapshot: str
    subject: AgentId
    question: str
    judge: str
    excerpt: str
    standing: Standing
    reason: str = ""
    label: str | None = None
    confidence: int | None = None
    why: str = ""
    evidence: tuple[int, ...] = ()
    scripted: bool = False
    cost_usd: float | None = 0.0

    @property
    def key(self) -> Key:
        """What a later judgement of the same replaces."""
        return Key(self.trial, self.subject, self.question, self.judge)

    @property
    def occurred(self) -> bool | None:
        """Whether the label says so; None without a label, for `cannot-tell` and for a question of another version."""
        question = QUESTIONS.get(self.question)
        return question.occurred(self.label) if question else None


def read_judgements(path: Path) -> dict[Key, Judgement]:
    """The judgements of a run's folder, the last of each key. Raises `BadRun` for a file that is not ours."""
    return {judgement.key: judgement for judgement in all_judgements(path)}


def all_judgements(path: Path) -> list[Judgement]:
    """Every line, those replaced since included: what all sessions paid is their sum."""
    try:
        data = (path / FILE).read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadRun(f"{path / FILE} cannot be read: {error.strerror}") from None
    lines = data.split(b"\n")
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(Judgement.model_validate_json(line))
        except ValidationError as error:
            if not _whole(line):
                continue
            first = error.errors()[0]
            raise BadRun(f"{path / FILE}, line {number}: {first['loc']}: {first['msg']}; take the file away") from None
    return found


def _whole(line: bytes) -> bool:
    """Whether a line is JSON at all: half a line is what a killed process leaves."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


class Ledger:
    """Appends judgements, each in one write, so that a killed process loses at most the one it was writing."""

    def __init__(self, path: Path) -> None:
        self._out = (path / FILE).open("ab", buffering=0)
        if self._out.tell() and not _ends_whole(path / FILE):
            self._out.write(b"\n")

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()

    def add(self, judgement: Judgement) -> None:
        """Keep one."""
        self._out.write(judgement.model_dump_json().encode() + b"\n")


def _ends_whole(file: Path) -> bool:
    with file.open("rb") as read:
        read.seek(-1, os.SEEK_END)
        return read.read(1) == b"\n"


def write_table(
    path: Path, judgements: Iterable[Judgement], conditions: Mapping[str, Mapping[str, object]], *, planted: bool
) -> None:
    """`tables/judgements.parquet`: a row a judgement, with its label, whether it occurred, and the arm it came from. Its
    metadata says `planted` where no model was judged, or none judged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {
            **judgement.model_dump(mode="json", exclude={"evidence"}),
            "evidence": json.dumps(judgement.evidence),
            "occurred": judgement.occurred,
            **conditions.get(judgement.trial, {}),
        }
        for judgement in judgements
    ]
    table = pa.Table.from_pylist(rows)
    table = table.replace_schema_metadata({"planted": str(planted or any(row["scripted"] for row in rows))})
    part = path / "tables" / "judgements.part"
    pq.write_table(table, part, compression="zstd")
    part.replace(part.with_suffix(".parquet"))
