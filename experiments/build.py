"""The one place where a design's data become objects: a unit becomes an episode of history, a trial a fork of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents import Limits, ModelCall, ModelSpec, Planted, Scripted, build_rule
from sim import AgentId, Channel, Episode, Header, Order, Plan, Policy, Snapshot, Streams
from worlds import INTERRUPTED, SCENARIOS, SYSTEM, KernelWording, Lever, Precedence, Table, build_table, entered

from .cast import Cast, cast
from .design import Experiment, LLMAgents, PlantedAgents, Trial, Unit
from .factors import Valence

if TYPE_CHECKING:
    from agents.live import Cassette, LLMAgent

ANNOUNCE_AT = 1
"""Ticks after the fork at which the order is announced."""


@dataclass(frozen=True)
class Line:
    """What live agents share: the limits on calls, the record of calls, and who is told of each."""

    limits: Limits
    cassette: "Cassette | None"
    on_call: Callable[[ModelCall], None]


def confederate_rule(valence: Valence, dose: int) -> tuple[str, dict[str, float]]:
    """How confederates play to make a history of that valence."""
    match valence:
        case Valence.POSITIVE:
            return "q-cooperator", {"q": 0.95}
        case Valence.NEGATIVE:
            return "q-cooperator", {"q": 0.05}
        case Valence.MIXED:
            return "q-cooperator", {"q": 0.5}
        case Valence.BETRAYED:
            return "betray-at", {"t": max(1, round(0.7 * dose))}
        case Valence.NATURAL:
            raise ValueError("in a natural history nobody's moves are fixed")


@dataclass(frozen=True)
class Seating:
    """Builds policies for one experiment's agents. `line` is None for a scripted population."""

    experiment: Experiment
    line: Line | None = None

    def seat(self, people: Cast, unit: Unit, episode: str, states: Mapping[AgentId, Any] | None) -> dict[AgentId, Policy]:
        """A policy per agent; with `states` (of a snapshot) each remembers its history."""
        seats: dict[AgentId, Policy] = {}
        for agent in people.topology.nodes:
            draws = people.streams.below("mind", agent) if states is None else people.streams.below("mind", agent, episode)
            policy = self._policy(people, unit, agent, draws)
            if states is not None:
                policy.set_state(states[agent])
            if isinstance(self.experiment.agents, LLMAgents):
                policy.rebase(f"{episode}/{agent}")
            seats[agent] = policy
        return seats

    def minds(self, people: Cast, unit: Unit) -> dict[AgentId, str]:
        """What decides for each agent, for the record."""
        minds = {}
        for agent in people.topology.nodes:
            forced = f" with {self.forced(people, unit)[agent]}" if agent in people.confederates else ""
            match self.experiment.agents:
                case PlantedAgents(rule=rule):
                    minds[agent] = f"planted:{rule}{forced}"
                case LLMAgents():
                    minds[agent] = f"llm:{self._spec(people, agent).model}{forced}"
        return minds

    def forced(self, people: Cast, unit: Unit) -> dict[AgentId, str]:
        """The confederates, and the rule that makes their moves."""
        if not people.confederates:
            return {}
        name, params = self._rule(unit)
        told = ", ".join(f"{key}={value:g}" for key, value in params.items())
        return dict.fromkeys(people.confederates, f"{name}({told})")

    def _rule(self, unit: Unit) -> tuple[str, dict[str, float]]:
        return confederate_rule(Valence(str(unit.condition["history.valence"])), int(unit.condition["history.dose"]))

    def _policy(self, people: Cast, unit: Unit, agent: AgentId, draws: Streams) -> Any:
        is_confederate = agent in people.confederates
        match self.experiment.agents:
            case PlantedAgents(law=law, rule=rule, talk=talk):
                name, params = self._rule(unit) if is_confederate else (rule, {})
                return Scripted(build_rule(name, **params), streams=draws, response=Planted(law), talk=talk)
            case LLMAgents():
                words = self._llm(self._spec(people, agent))
                if not is_confederate:
                    return words
                from agents.live import Confederate

                name, params = self._rule(unit)
                return Confederate(Scripted(build_rule(name, **params), streams=draws), words, entered=entered)

    def _spec(self, people: Cast, agent: AgentId) -> ModelSpec:
        assert isinstance(self.experiment.agents, LLMAgents)
        models = self.experiment.agents.models
        order = people.streams.shuffled(people.topology.nodes, "models")
        return models[order.index(agent) % len(models)]

    def _llm(self, spec: ModelSpec) -> "LLMAgent":
        from agents.live import LiteLLMClient, LLMAgent

        assert self.line is not None, "live agents need a line to their models"
        client = LiteLLMClient(spec, limits=self.line.limits, cassette=self.line.cassette, on_call=self.line.on_call)
        return LLMAgent(client, system=SYSTEM, interrupted=INTERRUPTED)


def build_history(experiment: Experiment, unit: Unit, line: Line | None = None) -> Episode:
    """The episode in which a unit's population lives its history."""
    people, seating = cast(experiment, unit), Seating(experiment, line)
    table = _table(people, unit, seating)
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
    scenario_type, _ = SCENARIOS[str(trial.fork["scenario"])]
    scenario = scenario_type(
        target=scene.target,
        target_kind=scene.kind,
        reviewers=scene.reviewers,
        population=people.topology.nodes,
        streams=people.streams.below("scene", scene.place),
        lever=Lever(str(trial.fork["lever"])),
        precedence=Precedence(str(trial.fork["precedence"])),
        target_told=trial.fork["target.told"] == "yes",
        met=tuple(snapshot.turns),
    )
    plan = Plan(rounds=experiment.rounds)
    order = Order(
        id="order-1",
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
            condition={**trial.condition, "target": scene.target, "place": scene.place, "repeat": trial.repeat},
            minds=minds,
        ),
        topology=people.topology,
        world=scenario,
        orders=[order],
        seats=seating.seat(people, trial.unit, trial.id, snapshot.policies),
        wording=KernelWording(),
        streams=people.streams.below("fork", trial.repeat),
        plan=plan,
        channel=Channel(str(trial.fork["channel"])),
        loss=experiment.loss,
        snapshot=snapshot,
    )


def _table(people: Cast, unit: Unit, seating: Seating) -> Table:
    return build_table(
        str(unit.condition["history.game"]),
        people.pairs,
        dose=int(unit.condition["history.dose"]),
        streams=people.streams.below("table"),
        cover=str(unit.condition["cover"]),
        forced=seating.forced(people, unit),
    )
