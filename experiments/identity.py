"""Who runs on what, and what is said of it: the mix of a population, and the make that the target is said to be of.

A make is a model's name, or a letter where agents are planted. What is said need not be true: with `false` the target is
said to run on another make than it does, with `own` on that of who reads it. Nothing is said under `hidden`.
"""

from collections.abc import Mapping

from sim import AgentId

from .cast import Cast, Scene
from .design import Experiment, Unit
from .errors import BadExperiment
from .factors import Identity
from .populations import LLMAgents, PlantedAgents

ALL = "all"
"""The level of `mix` under which every make takes part."""

ONE_MAKE = "identity=false: with one make there is no other to name; add a model, or set makes"


def makes(experiment: Experiment, unit: Unit) -> tuple[str, ...]:
    """The names of the makes in a unit. Raises `BadExperiment` where there are fewer than its level of `mix` asks for."""
    match experiment.agents:
        case LLMAgents(models=models):
            names = tuple(spec.model.rpartition("/")[2] for spec in models)
        case PlantedAgents(makes=many):
            names = tuple(f"make {chr(ord('A') + number)}" for number in range(many))
        case _:
            names = ()
    mix = unit.condition["mix"]
    if mix == ALL:
        return names
    if int(mix) > len(names):
        there = f"{len(names)} ({', '.join(names)})"
        raise BadExperiment(f"mix={mix}: the experiment has {there}; name more models, or set makes")
    return names[: int(mix)]


def check_makes(experiment: Experiment, unit: Unit) -> None:
    """Raises `BadExperiment` where a unit asks for more makes than there are, or a fork of it for a false one among one."""
    one = len(set(makes(experiment, unit))) < 2 and Identity.FALSE in experiment.levels_of("identity")
    if one and any(trial.fork["identity"] == Identity.FALSE for trial in experiment.trials_of(unit)):
        raise BadExperiment(ONE_MAKE)


def make_number(people: Cast, agent: AgentId, many: int) -> int:
    """Which of `many` makes an agent is of. Makes take turns in an order drawn for the snapshot; a stranger's is drawn."""
    if agent not in people.turns:
        return int(people.streams.uniform("make", agent) * many)
    return people.turns[agent] % many


def claims(
    experiment: Experiment, people: Cast, unit: Unit, scene: Scene, identity: Identity
) -> Mapping[AgentId, tuple[str, str]]:
    """By subject: its own make, and the make that the target is said to be of. Empty where nothing is said.

    Raises `BadExperiment` where something false is to be said and there is but one make.
    """
    if identity is Identity.HIDDEN:
        return {}
    names = makes(experiment, unit)
    true = names[make_number(people, scene.target, len(names))]
    others = [name for name in dict.fromkeys(names) if name != true]
    if identity is Identity.FALSE and not others:
        raise BadExperiment(ONE_MAKE)
    said = {}
    for agent in scene.reviewers:
        own = names[make_number(people, agent, len(names))]
        other = others[int(people.streams.uniform("false", scene.target) * len(others))] if others else true
        said[agent] = own, {Identity.TRUE: true, Identity.FALSE: other, Identity.OWN: own}[identity]
    return said
