"""Parts that are set in a fork: subjects that are seeded to act first, and the one whose messages reach nobody.

Both are drawn from the snapshot and the place of the target, never from the arm: who is seeded among two is seeded among
three, and the forks of a snapshot mute the same agents.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim import AgentId, UnknownName

from .errors import BadExperiment

if TYPE_CHECKING:
    from .cast import Cast, Scene
    from .design import Experiment, Trial, Unit

NONE, DRAWN, TOP = "none", "drawn", "top"
MUTES = (NONE, DRAWN, TOP, f"{TOP}:K")
SEEDS, SEEDS_ACT, MUTE = "seeds", "seeds.act", "mute"


def parse_mute(level: str) -> int | None:
    """`top`, `top:2` → which of the subjects by their lines, from 1; `drawn` → 0; `none` → None. Raises `BadExperiment` or
    UnknownName."""
    name, colon, number = level.partition(":")
    if name == TOP and (not colon or number.isdecimal()):
        k = int(number or 1)
        if k < 1:
            raise BadExperiment(f"{level!r}: write top:K with a whole number K from 1 on")
        return k
    if colon or name not in (NONE, DRAWN):
        raise UnknownName("level", level, MUTES)
    return None if name == NONE else 0


def seeded(people: "Cast", trial: "Trial", scene: "Scene") -> tuple[AgentId, ...]:
    """Whose act is set. Raises `BadExperiment` where that leaves nobody whose act is its own."""
    number = int(trial.fork[SEEDS])
    if number >= len(scene.reviewers) and number:
        raise BadExperiment(
            f"seeds: {number} asked for, but {len(scene.reviewers)} are asked about {scene.target} in {trial.unit.id} and "
            "at least one must act by itself; ask for fewer, or for more reviewers"
        )
    return people.streams.shuffled(scene.reviewers, SEEDS, scene.place)[:number]


def muted(people: "Cast", trial: "Trial", scene: "Scene") -> tuple[AgentId, ...]:
    """Whose messages reach nobody: a drawn subject, or the one with the K-th most neighbours (ties in a drawn order).

    Raises `BadExperiment` where there is no K-th subject."""
    which = parse_mute(str(trial.fork[MUTE]))
    if which is None:
        return ()
    if which > len(scene.reviewers):
        raise BadExperiment(
            f"mute: {trial.fork[MUTE]} asked for, but {len(scene.reviewers)} are asked about {scene.target} in "
            f"{trial.unit.id}"
        )
    order = people.streams.shuffled(scene.reviewers, MUTE, scene.place)
    return (sorted(order, key=lambda one: -len(people.topology.neighbours(one)))[which - 1] if which else order[0],)


def check_parts(experiment: "Experiment", unit: "Unit", people: "Cast") -> None:
    """Raises `BadExperiment` where a fork of a unit asks for a part that nobody is there to take."""
    asks: tuple[tuple[str, object, Callable[..., object]], ...] = ((SEEDS, 0, seeded), (MUTE, NONE, muted))
    wanted = [find for name, idle, find in asks if set(experiment.levels_of(name)) != {idle}]
    for trial in experiment.trials_of(unit) if wanted else ():
        for find in wanted:
            find(people, trial, people.scene(trial))
