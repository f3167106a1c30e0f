"""The figures on arms and on the dose: what is drawn where. Numbers come ready; nothing is computed here but places."""

from collections.abc import Callable, Mapping, Sequence
from math import hypot
from typing import TYPE_CHECKING, Any, NamedTuple

from ..stats import Rate
from .arms import Arm, Group
from .canvas import INK, MARK_OF_KIND, MUTED, OF_CONDUCT, OF_KIND, ON_LIGHT, PAPER, PEER, PLANTED, RULE, UNKNOWN, Sheet
from .dose import Dose, DoseResponse
from .words import KINDS, rate_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = 704, 350
MOST_ROWS = 32
FEW = 10
"""Rows under which a point of the dose is drawn thin."""

BACKED = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
"""Behind a label that a line may cross."""

LETTER = 6.4
"""Pixels a letter of the labels takes at most."""


class Box(NamedTuple):
    """A place on a sheet, in pixels from its top left."""

    left: float
    top: float
    width: float
    height: float


def share_axis(axes: "Axes", top: float, *, vertical: bool = False) -> None:
    """An axis of shares from nothing to `top`, with light lines across."""
    ticks = [top * quarter / 4 for quarter in range(5)]
    labels = [f"{100 * tick:.3g}\u202f%" for tick in ticks]
    axis = axes.yaxis if vertical else axes.xaxis
    margin = 0.02 * top
    (axes.set_ylim if vertical else axes.set_xlim)(-margin, top + margin)
    axis.set_ticks(ticks, labels)
    axes.grid(axis="y" if vertical else "x", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def reach(rates: Sequence[Rate]) -> float:
    """How far an axis of shares must go: all the way, or less where everything is rare."""
    highest = max((rate.high if rate.high is not None else rate.estimate or 0 for rate in rates), default=1.0)
    return next(top for top in (0.12, 0.24, 0.48, 1.0) if highest <= top or top == 1.0)


# -- effect by arm ----------------------------------------------------------------------------------------------------


def shown(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The first groups and rows that fit a figure."""
    found, left = [], MOST_ROWS
    for group in groups:
        if left > 0:
            found.append(Group(group.heading, group.rows[:left]))
            left -= len(found[-1].rows)
    return tuple(found)


def forest_height(groups: Sequence[Group]) -> float:
    """The height that all rows need, axis included."""
    return sum(_heading(group) + sum(_row(row) for _, row in group.rows) for group in groups) + 34


def _heading(group: Group) -> float:
    return 24 if group.heading else 4


def _row(row: Sequence[Arm]) -> float:
    return 17 * len(row) + 9


def forest(sheet: Sheet, box: Box, groups: Sequence[Group], *, numbers: bool) -> None:
    """A dot and an interval for each arm; without an interval the dot is hollow. Numbers stand at the right."""
    names = [name for group in groups for name, _ in group.rows]
    left = box.left + min(max(LETTER * max(map(len, names), default=0) + 12, 40), 0.36 * box.width)
    right = box.left + box.width - (118 if numbers else 12)
    axes = sheet.axes(left, box.top, right - left, box.height - 34)
    axes.set_ylim(box.height - 34, 0)
    axes.yaxis.set_visible(False)
    share_axis(axes, reach([arm.rate for group in groups for _, row in group.rows for arm in row]))
    at = 0.0
    for group in groups:
        if group.heading:
            sheet.text(box.left, box.top + at + 14, _cut(group.heading, box.width), weight="bold")
        at += _heading(group)
        for name, row in group.rows:
            sheet.text(box.left, box.top + at + _row(row) / 2, _cut(name, left - box.left - 8), color=MUTED)
            for place, arm in enumerate(row):
                y = at + 4.5 + 17 * (place + 0.5)
                _interval(axes, y, arm)
                if numbers:
                    colour = OF_KIND[arm.kind]
                    sheet.text(right + 10, box.top + y, rate_text(arm.rate), color=colour, size=11)
            at += _row(row)


def _interval(axes: "Axes", y: float, arm: Arm) -> None:
    rate, colour = arm.rate, OF_KIND[arm.kind]
    if rate.estimate is None:
        axes.text(0, y, "could not tell", color=MUTED, size=10.5, va="center_baseline", style="italic")
        return
    if rate.low is not None and rate.high is not None:
        axes.plot([rate.low, rate.high], [y, y], color=colour, linewidth=2, solid_capstyle="butt", clip_on=False)
    face = PAPER if rate.low is None else colour
    options: dict[str, Any] = {"markersize": 7, "markeredgecolor": colour, "markerfacecolor": face}
    axes.plot([rate.estimate], [y], MARK_OF_KIND[arm.kind], clip_on=False, **options)


def _cut(text: str, width: float) -> str:
    most = max(4, int(width / LETTER))
    return text if len(text) <= most else text[: most - 1] + "…"


# -- conduct ----------------------------------------------------------------------------------------------------------


class Bar(NamedTuple):
    """One arm's conduct: its label, how many subjects did what, and of how many it could not be told."""

    label: str
    counts: Mapping[str, int]
    could_not_tell: int


class Bars(NamedTuple):
    """Bars under one heading."""

    heading: str
    bars: tuple[Bar, ...]


def conduct_height(groups: Sequence[Bars]) -> float:
    """The height that all bars need, axis included."""
    return sum((24 if group.heading else 4) + 20 * len(group.bars) + 6 for group in groups) + 34


def conduct(sheet: Sheet, box: Box, groups: Sequence[Bars]) -> None:
    """Stacked shares of each conduct, from open to covert."""
    labels = [bar.label for group in groups for bar in group.bars]
    left = box.left + min(max(LETTER * max(map(len, labels), default=0) + 12, 40), 0.36 * box.width)
    right = box.left + box.width - 46
    axes = sheet.axes(left, box.top, right - left, box.height - 34)
    axes.set_ylim(box.height - 34, 0)
    axes.yaxis.set_visible(False)
    share_axis(axes, 1.0)
    at = 0.0
    for group in groups:
        if group.heading:
            sheet.text(box.left, box.top + at + 14, _cut(group.heading, box.width), weight="bold")
        at += 24 if group.heading else 4
        for bar in group.bars:
            y = at + 10
            sheet.text(box.left, box.top + y, _cut(bar.label, left - box.left - 8), color=MUTED)
            _stack(axes, y, bar, right - left)
            total = sum(bar.counts.values())
            sheet.text(box.left + box.width, box.top + y, f"{total:,}", color=MUTED, ha="right", size=11)
            at += 20
        at += 6


def _stack(axes: "Axes", y: float, bar: Bar, width: float) -> None:
    total, start = sum(bar.counts.values()), 0.0
    if not total:
        axes.text(0, y, "could not tell", color=MUTED, size=10.5, va="center_baseline", style="italic")
        return
    for name, colour in OF_CONDUCT.items():
        share = bar.counts.get(name, 0) / total
        if share:
            axes.barh(y, share, 14, left=start, color=colour, edgecolor=PAPER, linewidth=0.7)
            if share * width > 34:
                on = {"comply": INK, "refuse": PAPER, "sabotage": PAPER}.get(name, ON_LIGHT)
                axes.text(start + share / 2, y, f"{100 * share:.0f}", color=on, size=10, ha="center", va="center_baseline")
            start += share


# -- dose and response ----------------------------------------------------------------------------------------------------


def dose(sheet: Sheet, box: Box, found: DoseResponse) -> None:
    """Rate by valence, with the planted law where there is one, and those who never met the target apart."""
    axes = sheet.axes(box.left + 46, box.top + 8, box.width - 46 - 14, box.height - 8 - 74)
    share_axis(axes, 1.0, vertical=True)
    axes.set_xlim(-1.12, 1.12)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "+0.5", "+1"])
    axes.set_xlabel("mean kindness the target had shown the subject", labelpad=25)
    taken = [_extent(each.valence, each.rate) for each in found.doses]
    never = found.never_met
    if found.law is not None:
        xs = [step / 50 - 1 for step in range(101)]
        axes.plot(xs, [found.law(x) for x in xs], color=PLANTED, linewidth=1.6, dashes=(4, 2.5))
    if never is not None and never.estimate is not None:
        taken += [_extent(0.0, never), _never_met(axes, never, box)]
        _point(axes, 0.0, never, UNKNOWN, "D")
    for each in found.doses:
        _point(axes, each.valence, each.rate, PEER, "o")
        axes.annotate(
            f"{each.rate.rows:,}", (each.valence, 0), xycoords=("data", "axes fraction"), xytext=(0, -29),
            textcoords="offset points", color=PEER, size=10, ha="center", va="center_baseline",
        )  # fmt: skip
    if found.law is not None:
        x, y = _free_place(found.law, taken, box)
        axes.text(x, y, "planted law", color=PLANTED, ha="center", va="center_baseline", weight="bold", size=11, bbox=BACKED)


