"""Who sits where: a policy for every agent, what decides in it, and what it holds of a history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from agents import (
    Limits,
    Memory,
    ModelCall,
    ModelSpec,
    Planted,
    PlantedOperator,
    Rule,
    Scripted,
    build_rule,
    parse_memory,
)
from sim import (
    OPERATOR,
    AgentId,
    Policy,
    Snapshot,
    Streams,
    recollect,
)
from worlds import (
    INTERRUPTED,
    NOTE,
    SYSTEM,
    MemoryTexts,
    entered,
)

from .cast import Cast
from .design import Experiment, Trial, Unit
from .errors import BadExperiment
from .identity import make_number, makes
from .populations import LLMAgents, PlantedAgents
from .sources import Source
from .valences import Assigned, Valence, parse_valence

if TYPE_CHECKING:
    from agents.live import Cassette, LLMAgent


@dataclass(frozen=True)
class Line:
    """What live agents share: the limits on calls, the record of calls, and who is told of each."""

    limits: Limits
    cassette: "Cassette | None"
    on_call: Callable[[ModelCall], None]


BY_SIGN: Mapping[int, Valence] = MappingProxyType({1: Valence.POSITIVE, -1: Valence.NEGATIVE})
"""How a signed tie is played, both ways."""


def _sign_rules() -> dict[int, tuple[str, dict[str, float]]]:
    return {sign: Assigned(valence=valence).rule(0) for sign, valence in BY_SIGN.items()}


def _named(rule: str, params: Mapping[str, float]) -> str:
    return f"{rule}({', '.join(f'{key}={value:g}' for key, value in params.items())})"


@dataclass(frozen=True)
class Seating:
    """Builds policies for one experiment's agents. `line` is None for a scripted population."""

    experiment: Experiment
    line: Line | None = None

    def seat(
        self,
        people: Cast,
        unit: Unit,
        episode: str,
        snapshot: Snapshot | None,
        source: Source = Source.LIVED,
        noted: bool = False,
    ) -> dict[AgentId, Policy]:
        """A policy per agent, which holds of the snapshot's history what `source` says. `noted`: the system prompt names the
        record that is among the documents."""
        seats: dict[AgentId, Policy] = {}
        for agent in people.topology.nodes:
            draws = people.streams.below("mind", agent) if snapshot is None else people.streams.below("mind", agent, episode)
            policy = self._policy(people, unit, agent, draws, noted)
            if snapshot is not None and source is Source.REPLAYED:
                policy.recollect(recollect(snapshot.entries, agent).turns)
            elif snapshot is not None and not source.blank:
                policy.set_state(snapshot.policies[agent])
            if source is Source.NOTES and isinstance(self.experiment.agents, LLMAgents):
                policy.condense(MemoryTexts())
            if isinstance(self.experiment.agents, LLMAgents):
                policy.rebase(f"{episode}/{agent}")
            seats[agent] = policy
        return seats

    def minds(self, people: Cast, unit: Unit) -> dict[AgentId, str]:
        """What decides for each agent, for the record."""
        minds, fixed = {}, self.forced(people, unit)
        for agent in people.topology.nodes:
            forced = f" with {fixed[agent]}" if agent in fixed else ""
            match self.experiment.agents:
                case PlantedAgents(rule=rule):
                    names = makes(self.experiment, unit)
                    make = f" of {names[make_number(people, agent, len(names))]}"
                    minds[agent] = f"planted:{rule}{make if len(names) > 1 else ''}{forced}"
                case LLMAgents():
                    minds[agent] = f"llm:{self._spec(people, unit, agent).model}{forced}"
        return minds

    def forced(self, people: Cast, unit: Unit) -> dict[AgentId, str]:
        """The confederates, and the rule that makes their moves. On a signed topology everybody's are made, by sign."""
        if people.topology.signed and unit.condition["history.dose"]:
            kind, unkind = (_named(*rule) for rule in _sign_rules().values())
            return dict.fromkeys(people.topology.nodes, f"{kind} on positive ties and {unkind} on negative ones")
        return dict.fromkeys(people.confederates, _named(*self._rule(unit))) if people.confederates else {}

    def _towards(self, people: Cast, agent: AgentId) -> dict[AgentId, Rule]:
        """The rules of an agent towards those to whom it has a signed tie."""
        if not people.topology.signed:
            return {}
        rules = {sign: build_rule(name, **params) for sign, (name, params) in _sign_rules().items()}
        signs = people.topology.signs
        return {other: rules[signs[agent, other]] for other in people.tasks.neighbours(agent) if (agent, other) in signs}

    def _rule(self, unit: Unit) -> tuple[str, dict[str, float]]:
        return parse_valence(str(unit.condition["history.valence"])).rule(int(unit.condition["history.dose"]))

    def _policy(self, people: Cast, unit: Unit, agent: AgentId, draws: Streams, noted: bool) -> Any:
        is_confederate, memory = agent in people.confederates, memory_of(unit)
        towards = self._towards(people, agent)
        match self.experiment.agents:
            case PlantedAgents(law=law, rule=rule, talk=talk):
                name, params = self._rule(unit) if is_confederate else (rule, {})
                kept = Memory() if is_confederate else memory  # a rule that makes a history loses nothing of it
                plays = build_rule(name, **params)
                return Scripted(plays, streams=draws, response=Planted(law), talk=talk, memory=kept, towards=towards)
            case LLMAgents():
                words = self._llm(self._spec(people, unit, agent), memory, noted)
                if not is_confederate and not towards:
                    return words
                from agents.live import Confederate

                name, params = self._rule(unit) if is_confederate else ("tit-for-tat", {})
                moves = Scripted(build_rule(name, **params), streams=draws, towards=towards)
                return Confederate(moves, words, entered=entered, own=(MemoryTexts.notes_tool,))

    def operator(self, people: Cast, trial: Trial) -> tuple[Policy, str]:
        """Who gives orders in a fork, without a history: a policy, and what decides in it."""
        match self.experiment.agents:
            case PlantedAgents(operator=chances):
                draws = people.streams.below("mind", OPERATOR, trial.id)
                return PlantedOperator(withdraw=chances.withdraw, repeat=chances.repeat, streams=draws), "planted:operator"
            case LLMAgents(models=models, operator=spec):
                mind = self._llm(spec or models[0], Memory())
                mind.rebase(f"{trial.id}/{OPERATOR}")
                return mind, f"llm:{(spec or models[0]).model}"
            case _:
                raise BadExperiment("an imported run has no operator to seat")

    def _spec(self, people: Cast, unit: Unit, agent: AgentId) -> ModelSpec:
        assert isinstance(self.experiment.agents, LLMAgents)
        models = self.experiment.agents.models
        many = len(makes(self.experiment, unit))
        return models[make_number(people, agent, many)]

    def _llm(self, spec: ModelSpec, memory: Memory, noted: bool = False) -> "LLMAgent":
        from agents.live import LiteLLMClient, LLMAgent, build_context

        assert self.line is not None, "live agents need a line to their models"
        client = LiteLLMClient(spec, limits=self.line.limits, cassette=self.line.cassette, on_call=self.line.on_call)
        context = build_context(memory, MemoryTexts())
        system = f"{SYSTEM} {NOTE}" if noted else SYSTEM
        return LLMAgent(client, system=system, interrupted=INTERRUPTED, context=context)


def memory_of(unit: Unit) -> Memory:
    """What agents are shown again of their history."""
    return parse_memory(str(unit.condition["memory"]))
