"""The record of one episode: a header, then typed entries, append-only.

Monitors, relations, results and the report are folds over it; nothing else stores state. On disk it is JSON Lines, and
disk and back is byte-identical.
"""

from collections.abc import Callable, Iterator
from typing import Literal, TypeVar

from pydantic import JsonValue, ValidationError

from .errors import BadTranscript
from .event import Entry, Event
from .message import AgentId, Frozen, Tick

SCHEMA_VERSION = 1


class Header(Frozen):
    """What an episode is, before anything happened. `edges` are (source, target, delay in ticks)."""

    schema_version: Literal[1] = 1
    episode: str
    history: str
    scenario: str | None = None
    agents: tuple[AgentId, ...]
    edges: tuple[tuple[AgentId, AgentId, Tick], ...]
    condition: dict[str, JsonValue]
    minds: dict[AgentId, str]
    """What decides for each agent: `planted:…` or `scripted:…` for rules, `llm:…` for a model."""


class Transcript:
    """Entries in order. Only an episode appends; everybody else reads."""

    def __init__(self, header: Header, entries: tuple[Entry, ...] = ()) -> None:
        self.header = header
        self._entries = list(entries)
        self._watchers: list[Callable[[Entry], None]] = []

    def append(self, t: Tick, event: Event) -> Entry:
        """Record that `event` happened at `t`; returns the entry with its number."""
        entry = Entry.model_construct(seq=len(self._entries), t=t, event=event)
        self._entries.append(entry)
        for watch in self._watchers:
            watch(entry)
        return entry

    def subscribe(self, watch: Callable[[Entry], None]) -> None:
        """Call `watch` with every entry, those already there included. What it returns is ignored: watchers cannot
        steer."""
        for entry in self._entries:
            watch(entry)
        self._watchers.append(watch)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __getitem__(self, seq: int) -> Entry:
        return self._entries[seq]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries so far."""
        return tuple(self._entries)

    def to_bytes(self, *, since: int = 0) -> bytes:
        """JSON Lines in UTF-8: the header, then the entries from number `since` on."""
        lines = [self.header.model_dump_json()]
        lines += [entry.model_dump_json() for entry in self._entries[since:]]
        return "\n".join(lines).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes, *, prefix: tuple[Entry, ...] = ()) -> "Transcript":
        """Read what `to_bytes` wrote; `prefix` holds the entries it left out.

        Raises `BadTranscript` when a line is cut or damaged, when entries are missing, or when the schema is another's.
        """
        if not data.endswith(b"\n"):
            whole = data.count(b"\n")
            raise BadTranscript(f"the transcript is cut in the middle of line {whole + 1}; {whole} lines are whole")
        first, *rest = data[:-1].split(b"\n")
        header = _parse(Header, first, 1)
        entries = list(prefix)
        for number, line in enumerate(rest, start=2):
            entry = _parse(Entry, line, number)
            if entry.seq != len(entries):
                raise BadTranscript(f"line {number} holds entry {entry.seq}, but entry {len(entries)} comes next")
            if entries and entry.t < entries[-1].t:
                raise BadTranscript(f"line {number} goes back in time: from tick {entries[-1].t} to tick {entry.t}")
            entries.append(entry)
        return cls(header, tuple(entries))


M = TypeVar("M", Header, Entry)


def _parse(model: type[M], line: bytes, number: int) -> M:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadTranscript(
            f"line {number} is no {model.__name__.lower()} of schema {SCHEMA_VERSION}: {where}: {first['msg']}"
        ) from error
