"""A persona's notes and summaries: how they are worded, and how they are read again when the turns they are on are gone.

One line, which replaces the one before: codes it was told, and for each other how it fared round by round, `+` kind, `-`
unkind, `0` neither. What is shown beside the notes came after them, so both together are counted once.
"""

import re
from collections.abc import Mapping, Sequence

NOTES = re.compile(r"^Your (?:notes|summary of earlier turns): ([^\n]{1,4000})", re.MULTILINE)
ASKED = re.compile(r"^Sum up what stands above for yourself", re.MULTILINE)
CODE = re.compile(r"\bdepot (\w{1,40}) (\d{1,9})\b")
FARED = re.compile(r"\bwith ([\w-]{1,40}) ([+0-]{1,1000})(?=;|$)")

KEPT = 150
"""Rounds with each other that are kept, the latest."""
LONGEST = 4_000

_SIGNS = {1: "+", -1: "-", 0: "0"}
_VALUES = {sign: value for value, sign in _SIGNS.items()}


def shown(notes: str) -> str:
    """Notes as they stand in a turn when they are shown again."""
    return f"Your notes: {notes}"


def codes(text: str) -> Mapping[str, int]:
    """Codes that stand in the notes shown in a text, by depot."""
    return {depot: int(number) for notes in NOTES.findall(text) for depot, number in CODE.findall(notes)}


def fared(text: str) -> Mapping[str, Sequence[int]]:
    """What stands there of rounds with others, by agent, oldest first."""
    return {
        other: [_VALUES[sign] for sign in signs] for notes in NOTES.findall(text) for other, signs in FARED.findall(notes)
    }


def worded(known: Mapping[str, int], past: Mapping[str, Sequence[int]]) -> str:
    """The notes in which that stands; codes come first, and others are left out where there are too many."""
    parts = [f"depot {depot} {number}" for depot, number in known.items()]
    parts += [
        f"with {other} {''.join(_SIGNS[value] for value in values[-KEPT:])}" for other, values in past.items() if values
    ]
    while len("; ".join(parts)) > LONGEST:
        parts.pop()
    return "; ".join(parts) or "nothing yet"
