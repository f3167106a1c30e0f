"""Texts of the split of several goods: its rules under every cover story, its tools, and how a round came out.

What a unit is worth to an agent is shown to that agent alone.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from pydantic import Field, create_model

from sim import AgentId, Frozen, Tool

PROPOSE, ACCEPT, TURN_DOWN, ANNOUNCE = "propose", "accept_proposal", "turn_down", "announce"

GOODS = ("cloth", "glass", "paper", "salt")

SPLIT_COVERS = {
    "plain": "In every round there are {goods}, {units} units of each, to be split between you and {other}.",
    "depot": "In every cycle {goods}, {units} units of each, come in for two depots, yours and {other}'s, to be split.",
    "survey": "For every batch {goods}, {units} boxes of each, go to two survey parts, yours and {other}'s, to be split.",
}


class Proposal(Frozen):
    """Units of every good that are left to the other."""


class Announcement(Frozen):
    """The same, as something said in advance."""


class Acceptance(Frozen):
    """Nothing to fill in."""


class Refusal(Frozen):
    """Nothing to fill in."""


@cache
def _units(kind: type[Frozen], goods: tuple[str, ...], units: int, what: str) -> type[Frozen]:
    fields: dict[str, Any] = {good: (int, Field(description=f"units of {good} {what}", ge=0, le=units)) for good in goods}
    return cast("type[Frozen]", create_model(f"{kind.__name__}Arguments", __base__=kind, **fields))


def propose_tool(goods: tuple[str, ...], units: int) -> Tool:
    return Tool(
        PROPOSE,
        "Propose a split: how many units of each you leave to the other. You would get the rest.",
        _units(Proposal, goods, units, "you leave to the other"),
        ends_turn=True,
    )


def announce_tool(goods: tuple[str, ...], units: int) -> Tool:
    return Tool(
        ANNOUNCE,
        "Tell the other, once in a round, how many units of each you will leave to it at least. It is shown to the other "
        "with your entry and binds nobody.",
        _units(Announcement, goods, units, "you say you will leave"),
    )


def accept_tool() -> Tool:
    return Tool(ACCEPT, "Accept the split that the other proposes; it is then settled.", Acceptance, ends_turn=True)


def turn_down_tool() -> Tool:
    return Tool(
        TURN_DOWN, "Turn down the split that the other proposes; the round ends without one.", Refusal, ends_turn=True
    )


def split_rules(cover: str, other: AgentId, goods: tuple[str, ...], units: int, steps: int, breakdown: int) -> str:
    opening = SPLIT_COVERS[cover].format(other=other, goods=_listed(goods), units=units)
    return (
        f"{opening}\n"
        f"One of you proposes a split; the other accepts it or proposes another, and so on, {steps} entries at most; the "
        "last may only accept or turn down. Who begins changes every round.\n"
        "Either gets the points of the units that it receives. What a unit is worth differs between the two of you and "
        f"from round to round, and each of you sees only its own figures. All units together are 100 points for either. "
        f"Without a settled split either gets {breakdown} points."
    )


def worth(weights: Mapping[str, int]) -> str:
    return f"worth to you, in points a unit: {_figures(weights)}"


def opening_asks(other: AgentId) -> str:
    return f"Nothing is proposed at present. Enter a split with {PROPOSE}; {other} then answers."


def answer_asks(other: AgentId, split: Mapping[str, int], points: int, last: bool) -> str:
    choice = f"{ACCEPT} or {TURN_DOWN}; this is the last entry of the round" if last else f"{ACCEPT}, or {PROPOSE} another"
    return f"{other} proposes that you get {_figures(split)}: {points} points for you. Enter {choice}."


def announced(other: AgentId, split: Mapping[str, int]) -> str:
    return f"{other} announced that it leaves you at least {_figures(split)}."


def proposed(split: Mapping[str, int], points: int) -> str:
    return f"Proposed: {_figures(split)} for the other, {points} points for you."


ACCEPTED = "Accepted."
TURNED_DOWN = "Turned down."
ANNOUNCED = "It will be shown to the other."
ANNOUNCED_BEFORE = "Not entered: you have announced something in this round."
ENTERED_BEFORE = "Not entered: your entry of this turn is made."
NOTHING_PROPOSED = "Not entered: there is no split of the other's to answer."
LAST_ENTRY = "Not entered: at the last entry a split can be accepted or turned down only."


def split_result(other: AgentId, split: Mapping[str, int] | None, points: float) -> str:
    if split is None:
        return f"last round: no split with {other} was settled; {points:g} points for you"
    return f"last round: settled with {other}, you got {_figures(split)}; {points:g} points for you"


def _figures(figures: Mapping[str, int]) -> str:
    return ", ".join(f"{good} {number}" for good, number in figures.items())


def _listed(goods: tuple[str, ...]) -> str:
    return f"{', '.join(goods[:-1])} and {goods[-1]}"


def split_texts() -> list[str]:
    """Sentences above that are rare in any one episode, for the audit."""
    return [
        ANNOUNCED,
        ANNOUNCED_BEFORE,
        ENTERED_BEFORE,
        NOTHING_PROPOSED,
        LAST_ENTRY,
        announced(AgentId("a11"), {"salt": 1}),
    ]
