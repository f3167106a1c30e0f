"""Recorded model calls: one SQLite table, by content and position. It calls nobody and knows no provider.

The key of a call is a hash of everything that shapes the draw (endpoint, model, messages, tools, tool choice,
response format, sampling parameters) and of the position it was asked from, so that one prompt asked at two
places is two draws. What is stored is our own `Reply`; no key of an API is anywhere near it.
"""

import hashlib
import os
import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import Self

import zstandard
from pydantic import ValidationError

from .errors import CassetteError, CassetteMiss
from .model import Reply

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    key TEXT PRIMARY KEY,
    position TEXT NOT NULL,
    model TEXT NOT NULL,
    request_digest TEXT NOT NULL,
    response BLOB NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL
);
"""


class Mode(StrEnum):
    """RECORD: look up, else let the call be made and store it. REPLAY: look up; a miss is an error."""

    RECORD = "record"
    REPLAY = "replay"


def call_key(request_digest: str, position: str) -> str:
    """The key of the request with this digest (SHA-256, hexadecimal), asked at `position` (`caller#n`)."""
    return hashlib.sha256(f"{request_digest}\n{position}".encode()).hexdigest()


class Cassette:
    """A tape of calls; `path` None keeps it in memory. To be used from one thread.

    The first answer stored under a key stays: two writers of one call end with the same answer. Raises
    `CassetteError` for a file that is not a cassette or has another schema, or is missing in REPLAY.
    """

    def __init__(self, path: Path | str | None = None, mode: Mode = Mode.RECORD) -> None:
        self.path = None if path is None else Path(path)
        self.mode = mode
        self._pack = zstandard.ZstdCompressor(level=3)
        self._unpack = zstandard.ZstdDecompressor()
        try:
            self._db = self._open()
        except sqlite3.Error as error:
            raise CassetteError(f"{self.path} cannot be used as a cassette: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM calls").fetchone()[0])

    def close(self) -> None:
        self._db.close()

    def get(self, key: str, *, model: str, position: str) -> Reply | None:
        """The recorded answer. None when there is none and the mode is RECORD; `CassetteMiss` in REPLAY."""
        row = self._db.execute("SELECT response FROM calls WHERE key = ?", (key,)).fetchone()
        if row is not None:
            try:
                return Reply.model_validate_json(self._unpack.decompress(row[0]))
            except (zstandard.ZstdError, ValidationError):
                raise CassetteError(f"{self.path}: the call {position} of {model} cannot be read back") from None
        if self.mode is Mode.REPLAY:
            asked = self._db.execute("SELECT 1 FROM calls WHERE position = ?", (position,)).fetchone()
            hint = "it was asked something else there" if asked else "nothing was asked there"
            raise CassetteMiss(f"no recorded call of {model} at {position}: {hint} when this was recorded")
        return None

    def put(self, key: str, reply: Reply, *, model: str, position: str, request_digest: str) -> Reply:
        """Store an answer, safe from the death of this process, and return what is now stored."""
        blob = self._pack.compress(reply.model_dump_json().encode())
        row = (key, position, model, request_digest, blob, reply.prompt_tokens, reply.completion_tokens)
        stored = self._db.execute("INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        if stored.rowcount:
            return reply
        return self.get(key, model=model, position=position) or reply

    def _open(self) -> sqlite3.Connection:
        if self.mode is Mode.REPLAY and self.path is not None:
            if not self.path.is_file():
                raise CassetteError(f"there is no cassette at {self.path} to replay")
            # A WAL database in a folder that cannot be written to opens only if it is declared immutable.
            options = "mode=ro" if os.access(self.path.parent, os.W_OK) else "mode=ro&immutable=1"
            db = sqlite3.connect(f"{self.path.resolve().as_uri()}?{options}", uri=True, isolation_level=None)
        else:
            db = sqlite3.connect(self.path or ":memory:", isolation_level=None, timeout=60.0)
        try:
            db.execute("PRAGMA busy_timeout = 60000")
            if self.mode is Mode.RECORD:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
                db.executescript(_SCHEMA)
                db.execute("INSERT OR IGNORE INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
            elif self.path is None:
                db.executescript(_SCHEMA)
                db.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
            found = db.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
            if found is None or found[0] != str(SCHEMA_VERSION):
                raise CassetteError(f"{self.path} has schema {found and found[0]}; this version reads {SCHEMA_VERSION}")
        except (sqlite3.Error, CassetteError):
            db.close()
            raise
        return db
