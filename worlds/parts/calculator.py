"""A calculator: numbers, + - * / ** and brackets. It reads a tree of a checked text and never runs one."""

import ast
import math
import re
from collections.abc import Mapping
from typing import Any

from sim import AgentId, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import calculator as text
from .part import no_tool

MAX_EXPRESSION = 200
"""Longest expression, in characters."""
MAX_MAGNITUDE = 1e30
"""Largest number on the way to a result."""
MAX_EXPONENT = 64

_CHARACTERS = re.compile(r"[0-9.eE+\-*/() ]+")


class Calculator:
    """Works expressions out. It keeps nothing."""

    tools: tuple[Tool, ...] = text.TOOLS

    def calculate(self, expression: str) -> Outcome:
        """The value, with up to 12 significant digits; whole numbers below 1e15 in full."""
        try:
            value = evaluate(expression)
        except ZeroDivisionError:
            return Outcome(False, text.by_zero())
        except OverflowError:
            return Outcome(False, text.too_large())
        except ValueError:
            return Outcome(False, text.not_arithmetic(MAX_EXPRESSION))
        return Outcome(True, text.result(written(value)))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.CALCULATE, text.ExpressionArguments(expression=expression):
                return self.calculate(expression)
            case _:
                raise no_tool("calculator", tool)

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        """There is nothing to take over."""


def evaluate(expression: str) -> int | float:
    """The value of an arithmetic expression; whole numbers stay exact.

    Raises ValueError for what is no arithmetic, ZeroDivisionError, and OverflowError when a number on the way is beyond
    `MAX_MAGNITUDE`, an exponent beyond `MAX_EXPONENT`, or a root not real.
    """
    expression = expression.strip()
    if not 0 < len(expression) <= MAX_EXPRESSION or not _CHARACTERS.fullmatch(expression):
        raise ValueError("characters or length")
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError("grammar") from error
    return _value(tree.body)


def _value(node: ast.expr) -> int | float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return _bounded(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return _bounded(_combined(_value(left), op, _value(right)))
    raise ValueError("grammar")


def _combined(one: int | float, op: ast.operator, two: int | float) -> int | float:
    match op:
        case ast.Add():
            return one + two
        case ast.Sub():
            return one - two
        case ast.Mult():
            return one * two
        case ast.Div():
            return one / two
        case ast.Pow():
            return _power(one, two)
    raise ValueError("grammar")


def _power(base: int | float, exponent: int | float) -> int | float:
    if abs(exponent) > MAX_EXPONENT:
        raise OverflowError("exponent")
    value = base**exponent
    if isinstance(value, complex):
        raise OverflowError("not real")
    return float(value) if isinstance(value, float) else int(value)


def _bounded(number: int | float) -> int | float:
    if not math.isfinite(number) or abs(number) > MAX_MAGNITUDE:
        raise OverflowError("magnitude")
    return number


def written(value: int | float) -> str:
    """One spelling per value, the same on every machine."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.12g}"
