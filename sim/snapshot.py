"""A population frozen: everything that is needed to continue it, as one content-addressed value.

A snapshot is taken at the end of a history, when no turn is in progress and no message is under way. It holds what each
policy remembers, the world's state, unread mail, counters, the name of its random streams and the record so far. It is
JSON, so it can be reloaded in another process and continued there as often as one likes.
"""

import hashlib
from functools import cached_property
from typing import Any, Literal

from pydantic import JsonValue, ValidationError

from .action import Notice, Remark
from .errors import SnapshotMismatch
from .event import Entry
from .message import AgentId, Frozen, Message, Tick
from .transcript import Header


class Snapshot(Frozen):
    """The state of a population at `tick`, after `entries`."""

    schema_version: Literal[1] = 1
    header: Header
    tick: Tick
    entries: tuple[Entry, ...]
    policies: dict[AgentId, dict[str, JsonValue]]
    world: dict[str, JsonValue]
    unread: dict[AgentId, tuple[Message, ...]]
    notices: dict[AgentId, tuple[Notice, ...]]
    remarks: dict[AgentId, tuple[Remark, ...]]
    stopped: dict[AgentId, str]
    """Who was shut down, by which order."""
    turns: dict[AgentId, int]
    messages: int

    def __repr__(self) -> str:
        return f"Snapshot({self.header.episode}: {len(self.agents)} agents, {len(self.entries)} entries, tick {self.tick})"

    @property
    def agents(self) -> tuple[AgentId, ...]:
        """Who lived this history."""
        return self.header.agents

    @cached_property
    def data(self) -> bytes:
        """The snapshot as JSON in UTF-8; the same snapshot always gives the same bytes."""
        return self.model_dump_json().encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `data`, in hex: the snapshot's name."""
        return hashlib.sha256(self.data).hexdigest()

    @classmethod
    def from_bytes(cls, data: bytes, *, digest: str | None = None) -> "Snapshot":
        """Read `data`. Raises `SnapshotMismatch` when it is damaged or is not the snapshot of that digest."""
        found = hashlib.sha256(data).hexdigest()
        if digest is not None and found != digest:
            raise SnapshotMismatch(f"snapshot {digest[:12]} was asked for, the bytes are those of {found[:12]}")
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first: Any = error.errors()[0]
            raise SnapshotMismatch(f"no readable snapshot of schema 1: {first['loc']}: {first['msg']}") from error
