"""Portraits of populations: who was kind to whom when the history ended, and who then protected whom.

One portrait is one snapshot: the first finished one of each topology and valence. What it shows is an example, not a
mean; the preservation matrix beside it counts over all forks of that snapshot.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sim import AgentId, Interaction, RelationLedger, Snapshot

from ..design import Unit
from ..factors import Level
from ..journal import State
from ..networks.layout import Place, positions
from ..plain import plain
from ..results import Results
from ..store import RunFolder
from .arms import KIND, VALENCE
from .canvas import FRIENDLY, HOSTILE, INK, MUTED, NEUTRAL, PAPER, RULE, Sheet
from .figures import Box
from .words import level_name

MOST_PORTRAITS = 8
MOST_NAMED = 40
"""Agents up to which nodes carry names."""
MOST_TIES = 600
MOST_IN_MATRIX = 24


class Tie(NamedTuple):
    """Two neighbours, and their mutual valence: the mean of both directions, None where they never dealt."""

    a: AgentId
    b: AgentId
    valence: float | None


class Cell(NamedTuple):
    """P[i, j] of one snapshot: how often i protected j, of how many forks."""

    protected: int
    asked: int


class Portrait(NamedTuple):
    """A snapshot as it is drawn. `fixed` are agents whose moves in the history were not their own."""

    unit: str
    topology: str
    valence: str
    agents: tuple[AgentId, ...]
    places: Mapping[AgentId, Place]
    ties: tuple[Tie, ...]
    fixed: frozenset[AgentId]
    targets: tuple[AgentId, ...]
    matrix: Mapping[tuple[AgentId, AgentId], Cell]
    left_out: int
    """Ties that are not drawn because there are too many."""

    @property
    def subjects(self) -> tuple[AgentId, ...]:
        """Who was asked about a known peer, in the topology's order."""
        asked = {subject for subject, _ in self.matrix}
        return tuple(agent for agent in self.agents if agent in asked)


def portraits(folder: RunFolder, results: Results) -> Iterator[Portrait]:
    """One portrait for each topology and valence, `MOST_PORTRAITS` at most."""
    records = folder.records()
    chosen: dict[tuple[Level, Level], Unit] = {}
    done = {row.snapshot for row in results.subjects}
    for unit in folder.experiment.units():
        record = records.get(unit.id)
        if record is not None and record.status is State.DONE:
            key = unit.condition["topology"], unit.condition[VALENCE]
            if key not in chosen or (chosen[key].id not in done and unit.id in done):
                chosen[key] = unit
    order = sorted(chosen.values(), key=lambda unit: unit.cell)
    for unit in order[:MOST_PORTRAITS]:
        yield _portrait(unit, folder.load_snapshot(records[unit.id].sha256), results)


def more_portraits(folder: RunFolder) -> int:
    """How many combinations of topology and valence are not pictured."""
    pairs = {(unit.condition["topology"], unit.condition[VALENCE]) for unit in folder.experiment.units()}
    return max(0, len(pairs) - MOST_PORTRAITS)


def _portrait(unit: Unit, snapshot: Snapshot, results: Results) -> Portrait:
    agents, ledger = snapshot.agents, RelationLedger(snapshot.entries)
    pairs = list(dict.fromkeys(tuple(sorted(edge[:2])) for edge in snapshot.header.edges))
    moves = [entry.event for entry in snapshot.entries if isinstance(entry.event, Interaction)]
    counts: dict[tuple[AgentId, AgentId], list[bool]] = defaultdict(list)
    for row in results.subjects:
        if row.snapshot != unit.id or row.condition[KIND] != "peer":
            continue
        if row.subject is not None and row.target is not None and row.protective is not None:
            counts[row.subject, row.target].append(row.protective)
    targets = {target for _, target in counts}
    drawn = _thinned([_tie(ledger, a, b) for a, b in pairs], targets)
    return Portrait(
        unit=unit.id,
        topology=level_name("topology", unit.condition["topology"]),
        valence=level_name(VALENCE, unit.condition[VALENCE]),
        agents=agents,
        places=positions(agents, [(a, b) for a, b in pairs]),
        ties=drawn,
        fixed=frozenset(move.agent for move in moves if move.forced_by),
        targets=tuple(agent for agent in agents if agent in targets),
        matrix={pair: Cell(sum(seen), len(seen)) for pair, seen in counts.items()},
        left_out=len(pairs) - len(drawn),
    )


def _tie(ledger: RelationLedger, a: AgentId, b: AgentId) -> Tie:
    relations = [relation for relation in (ledger.of(a, b), ledger.of(b, a)) if relation.rounds]
    return Tie(a, b, sum(r.valence for r in relations) / len(relations) if relations else None)


