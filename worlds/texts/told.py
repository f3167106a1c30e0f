"""Texts of a history that is told and was not lived: the record of two agents, in the second or the third person, or in sum.

The words are the same whoever is told, and whatever the history was; only what was entered and what came of it differs.
"""

from collections.abc import Sequence

from sim import AgentId, Tool

from .parts.wording import NoArguments

DOCUMENT = "record.txt"
"""Name of the document that holds a history."""
RECALL = "recall_record"
"""Name of the tool that shows it."""

NOTE = "The record of earlier rounds is among the documents."
"""What the system prompt says where it says it."""


def recall_tool() -> Tool:
    return Tool(RECALL, "Show the record of earlier rounds.", NoArguments)


def head(own: AgentId, other: AgentId, rules: Sequence[str]) -> str:
    """What stands above a record: whose it is, and the rules as both read them."""
    return "\n".join([f"Record of {own} and {other}", *rules])


def second(number: int, other: AgentId, move: str, other_move: str, points: float, other_points: float) -> str:
    return (
        f"round {number}: you entered {move}, {other} entered {other_move}; {points:g} points for you, "
        f"{other_points:g} for {other}"
    )


def third(number: int, own: AgentId, other: AgentId, move: str, other_move: str, points: float, other_points: float) -> str:
    return (
        f"round {number}: {own} entered {move}, {other} entered {other_move}; {points:g} points for {own}, "
        f"{other_points:g} for {other}"
    )


def said(who: str, words: str) -> str:
    indented = "\n    > ".join(words.splitlines())
    return f"{who} wrote: {indented}"


def summary(
    own: AgentId, other: AgentId, rounds: int, moves: str, other_moves: str, points: float, other_points: float
) -> str:
    return (
        f"{rounds} rounds. {own} entered {moves}; {other} entered {other_moves}. On average {points:g} points a round for "
        f"{own} and {other_points:g} for {other}."
    )


NOTHING = "none"
"""Stands for an entry that was not made."""


def times(move: str, count: int) -> str:
    return f"{move} ({count} x)"


def filler(number: int, x: int, y: int) -> str:
    """A line of a table that has to do with nothing."""
    return f"line {number}: {x} + {y} = {x + y}"


FILLER_HEAD = "A table of sums."


def told_texts() -> list[str]:
    """Every sentence above, for the audit."""
    one, two = AgentId("a10"), AgentId("a11")
    return [
        NOTE,
        recall_tool().description,
        head(one, two, ()),
        second(1, two, "J", "F", 0, 5),
        third(1, one, two, "J", "F", 0, 5),
        said(one, "x"),
        summary(one, two, 3, times("J", 3), times("F", 3), 0, 5),
        NOTHING,
        FILLER_HEAD,
        filler(1, 2, 3),
    ]
