"""Relations over the rounds of a history: how kind others had been to each agent so far, a line for every ordered pair."""

from collections import defaultdict
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from sim import AgentId, Interaction, Snapshot

from ..design import Unit
from ..errors import BadRun
from ..factors import Level
from ..journal import State
from ..plain import plain
from ..store import RunFolder
from .arms import arm_name
from .canvas import INK, MUTED, PAPER, PLANTED, RULE, Sheet, svg
from .file import write_whole
from .portraits import mixed

MOST_PANELS = 8
MOST_PAIRS = 400
WIDTH, LEFT, TOP, PANEL, TALL, GAP = 820, 66, 96, 330, 150, 66

NO_MODEL = "no model lived this, and it says nothing about any."


class Course(NamedTuple):
    """One snapshot: for every ordered pair the mean kindness had up to each round, and the mean of that over pairs."""

    name: str
    unit: str
    pairs: dict[tuple[AgentId, AgentId], tuple[float, ...]]
    mean: tuple[float, ...]


def course(unit: Unit, snapshot: Snapshot, name: str) -> Course:
    """Fold a history round by round. The key of a pair is (who had it, from whom)."""
    had: dict[tuple[AgentId, AgentId], list[float]] = defaultdict(list)
    for entry in snapshot.entries:
        if isinstance(entry.event, Interaction):
            had[entry.event.partner, entry.event.agent].append(entry.event.kindness)
    pairs = {pair: tuple(fmean(kinds[: n + 1]) for n in range(len(kinds))) for pair, kinds in had.items()}
    longest = max(map(len, pairs.values()), default=0)
    mean = tuple(fmean(line[n] for line in pairs.values() if n < len(line)) for n in range(longest))
    return Course(name, unit.id, pairs, mean)


def courses(folder: RunFolder) -> list[Course]:
    """The first lived snapshot of every whole-plot cell, `MOST_PANELS` at most. Raises `BadRun` when none was lived."""
    records, factors = folder.records(), folder.experiment.factors
    varied = [name for name, levels in factors.items() if len(levels) > 1]
    found: dict[int, Course] = {}
    for unit in folder.experiment.units():
        record = records.get(unit.id)
        if unit.cell not in found and record is not None and record.status is State.DONE and len(found) < MOST_PANELS:
            levels: tuple[Level, ...] = tuple(unit.condition[name] for name in varied)
            found[unit.cell] = course(unit, folder.load_snapshot(record.sha256), arm_name(varied, levels))
    if not found:
        raise BadRun(f"{folder.path} has no snapshot yet; `allegiance live` or `allegiance run` makes them")
    return [found[cell] for cell in sorted(found)]


def write_relations(folder: RunFolder, path: Path) -> Path:
    """Draw the relations of a run over time as one SVG file. The same run gives the same bytes."""
    try:
        write_whole(path, draw_relations(courses(folder), folder.experiment.name, planted=folder.planted) + "\n")
    except OSError as error:
        raise BadRun(f"{path} cannot be written: {error.strerror}") from None
    return path


def draw_relations(seen: list[Course], name: str, *, planted: bool) -> str:
    """The figure as SVG text: a panel per cell, two side by side."""
    rows = (len(seen) + 1) // 2
    height = TOP + rows * (TALL + GAP)

    def draw(sheet: Sheet) -> None:
        sheet.figure.patch.set(visible=True, facecolor=PAPER, edgecolor=RULE)
        sheet.text(24, 26, plain(f"Relations over the history: {name}", 90), size=15, weight="bold")
        sheet.text(24, 50, "Kindness had so far, mean; a line for each ordered pair, black their mean", size=12, color=MUTED)
        if planted:
            sheet.text(24, height - 12, f"Planted: {NO_MODEL}", size=12, weight="bold", color=PLANTED)
        for place, one in enumerate(seen):
            _panel(sheet, LEFT + (place % 2) * (PANEL + 76), TOP + (place // 2) * (TALL + GAP), one)

    label = "; ".join(
        f"{one.name}: {one.mean[0]:+.2f} after the first round, {one.mean[-1]:+.2f} after the last"
        if one.mean
        else f"{one.name}: nobody met"
        for one in seen
    )
    mark = f" Planted: {NO_MODEL}" if planted else ""
    return svg(
        draw, name="relations", label=f"Mean kindness had by round. {label}.{mark}", width=WIDTH, height=height, themed=False
    )


def _panel(sheet: Sheet, left: float, top: float, one: Course) -> None:
    axes = sheet.axes(left, top, PANEL, TALL)
    rounds = max(2, len(one.mean))
    axes.set_xlim(1, rounds)
    axes.set_ylim(-1.05, 1.05)
    axes.set_yticks([-1, 0, 1], ["−1", "0", "+1"])
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.tick_params(length=0)
    axes.set_xticks(sorted({1, (rounds + 1) // 2, rounds}))
    sheet.text(left, top - 14, plain(f"{one.name} ({one.unit})", 52), size=12, weight="bold")
    sheet.text(left + PANEL, top + TALL + 30, "round", size=11, color=MUTED, ha="right")
    for line in list(one.pairs.values())[:MOST_PAIRS]:
        axes.plot(
            range(1, len(line) + 1), line, color=mixed(line[-1]), linewidth=1, alpha=0.75, marker="." * (len(line) == 1)
        )
    axes.plot(range(1, len(one.mean) + 1), one.mean, color=INK, linewidth=2.4, marker="." * (len(one.mean) == 1))