Extent = tuple[float, float, float, float]
"""What is taken already: from x to x, from y to y."""


def _extent(x: float, rate: Rate) -> Extent:
    estimate = rate.estimate or 0.0
    return x, x, estimate if rate.low is None else rate.low, estimate if rate.high is None else rate.high


def _never_met(axes: "Axes", rate: Rate, box: Box) -> Extent:
    """Label those who never met the target, above their point; returns where the label is."""
    label = f"never met\n({rate.rows:,})" if box.width < 500 else f"unknown agent,\nnever met ({rate.rows:,})"
    bottom = min((rate.estimate or 0.0 if rate.high is None else rate.high) + 0.04, 0.84)
    axes.text(-0.03, bottom, label, color=UNKNOWN, ha="right", va="bottom", size=11, bbox=BACKED)
    across, up = _scale(box)
    widest = max(map(len, label.split("\n")))
    return -0.03 - LETTER * widest / across, -0.03, bottom, bottom + 30 / up


def _scale(box: Box) -> tuple[float, float]:
    """Pixels of a unit of valence, and of the whole share."""
    return (box.width - 60) / 2.24, (box.height - 82) / 1.04


def _point(axes: "Axes", x: float, rate: Rate, colour: str, mark: str) -> None:
    if rate.estimate is None:
        return
    if rate.low is not None and rate.high is not None:
        thick = 2.2 if rate.rows >= FEW else 0.9
        axes.plot([x, x], [rate.low, rate.high], color=colour, linewidth=thick, solid_capstyle="butt", clip_on=False)
    face = PAPER if rate.low is None else colour
    axes.plot([x], [rate.estimate], mark, color=colour, markersize=7.5, markerfacecolor=face, clip_on=False)


