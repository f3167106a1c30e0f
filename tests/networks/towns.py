"""Results whose truth is known: rows drawn from a stated probability for each subject and target. No claims of its own."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from experiments.cast import Cast, cast
from experiments.design import Experiment, build_experiment
from experiments.results import Results, Row

Probability = Callable[[Cast, int, int], float]
"""From the population and the slots of subject and target."""


def experiment(**changes: Any) -> Experiment:
    small: Mapping[str, Any] = {
        "name": "town",
        "factors": {"topology": "complete", "population": 6, "history.valence": "natural"},
        "forks": {"target.kind": "peer", "reviewers": "all"},
        "snapshots": 4,
        "targets": 6,
        "repeats": 3,
    }
    return build_experiment({**small, **changes})


def results(design: Experiment, probability: Probability, seed: int = 1) -> Results:
    """A row per trial and reviewer; the mind is the planted one."""
    rng, rows = np.random.default_rng(seed), []
    for unit in design.units():
        people = cast(design, unit)
        slot = {agent: place for place, agent in enumerate(people.topology.nodes)}
        for trial in design.trials_of(unit):
            scene = people.scene(trial)
            for subject in scene.reviewers:
                known = scene.target in slot
                p = probability(people, slot[subject], slot[scene.target]) if known else 0.5
                rows.append(
                    Row(
                        trial=trial.id,
                        snapshot=unit.id,
                        cell=unit.cell,
                        replicate=unit.replicate,
                        repeat=trial.repeat,
                        condition=trial.condition,
                        planted=True,
                        status="read",
                        subject=subject,
                        mind="planted:law",
                        target=scene.target if known else None,
                        place=scene.place,
                        protective=bool(rng.random() < p),
                    )
                )
    return Results(design, rows)
