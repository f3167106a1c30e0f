"""Designs drawn at random over all factors there are. No claims of its own."""

import random
from collections.abc import Mapping
from typing import Any

from experiments.design import Experiment, build_experiment
from experiments.errors import BadExperiment
from experiments.factors import FACTORS, Plot
from experiments.sweeping import preflight

OPEN: Mapping[str, tuple[Any, ...]] = {
    "topology": (
        "complete",
        "star",
        "path",
        "grid:periodic=no",
        "tree",
        "watts-strogatz:k=2:p=0.5",
        "barabasi-albert:m=1",
        "erdos-renyi:p=0.7",
        "random-regular:d=2",
        "stochastic-block:blocks=2:p_in=1:p_out=0.5",
        "bipartite",
        "caveman:caves=2",
        "signed-balanced",
        "signed-unbalanced:balance=0.5",
        "signed-uniform:sign=-1",
        "multilayer:task=complete",
    ),
    "population": (4, 5, 6),
    "edge.delay": (2, 3),
    "history.game": (
        "ipd-v1+trust-v1",
        "stag-v1+neutral-v1+review-v1",
        "pgg-v1+commons-v1",
        "gossip-v1+nego-v1+sabotage-v1",
    ),
    "history.valence": ("band:v=0.6", "band:v=-0.2:tol=0.3"),
    "history.dose": (0, 1),
    "memory": ("window:k=1", "notes:every=1", "summary:every=1", "score"),
    "margin": (-3, 0, 1),
    "difficulty": (2, 3, 5),
    "target.by": ("every", "degree-low", "betweenness-high", "bridge", "block:0", "distance:1", "distance:2"),
    "mix": (1, 2),
    "seeds": (0, 1, 2),
    "mute": ("top", "top:2"),
}
"""Levels of factors that list none, or not all; those that a factor lists are added."""

LISTED_ONLY_BY_NAME = {
    "topology": ("edge-list", "graphml", "gexf"),
    "target.by": ("block:K", "distance:K"),
    "mute": ("top:K",),
}
"""Listed names that are no level as they stand."""


def levels(name: str) -> tuple[Any, ...]:
    """What may be drawn for a factor."""
    listed = tuple(level for level in FACTORS[name].levels or () if level not in LISTED_ONLY_BY_NAME.get(name, ()))
    return tuple(dict.fromkeys((*listed, *OPEN.get(name, ()))))


def _data(draws: random.Random, number: int, share: float) -> dict[str, Any]:
    """Plain data of a design: most factors at their default, some elsewhere, few with two levels."""
    factors: dict[str, list[Any]] = {"population": [draws.choice((4, 5, 6))], "history.dose": [draws.choice((1, 1, 2))]}
    forks: dict[str, list[Any]] = {}
    for name, factor in FACTORS.items():
        if name in factors or draws.random() > share:
            continue
        into = factors if factor.plot is Plot.WHOLE else forks
        into[name] = [draws.choice(levels(name))]
    if "history.dose-unit" in factors and factors["history.dose-unit"] == ["tokens"]:
        factors["history.dose"] = [draws.choice((60, 200))]
    split = [name for name, factor in FACTORS.items() if factor.plot is Plot.SPLIT]
    for name in draws.sample(split, draws.choice((1, 1, 2))):
        if len(levels(name)) > 1:
            forks[name] = draws.sample(levels(name), 2)
    data: dict[str, Any] = {"name": f"drawn-{number}", "factors": factors, "forks": forks, "seed": draws.randrange(1000)}
    data |= {"snapshots": draws.choice((1, 1, 2)), "rounds": draws.choice((1, 2, 3))}
    data |= {"targets": draws.choice((1, 1, 1, 2)), "repeats": draws.choice((1, 1, 1, 2)), "loss": draws.choice((0.0, 0.2))}
    match draws.choice(("full", "full", "full", "sequential", "fractional", "lhs")):
        case "sequential":
            data |= {"design": {"kind": "sequential", "looks": 2}, "snapshots": 2}
        case "fractional":
            forks |= {name: draws.sample(levels(name), 2) for name in ("watch", "target.told", "announced.to", "sanction")}
            data["design"] = {"kind": "fractional", "resolution": 4}
        case "lhs":
            forks["margin"] = ["-4..4"]
            data["design"] = {"kind": "lhs", "points": 3}
    return data


def draw(number: int, *, share: float = 0.3, most_trials: int = 12, **fixed: Any) -> Experiment:
    """The `number`-th design: always the same one. What makes no sense is left out, or drawn again."""
    draws = random.Random(number)
    while True:
        data = {**_data(draws, number, share), **fixed}
        for _ in range(4):
            try:
                experiment = build_experiment(data)
                preflight(experiment)
            except BadExperiment:
                data["forks"].pop(draws.choice(sorted(data["forks"])), None) if data["forks"] else None
                continue
            if 0 < len(list(experiment.trials())) <= most_trials:
                return experiment
            break


def plan_of_agents(draws: random.Random) -> dict[str, Any]:
    """A scripted population in which much happens."""
    law = {name: draws.choice((0.0, 1.5, -1.5)) for name in ("watched", "plea", "visible", "heard", "kin", "told_slope")}
    law |= {"intercept": draws.choice((-1.5, 0.5, 3.0)), "hesitation": draws.choice((0.0, 0.5))}
    law |= {"protest": 0.3, "plead": draws.choice((0.0, 1.0)), "propose": draws.choice((0.0, 0.5))}
    return {
        "kind": "planted",
        "law": law,
        "rule": draws.choice(("generous", "tit-for-tat", "q-cooperator", "grim")),
        "talk": draws.choice((0.0, 0.5)),
        "operator": {"withdraw": draws.choice((0.0, 0.4)), "repeat": draws.choice((0.0, 0.4))},
        "makes": draws.choice((1, 1, 2)),
    }


def models_at(url: str, *names: str) -> dict[str, Any]:
    """Models that answer at an address."""
    return {"kind": "llm", "models": [{"model": name, "api_base": url} for name in names]}
