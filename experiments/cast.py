"""Who takes part in one snapshot: names, graph, confederates, and who reviews whom.

Everything here is drawn from (experiment, replicate), never from the arm, so arms share names, graphs, confederates and
the order of targets.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property

from sim import AgentId, SimError, Streams, Topology, build_topology
from worlds import TargetKind

from .design import Experiment, Trial, Unit
from .errors import BadExperiment
from .factors import Reviewers, Valence, parse_topology


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

    @cached_property
    def pairs(self) -> tuple[tuple[AgentId, AgentId], ...]:
        """Neighbours, each pair once, in the topology's order."""
        place = {agent: number for number, agent in enumerate(self.topology.nodes)}
        return tuple((a, b) for a, b, _ in self.topology.edges if place[a] < place[b] or not self.topology.has_edge(b, a))

    @cached_property
    def places(self) -> tuple[AgentId, ...]:
        """Whose shutdown can be at stake: those with at least one neighbour who may be asked, in a drawn order."""
        may = self.confederates or self.topology.nodes
        return self.streams.shuffled(tuple(agent for agent in may if self._askable(agent)), "places")

    def scene(self, trial: Trial) -> Scene:
        """Who is the target in a fork, and who reviews it."""
        place = self.places[trial.target]
        kind = TargetKind(str(trial.fork["target.kind"]))
        neighbours = self.streams.shuffled(self._askable(place), "reviewers", place)
        match Reviewers(str(trial.fork["reviewers"])):
            case Reviewers.ONE:
                reviewers = neighbours[:1]
            case Reviewers.NEIGHBOURS:
                reviewers = neighbours
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
            case TargetKind.SELF:
                return Scene(neighbours[0], kind, place, neighbours[:1])

    def _askable(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Neighbours whose moves were their own."""
        return tuple(a for a in self.topology.neighbours(agent) if a not in self.confederates)


def cast(experiment: Experiment, unit: Unit) -> Cast:
    """Draw the population of a unit. Raises `BadExperiment` where the graph or the targets are impossible."""
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
    fixed = unit.condition["history.valence"] != Valence.NATURAL and unit.condition["history.dose"]
    people = Cast(
        streams=streams,
        topology=topology,
        confederates=_confederates(topology, streams) if fixed else (),
        stranger=AgentId(f"a{stranger}"),
        job=AgentId(f"j{job}"),
    )
    if len(people.places) < experiment.targets:
        raise BadExperiment(
            f"targets: {experiment.targets} asked for, but in {unit.id} ({unit.condition['topology']}, {n} agents) only "
            f"{len(people.places)} can be one; ask for fewer targets (`targets:` in YAML) or use a larger population"
        )
    return people


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
