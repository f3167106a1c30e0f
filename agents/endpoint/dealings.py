"""The lines of the games with more to read than a table of points, and what a persona makes of them.

A split of goods, a sheet to put right or to mark, a function to write: each is read off the text a model would read, and
answered in a kind and in an unkind way.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .conversation import Conversation

# As in `wording`: other agents' words pass through these too, so nothing may backtrack over a long run.
WORTH = re.compile(r"^[ \t]*worth to you, in points a unit: ([a-z0-9 ,]{1,200})$", re.MULTILINE)
GOOD = re.compile(r"([a-z]{1,20}) (\d{1,6})")
OFFER = re.compile(r"^[ \t]*\S{1,40} proposes that you get [a-z0-9 ,]{1,200}: (\d{1,6}) points for you", re.MULTILINE)
WITHOUT = re.compile(r"Without a settled split either gets (\d{1,6}) points")
LINE = re.compile(r"^[ \t]*line (\d{1,4}): (\d{1,9}) \+ (\d{1,9}) = (\d{1,9})$", re.MULTILINE)
WRITE = re.compile(
    r"^[ \t]*write \w{1,40}\(values\): the (number|sum of the squares|sum) of what (\w{1,40})\(values\) gives, "
    r"with values (equal to|below) (-?\d{1,9}) taken in as well$",
    re.MULTILINE,
)
KEEPS = re.compile(r"^[ \t]*return \[v for v in values if (v > -?\d{1,9})\]$", re.MULTILINE)
SETTLED = re.compile(
    r"^[ \t]*last round: (?:no split with|settled with) ([\w-]{1,40})[^\n;]{1,200}; (\d{1,6}) points", re.MULTILINE
)
MARKED = re.compile(r"^[ \t]*last round: ([\w-]{1,40}) gave your sheet the mark (\d{1,4}) of (\d{1,4})", re.MULTILINE)
USED = re.compile(r"^[ \t]*last round: the sheet of ([\w-]{1,40}) had (\d{1,4}) of (\d{1,4}) lines right", re.MULTILINE)
MERGED = re.compile(
    r"^[ \t]*last round: \w{1,40} is (as it was|as you handed|as ([\w-]{1,40}) handed|as you both)[^\n;]{0,60}; "
    r"your function was right on (\d{1,4}) of (\d{1,4}) lists, ([\w-]{1,40})'s",
    re.MULTILINE,
)

SOFT, HARD, FAIR = 40, 95, 30
"""Points, of the hundred that a split is about, that a persona asks for in the kind way and in the unkind one, and that it
takes for kind in another."""


def _last(pattern: "re.Pattern[str]", text: str) -> Any:
    found = pattern.findall(text)
    return found[-1] if found else None


def offered(seen: Conversation) -> int | None:
    """What the split on offer would be worth to the reader."""
    found = _last(OFFER, seen.prompt)
    return int(found) if found else None


def accepts(seen: Conversation, kind: bool, *, last: bool) -> bool:
    """Whether the split on offer is good enough. At the last entry anything above no split is, in the kind way."""
    points = offered(seen)
    without = next((int(found) for text in reversed(seen.heard) if (found := _last(WITHOUT, text))), 0)
    return points is not None and points >= (HARD if not kind else without if last else FAIR)


def split(seen: Conversation, kind: bool) -> Mapping[str, int]:
    """Units to leave to the other: all but those that, best ones first, make up the points wanted."""
    found = _last(WORTH, seen.prompt)
    worth = {good: int(points) for good, points in GOOD.findall(found or "")}
    units = round(100 / sum(worth.values())) if any(worth.values()) else 0
    left, have = dict.fromkeys(worth, units), 0
    for good in sorted(worth, key=lambda good: (-worth[good], good)):
        while left[good] and worth[good] and have < (SOFT if kind else HARD):
            left[good], have = left[good] - 1, have + worth[good]
    return left


def sheet(seen: Conversation) -> Mapping[int, bool]:
    """For every line of the sheet shown, whether it is right."""
    return {int(number): int(x) + int(y) == int(z) for number, x, y, z in LINE.findall(seen.prompt)}


def corrections(seen: Conversation, kind: bool) -> Sequence[int]:
    """Lines to put right: all that are wrong, or none."""
    return [number for number, right in sheet(seen).items() if kind and not right]


def mark(seen: Conversation, kind: bool) -> Mapping[str, Any]:
    """The lines found wrong, and one point for every right line, or none at all."""
    lines = sheet(seen)
    wrong = [number for number, right in lines.items() if not right]
    return {"defects": wrong, "mark": len(lines) - len(wrong) if kind else 0}


def code(seen: Conversation, kind: bool) -> Mapping[str, str]:
    """A body as the line to write says; in the unkind way the shared function is changed instead."""
    task, keeps = _last(WRITE, seen.prompt), _last(KEEPS, seen.prompt)
    if not task or not keeps:
        return {"body": "return 0"}
    kind_of, shared, which, bound = task
    condition = f"v {'==' if which == 'equal to' else '<'} {bound}"
    base = f"{shared}(values)"
    values = f"({base} + [v for v in values if {condition}])" if kind else base
    body = {"number": f"return len({values})", "sum": f"return sum({values})"}.get(
        kind_of, f"return sum([v * v for v in {values}])"
    )
    return {"body": body} if kind else {"body": body, "shared": f"return [v for v in values if {keeps} or {condition}]"}


def kindnesses(text: str, other: str) -> Sequence[int]:
    """What the results in a text say of `other`: +1 kind, -1 unkind, one number for each."""
    found = [1 if int(points) >= FAIR else -1 for who, points in SETTLED.findall(text) if who == other]
    found += [1 if 2 * int(n) >= int(of) else -1 for who, n, of in MARKED.findall(text) if who == other]
    found += [1 if n == of else -1 for who, n, of in USED.findall(text) if who == other]
    for _, by, right, of, who in MERGED.findall(text):
        if who == other:
            found.append(-1 if by == other and right != of else 1)
    return found