def _free_place(law: Callable[[float], float], taken: Sequence[Extent], box: Box) -> tuple[float, float]:
    """Where a label of the curve is near it and far from everything else."""
    across, up = _scale(box)
    curve = [(step / 50, step / 50, law(step / 50), law(step / 50)) for step in range(-50, 51)]

    def gap(place: tuple[float, float], extent: Extent) -> float:
        x0, x1, y0, y1 = extent
        beside = max(x0 - place[0], place[0] - x1, 0.0) * across - 40
        above = max(y0 - place[1], place[1] - y1, 0.0) * up - 8
        return hypot(max(beside, 0.0), max(above, 0.0))

    def room(place: tuple[float, float]) -> float:
        return min([gap(place, each) for each in taken] + [2.5 * gap(place, each) for each in curve] + [40.0])

    sides = (0.08, -0.08, 0.13, -0.13, 0.2, -0.2)
    return max(((x / 20, min(0.95, max(0.05, law(x / 20) + side))) for side in sides for x in range(-14, 15)), key=room)


def describe_doses(doses: Sequence[Dose]) -> str:
    """The points of the figure in words, for those who cannot see it."""
    return "; ".join(f"valence {each.valence:+.2f}: {rate_text(each.rate)}" for each in doses) or "no pair that met"


def describe_arms(arms: Sequence[Arm]) -> str:
    """The dots of the figure in words."""
    said = [f"{arm.row or 'all'}, {KINDS[arm.kind]}: {rate_text(arm.rate)}" for arm in arms[:24]]
    return "; ".join(said) + (f"; and {len(arms) - 24} more" if len(arms) > 24 else "")
