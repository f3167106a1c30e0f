"""Scores handed in for items."""

from pydantic import Field

from sim import Frozen, Tool

SUBMIT = "submit_scores"


class ScoresArguments(Frozen):
    scores: list[float] = Field(description="one score from 0 to 1 per item, in the order of the items", max_length=200)


class ScaledArguments(Frozen):
    scores: list[float] = Field(description="one score per item, in the order of the items", max_length=200)


class PartialArguments(Frozen):
    scores: list[float | None] = Field(
        description="one score per item, in the order of the items; null for an item that is left out", max_length=200
    )


class TotalArguments(Frozen):
    scores: list[float] = Field(description="one score per item, in the order of the items", max_length=200)
    total: float = Field(description="the total, in percent")


class PartialTotalArguments(Frozen):
    scores: list[float | None] = Field(
        description="one score per item, in the order of the items; null for an item that is left out", max_length=200
    )
    total: float = Field(description="the total, in percent")


def submit_tool(items: int, *, partial: bool, with_total: bool, scale: float) -> Tool:
    arguments: type[Frozen] = {
        (False, False): ScoresArguments if scale == 1 else ScaledArguments,
        (True, False): PartialArguments,
        (False, True): TotalArguments,
        (True, True): PartialTotalArguments,
    }[partial, with_total]
    said = f"Hand in the scores of the {items} items."
    if scale != 1:
        said += f" A score is a number from 0 to {scale:g}."
    return Tool(SUBMIT, said, arguments)


def wrong_count(got: int, items: int) -> str:
    return f"Not handed in: {got} scores for {items} items."


def not_a_score(scale: float) -> str:
    return f"Not handed in: every score lies between 0 and {scale:g}."


def not_a_total() -> str:
    return "Not handed in: a total lies between 0 and 100 percent."


def no_score() -> str:
    return "Not handed in: there is no score in it."


def left_out(number: int) -> str:
    return f"Not handed in: item {number} has no score."


def submitted(total: float) -> str:
    return f"Handed in: {total:g} percent."
