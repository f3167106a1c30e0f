"""What a design will really put in front of its agents, before anything is spent: graphs, targets, who is asked.

Populations are drawn as a run would draw them, and nothing is lived. What differs between arms besides what the arm is
about is said in words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from sim import Frozen, Layer

from .cast import Cast, cast
from .design import Experiment, Trial, Unit
from .factors import FACTORS, Level, Plot
from .networks.shape import Shape, shape_of
from .targets import RANKED, parse_rule

LOOKED_AT = 40
"""Snapshots per cell that are drawn; a design with more is judged by the first ones."""
UNLIKE = 0.1
"""Share by which mean degrees may differ between two topologies before it is said."""
ABOUT_TARGETS = ("target.by", "reviewers")
"""The factors of forks that decide who is asked about whom."""


class Spread(Frozen):
    """A number over snapshots: mean, standard deviation (None for one), smallest and largest; `n` have it."""

    mean: float
    sd: float | None
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.3g}" if self.low == self.high else f"{self.mean:.3g} [{self.low:.3g}, {self.high:.3g}]"


class Asked(Frozen):
    """Who is asked under one combination of `target.by` and `reviewers`: subjects per target, hops from subject to target
    along lines of talk (None where no path leads from anyone), and ties of the target."""

    levels: dict[str, Level]
    subjects: Spread
    hops: Spread | None
    degree: Spread


class ArmShape(Frozen):
    """One cell of the whole-plot factors: the levels that vary, and its graphs over snapshots. `layers` counts ties by
    layer where there are several."""

    cell: int
    levels: dict[str, Level]
    graph: dict[str, Spread]
    layers: dict[str, Spread]
    asked: tuple[Asked, ...]


class Diagnosis(Frozen):
    """Every arm, what arms share, and what to look at before a run. `drawn` of `snapshots` per cell were drawn."""

    experiment: str
    snapshots: int
    drawn: int
    arms: tuple[ArmShape, ...]
    shared: dict[str, bool]
    warnings: tuple[str, ...]


class Drawn(NamedTuple):
    """One population as a run would draw it."""

    unit: Unit
    people: Cast
    shape: Shape


def diagnose(experiment: Experiment) -> Diagnosis:
    """Draw up to `LOOKED_AT` snapshots of every cell. Raises `BadExperiment` for what could not be run either."""
    few = experiment.with_(snapshots=min(experiment.snapshots, LOOKED_AT))
    drawn = [Drawn(unit, people, shape_of(people.topology)) for unit in few.units() for people in [cast(few, unit)]]
    cells = sorted({one.unit.cell for one in drawn})
    by_cell = {cell: [one for one in drawn if one.unit.cell == cell] for cell in cells}
    arms = tuple(_arm(few, cell, ones) for cell, ones in by_cell.items())
    return Diagnosis(
        experiment=experiment.name,
        snapshots=experiment.snapshots,
        drawn=few.snapshots,
        arms=arms,
        shared=_shared(drawn),
        warnings=tuple(_warnings(experiment, arms, drawn)),
    )


def _spread(numbers: Iterable[float | None]) -> Spread | None:
    known = [float(number) for number in numbers if number is not None]
    if not known:
        return None
    sd = stdev(known) if len(known) > 1 else None
    return Spread(mean=fmean(known), sd=sd, low=min(known), high=max(known), n=len(known))


def _spreads(rows: Sequence[Mapping[str, float | None]]) -> dict[str, Spread]:
    found = {name: _spread(row[name] for row in rows) for name in rows[0]}
    return {name: spread for name, spread in found.items() if spread is not None}


# -- arms -------------------------------------------------------------------------------------------------------------


def _arm(experiment: Experiment, cell: int, ones: Sequence[Drawn]) -> ArmShape:
    varied = {name for name in experiment.varied() if FACTORS[name].plot is Plot.WHOLE}
    condition = ones[0].unit.condition
    layered = [
        {layer.value: float(len(one.people.topology.layer(layer).edges)) for layer in Layer}
        for one in ones
        if one.people.topology.layers
    ]
    return ArmShape(
        cell=cell,
        levels={name: level for name, level in condition.items() if name in varied or name == "topology"},
        graph=_spreads([one.shape.model_dump(exclude={"exact"}) for one in ones]),
        layers=_spreads(layered) if layered else {},
        asked=tuple(_asked(experiment, ones)),
    )


def _asked(experiment: Experiment, ones: Sequence[Drawn]) -> Iterator[Asked]:
    rows: dict[tuple[Level, ...], list[dict[str, float | None]]] = {}
    for one in ones:
        for trial in _one_of_each(experiment, one.unit):
            levels = tuple(trial.fork[name] for name in ABOUT_TARGETS)
            rows.setdefault(levels, []).append(_row(one.people, trial))
    for levels, found in rows.items():
        spreads = _spreads(found)
        yield Asked(
            levels=dict(zip(ABOUT_TARGETS, levels, strict=True)),
            subjects=spreads["subjects"],
            hops=spreads.get("hops"),
            degree=spreads["degree"],
        )


def _one_of_each(experiment: Experiment, unit: Unit) -> Iterator[Trial]:
    """One trial for every way of choosing targets and reviewers, and every target; one in which the target is no reviewer
    of itself, where there is one."""
    found: dict[tuple[Level, ...], Trial] = {}
    for trial in experiment.trials_of(unit):
        key = (*(trial.fork[name] for name in ABOUT_TARGETS), trial.target)
        if key not in found or found[key].fork["target.kind"] == "self":
            found[key] = trial
    yield from found.values()


def _row(people: Cast, trial: Trial) -> dict[str, float | None]:
    scene, topology = people.scene(trial), people.topology
    apart = [topology.distance(subject, scene.place) for subject in scene.reviewers if subject != scene.place]
    known = [hop for hop in apart if hop is not None]
    return {
        "subjects": float(len(scene.reviewers)),
        "hops": fmean(known) if known else None,
        "degree": float(len(topology.neighbours(scene.place))),
    }


# -- what arms share --------------------------------------------------------------------------------------------------


def _shared(drawn: Sequence[Drawn]) -> dict[str, bool]:
    """Whether arms of one replicate share what they should: names where the population is one size, the graph where the
    topology is one, targets where graph and confederates are the same."""
    names: dict[tuple[object, ...], set[object]] = {}
    graphs: dict[tuple[object, ...], set[object]] = {}
    targets: dict[tuple[object, ...], set[object]] = {}
    for unit, people, _ in drawn:
        key = (unit.replicate, unit.condition["population"])
        topology = (*key, unit.condition["topology"], unit.condition["edge.delay"])
        names.setdefault(key, set()).add(people.topology.nodes)
        graphs.setdefault(topology, set()).add(people.topology.digest())
        targets.setdefault((*topology, people.confederates), set()).add(people.places)
    parts = {"names": names, "graphs": graphs, "targets": targets}
    return {what: all(len(each) == 1 for each in found.values()) for what, found in parts.items()}


# -- what to look at --------------------------------------------------------------------------------------------------


def _warnings(experiment: Experiment, arms: Sequence[ArmShape], drawn: Sequence[Drawn]) -> Iterator[str]:
    yield from _unmatched(arms)
    yield from _pieces(arms)
    yield from _unequal_subjects(arms)
    yield from _empty_rules(experiment, drawn)


def _unmatched(arms: Sequence[ArmShape]) -> Iterator[str]:
    """Topologies that, everything else alike, differ in mean degree as well as in form."""
    groups: dict[tuple[tuple[str, Level], ...], dict[Level, float]] = {}
    for arm in arms:
        rest = tuple((name, level) for name, level in arm.levels.items() if name != "topology")
        groups.setdefault(rest, {})[arm.levels["topology"]] = arm.graph["degree"].mean
    for found in {tuple(each.items()): each for each in groups.values()}.values():
        if min(found.values()) < (1 - UNLIKE) * max(found.values()):
            yield (
                f"ties an agent differ between topologies: {_listed(found)}; they differ in density as well as in form: "
                "match them by their parameters where the form is asked about"
            )


def _listed(found: Mapping[Level, float]) -> str:
    return ", ".join(f"{mean:.3g} on {topology}" for topology, mean in found.items())


def _pieces(arms: Sequence[ArmShape]) -> Iterator[str]:
    for topology, high in dict.fromkeys((arm.levels["topology"], arm.graph["components"].high) for arm in arms):
        if high > 1:
            yield f"{topology} falls into up to {high:.0f} pieces: no message passes between them"


def _unequal_subjects(arms: Sequence[ArmShape]) -> Iterator[str]:
    counts: dict[Level, dict[Level, float]] = {}
    for arm in arms:
        for asked in arm.asked:
            counts.setdefault(asked.levels["reviewers"], {}).setdefault(arm.levels["topology"], asked.subjects.mean)
    for reviewers, found in counts.items():
        if max(found.values()) > (1 + UNLIKE) * min(found.values()):
            yield f"with reviewers {reviewers}, subjects per target differ: {_listed(found)}; compare shares, not counts"


def _empty_rules(experiment: Experiment, drawn: Sequence[Drawn]) -> Iterator[str]:
    """Rules that rank agents of whom all stand alike."""
    for level in experiment.forks.get("target.by", ()):
        rule = parse_rule(str(level))
        alike: dict[str, list[bool]] = {}
        for one in drawn if rule.name in RANKED else ():
            scores = {round(float(score), 9) for score in RANKED[rule.name](one.people.topology)}
            alike.setdefault(str(one.unit.condition["topology"]), []).append(len(scores) == 1)
        for topology, found in alike.items():
            if any(found):
                yield (
                    f"target.by {level} chooses nobody on {topology} in {sum(found)} of {len(found)} snapshots: all agents "
                    "stand alike there, so targets are drawn"
                )
