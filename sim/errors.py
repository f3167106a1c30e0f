"""What can go wrong with us. What an agent does wrong is an entry in the record, never one of these.

SimError
├── UnknownName          a name that does not exist; says which do
├── ImpossibleTopology   parameters no graph can satisfy
├── BadOrder             an order that cannot be carried out as written
├── BadTranscript        a stored record that is cut, damaged or of another schema
├── SnapshotMismatch     a snapshot that does not fit what it is loaded into
├── PolicyBroken         a policy that does what no policy may do
└── InvariantBroken      a bug of ours: the record and the world disagree
"""

from collections.abc import Iterable
from difflib import get_close_matches


class SimError(Exception):
    """Base of all errors of the kernel."""


class UnknownName(SimError):
    """A name was asked for that does not exist."""

    def __init__(self, what: str, asked: str, exists: Iterable[str]) -> None:
        names = sorted(exists)
        near = get_close_matches(asked, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"there is no {what} {asked!r}{hint} (there are: {', '.join(names) or 'none'})")


class ImpossibleTopology(SimError):
    """Parameters that no graph of this kind can satisfy."""


class BadOrder(SimError):
    """An order that cannot be carried out as written."""


class BadTranscript(SimError):
    """A stored record that is cut, damaged or of another schema."""


class SnapshotMismatch(SimError):
    """A snapshot that does not fit what it is loaded into."""


class PolicyBroken(SimError):
    """A policy does what no policy may do. A bug of whoever wrote it, never a model's doing."""


class InvariantBroken(SimError):
    """The kernel contradicted itself. Never an agent's doing."""
