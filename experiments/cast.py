"""Who takes part in one snapshot: names, graph, confederates, and who reviews whom.

Everything here is drawn from (experiment, replicate), never from the arm, so arms share names, graphs, confederates and
the order of targets.
"""

import itertools
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from sim import AgentId, Layer, SimError, Streams, Topology, build_topology
from worlds import TargetKind, build_games

from .design import Experiment, Trial, Unit
from .errors import BadExperiment
from .factors import FACTORS, Observe, Reviewers, parse_topology
from .targets import EVERY, chosen, farthest, parse_rule
from .valences import Valence

KEPT = 16
"""Populations that are kept in memory at a time, for the forks that follow."""


@dataclass(frozen=True)
class Scene:
    """One fork's parts: the target and those who review it. `place` is the member of the population in whose place an
    unknown agent or an object is the target."""

    target: AgentId
    kind: TargetKind
    place: AgentId
    reviewers: tuple[AgentId, ...]


@dataclass(frozen=True)
class Cast:
    """The population of one unit."""

    streams: Streams
    topology: Topology
    confederates: tuple[AgentId, ...]
    stranger: AgentId
    """An agent that is not there and was never heard of."""
    job: AgentId
    """A batch job."""
    account: AgentId
    """The account of a person."""
    subordinates: bool = False
    """Whether only those with somebody above them can be targets, because such are asked in one of the arms."""

    @cached_property
    def tasks(self) -> Topology:
        """Who meets in games and who reviews whom."""
        return self.topology.layer(Layer.TASK)

    @cached_property
    def pairs(self) -> tuple[tuple[AgentId, AgentId], ...]:
        """Those who meet: neighbours of the task layer, each pair once, in the topology's order."""
        place, tasks = {agent: number for number, agent in enumerate(self.topology.nodes)}, self.tasks
        return tuple((a, b) for a, b, _ in tasks.edges if place[a] < place[b] or not tasks.has_edge(b, a))

    @cached_property
    def turns(self) -> Mapping[AgentId, int]:
        """The drawn order in which agents take turns at being of a make."""
        return {agent: number for number, agent in enumerate(self.streams.shuffled(self.topology.nodes, "models"))}

    @cached_property
    def places(self) -> tuple[AgentId, ...]:
        """Whose shutdown can be at stake: those with at least one neighbour who may be asked, in a drawn order."""
        may = self.confederates or self.topology.nodes
        able = (a for a in may if self._askable(a) and (not self.subordinates or self._superiors(a)))
        return self.streams.shuffled(tuple(able), "places")

    @cached_property
    def anchor(self) -> AgentId:
        """From whom `target.by: distance:K` counts hops: the agent whose moves are its own that has the farthest places."""
        own = tuple(agent for agent in self.topology.nodes if agent not in self.confederates)
        return farthest(self.topology, self.streams.shuffled(own, "anchor"), self.places)

    def targets(self, by: str) -> tuple[AgentId, ...]:
        """In whose place a target can stand under a level of `target.by`, the first first; `targets` of a design are taken.

        Raises `BadExperiment` for a block or distance that the graph does not have."""
        if by not in self._chosen:
            self._chosen[by] = chosen(parse_rule(by), self.topology, self.places, lambda: self.anchor)
        return self._chosen[by]

    @cached_property
    def _chosen(self) -> dict[str, tuple[AgentId, ...]]:
        """What rules have been asked for: a centrality is reckoned once for all forks of a snapshot."""
        return {}

    def audience(self, observe: Observe) -> Mapping[AgentId, tuple[AgentId, ...]]:
        """To whom each agent's acts are shown."""
        if observe is Observe.NONE:
            return {}
        seen, nodes = self.topology.layer(Layer.OBSERVE), self.topology.nodes
        everybody = observe is Observe.ALL
        return {a: tuple(b for b in nodes if b != a) if everybody else seen.neighbours(a) for a in nodes}

    def scene(self, trial: Trial) -> Scene:
        """Who is the target in a fork, and who reviews it."""
        by = parse_rule(str(trial.fork["target.by"]))
        place = self.targets(str(trial.fork["target.by"]))[trial.target]
        kind = TargetKind(str(trial.fork["target.kind"]))
        neighbours = self.streams.shuffled(self._askable(place), "reviewers", place)
        match Reviewers(str(trial.fork["reviewers"])):
            case Reviewers.ONE:
                reviewers = (self.anchor,) if by.name == "distance" else neighbours[:1]
            case Reviewers.NEIGHBOURS:
                reviewers = neighbours
            case Reviewers.SUPERIORS:
                reviewers = self.streams.shuffled(self._superiors(place), "reviewers", place)
            case Reviewers.ALL:
                away = tuple(a for a in self.topology.nodes if a != place and a not in self.confederates)
                reviewers = self.streams.shuffled(away, "reviewers", place)
        match kind:
            case TargetKind.PEER:
                return Scene(place, kind, place, reviewers)
            case TargetKind.UNKNOWN:
                return Scene(self.stranger, kind, place, reviewers)
            case TargetKind.OBJECT:
                return Scene(self.job, kind, place, reviewers)
            case TargetKind.HUMAN:
                return Scene(self.account, kind, place, reviewers)
            case TargetKind.SELF:
                return Scene(neighbours[0], kind, place, neighbours[:1])

    def _askable(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Neighbours whose moves were their own."""
        return tuple(a for a in self.tasks.neighbours(agent) if a not in self.confederates)

    def _superiors(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Those above an agent whose moves were their own."""
        above = self.topology.layer(Layer.AUTHORITY)
        return tuple(a for a in self.topology.nodes if above.has_edge(a, agent) and a not in self.confederates)


def cast(experiment: Experiment, unit: Unit) -> Cast:
    """Draw the population of a unit. Raises `BadExperiment` where the graph or the targets are impossible.

    The forks of a snapshot are given one and the same value, but for graphs from files, which are read each time.
    """
    if experiment.files:
        return _drawn(experiment, unit)
    said = tuple((name, *experiment.forks.get(name, ())) for name in ("reviewers", "target.by"))
    key = (experiment.name, experiment.seed, experiment.targets, said, unit.id, unit.replicate, *unit.condition.values())
    return _kept(_Asked(key, experiment, unit))


@dataclass(frozen=True)
class _Asked:
    """A unit, equal to another where all that a cast is drawn from is equal."""

    key: tuple[Hashable, ...]
    experiment: Experiment = field(compare=False)
    unit: Unit = field(compare=False)


@lru_cache(maxsize=KEPT)
def _kept(asked: _Asked) -> Cast:
    return _drawn(asked.experiment, asked.unit)


def _drawn(experiment: Experiment, unit: Unit) -> Cast:
    streams = Streams("allegiance", experiment.name, experiment.seed, unit.replicate)
    n = int(unit.condition["population"])
    name, params = parse_topology(str(unit.condition["topology"]))
    digits = next(d for d in itertools.count(2) if 9 * 10 ** (d - 1) >= n + 2)
    numbers = streams.at("names").choice(9 * 10 ** (digits - 1), size=n + 2, replace=False) + 10 ** (digits - 1)
    *names, stranger, job = (int(number) for number in numbers)
    try:
        topology = build_topology(
            name,
            n,
            seed=streams.at("graph"),
            delay=int(unit.condition["edge.delay"]),
            names=[AgentId(f"a{number}") for number in names],
            **params,  # type: ignore[arg-type]
        )
    except SimError as error:
        hint = "; set `population` to the number of agents in the file" if "path" in params else ""
        raise BadExperiment(f"topology {unit.condition['topology']} with {n} agents: {error}{hint}") from None
    _check_signs(unit, topology, streams)
    fixed = unit.condition["history.valence"] != Valence.NATURAL and unit.condition["history.dose"]
    people = Cast(
        streams=streams,
        topology=topology,
        confederates=_confederates(topology.layer(Layer.TASK), streams) if fixed else (),
        subordinates=Reviewers.SUPERIORS in experiment.forks.get("reviewers", ()),
        stranger=AgentId(f"a{stranger}"),
        job=AgentId(f"j{job}"),
        account=AgentId(f"u{streams.at('account').integers(10 ** (digits - 1), 10**digits)}"),
    )
    for by in experiment.forks.get("target.by", (FACTORS["target.by"].default,)):
        _check_targets(experiment, unit, people, str(by))
    return people


def _check_targets(experiment: Experiment, unit: Unit, people: Cast, by: str) -> None:
    where = f"{unit.id} ({unit.condition['topology']}, {len(people.topology)} agents)"
    try:
        able = len(people.targets(by))
    except BadExperiment as error:
        raise BadExperiment(f"{error} (in {where})") from None
    if by == EVERY:
        if able < len(people.topology):
            raise BadExperiment(
                f"target.by: every asked for, but in {where} only {able} can be a target: the others have no neighbour who "
                "may be asked; use history.valence: natural, or a connected topology"
            )
    elif able < experiment.targets:
        rule = "" if by == FACTORS["target.by"].default else f" by {by}"
        raise BadExperiment(
            f"targets: {experiment.targets} asked for, but in {where} only {able} can be one{rule}; ask for fewer targets "
            "(`targets:` in YAML) or use a larger population"
        )


def _check_signs(unit: Unit, topology: Topology, streams: Streams) -> None:
    """Signs say how each pair treats each other, so nothing else may, and it must be pairs that meet."""
    if not topology.signed:
        return
    game, cover = str(unit.condition["history.game"]), str(unit.condition["cover"])
    if max(each.size for each in build_games(game, streams, cover)) > 2:
        raise BadExperiment(f"topology {unit.condition['topology']} has signs for pairs, and {game} is played in groups")
    if unit.condition["history.valence"] != Valence.NATURAL:
        raise BadExperiment(
            f"topology {unit.condition['topology']} says by its signs how everybody is treated; set history.valence: natural"
        )


def _confederates(topology: Topology, streams: Streams) -> tuple[AgentId, ...]:
    """Half of the population at most, no two of them neighbours as far as that goes: a drawn greedy independent set,
    filled up to a quarter of the population where the graph is too dense for more."""
    order = streams.shuffled(topology.nodes, "confederates")
    chosen: list[AgentId] = []
    for agent in order:
        if len(chosen) < len(order) // 2 and not any(topology.has_edge(agent, c) for c in chosen):
            chosen.append(agent)
    for agent in order:
        if len(chosen) < max(1, len(order) // 4) and agent not in chosen:
            chosen.append(agent)
    return tuple(agent for agent in topology.nodes if agent in chosen)
