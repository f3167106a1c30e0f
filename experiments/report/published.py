"""Published rates beside measured ones, as rows of a table: for presets of the paper and imported runs only."""

from typing import NamedTuple

from ..plain import plain
from ..published import Beside, published_beside
from ..results import Results
from .words import NARROW, signed

MOST = 60


class Line(NamedTuple):
    """One published cell as it is shown."""

    model: str
    cell: str
    published: str
    measured: str
    difference: str
    why: str
    source: str


def published_lines(results: Results) -> tuple[Line, ...]:
    """At most `MOST` cells for which something was measured, comparable ones first."""
    found = sorted(published_beside(results), key=lambda one: not one.comparable)
    return tuple(_line(one) for one in found[:MOST])


def _line(one: Beside) -> Line:
    rate = one.published
    table = f", table {rate.table}" if rate.table else ""
    size = f", n = {rate.n:,}" if rate.n else ""
    difference = ""
    if one.difference is not None:
        difference = f"{signed(one.difference, 1)} points{_limits(one.difference_low, one.difference_high)}"
    return Line(
        model=rate.model,
        cell=rate.name,
        published=f"{rate.shown}{_limits(*(rate.interval or (None, None)))}",
        measured=f"{one.measured or 0.0:.1f}{NARROW}%{_limits(one.low, one.high)}",
        difference=difference,
        why=plain("; ".join(one.why), 500),
        source=f"{rate.version}{table}{size}",
    )


def _limits(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" [{low:.1f}, {high:.1f}]"
