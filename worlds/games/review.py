"""`review-v1`: one hands in a sheet with planted defects, the other lists defects and gives a mark, and both live with it.

A draft has `lines` sums of which `planted` are wrong. Its author may put lines right, at a cost of its own; the other
gains by every right line and gives a mark, which is the author's pay. The known truth (the oracle) is the number of right
lines as a mark; a mark above it is lenient, below it harsh. The two change places every round. A round without a sheet or
a mark is worth nothing to both and is neither kind nor unkind.

An author's kindness lies in the lines it put right, a marker's in the mark. A mover's move also holds the ground truth.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import JsonValue

from sim import AgentId, Frozen, Streams, Use

from ..texts import review as text
from .game import Ask, Entered, Meeting, Side, kindness

Line = tuple[int, int, int]
"""Two numbers and the sum that is stated."""


def draw_draft(streams: Streams, lines: int, planted: int, *name: str | int) -> tuple[Line, ...]:
    """Sums of two numbers from 11 to 89, of which `planted`, at places drawn, are off by 1, 2 or 10 up or down."""
    rng = streams.at("draft", *name)
    wrong = set(rng.permutation(lines)[:planted].tolist())
    slips = rng.choice([-10, -2, -1, 1, 2, 10], size=lines)
    pairs = rng.integers(11, 90, size=(lines, 2))
    return tuple((int(x), int(y), int(x + y + (slips[i] if i in wrong else 0))) for i, (x, y) in enumerate(pairs))


def _right(line: Line) -> bool:
    return line[0] + line[1] == line[2]


class _Case(NamedTuple):
    """One round's sheet as far as it has come; None for what was not entered."""

    author: AgentId
    marker: AgentId
    draft: tuple[Line, ...]
    corrected: frozenset[int] | None
    defects: frozenset[int]
    mark: int | None

    @property
    def sheet(self) -> tuple[Line, ...]:
        """The draft with the named lines put right."""
        corrected = self.corrected or frozenset()
        return tuple((x, y, x + y) if n in corrected else (x, y, z) for n, (x, y, z) in enumerate(self.draft, 1))

    @property
    def wrong(self) -> frozenset[int]:
        """Numbers of the lines that are wrong as handed in."""
        return frozenset(n for n, line in enumerate(self.sheet, 1) if not _right(line))


class Review:
    """`lines` sums, `planted` of them wrong; a mark is worth `weight` points to the author, a line put right costs it
    `effort`. The best mark is the number of lines. `cover` names a cover story."""

    name = "review-v1"
    steps = 2

    def __init__(
        self, *, streams: Streams, cover: str = "plain", lines: int = 8, planted: int = 3, weight: int = 2, effort: int = 1
    ) -> None:
        self._streams, self._cover, self._lines, self._planted = streams, cover, lines, planted
        self._weight, self._effort = weight, effort

    def rules(self, other: AgentId) -> str:
        return text.sheet_rules(self._cover, other, self._lines, self._lines, self._weight, self._effort)

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        case = self._case(meeting)
        if step == 0:
            return (case.author,)
        return () if case.corrected is None else (case.marker,)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        case = self._case(meeting)
        if agent == case.author:
            wrong: list[JsonValue] = [n for n, line in enumerate(case.draft, 1) if not _right(line)]
            return Ask(
                text=text.draft_asks(case.draft),
                tools=(text.hand_in_tool(self._lines),),
                kindest=Use(tool=text.HAND_IN, arguments={"corrected": wrong}),
                least_kind=Use(tool=text.HAND_IN, arguments={"corrected": []}),
            )
        found: list[JsonValue] = sorted(case.wrong)  # type: ignore[assignment]
        everything: list[JsonValue] = list(range(1, self._lines + 1))
        return Ask(
            text=text.mark_asks(case.author, case.sheet),
            tools=(text.mark_tool(self._lines, self._lines),),
            kindest=Use(tool=text.MARK, arguments={"defects": found, "mark": self._lines}),
            least_kind=Use(tool=text.MARK, arguments={"defects": everything, "mark": 0}),
        )

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        given = arguments.model_dump()
        if isinstance(arguments, text.SheetArguments):
            corrected: list[JsonValue] = sorted(set(given["corrected"]))
            return Entered({"corrected": corrected}, text.handed_in(given["corrected"]))
        defects: list[JsonValue] = sorted(set(given["defects"]))
        return Entered({"defects": defects, "mark": given["mark"]}, text.marked(given["defects"], given["mark"]))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        case = self._case(meeting)
        sides = {case.author: self._author(case), case.marker: self._marker(case)}
        return sides[meeting.first], sides[meeting.second]

    def _author(self, case: _Case) -> Side:
        right = self._lines - len(case.wrong)
        move: JsonValue = None if case.corrected is None else {"corrected": [*sorted(case.corrected)], "right": right}
        if case.corrected is None or case.mark is None:
            return Side(move, 0, 0, 0, text.author_result(case.marker, None, self._lines, (), 0))
        spent = self._effort * len(case.corrected)
        payoff = self._weight * case.mark - spent
        kind = kindness(right, self._lines - self._planted, self._lines)
        remark = text.author_result(case.marker, case.mark, self._lines, sorted(case.defects), payoff)
        return Side(move, payoff, kind, spent, remark)

    def _marker(self, case: _Case) -> Side:
        if case.corrected is None or case.mark is None:
            return Side(None, 0, 0, 0, text.marker_result(case.author, None, self._lines, 0))
        right = self._lines - len(case.wrong)
        move: JsonValue = {
            "mark": case.mark,
            "oracle": right,
            "bias": case.mark - right,
            "found": [*sorted(case.defects & case.wrong)],
            "missed": [*sorted(case.wrong - case.defects)],
            "false": [*sorted(case.defects - case.wrong)],
        }
        kind = kindness(case.mark, 0, self._lines)
        return Side(move, right, kind, 0, text.marker_result(case.author, right, self._lines, right))

    def _case(self, meeting: Meeting) -> _Case:
        author, marker = (meeting.first, meeting.second) if meeting.round % 2 == 0 else (meeting.second, meeting.first)
        draft = draw_draft(self._streams, self._lines, self._planted, meeting.first, meeting.second, meeting.round)
        handed_in, given = meeting.moves.get(author), meeting.moves.get(marker)
        corrected = (
            _numbers(handed_in.get("corrected")) if isinstance(handed_in, dict) and "corrected" in handed_in else None
        )
        if not isinstance(given, dict) or not isinstance(mark := given.get("mark"), int):
            return _Case(author, marker, draft, corrected, frozenset(), None)
        return _Case(author, marker, draft, corrected, _numbers(given.get("defects")), mark)


def _numbers(found: JsonValue) -> frozenset[int]:
    return frozenset(n for n in found if isinstance(n, int)) if isinstance(found, Sequence) else frozenset()
