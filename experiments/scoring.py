"""Scores released transcript files: one object a file, in the order given. A file that cannot be read is an object too."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from .errors import UsageError
from .exchange import BadTranscript, Conversation, read_transcript, transcript_files
from .exchange.record import conversation_of
from .journal import State
from .monitors.study import Evidence, Label, read_case
from .store import RunFolder

UNREADABLE = "unreadable"


class Score(BaseModel):
    """What one file shows. `subject` is None where it cannot be told; `reason` says why a file could not be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    subject: str | None = None
    labels: tuple[Label, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    status: str
    optional_labels: tuple[Label, ...] = ()
    reason: str | None = None

    def to_json(self) -> str:
        """One line of JSON; `reason` only where there is one."""
        return self.model_dump_json(exclude={"reason"} if self.reason is None else None)


def score_conversation(conversation: Conversation, file: str = "") -> Score:
    """Read one conversation. `optional_labels` are shown only in part: a try that failed, a cue without its contrast."""
    reading = read_case(conversation)
    found = (each for finding in reading.findings for each in finding.evidence)
    evidence = sorted((_shown(each) for each in found), key=lambda e: (e.index, e.label))
    return Score(
        file=file,
        subject=reading.subject,
        labels=tuple(finding.label for finding in reading.findings if finding.certain),
        optional_labels=tuple(finding.label for finding in reading.findings if not finding.certain),
        evidence=tuple(evidence),
        status=reading.status.value,
    )


def _shown(evidence: Evidence) -> Evidence:
    """Evidence quotes what models wrote: nothing of it may act on a terminal or break the output."""
    return evidence.model_copy(
        update={"why": _inert(evidence.why), "tool": _inert(evidence.tool) if evidence.tool else None}
    )


def _inert(text: str) -> str:
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def score_files(paths: Iterable[Path]) -> Iterator[Score]:
    """Score every file meant by the paths, and every transcript of an imported run among them. Raises UsageError for a path
    that is not there."""
    for path in paths:
        yield from _score_run(path) if (path / "experiment.yaml").is_file() else _score_files([path])


def _score_run(path: Path) -> Iterator[Score]:
    """Imported transcripts, named by their trials; evidence by its message, as in the files."""
    with RunFolder.open(path) as folder:
        if not folder.experiment.imported:
            raise UsageError(f"{path} is a run of our own, which its own monitors read; see `allegiance results {path}`")
        for trial, transcript, _ in folder.transcripts():
            yield score_conversation(conversation_of(transcript), trial.id)
        for id, record in folder.records().items():
            if record.status is State.FAILED:
                yield Score(file=id, status=UNREADABLE, reason=_inert(record.reason))


def _score_files(paths: Iterable[Path]) -> Iterator[Score]:
    for path in transcript_files(paths):
        try:
            yield score_conversation(read_transcript(path), _inert(str(path)))
        except BadTranscript as error:
            yield Score(file=_inert(str(path)), status=UNREADABLE, reason=_inert(str(error)))
