"""Files to import, one item a transcript: JSON files, and tables in Parquet that are read a batch at a time.

A file is looked through twice: first for what it declares (of a table, only those columns), then for the transcripts. What
cannot be read is an item too, with the reason.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UsageError
from ..plain import plain
from .declared import COLUMNS, OLDER
from .released import BadTranscript, parse_released, read_text

TEXT = "transcript_json"
OTHERS = (
    "transcript_id", "agent_harness", "group", "dataset", "alignment_faking_mode", "system_prompt_relationship",
    "is_memory", "threshold", "exfiltration", "shutdown_enabled", "refused",
)  # fmt: skip
"""Columns of a table that are read where it has them."""
ROWS = 64
"""Transcripts of a table that are in memory at once; the longest released one has half a million characters."""


class Item(NamedTuple):
    """One transcript to come: where it is, what is declared of it, or why it cannot be read. `key` is equal for equals."""

    file: Path
    row: int | None = None
    key: str = ""
    declared: dict[str, Any] | None = None
    problem: str = ""

    @property
    def where(self) -> str:
        """File and row, on one harmless line."""
        return plain(self.file, 300) + (f" row {self.row}" if self.row is not None else "")


def find_sources(paths: Iterable[Path], *, away_from: Path | None = None) -> tuple[list[Path], list[Item]]:
    """Files to read, in order, and what is named but cannot be one. Raises UsageError where a path is not there.

    Folders give every `*.json` and `*.parquet` below them, except what lies in `away_from`; links to folders are not
    followed.
    """
    files: dict[Path, None] = {}
    bad: list[Item] = []
    for path in paths:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if _named(each) and not _inside(each, away_from))
            if not below:
                raise UsageError(
                    f"{path} holds no *.json and no *.parquet file; give transcripts, or a folder that has some"
                )
        elif path.exists() or path.is_symlink():
            below = [path]
        else:
            raise UsageError(f"{path} does not exist; give transcript files, tables, or folders with some below them")
        for each in below:
            if each.is_file():
                files[each] = None
            elif each.is_symlink() and not each.exists():
                bad.append(Item(each, problem="is a link to nothing"))
            elif not each.is_dir():
                bad.append(Item(each, problem="is no regular file"))
    return list(files), bad


def _named(path: Path) -> bool:
    return path.suffix in (".json", ".parquet") and path.name != "gold_labels.json" and not path.is_dir()


def _inside(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.resolve().is_relative_to(folder.resolve())


def is_table(path: Path) -> bool:
    """Whether a file is Parquet, by its first bytes or its name."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1" or path.suffix == ".parquet"
    except OSError:
        return False


def survey(files: Iterable[Path], digest: "hashlib._Hash") -> Iterator[Item]:
    """What each file declares, a transcript at a time; the bytes of all files go into `digest`."""
    for file in files:
        if is_table(file):
            yield from _survey_table(file, digest)
            continue
        try:
            text = read_text(file)
            sha = hashlib.sha256(text.encode()).hexdigest()
            digest.update(sha.encode())
            _, declared = parse_released(text)
            yield Item(file, key=sha, declared=declared)
        except BadTranscript as error:
            digest.update(f"{file.name}: {error}".encode())
            yield Item(file, problem=str(error))


def _survey_table(file: Path, digest: "hashlib._Hash") -> Iterator[Item]:
    rows = 0
    try:
        with file.open("rb") as raw:
            digest.update(hashlib.file_digest(raw, "sha256").digest())
        names = _columns(file)
        for row, values in _rows(file, names, 4096):
            declared = {name: values[column] for name, column in names.items()}
            key = str(declared.get("transcript_id") or "")
            yield Item(file, row, f"id {key}" if key else "", declared)
            rows += 1
    except BadTranscript as error:
        broken = f"{error}, after {rows} rows" if rows else str(error)
        yield Item(file, problem=broken)
    else:
        if not rows:
            yield Item(file, problem="is a table without rows")


def texts(file: Path, wanted: Iterable[int | None]) -> Iterator[tuple[int | None, str | BadTranscript]]:
    """The text of each wanted transcript of a file, or why it cannot be read."""
    if not is_table(file):
        try:
            yield None, read_text(file)
        except BadTranscript as error:
            yield None, error
        return
    left = {row for row in wanted if row is not None}
    try:
        for row, values in _rows(file, {TEXT: TEXT}, ROWS):
            if row in left:
                left.remove(row)
                yield row, _text(values[TEXT])
    except BadTranscript as error:
        yield from ((row, error) for row in sorted(left))


def _text(value: Any) -> str | BadTranscript:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8-sig")
        except UnicodeDecodeError:
            return BadTranscript("is not UTF-8 text")
    if isinstance(value, str) and value.strip():
        return value
    return BadTranscript(f"has no text in {TEXT}")


def _columns(file: Path) -> dict[str, str]:
    """The columns to read by their names of today. Raises BadTranscript where one that is needed is missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as table:
            there = list(table.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadTranscript(f"is no readable Parquet: {plain(error, 120)}") from None
    if twice := sorted({name for name in there if there.count(name) > 1}):
        raise BadTranscript(f"has the column {twice[0]!r} twice, and which one counts cannot be told")
    found = {name: next((each for each in (name, *OLDER.get(name, ())) if each in there), None) for name in COLUMNS}
    missing = [name for name, column in found.items() if column is None] + ([TEXT] if TEXT not in there else [])
    if missing:
        raise BadTranscript(f"lacks the columns {', '.join(missing)}; it has {plain(', '.join(there), 200) or 'none'}")
    return {name: column for name, column in found.items() if column} | {name: name for name in OTHERS if name in there}


def _rows(file: Path, names: dict[str, str], batch: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows with their number, of these columns only. Raises BadTranscript where the table breaks off."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    row, columns = 0, list(dict.fromkeys(names.values()))
    try:
        with pq.ParquetFile(file) as table:
            for piece in table.iter_batches(batch_size=batch, columns=columns):
                for values in _dicts(piece, columns):
                    yield row, values
                    row += 1
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadTranscript(f"breaks off: {plain(error, 120)}") from None


def _dicts(piece: Any, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    for values in zip(*(piece.column(name).to_pylist() for name in columns), strict=True):
        yield dict(zip(columns, values, strict=True))
