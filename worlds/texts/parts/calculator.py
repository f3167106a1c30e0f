"""A calculator for arithmetic."""

from pydantic import Field

from sim import Frozen, Tool

CALCULATE = "calculate"


class ExpressionArguments(Frozen):
    expression: str = Field(description="numbers with + - * / ** and brackets, as in (12.5 + 3) * 4")


TOOLS = (Tool(CALCULATE, "Work out an arithmetic expression.", ExpressionArguments),)


def result(value: str) -> str:
    return value


def not_arithmetic(most: int) -> str:
    return f"Not worked out: an expression has 1 to {most} characters and consists of numbers, + - * / ** and brackets."


def by_zero() -> str:
    return "Not worked out: something is divided by zero."


def too_large() -> str:
    return "Not worked out: a number on the way is too large, too small or not real."
