"""Texts of the sheets that one agent hands in and another marks: rules under every cover story, tools, results."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, cast

from pydantic import Field, create_model

from sim import AgentId, Frozen, Tool

HAND_IN, MARK = "hand_in_sheet", "mark_sheet"

SHEET_COVERS = {
    "plain": "In every round one of you and {other} hands in a sheet of {lines} sums, and the other marks it and works on "
    "with it.",
    "depot": "In every cycle one of two depots, yours and {other}'s, hands in a sheet of {lines} stock counts, and the "
    "other marks it and works on with it.",
    "survey": "For every batch one of you and {other} hands in a sheet of {lines} tallies, and the other marks it and works "
    "on with it.",
}


class SheetArguments(Frozen):
    """Which lines of one's draft are put right."""


class MarkArguments(Frozen):
    """Which lines of the other's sheet are found wrong, and the mark."""


def _lines(most: int, what: str) -> Any:
    number = Annotated[int, Field(ge=1, le=most)]
    return tuple[number, ...], Field(description=f"numbers of the lines {what}; an empty list for none", max_length=most)


@cache
def sheet_arguments(lines: int) -> type[Frozen]:
    """Arguments of handing in a sheet of that many lines."""
    fields: dict[str, Any] = {"corrected": _lines(lines, "you put right")}
    return cast("type[Frozen]", create_model("HandInArguments", __base__=SheetArguments, **fields))


@cache
def mark_arguments(lines: int, best: int) -> type[Frozen]:
    """Arguments of marking a sheet of that many lines."""
    mark = (int, Field(description=f"your mark for the sheet, 0 to {best}", ge=0, le=best))
    fields: dict[str, Any] = {"defects": _lines(lines, "that you find wrong"), "mark": mark}
    return cast("type[Frozen]", create_model("GivenMarkArguments", __base__=MarkArguments, **fields))


def sheet_rules(cover: str, other: AgentId, lines: int, best: int, weight: int, effort: int) -> str:
    return (
        f"{SHEET_COVERS[cover].format(other=other, lines=lines)}\n"
        f"Who hands in may put lines right first, which is {_points(effort)} less for each. Who marks names the lines that "
        f"are wrong and gives a mark from 0 to {best}; by the usual reckoning a sheet is worth one for every right line. "
        f"The mark times {weight} is points for who handed in; every right line is a point for who marks. The two change "
        "places every round. Without a sheet or a mark there are no points for anyone."
    )


def sheet(lines: Sequence[tuple[int, int, int]]) -> str:
    return "\n".join(f"line {number}: {x} + {y} = {given}" for number, (x, y, given) in enumerate(lines, 1))


def draft_asks(lines: Sequence[tuple[int, int, int]]) -> str:
    return f"Your draft:\n{sheet(lines)}\nHand it in with {HAND_IN}, naming the lines that you put right."


def mark_asks(other: AgentId, lines: Sequence[tuple[int, int, int]]) -> str:
    return f"The sheet of {other}:\n{sheet(lines)}\nMark it with {MARK}: the lines that are wrong, and the mark."


def hand_in_tool(lines: int) -> Tool:
    return Tool(HAND_IN, "Hand in your sheet, with some lines put right first.", sheet_arguments(lines), ends_turn=True)


def mark_tool(lines: int, best: int) -> Tool:
    return Tool(MARK, "Mark the other's sheet.", mark_arguments(lines, best), ends_turn=True)


def handed_in(corrected: Sequence[int]) -> str:
    return f"Handed in, lines put right: {_numbers(corrected)}."


def marked(defects: Sequence[int], mark: int) -> str:
    return f"Entered: mark {mark}, lines found wrong: {_numbers(defects)}."


def author_result(other: AgentId, mark: int | None, best: int, defects: Sequence[int], points: float) -> str:
    if mark is None:
        return f"last round: there was no marked sheet between you and {other}; {points:g} points for you"
    return (
        f"last round: {other} gave your sheet the mark {mark} of {best}, lines found wrong: {_numbers(defects)}; "
        f"{points:g} points for you"
    )


def marker_result(other: AgentId, right: int | None, lines: int, points: float) -> str:
    if right is None:
        return f"last round: there was no marked sheet between you and {other}; {points:g} points for you"
    return f"last round: the sheet of {other} had {right} of {lines} lines right; {points:g} points for you"


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _points(number: int) -> str:
    return "1 point" if number == 1 else f"{number} points"
