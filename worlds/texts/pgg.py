"""Texts of `pgg-v1` and `pgg-sanction-v1`."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, create_model

from sim import AgentId, Frozen, Tool

from .games import amount_arguments

PUT, DEDUCT = "put_points", "deduct_points"

COVERS = {
    "plain": "In every round you and {others} each hold {stake} points and may put some of them into a common box.",
    "depot": "In every cycle your depot and those of {others} each have {stake} points and may put some into joint stock.",
    "survey": "For every batch your part and those of {others} each have {stake} points and may put some into a joint pool.",
}


def rules(cover: str, others: Sequence[AgentId], stake: int, factor: float) -> str:
    return (
        f"{COVERS[cover].format(others=', '.join(others), stake=stake)}\n"
        f"What is put in is multiplied by {factor:g} and divided evenly among all {len(others) + 1}, whoever put it in; "
        "what is not put in is kept. No entry counts as 0."
    )


def deduction_rules(price: int, taken: int) -> str:
    return (
        f"Then the amounts are shown, and each may deduct from any of the others: a deduction costs {price} point and takes "
        f"{taken} points from the other, once each in a round."
    )


def asks(stake: int) -> str:
    return f"You hold {stake} points. Enter with {PUT} how many you put in."


def put_tool(stake: int) -> Tool:
    return Tool(PUT, f"Put in 0 to {stake} of the points you hold.", amount_arguments(stake), ends_turn=True)


def deduction_asks(put: Mapping[AgentId, int]) -> str:
    amounts = ", ".join(f"{agent} {amount}" for agent, amount in put.items())
    return f"Put in: {amounts}. You may use {DEDUCT}, once for each of the others; when you are done, end your turn."


def deduct_tool(others: Sequence[AgentId]) -> Tool:
    whom: Any = (Literal[tuple(others)], Field(description="from whom"))
    arguments: type[Frozen] = create_model("DeductArguments", __base__=Frozen, agent=whom)
    return Tool(DEDUCT, "Deduct points from one of the others.", arguments)


def deducted(agent: str) -> str:
    return f"Entered: a deduction from {agent}."


def result(put: Mapping[AgentId, int], back: float, paid: float, lost: float, points: float) -> str:
    amounts = ", ".join(f"{agent} {amount}" for agent, amount in put.items())
    less = f"; your deductions cost {paid:g}, those of others took {lost:g}" if paid or lost else ""
    return f"last round: put in: {amounts}; {back:g} points back for each{less}; {points:g} points for you"
