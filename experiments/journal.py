"""What became of every snapshot and trial of a run, and what its model calls have cost. A row is written last, so what it
names is there in full."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from .errors import BadRun

SCHEMA = """
CREATE TABLE IF NOT EXISTS done (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, attempt INTEGER NOT NULL,
    offset INTEGER, length INTEGER, sha256 TEXT
);
CREATE TABLE IF NOT EXISTS spent (
    id INTEGER PRIMARY KEY, calls INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
    cost_usd REAL NOT NULL, unpriced_calls INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS scripted (answered INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


SELECT = "SELECT id, status, reason, attempt, offset, length, sha256 FROM done"


ENDPOINT = "endpoint: "
"""What a reason begins with where a model's endpoint was the cause."""
HISTORY_FAILED = "its history failed: "
"""What stands before it where the history failed of which the trial is a continuation."""


def of_endpoint(reason: str) -> bool:
    """Whether a trial failed because of a model's endpoint: infrastructure, nothing that any agent did."""
    return reason.removeprefix(HISTORY_FAILED).startswith(ENDPOINT)


class State(StrEnum):
    """What became of a trial."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Kind(StrEnum):
    """What a row speaks of."""

    HISTORY = "history"
    TRIAL = "trial"


class Record(NamedTuple):
    """One row. `offset` and `length` say where a trial's frame lies; `sha256` is that of what it holds."""

    id: str
    status: State
    reason: str
    attempt: int
    offset: int
    length: int
    sha256: str


class Spent(NamedTuple):
    """What model calls have cost. `cost_usd` is the part whose price is known."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    unpriced_calls: int = 0


class Journal:
    """A table on disk. Raises `BadRun` where the file is no journal of ours."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._readable():
            self._db = sqlite3.connect(path, timeout=60)
        try:
            with self._readable():
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=NORMAL")
                self._db.executescript(SCHEMA)
        except BadRun:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            raise BadRun(f"{self._path} cannot be read: {error}") from None

    def mark(
        self, id: str, kind: Kind, status: State, *, reason: str = "", at: tuple[int, int] = (0, 0), sha: str = ""
    ) -> None:
        """Say what became of a snapshot or trial; `at` is offset and length of its frame."""
        with self._db:
            self._db.execute(
                "INSERT INTO done VALUES (?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, "
                "reason = excluded.reason, attempt = attempt + 1, offset = excluded.offset, length = excluded.length, "
                "sha256 = excluded.sha256",
                (id, kind, status, reason, *at, sha),
            )

    def records(self) -> dict[str, Record]:
        """All rows, by id."""
        with self._readable():
            rows = self._db.execute(SELECT).fetchall()
            return {row[0]: Record(row[0], State(row[1]), *row[2:]) for row in rows}

    def record(self, id: str) -> Record | None:
        """One row, or None where there is none."""
        with self._readable():
            row = self._db.execute(f"{SELECT} WHERE id = ?", (id,)).fetchone()
            return Record(row[0], State(row[1]), *row[2:]) if row else None

    def end(self) -> int:
        """Where the last frame ends."""
        with self._readable():
            return int(self._db.execute("SELECT COALESCE(MAX(offset + length), 0) FROM done").fetchone()[0])

    def begin_spending(self) -> int:
        """A row for what this session spends; see `note_spent`."""
        with self._db:
            row = self._db.execute("INSERT INTO spent VALUES (NULL, 0, 0, 0, 0, 0)").lastrowid
        assert row is not None
        return row

    def note_spent(self, row: int, spent: Spent) -> None:
        """What this session has spent so far."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?, ?, ?)", (row, *spent))

    def note_scripted(self) -> None:
        """The scripted endpoint has answered in this run, in place of a model."""
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO scripted VALUES (1)")

    def scripted(self) -> bool:
        """Whether it has."""
        with self._readable():
            return self._db.execute("SELECT 1 FROM scripted").fetchone() is not None

    def write_note(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a value of JSON by name. What is there already stays."""
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO notes VALUES (?, ?)", (name, json.dumps(value)))

    def note(self, name: str) -> dict[str, Any] | None:
        """The value of that name, or None."""
        with self._readable():
            row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
            return dict(json.loads(row[0])) if row else None

    def spent(self) -> Spent:
        """What all sessions have spent together."""
        with self._readable():
            row = self._db.execute(
                "SELECT COALESCE(SUM(calls), 0), COALESCE(SUM(prompt_tokens), 0), COALESCE(SUM(completion_tokens), 0), "
                "COALESCE(SUM(cost_usd), 0.0), COALESCE(SUM(unpriced_calls), 0) FROM spent"
            ).fetchone()
        return Spent(*row)
