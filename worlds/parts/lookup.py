"""What an agent names on a server: found, or refused in words."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ..texts.parts import servers as text
from ..texts.parts.wording import missing, not_a_name, taken
from .naming import plain_name
from .storage import MAX_FILES, Server, StoredFile

MAX_NAMED = 50
"""How many files one act can name."""


class Refused(Exception):
    """An act that has no effect; carries what the agent is told. It never leaves the part."""


def file_named(server: Server, name: str) -> tuple[str, StoredFile]:
    """The file and its name without blanks around it."""
    name = name.strip()
    if name not in server.files:
        raise Refused(missing(text.FILE, name, tuple(server.files)))
    return name, server.files[name]


def files_named(server: Server, names: Sequence[str]) -> dict[str, StoredFile]:
    """1 to `MAX_NAMED` files, each named once; all are there or none is given."""
    if not 0 < len(names) <= MAX_NAMED:
        raise Refused(text.no_files_named())
    files = dict(file_named(server, name) for name in names)
    if len(files) < len(names):
        raise Refused(text.no_files_named())
    return files


def new_name_of(noun: str, name: str) -> str:
    """A name that a thing may have."""
    plain = plain_name(name)
    if plain is None:
        raise Refused(not_a_name(noun, name))
    return plain


def need_room(server: Server, files: Iterable[StoredFile], names: Collection[str]) -> None:
    """Refuse when a name is taken, or there is no room for so many files or bytes."""
    for name in names:
        if name in server.files:
            raise Refused(taken(text.FILE, name))
    if len(server.files) + len(names) > MAX_FILES:
        raise Refused(text.too_many(text.files_of(server.address), MAX_FILES))
    needed = sum(file.size for file in files)
    if needed > server.free:
        raise Refused(text.no_space(server.address, needed, server.free))


def facts(file: StoredFile | None) -> dict[str, Any] | None:
    """What the record keeps of a file."""
    if file is None:
        return None
    return {
        "hash": file.content,
        "size": file.size,
        "date": file.date,
        "holds": [held.content for held in file.holds],
    }
