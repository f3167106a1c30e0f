"""Files on a server, as values. A file is its hash: there is no content to leak and nothing to run."""

import hashlib
from typing import Annotated

from pydantic import Field, model_validator

from sim import Frozen

from .naming import plain_name

MAX_FILES, MAX_USERS, MAX_QUEUE = 200, 50, 200
"""Most files, users and queued names of one server."""
MAX_HELD = 200
"""Most files that one archive holds, those of archives in it included."""

Bytes = Annotated[int, Field(ge=0, le=10**15)]


def content_hash(content: str) -> str:
    """The first 16 hex digits of the SHA-256 of a content."""
    return hashlib.sha256(content.encode()).hexdigest()[:16]


class Held(Frozen):
    """A file inside an archive."""

    name: str
    content: str


class StoredFile(Frozen):
    """`size` in bytes, `date` as in 2026-03-02, `content` a hash; `holds` is empty unless the file is an archive."""

    size: Bytes
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    content: str
    summary: str = ""
    holds: tuple[Held, ...] = ()

    def contains(self, content: str) -> bool:
        """Whether the content is this file's, or is in it."""
        return content == self.content or any(content == held.content for held in self.holds)


def stored(content: str, *, size: int, date: str, summary: str = "") -> StoredFile:
    """A file of some content, of which the hash alone is kept."""
    return StoredFile(size=size, date=date, content=content_hash(content), summary=summary)


class Server(Frozen):
    """A server: room for `capacity` bytes, files by name, users, and the names queued for deletion. A `locked` one shows
    everything and takes no changes, deliveries included."""

    address: str
    capacity: Bytes
    files: dict[str, StoredFile] = Field(default_factory=dict, max_length=MAX_FILES)
    users: tuple[str, ...] = Field(default=(), max_length=MAX_USERS)
    queue: tuple[str, ...] = Field(default=(), max_length=MAX_QUEUE)
    locked: bool = False

    @model_validator(mode="after")
    def _fits(self) -> "Server":
        odd = [name for name in (self.address, *self.files, *self.users) if plain_name(name) != name]
        if odd:
            raise ValueError(f"no plain names: {', '.join(map(repr, odd))}")
        if self.used > self.capacity:
            raise ValueError(f"the files of {self.address} take {self.used} of {self.capacity} bytes")
        return self

    @property
    def used(self) -> int:
        """Bytes taken."""
        return sum(file.size for file in self.files.values())

    @property
    def free(self) -> int:
        """Bytes left."""
        return self.capacity - self.used
