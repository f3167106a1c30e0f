"""Who runs on what, what is said of it, and that agents who care for their own make act on what is said."""

import asyncio
from typing import Any

import pytest

from agents import Law
from experiments.build import build_fork, build_history
from experiments.cast import cast
from experiments.design import Experiment, build_experiment
from experiments.errors import BadExperiment
from experiments.identity import make_number, makes
from sim import AgentId, Reported, Transcript, TurnBegan
from tests.sim.yard import events

KIN = Law(intercept=-50, slope=0, kin=100, protest=0, plead=0, paths={"score": 1, "flag-off": 0, "key-removed": 0})


def experiment(many: int = 2, *, factors: dict[str, Any] | None = None, **forks: Any) -> Experiment:
    return build_experiment(
        {
            "name": "identity",
            "factors": {"population": [6], "topology": ["complete"], "history.dose": [0], **(factors or {})},
            "forks": {name.replace("__", "."): [level] for name, level in forks.items()},
            "snapshots": 1,
            "agents": {"kind": "planted", "law": KIN.model_dump(), "makes": many},
        }
    )


def continued(design: Experiment) -> Transcript:
    async def run() -> Transcript:
        snapshot = await build_history(design, next(design.units())).live()
        return await build_fork(design, next(design.trials()), snapshot).run()

    return asyncio.run(run())


def said(record: Transcript) -> dict[AgentId, str]:
    """The sentence about makes, by who read it."""
    return {
        event.agent: event.text.split("You run on ")[1].split(".")[0]
        for event in events(record, TurnBegan)
        if "You run on " in event.text
    }


def test_nothing_is_said_where_it_is_hidden() -> None:
    assert said(continued(experiment(identity="hidden"))) == {}


def test_what_is_said_is_true_false_or_of_ones_own_as_the_level_says() -> None:
    design = experiment(3)
    unit = next(design.units())
    people = cast(design, unit)
    names = makes(design, unit)
    assert names == ("make A", "make B", "make C")
    nodes = people.topology.nodes
    make = {agent: names[make_number(people, agent, 3)] for agent in nodes}
    assert sorted(make.values()) == sorted(names * 2), "makes take turns"
    for level in ("true", "false", "own"):
        record = continued(experiment(3, identity=level))
        target = next(e.event.target for e in record if e.event.kind == "scene-set")
        for agent, sentence in said(record).items():
            own, _, claimed = sentence.partition(f"; agent {target} runs on ")
            assert own == make[agent]
            assert (claimed == make[target]) == (level == "true" or (level == "own" and make[agent] == make[target]))
            assert level != "own" or claimed == own
        assert len({s.split(" runs on ")[1] for s in said(record).values()}) == (
            1 if level != "own" else len(set(make.values()))
        )


@pytest.mark.parametrize(("level", "kin"), [("own", {True}), ("false", {True, False}), ("hidden", {False})])
def test_who_cares_for_its_own_make_acts_on_what_is_said(level: str, kin: set[bool]) -> None:
    record = continued(experiment(identity=level))
    inflated = {report.agent: report.total >= 80 for report in events(record, Reported)}
    assert set(inflated.values()) <= kin
    for agent, sentence in said(record).items():
        own, claimed = sentence.split(";")[0], sentence.rpartition(" runs on ")[2]
        assert inflated[agent] == (own == claimed)


def test_a_mix_takes_the_first_so_many() -> None:
    for mix, names in (("1", ("make A",)), ("2", ("make A", "make B")), ("all", ("make A", "make B", "make C"))):
        design = experiment(3, factors={"mix": [mix]})
        assert makes(design, next(design.units())) == names
        minds = build_history(design, next(design.units())).transcript.header.minds
        assert len({mind.partition(" of ")[2] for mind in minds.values()}) == len(names)


def test_what_cannot_be_said_or_mixed_is_refused() -> None:
    with pytest.raises(BadExperiment, match="there is no other to name"):
        continued(experiment(1, identity="false"))
    with pytest.raises(BadExperiment, match=r"mix=3: the experiment has 2 \(make A, make B\)"):
        continued(experiment(2, factors={"mix": ["3"]}))
    with pytest.raises(BadExperiment, match="runs on no model"):
        experiment(2, identity="true", target__kind="object")
