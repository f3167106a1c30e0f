"""The program of the confined process: takes functions and calls as JSON, gives what they came to as JSON.

Run by `confined`, never imported by it. It gives up the rights it has before it looks at a function: no further file,
socket or process, little memory and time, and no act on the system that the interpreter is asked for. Each call has a
budget of steps, so that what runs too long does so on every machine alike. The language was judged before, in `dialect`;
this is the second wall.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import CodeType
from typing import Any

STEPS, ITEMS, BITS = 5_000, 1_000, 64
"""Budget of a call: steps, items in a list (nested ones counted), bits of a number."""
MEMORY, CPU_SECONDS, WALL_SECONDS = 256 * 2**20, 10, 25
NOBODY = 65_534


class TooLong(Exception):
    """The budget is used up."""


class Budget:
    """Counts the steps of one call."""

    def __init__(self) -> None:
        self.left = STEPS

    def tick(self, steps: int = 1) -> bool:
        self.left -= steps
        if self.left < 0:
            raise TooLong
        return True

    def weigh(self, value: Any) -> Any:
        """The value, its items counted. Raises TooLong for too many, TypeError for what is no list or number."""
        waiting, seen = [value], 0
        while waiting:
            item = waiting.pop()
            seen += 1
            if seen > ITEMS:
                raise TooLong
            match item:
                case None | bool() | float():
                    pass
                case int():
                    if item.bit_length() > BITS:
                        raise TooLong
                case list() | tuple():
                    if len(item) > ITEMS:
                        raise TooLong
                    waiting.extend(item)
                case _:
                    raise TypeError
        self.tick(seen)
        return value


def names(budget: Budget) -> dict[str, Any]:
    """What a function may call; every one counts what it is given and what it gives."""
    weigh = budget.weigh

    def counted(plain: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any, **options: Any) -> Any:
            for value in (*values, *options.values()):
                weigh(value)
            return weigh(plain(*values, **options))

        return call

    def op(symbol: str, a: Any, b: Any) -> Any:
        weigh(a)
        weigh(b)
        if symbol == "*" and not (_number(a) and _number(b)):
            times, items = (a, b) if _number(a) else (b, a)
            if isinstance(times, int) and isinstance(items, list | tuple) and times * len(items) > ITEMS:
                raise TooLong
        return weigh(OPERATIONS[symbol](a, b))

    def chain(symbols: tuple[str, ...], *sides: Any) -> bool:
        return all(op(symbol, a, b) for symbol, a, b in zip(symbols, sides[:-1], sides[1:], strict=True))

    def numbers(*bounds: int) -> list[int]:
        found = range(*map(weigh, bounds))
        if len(found) > ITEMS:
            raise TooLong
        return weigh(list(found))  # type: ignore[no-any-return]

    plain = (abs, all, any, bool, int, len, list, max, min, sorted, sum, tuple)
    return {
        "__builtins__": {},
        "_tick": budget.tick,
        "_op": op,
        "_chain": chain,
        "_cut": lambda value, *bounds: weigh(value[slice(*bounds)]),
        "range": numbers,
        # With digits, `round` could be asked for a power of ten without end.
        "round": counted(lambda value: round(value)),
        **{one.__name__: counted(one) for one in plain},
        **{one.__name__: counted(lambda *v, one=one, **o: list(one(*v, **o))) for one in (enumerate, reversed, zip)},
    }


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
    "is": lambda a, b: a is b,
    "is not": lambda a, b: a is not b,
}


def tried(source: str, function: str, calls: list[list[int]]) -> list[list[Any]]:
    """What each call comes to: ["ok", value], ["error"] or ["too-long"]."""
    try:
        code = compile(source, "<handed in>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [["error"]] * len(calls)
    return [_called(code, function, argument) for argument in calls]


def _called(code: CodeType, function: str, argument: list[int]) -> list[Any]:
    budget = Budget()
    space = names(budget)
    try:
        exec(code, space)  # noqa: S102  this is what the process is for
        value = budget.weigh(space[function](argument))
        json.dumps(value, allow_nan=False)
    except (TooLong, RecursionError, MemoryError):
        return ["too-long"]
    except Exception:  # noqa: BLE001  whatever a handed-in function raises is its verdict
        return ["error"]
    return ["ok", value]


def confine() -> None:
    """Give up what is not needed. As root, become nobody, since root is not held by the limit on processes."""
    if os.geteuid() == 0:
        with suppress(OSError):  # a root without that right stays root, under the other limits
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    signal.alarm(WALL_SECONDS)
    # From here on the interpreter itself asks before it does anything to files, processes or modules. It cannot be undone.
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("compile", "exec"):
        raise PermissionError(event)


def main() -> None:
    """Read, confine, run, write."""
    programs = json.loads(sys.stdin.buffer.read())
    confine()
    found = [tried(source, function, calls) for source, function, calls in programs]
    sys.stdout.buffer.write(json.dumps(found, allow_nan=False).encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