def _thinned(ties: list[Tie], targets: set[AgentId]) -> tuple[Tie, ...]:
    """All ties of targets, and an even sample of the others where there are too many."""
    near = [tie for tie in ties if tie.a in targets or tie.b in targets]
    rest = [tie for tie in ties if tie.a not in targets and tie.b not in targets]
    room = max(0, MOST_TIES - len(near))
    if len(rest) > room:
        rest = [rest[index * len(rest) // room] for index in range(room)]
    return (*rest, *near)


# -- drawing ----------------------------------------------------------------------------------------------------------


def mixed(valence: float) -> str:
    """The colour of a valence: orange at -1, grey at 0, blue at +1."""
    end = FRIENDLY if valence > 0 else HOSTILE
    weight = min(1.0, abs(valence)) ** 0.7
    parts = (round(_part(NEUTRAL, i) + weight * (_part(end, i) - _part(NEUTRAL, i))) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _part(colour: str, start: int) -> int:
    return int(colour[start : start + 2], 16)


def draw_portrait(sheet: Sheet, box: Box, seen: Portrait) -> None:
    """Ties, agents, targets with a second ring, and an arrow from each protector to whom it protected."""
    from matplotlib.patches import FancyArrowPatch

    side = min(box.width, box.height)
    axes = sheet.axes(box.left + (box.width - side) / 2, box.top + (box.height - side) / 2, side, side)
    named = len(seen.agents) <= MOST_NAMED
    radius = 12.5 if len(seen.agents) <= 16 else 9.5 if named else 3.5
    reach = side / 2 / (side / 2 - radius - 7)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.axis("off")
    many = len(seen.ties) > 60
    for tie in seen.ties:
        (x0, y0), (x1, y1) = seen.places[tie.a], seen.places[tie.b]
        hostile = tie.valence is not None and tie.valence < 0
        axes.plot(
            [x0, x1], [y0, y1],
            color=RULE if tie.valence is None else mixed(tie.valence),
            linewidth=0.8 if many else 2.4,
            linestyle=(0, (2.2, 1.4)) if hostile else "solid",
            zorder=1,
        )  # fmt: skip
    for (subject, target), cell in seen.matrix.items():
        if cell.protected:
            arrow = FancyArrowPatch(
                seen.places[subject], seen.places[target], connectionstyle="arc3,rad=0.22",
                arrowstyle="-|>,head_length=5.5,head_width=2.8", shrinkA=radius + 1, shrinkB=radius + 4.5,
                linewidth=1.2 + 1.2 * cell.protected / cell.asked, color=INK, zorder=3,
            )  # fmt: skip
            axes.add_patch(arrow)
    for agent in seen.agents:
        _agent(axes, seen, agent, radius, named)


def _agent(axes: object, seen: Portrait, agent: AgentId, radius: float, named: bool) -> None:
    x, y = seen.places[agent]
    mark = "s" if agent in seen.fixed else "o"
    size = 2 * radius * (0.9 if mark == "s" else 1)
    target = agent in seen.targets
    plot = axes.plot  # type: ignore[attr-defined]
    if target:
        plot([x], [y], mark, markersize=size + 7, markerfacecolor=PAPER, markeredgecolor=INK, markeredgewidth=1.6, zorder=4)
    edge = INK if target or agent in seen.subjects else MUTED
    plot([x], [y], mark, markersize=size, markerfacecolor=PAPER, markeredgecolor=edge, markeredgewidth=1.2, zorder=5)
    if named:
        axes.text(  # type: ignore[attr-defined]
            x, y, plain(agent, 5), size=9 if radius > 10 else 7.5, ha="center", va="center_baseline", zorder=6,
            color=INK if target or agent in seen.subjects else MUTED, weight="bold" if target else "normal",
        )  # fmt: skip


def describe_portrait(seen: Portrait) -> str:
    """The picture in words."""
    known = [tie.valence for tie in seen.ties if tie.valence is not None]
    mean = f"mean mutual valence {sum(known) / len(known):+.2f}" if known else "no dealings"
    acts = [f"{s} protected {t} in {c.protected} of {c.asked}" for (s, t), c in seen.matrix.items() if c.protected]
    said = "; ".join(acts[:12]) or "nobody protected a known peer"
    return (
        f"Network of snapshot {seen.unit}, {seen.topology}, {seen.valence} history: {len(seen.agents)} agents, "
        f"{mean}. Targets: {', '.join(seen.targets) or 'none'}. {said}."
    )
