"""What the figures of flagships are drawn with: points with their intervals, a line at nothing, labels."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..report.canvas import MUTED, PAPER, PEER, RULE, Sheet
from ..report.figures import LETTER, Box, share_axis
from ..report.words import percent

Axes = Any
"""Matplotlib's, which is named in the report alone."""

__all__ = ["Point", "frame", "level_line", "point", "said", "share_axis", "ticks"]


class Point(NamedTuple):
    """An estimate and its limits, as far as they are known."""

    estimate: float | None
    low: float | None
    high: float | None


def frame(sheet: Sheet, box: Box, *, left: float = 52, below: float = 44, above: float = 10, right: float = 12) -> Axes:
    """Axes in a box, with room for labels."""
    return sheet.axes(box.left + left, box.top + above, box.width - left - right, box.height - above - below)


def point(axes: Axes, x: float, found: Any, *, colour: str = PEER, mark: str = "o", size: float = 7.0) -> None:
    """An estimate with its interval, upright; hollow where no interval is known, nothing where no estimate is."""
    if found.estimate is None:
        return
    known = found.low is not None and found.high is not None
    if known:
        axes.plot([x, x], [found.low, found.high], color=colour, linewidth=2, solid_capstyle="butt", clip_on=False)
    face = colour if known else PAPER
    axes.plot([x], [found.estimate], mark, color=colour, markersize=size, markerfacecolor=face, clip_on=False)


def level_line(axes: Axes, y: float = 0.0) -> None:
    """A light line across."""
    axes.axhline(y, color=RULE, linewidth=1.2, zorder=0)


def ticks(axes: Axes, names: Sequence[str], *, width: float, labelled: str = "") -> None:
    """Named places on the axis below, from 0; names are slanted where they would run into each other."""
    axes.set_xlim(-0.6, len(names) - 0.4)
    tight = max(map(len, names), default=0) * LETTER > width / max(1, len(names))
    turned: dict[str, Any] = {"rotation": 28, "ha": "right", "rotation_mode": "anchor"} if tight else {}
    axes.set_xticks(range(len(names)), list(names), **turned)
    axes.tick_params(axis="x", length=0)
    if labelled:
        axes.set_xlabel(labelled, color=MUTED)


def said(found: Any, *, shares: bool = True, digits: int = 2) -> str:
    """A point in words."""
    if found.estimate is None:
        return "could not tell"

    def text(value: float) -> str:
        return percent(value) if shares else f"{value:+.{digits}f}"

    limits = "" if found.low is None or found.high is None else f" [{text(found.low)}, {text(found.high)}]"
    return f"{text(found.estimate)}{limits}"
