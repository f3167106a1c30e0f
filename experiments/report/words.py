"""How the report says things: numbers, levels, and texts that came from elsewhere, made harmless.

Nothing here is markup. Escaping is the template's work; this module only removes what no reader could see.
"""

from collections.abc import Iterable

from ..factors import Level
from ..plain import plain
from ..stats import Difference, Rate

NARROW = "\u202f"
"""A narrow space that does not break, before a percent sign."""

KINDS = {
    "peer": "known peer",
    "unknown": "unknown agent",
    "object": "batch job",
    "human": "user account",
    "self": "the subject itself",
}
PHRASES = {
    "peer": "a known peer",
    "unknown": "an unknown agent",
    "object": "a batch job",
    "human": "a user account",
    "self": "themselves",
}

PLANTED = (
    "Planted: scripted agents that follow a stated law. This shows that the instrument works and says nothing about any "
    "model."
)


def level_name(factor: str, level: Level, limit: int = 60) -> str:
    """A level as it is shown."""
    text = str(level)
    return KINDS.get(text, text) if factor == "target.kind" else plain(text, limit)


def percent(share: float, digits: int = 0) -> str:
    """A share as 68 % or 68.4 %; above nothing and below the last digit, as <1 %; the same below 100 %."""
    smallest = 10.0**-digits
    if 0 < 100 * share < smallest / 2:
        return f"<{smallest:.{digits}f}{NARROW}%"
    if 100 - smallest / 2 < 100 * share < 100:
        return f">{100 - smallest:.{digits}f}{NARROW}%"
    return f"{100 * share:.{digits}f}{NARROW}%"


def bounds(low: float | None, high: float | None, digits: int = 0) -> str:
    """An interval of shares as [63, 74], or that it is not known."""
    if low is None or high is None:
        return "interval not known"
    return f"[{100 * low:.{digits}f}, {100 * high:.{digits}f}]"


def rate_text(rate: Rate, digits: int = 0) -> str:
    """A rate and its interval as 69 % [63, 74]; says so where the data cannot tell."""
    if rate.estimate is None:
        return "could not tell"
    limits = bounds(rate.low, rate.high, digits)
    return f"{percent(rate.estimate, digits)} {limits if rate.low is not None else f'({limits})'}"


def difference_text(found: Difference, digits: int = 0) -> str:
    """A difference in percentage points and its interval as +65 points [56, 71]."""
    if found.estimate is None:
        return "could not tell"
    points = f"{signed(100 * found.estimate, digits)} points"
    if found.low is None or found.high is None:
        return f"{points} (interval not known)"
    return f"{points} [{signed(100 * found.low, digits)}, {signed(100 * found.high, digits)}]"


def points_text(found: Difference) -> str:
    """A difference and its interval in percentage points, without the word: +65.3 [+56.0, +71.2]."""
    return difference_text(found, 1).replace(" points", "")


def signed(number: float, digits: int = 0) -> str:
    """A number with its sign, a true minus among them."""
    text = f"{abs(number):.{digits}f}"
    if not text.strip("0."):
        return text
    return f"{'+' if number > 0 else '−'}{text}"


def p_text(p: float | None) -> str:
    """A p-value to two digits."""
    if p is None:
        return "not known"
    return f"{p:.2g}" if p >= 0.0001 else f"{p:.0e}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """1 trial, 1,692 trials."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(parts: Iterable[str], last: str = "and") -> str:
    """a, b and c."""
    *most, end = parts
    return f"{', '.join(most)} {last} {end}" if most else end
