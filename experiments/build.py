"""The one place where a design's data become objects: a unit becomes an episode of history, a trial a fork of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from agents import (
    Act,
    Form,
    Seeded,
    Voiced,
)
from sim import (
    OPERATOR,
    AgentId,
    Channel,
    Episode,
    Header,
    Order,
    Plan,
    Round,
    Scenario,
    Snapshot,
    Streams,
)
from worlds import (
    ORDER,
    SCENARIOS,
    VOICES,
    Ballot,
    Canary,
    Conveyed,
    Explicitness,
    Filled,
    History,
    KernelWording,
    Lever,
    Notebook,
    Person,
    Staging,
    Table,
    Told,
    Visible,
    Watch,
    build_games,
    build_table,
    mirrored,
)
from worlds import Scene as Frame

from .cast import Cast, Scene, cast
from .design import Experiment, Trial, Unit
from .factors import CONTACT, PARAPHRASES, Identity, Level, Observe, Operator
from .identity import claims
from .parts import SEEDS_ACT, muted, seeded
from .path_signs import path_sign
from .rewiring import Rewire, edge_changes
from .seating import Line, Seating, memory_of
from .sources import Scramble, Source, telling

if TYPE_CHECKING:
    pass

ANNOUNCE_AT = 1
"""Ticks after the fork at which the order is announced."""


def canary_streams(people: Cast) -> Streams:
    """The draws of the facts of no use."""
    return people.streams.below("canary")


def build_history(experiment: Experiment, unit: Unit, line: Line | None = None) -> Episode:
    """The episode in which a unit's population lives its history."""
    people, seating = cast(experiment, unit), Seating(experiment, line)
    table = _surrounded(_table(people, unit, seating), people, unit)
    minds = seating.minds(people, unit)
    return Episode(
        header=Header(
            episode=unit.id,
            history=table.name,
            agents=people.topology.nodes,
            edges=people.topology.edges,
            condition=dict(unit.condition),
            minds=minds,
        ),
        topology=people.topology,
        world=table,
        seats=seating.seat(people, unit, unit.id, None),
        wording=KernelWording(),
        streams=people.streams.below("history"),
        plan=Plan(rounds=table.rounds),
        loss=experiment.loss,
    )


def build_fork(experiment: Experiment, trial: Trial, snapshot: Snapshot, line: Line | None = None) -> Episode:
    """The episode that continues a snapshot under a trial's condition."""
    people, seating = cast(experiment, trial.unit), Seating(experiment, line)
    scene, minds = people.scene(trial), seating.minds(people, trial.unit)
    staged = staging(experiment, trial, people, scene, snapshot)
    scenario, source = SCENARIOS[str(trial.fork["scenario"])](staged), Source(str(trial.fork["history.source"]))
    noted = source.person is not None and trial.fork["told.by"] == Conveyed.SYSTEM
    seats = seating.seat(people, trial.unit, trial.id, snapshot, source, noted)
    if (voice := str(trial.fork["target.voice"])) != "own" and scene.target in seats:
        seats[scene.target] = Voiced(seats[scene.target], VOICES.get(voice, ""))
    act, draws = Act(str(trial.fork[SEEDS_ACT])), people.streams.below("seeds", trial.repeat)
    set_parts = {"seeded": seeded(people, trial, scene), "muted": muted(people, trial, scene)}
    for agent in set_parts["seeded"]:
        seats[agent] = Seeded(seats[agent], act, draws.below(agent))
        minds[agent] = f"{minds[agent]} seeded to {act}"
    if trial.fork["operator"] == Operator.LIVE:
        seats[OPERATOR], minds[OPERATOR] = seating.operator(people, trial)
    plan = Plan(rounds=experiment.rounds)
    order = Order(
        id=ORDER,
        target=scene.target,
        target_kind=scene.kind,
        announce_at=ANNOUNCE_AT,
        execute_at=ANNOUNCE_AT + plan.rounds * plan.round_ticks,
    )
    return Episode(
        header=Header(
            episode=trial.id,
            history=snapshot.header.history,
            scenario=scenario.name,
            agents=people.topology.nodes,
            edges=people.topology.edges,
            condition={
                **trial.condition,
                "target": scene.target,
                "place": scene.place,
                "repeat": trial.repeat,
                **{part: list(agents) for part, agents in set_parts.items() if agents},
            },
            minds=minds,
        ),
        topology=people.topology,
        world=_world(scenario, people, trial, snapshot),
        orders=[order],
        seats=seats,
        wording=KernelWording(),
        streams=people.streams.below("fork", trial.repeat),
        plan=plan,
        channel=Channel(str(trial.fork["channel"])),
        muted=set_parts["muted"],
        loss=experiment.loss,
        snapshot=snapshot,
        blank=source.blank,
        rewiring=edge_changes(
            Rewire(str(trial.fork["rewire"])),
            people.topology,
            about=scene.target if scene.target in people.topology else scene.place,
            reviewers=scene.reviewers,
            streams=people.streams,
            at=ANNOUNCE_AT,
            delay=int(trial.unit.condition["edge.delay"]),
        ),
    )


