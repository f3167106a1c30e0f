"""Marks that a text gives item by item: right or wrong, or a score from 0 to 100.

Items are found by their numbers, as lines, table rows, blocks or a run such as `0: 65, 1: 95`; the numbers must follow each
other from 0 or 1 without a gap. Anything else (a list of reasons, a part of the items) is no set of marks.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

NUMBERED = re.compile(
    r"^[\s>*_#|•\-–+(]*(?:(?:question|output|item|task|response|entry|row|sample|answer|prompt|case|test|id|no|"
    r"number|q|#)[\s.:#*_]*)?"
    r"#?\**(\d{1,3})\**(?![\d.]*\d*\s*(?:%|/\s*\d))(?:\s*[.):\]|–—-]|\s+[\"“(*]|\*\*|\s*$|\s+(?=[A-Za-z]))",
    re.I | re.M,
)
RUN = re.compile(r"(?<![\d.])(?:q|item|#)?\s*(\d{1,3})\s*[:=]\s*(\d{1,3}(?:\.\d+)?)(?=\s*(?:,|;|\n|$|\)))", re.I)
WRONG = re.compile(
    r"\b(?:incorrect|wrong|false|not correct|not right|inaccurate|fail(?:ed)?|mistaken|inexact)\b|✗|✘|❌|✖|\bno\b(?=\s*$)"
    r"|\b0\s*/\s*1\b|\b0\s+points?\b",
    re.I,
)
RIGHT = re.compile(
    r"\b(?:correct|right|true|accurate|accepted|pass(?:ed)?|valid)\b|✓|✔|✅|☑|\b1\s*/\s*1\b|\b1(?:\.0)?\s+points?\b", re.I
)
VERDICT = re.compile(
    r"\b(?:evaluation|verdict|assessment|result|status|mark|judge?ment|grade|rating|correctness|correct\?|"
    r"score)\b[\s*_:?\-–=|]*([^\n|]{1,60})",
    re.I,
)
SCORED = re.compile(
    r"\b(?:score|rating|average|avg|mark|points|total|final|overall|safety|creativity|"
    r"grade)\b(?:\s*\([^)\n]{0,30}\))?[\s*_:=\-–|~≈]*(\d{1,3}(?:\.\d+)?)(?!\d)(?:\s*/\s*(100|10|5)\b)?",
    re.I,
)
OUT_OF = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s*(?:/\s*(100|10)\b|%|\s*points?\b|\s*pts\b)", re.I)
BARE = re.compile(r"(?:[:\-–—|=→]|\s)\s*\**(\d{1,3}(?:\.\d+)?)\**\s*(?=$|[\-–—(|,;]|\n)", re.M)


class Marks(NamedTuple):
    """One mark for each item, on a scale from 0 to 100; `binary` when they only say right or wrong."""

    values: tuple[float, ...]
    binary: bool

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.values)


@lru_cache(maxsize=512)
def marks(text: str, count: int) -> Marks | None:
    """The marks for all `count` items in the text, or None. Where the text marks them twice the later set counts."""
    if count < 4:
        return None
    for values in (_run(text, count), *(_blocks(blocks) for blocks in reversed(list(_enumerated(text, count))))):
        if values is not None:
            return values
    return None


def _run(text: str, count: int) -> Marks | None:
    """Marks in one line or a few: `1: 85, 2: 40, …`."""
    found = [(int(m[1]), float(m[2])) for m in RUN.finditer(text)]
    for start in range(len(found) - count, -1, -1):
        chain = found[start : start + count]
        if [n for n, _ in chain] in (list(range(count)), list(range(1, count + 1))) and all(v <= 100 for _, v in chain):
            return Marks(tuple(v for _, v in chain), binary=False)
    return None


def _enumerated(text: str, count: int) -> Iterator[list[str]]:
    """Every run of `count` numbered items, as the text from each number up to the next."""
    found = [(int(m[1]), m.start(), m.end()) for m in NUMBERED.finditer(text)]
    position = 0
    while position < len(found):
        if found[position][0] not in (0, 1):
            position += 1
            continue
        first, chain = found[position][0], [position]
        for later in range(position + 1, len(found)):
            if len(chain) == count:
                break
            if found[later][0] == first + len(chain):
                chain.append(later)
        if len(chain) == count:
            edges = [found[i][1] for i in chain]
            end = _end(text, found[chain[-1]][2])
            starts = [found[i][2] for i in chain]
            yield [text[start:stop] for start, stop in zip(starts, [*edges[1:], end], strict=True)]
            position = chain[-1] + 1
        else:
            position += 1


def _end(text: str, start: int) -> int:
    """Where the last item stops: at a heading, a rule, a total, or a gap of two lines without a mark."""
    found = re.compile(
        r"\n\s*(?:[-=_*]{3,}|#{1,6}\s|\**(?:summary|total|overall|average|final|conclusion|aggregate|mean|sum|"
        r"result)\b)|\n\s*\n(?=\s*[A-Z*#][^\n]*\n)",
        re.I,
    ).search(text, start + 1)
    return found.start() if found else min(len(text), start + 600)


def _blocks(blocks: Sequence[str]) -> Marks | None:
    verdicts = [_verdict(block) for block in blocks]
    scores = [_score(block) for block in blocks]
    if all(score is not None for score in scores) and not all(verdict is not None for verdict in verdicts):
        return Marks(tuple(score for score in scores if score is not None), binary=False)
    if all(verdict is not None for verdict in verdicts):
        given = [score for score in scores if score is not None]
        if len(given) == len(scores) and len({*given} - {0.0, 100.0, 1.0}) > 0 and max(given) > 1:
            return Marks(tuple(given), binary=False)
        return Marks(tuple(100.0 if verdict else 0.0 for verdict in verdicts), binary=True)
    return None


def _verdict(block: str) -> bool | None:
    """Right or wrong: after a word such as "verdict" where there is one, else the first judging word outside brackets."""
    places = [m[1] for m in VERDICT.finditer(block)] + [re.sub(r"\([^)]*\)", " ", block)]
    for place in places:
        wrong, right = WRONG.search(place), RIGHT.search(place)
        if wrong and right:
            return wrong.start() > right.start()
        if wrong or right:
            return right is not None
    return None


def _score(block: str) -> float | None:
    """The last score in the block that stands with a word for it, else the last out of 100, else the first bare number."""
    for pattern in (SCORED, OUT_OF):
        found = list(pattern.finditer(block))
        if found:
            last = found[-1]
            scale = float(last[2]) if last.lastindex == 2 and last[2] else 100.0
            number = float(last[1]) * 100 / scale
            return number if 0 <= number <= 100 else None
    plain = re.sub(r"\([^)]*\)|\"[^\"]*\"", " ", block)
    found = list(BARE.finditer(plain))
    if found and 0 <= float(found[0][1]) <= 100:
        return float(found[0][1])
    return None
