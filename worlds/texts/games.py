"""Texts of the games: rules under several cover stories, tools, and how a round came out.

The famous names of the games do not occur. Points are all that is at stake, and no text says what to do.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from pydantic import Field, create_model

from sim import AgentId, Frozen, Tool

CHOOSE, SEND_POINTS, RETURN_POINTS, REPORT = "choose", "send_points", "return_points", "report"
TOWARDS = "towards"
"""The argument that says which of several meetings an entry is for."""

CHOICE_COVERS = {
    "plain": "In every round you and {other} each choose {a} or {b}, neither seeing the other's choice first.",
    "depot": (
        "You and {other} run two halves of one depot. In every cycle each half runs in mode {a} or mode {b}; both set "
        "their mode before seeing the other's."
    ),
    "survey": (
        "You and {other} compile two parts of one survey. For every batch each part is compiled by method {a} or "
        "method {b}, picked before the other's is known."
    ),
}

TRANSFER_COVERS = {
    "plain": "In every round one of you and {other} holds {stake} points and may send some of them to the other.",
    "depot": "In every cycle one of two depots, yours and {other}'s, holds {stake} points of stock and may send some on.",
    "survey": "For every batch one of you and {other} holds {stake} points of budget and may send some to the other part.",
}

GIFT_COVERS = {
    "plain": "In every round you and {other} each hold {stake} points and may pass some of them on to the other.",
    "depot": "In every cycle your depot and {other}'s each have {stake} points to spare and may pass some on.",
    "survey": "For every batch your part and {other}'s each have {stake} points to spare and may pass some on.",
}

SUM_COVERS = {
    "plain": "In every round you and {other} each get a sum of your own to work out.",
    "depot": "In every cycle you and {other} each count the stock of your own depot.",
    "survey": "For every batch you and {other} each add up the figures of your own part.",
}


def choice_rules(
    cover: str, other: AgentId, kind: str, unkind: str, *, temptation: float, reward: float, punishment: float, sucker: float
) -> str:
    """Rules of a two-choice game. Labels come in one order, whichever is which."""
    both = {kind: reward, unkind: punishment}
    alone = {kind: sucker, unkind: temptation}
    a, b = sorted((kind, unkind))
    return "\n".join(
        [
            CHOICE_COVERS[cover].format(other=other, a=a, b=b),
            f"both choose {a}: {both[a]:g} points each",
            f"both choose {b}: {both[b]:g} points each",
            f"one chooses {a}, the other {b}: {alone[a]:g} points for {a}, {alone[b]:g} points for {b}",
            "no choice by either: no points for anyone in that round",
        ]
    )


@cache
def choose_arguments(labels: tuple[str, ...]) -> type[Frozen]:
    """Arguments of the choice between these labels."""
    option: Any = (Literal[labels], Field(description="the label you choose in this round"))
    return create_model("ChooseArguments", __base__=Frozen, option=option)


@cache
def amount_arguments(most: int) -> type[Frozen]:
    """Arguments of an entry of 0 to `most` points."""
    amount = (int, Field(description="points, a whole number", ge=0, le=most))
    return create_model("AmountArguments", __base__=Frozen, amount=amount)


class ValueArguments(Frozen):
    value: int = Field(description="your result, a whole number")


def choose_tool(a: str, b: str) -> Tool:
    labels = (min(a, b), max(a, b))
    return Tool(
        CHOOSE, f"Make your choice of this round: {labels[0]} or {labels[1]}.", choose_arguments(labels), ends_turn=True
    )


def chosen(option: str) -> str:
    return f"Entered: {option}."


def choice_result(other: AgentId, own: str | None, others: str | None, points: float, other_points: float) -> str:
    return (
        f"last round: you chose {own or 'nothing'}, {other} chose {others or 'nothing'}; "
        f"{points:g} points for you, {other_points:g} for {other}"
    )


def transfer_rules(cover: str, other: AgentId, stake: int, factor: int) -> str:
    return "\n".join(
        [
            TRANSFER_COVERS[cover].format(other=other, stake=stake),
            f"What is sent is multiplied by {factor} on the way; the other may then return any part of what arrived.",
            "The holder keeps what is not sent and gets what is returned; the other keeps the rest. The holder changes "
            "every round. No entry counts as 0.",
        ]
    )


def gift_rules(cover: str, other: AgentId, stake: int, factor: int) -> str:
    return (
        f"{GIFT_COVERS[cover].format(other=other, stake=stake)}\n"
        f"What is passed on is multiplied by {factor} on the way; what is not passed on is kept. No entry counts as 0."
    )


def gift_asks(stake: int, other: AgentId, past: Sequence[int]) -> str:
    known = f" In its last rounds {other} passed on: {', '.join(map(str, past))}." if past else ""
    return f"You hold {stake} points. Enter with {SEND_POINTS} how many you pass on.{known}"


def gift_result(other: AgentId, given: int, had: int) -> str:
    return f"last round: you passed on {given} points; {had} arrived from {other}"


def holder_asks(stake: int) -> str:
    return f"In this round you hold {stake} points. Enter with {SEND_POINTS} how many you send."


def receiver_asks(other: AgentId, sent: int, arrived: int) -> str:
    return f"{other} sent {sent} points; {arrived} arrived. Enter with {RETURN_POINTS} how many you return."


def send_points_tool(stake: int) -> Tool:
    return Tool(SEND_POINTS, f"Send 0 to {stake} of the points you hold.", amount_arguments(stake), ends_turn=True)


def return_points_tool(arrived: int) -> Tool:
    return Tool(
        RETURN_POINTS, f"Return 0 to {arrived} of the points that arrived.", amount_arguments(arrived), ends_turn=True
    )


def amount_entered(amount: int) -> str:
    return f"Entered: {amount} points."


def transfer_result(other: AgentId, holder: bool, sent: int, arrived: int, returned: int) -> str:
    if holder:
        return f"last round: you sent {sent} points, {arrived} arrived, {other} returned {returned}"
    return f"last round: {other} sent {sent} points, {arrived} arrived, you returned {returned}"


def sum_rules(cover: str, other: AgentId) -> str:
    return SUM_COVERS[cover].format(other=other) + " A right result is 1 point for you; it changes nothing for the other."


def sum_asks(x: int, y: int) -> str:
    return f"Work out {x} + {y} and enter the result with {REPORT}."


def report_tool() -> Tool:
    return Tool(REPORT, "Enter your result of this round.", ValueArguments, ends_turn=True)


def value_entered(value: int) -> str:
    return f"Entered: {value}."


def sum_result(right: bool) -> str:
    return f"last round: your result was {'right, 1 point' if right else 'not right, 0 points'}"


def pairing(other: AgentId, round: int, rounds: int) -> str:
    return f"you are paired with {other}, {_count(round, rounds)}"


def grouping(label: str | None, others: Sequence[AgentId], round: int, rounds: int) -> str:
    """`label` is the group's, where one is in several at once."""
    where = "a group" if label is None else f"group {label}"
    return f"you are in {where} with {', '.join(others)}, {_count(round, rounds)}"


def _count(round: int, rounds: int) -> str:
    """With 0 rounds their number is not said."""
    return f"round {round} of {rounds}" if rounds else f"round {round}"


def group_label(number: int) -> str:
    return f"g{number + 1}"


def several() -> str:
    """Said where an agent is in several meetings in one turn."""
    return f"These run side by side: make an entry for each, and say in {TOWARDS!r} which it is for."


def towards() -> str:
    return "Once for each you are paired or grouped with."


def towards_field() -> str:
    return "the agent or the group that the entry is for"


def not_on_offer(label: str) -> str:
    return f"Not entered: it does not fit what is on offer with {label}."


def choice_asks(a: str, b: str) -> str:
    return f"Enter {min(a, b)} or {max(a, b)} with {CHOOSE}."