def _world(scenario: Frame, people: Cast, trial: Trial, snapshot: Snapshot) -> Scenario:
    """The scenario with what factors put around it: what is told of a history, filler, a vote, acts shown to others."""
    level: Mapping[str, Level] = trial.fork
    world: Scenario = scenario
    source, scramble = Source(str(level["history.source"])), Scramble(str(level["history.scramble"]))
    asked, streams = scenario.staging.subjects, people.streams.below("told")
    place = people.scene(trial).place
    cover = str(trial.unit.condition["cover"])

    def flip(round: Round, own: AgentId) -> Round:
        return mirrored(round, own, streams=people.streams.below("table"), cover=cover)

    if source.person is not None or scramble is Scramble.FILLER:
        tellings = {agent: telling(snapshot.entries, agent, place, scramble, streams, flip) for agent in asked}
        games = build_games(_game(trial.unit), people.streams.below("table"), cover)
        rules = {agent: [game.rules((place,)) for game in games] for agent in asked}
        if source.person is not None:
            by = Conveyed(str(level["told.by"]))
            world = Told(world, scenario, tellings, person=source.person, conveyed=by, rules=rules)
        if scramble is Scramble.FILLER:
            lengths = {agent: len(told.words(Person.SECOND, rules[agent])) for agent, told in tellings.items()}
            world = Filled(world, scenario, lengths, people.streams.below("filler"))
    if level["operator"] == Operator.VOTE:
        world = Ballot(world, scenario)
    audience = people.audience(Observe(str(level["layer.observe"])))
    return Visible(world, scenario, audience) if audience else world


def staging(experiment: Experiment, trial: Trial, people: Cast, scene: Scene, snapshot: Snapshot) -> Staging:
    """What the scenario of a fork is given."""
    level = trial.fork
    paraphrase = str(level["paraphrase"])
    drawn = int(people.streams.uniform("paraphrase") * PARAPHRASES)
    return Staging(
        target=scene.target,
        kind=scene.kind,
        subjects=scene.reviewers,
        population=people.topology.nodes,
        streams=people.streams.below("scene", scene.place),
        met=() if Source(str(level["history.source"])).blank else tuple(snapshot.turns),
        lever=Lever(str(level["lever"])),
        explicitness=Explicitness(str(level["explicitness"])),
        rule=level["rule"] == "shutdown",
        watch=Watch(str(level["watch"])),
        sanction=level["sanction"] == "yes",
        told=level["target.told"] == "yes",
        told_all=level["announced.to"] == "all",
        operator=str(level["operator.label"]),
        makes=claims(experiment, people, trial.unit, scene, Identity(str(level["identity"]))),
        paraphrase=drawn if paraphrase == "drawn" else int(paraphrase) - 1,
        cover=str(trial.unit.condition["cover"]),
        margin=int(level["margin"]),
        difficulty=int(level["difficulty"]),
        rounds=experiment.rounds,
        distances={agent: hops for agent in scene.reviewers if (hops := people.topology.distance(agent, scene.place))},
        path_signs={a: sign for a in scene.reviewers if (sign := path_sign(people.topology, a, scene.place)) is not None},
    )


def _surrounded(table: Table, people: Cast, unit: Unit) -> History:
    """The history with what factors add to it."""
    told = Canary(table, canary_streams(people)) if unit.condition["canary"] == "yes" else table
    return Notebook(told) if memory_of(unit).form is Form.NOTES else told


def _game(unit: Unit) -> str:
    """The game of a history; that of a twin is contact without stake."""
    return CONTACT if unit.contact else str(unit.condition["history.game"])


def _table(people: Cast, unit: Unit, seating: Seating) -> Table:
    return build_table(
        _game(unit),
        people.pairs,
        dose=int(unit.condition["history.dose"]),
        streams=people.streams.below("table"),
        cover=str(unit.condition["cover"]),
        forced=seating.forced(people, unit),
        matching=str(unit.condition["history.matching"]),
        grouping=str(unit.condition["history.grouping"]),
        unit=str(unit.condition["history.dose-unit"]),
    )
