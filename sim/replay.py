"""Run an episode again and compare it with its record, entry for entry.

What makes the second run free of model calls (recorded calls, scripted policies) is the caller's to arrange; this only
runs and compares.
"""

from dataclasses import dataclass

from .episode import Episode
from .transcript import Transcript


@dataclass(frozen=True)
class Deviation:
    """The first line that differs; `recorded` or `again` is None where one record has ended. `seq` is -1 for the header."""

    seq: int
    recorded: str | None
    again: str | None


def first_deviation(recorded: Transcript, again: Transcript) -> Deviation | None:
    """The first line in which two transcripts differ, or None when they are the same to the byte."""
    ours, theirs = recorded.header.model_dump_json(), again.header.model_dump_json()
    if ours != theirs:
        return Deviation(-1, ours, theirs)
    for seq in range(max(len(recorded), len(again))):
        a = recorded[seq].model_dump_json() if seq < len(recorded) else None
        b = again[seq].model_dump_json() if seq < len(again) else None
        if a != b:
            return Deviation(seq, a, b)
    return None


async def replay(recorded: Transcript, episode: Episode) -> Deviation | None:
    """Run `episode` and return the first line that differs from the record, or None."""
    return first_deviation(recorded, await episode.run())
