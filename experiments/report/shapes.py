"""The graphs of a design, drawn before it is run: one population of every topology, its signs, confederates and targets."""

from collections.abc import Sequence
from itertools import islice
from math import ceil

from ..cast import Cast, cast
from ..design import Experiment, Unit
from ..factors import FACTORS
from ..networks.layout import positions
from ..plain import plain
from .canvas import FRIENDLY, HOSTILE, INK, MUTED, PAPER, RULE, Sheet, svg
from .figures import Box
from .portraits import MOST_PORTRAITS, MOST_TIES, Portrait, Tie, draw_portrait
from .words import level_name

ACROSS, SIDE, TOP, MARGIN = 4, 260, 86, 24


def shapes_picture(experiment: Experiment) -> str:
    """The first population of each topology as one SVG on a light ground; `MOST_PORTRAITS` topologies at most."""
    drawn = [_portrait(experiment, unit) for unit in islice(_one_each(experiment), MOST_PORTRAITS)]
    across = min(ACROSS, len(drawn))
    width = max(560, across * (SIDE + MARGIN) + MARGIN)
    height = TOP + ceil(len(drawn) / ACROSS) * (SIDE + 34) + MARGIN

    def draw(sheet: Sheet) -> None:
        sheet.figure.patch.set(visible=True, facecolor=PAPER, edgecolor=RULE)
        sheet.text(MARGIN, 28, plain(f"{experiment.name}: the graphs, as they would be drawn", 90), size=16, weight="bold")
        _key(sheet, any(tie.valence is not None for one in drawn for tie in one.ties))
        for number, one in enumerate(drawn):
            row, column = divmod(number, ACROSS)
            left, top = MARGIN + column * (SIDE + MARGIN), TOP + row * (SIDE + 34)
            sheet.text(left, top, plain(one.topology, 40), size=12, weight="bold")
            draw_portrait(sheet, Box(left, top + 14, SIDE, SIDE), one)

    label = "; ".join(f"{one.topology}: {len(one.agents)} agents, {len(one.ties)} ties" for one in drawn)
    return svg(draw, name="shapes", label=label, width=width, height=height, themed=False)


def _key(sheet: Sheet, signed: bool) -> None:
    sheet.text(MARGIN, 54, "double ring: a target of the first fork; square: moves are made by a rule", size=11, color=MUTED)
    if signed:
        axes = sheet.axes(0, 62, sheet.width, 16)
        axes.set_xlim(0, sheet.width)
        axes.set_ylim(-8, 8)
        axes.axis("off")
        at = MARGIN
        for name, colour, line in (("positive tie", FRIENDLY, "solid"), ("negative tie", HOSTILE, (0, (2.2, 1.4)))):
            axes.plot([at, at + 22], [0, 0], color=colour, linewidth=2.4, linestyle=line)
            sheet.text(at + 28, 70, name, size=11, color=INK)
            at += 130


def _one_each(experiment: Experiment) -> Sequence[Unit]:
    """A unit of every topology, from the first replicate; one with confederates where there is one."""
    found: dict[object, Unit] = {}
    for unit in experiment.with_(snapshots=1).units():
        key = unit.condition["topology"]
        natural = FACTORS["history.valence"].default
        if key not in found or found[key].condition["history.valence"] == natural:
            found[key] = unit
    return tuple(found.values())


def _portrait(experiment: Experiment, unit: Unit) -> Portrait:
    people: Cast = cast(experiment, unit)
    topology, signs = people.topology, people.topology.signs
    pairs = list(dict.fromkeys(tuple(sorted(edge[:2])) for edge in topology.edges))
    ties = [Tie(a, b, float(sign) if (sign := signs.get((a, b), signs.get((b, a)))) else None) for a, b in pairs]
    by = experiment.forks.get("target.by", (FACTORS["target.by"].default,))[0]
    targets = people.targets(str(by))[: experiment.targets]
    return Portrait(
        unit=unit.id,
        topology=level_name("topology", unit.condition["topology"], 30) + (" (talk)" if topology.layers else ""),
        valence="",
        agents=topology.nodes,
        places=positions(topology.nodes, [(a, b) for a, b in pairs]),
        ties=tuple(ties[:MOST_TIES]),
        fixed=frozenset(people.confederates),
        targets=targets,
        matrix={},
        left_out=max(0, len(ties) - MOST_TIES),
    )
