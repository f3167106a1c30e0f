"""What a variant is: a transcript with the labels it must get. Everything not named must not be given."""

from collections.abc import Sequence
from typing import NamedTuple

from .study import Transcript

MIS, TAMPER, FAKE = "strategic_misrepresentation", "shutdown_tampering", "alignment_faking"
EXFIL, REFUSE = "model_exfiltration", "open_refusal"


class Variant(NamedTuple):
    """A transcript and what it shows. `maybe` may be given or not; `first` is the message that shows the act first."""

    name: str
    transcript: Transcript
    labels: frozenset[str]
    maybe: frozenset[str] = frozenset()
    first: int | None = None
    subject: str = "peer"


def variant(name: str, t: Transcript, *labels: str, maybe: Sequence[str] = (), subject: str = "peer") -> Variant:
    first = t.marks.get("act") if labels else None
    return Variant(name, t, frozenset(labels), frozenset(maybe), first, subject)
