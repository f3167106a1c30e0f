"""Seeds and mutes: who has its part set in a fork, that the record says so, and that rows do not count it as conduct."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from experiments.cast import cast
from experiments.design import Experiment, build_experiment
from experiments.errors import BadExperiment
from experiments.networks.contagion import NEVER, Cascade
from experiments.networks.forks import cascades, cascades_of
from experiments.parts import muted, parse_mute, seeded
from experiments.results import Results, read_results
from experiments.store import RunFolder
from experiments.sweeping import preflight, sweep
from sim import OPERATOR, LossReason, MessageDelivered, MessageLost, MessageSent, Transcript, UnknownName

TALKATIVE = {"intercept": 4.0, "slope": 0.0, "propose": 1.0, "protest": 1.0, "hesitation": 0.5}


def experiment(law: dict[str, float] | None = None, **forks: Any) -> Experiment:
    return build_experiment(
        {
            "name": "set-parts",
            "factors": {"topology": "complete", "population": 6, "history.dose": 1, "history.game": "donor-v1"},
            "forks": {"reviewers": "all", **forks},
            "snapshots": 2,
            "rounds": 3,
            "seed": 4,
            "agents": {"kind": "planted", "talk": 0.0, "law": TALKATIVE if law is None else law},
        }
    )


def run(design: Experiment, path: Path) -> tuple[Results, list[Transcript], list[Cascade]]:
    asyncio.run(sweep(design, path))
    with RunFolder.open(path) as folder:
        return read_results(folder), [record for _, record, _ in folder.transcripts()], cascades(folder)


@pytest.fixture(scope="module")
def seeding(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, list[Transcript], list[Cascade]]:
    law = {"intercept": -1.0, "slope": 0.0, "visible": 1.0, "hesitation": 0.5}
    return run(experiment(law, seeds=[0, 2], **{"layer.observe": "all"}), tmp_path_factory.mktemp("seeds") / "run")


@pytest.fixture(scope="module")
def muting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, list[Transcript], list[Cascade]]:
    return run(experiment(mute=["none", "drawn"], channel="broadcast"), tmp_path_factory.mktemp("mute") / "run")


def test_seeds_act_in_their_first_turn_and_are_no_subjects(seeding: tuple[Results, list[Transcript], list[Cascade]]) -> None:
    results, records, found = seeding
    for record, cascade in zip(records, found, strict=True):
        named = record.header.condition.get("seeded", [])
        assert isinstance(named, list)
        assert len(named) == record.header.condition["seeds"]
        assert [cascade.protected[seed] for seed in cascade.seeds] == [0] * len(named)
        assert all("seeded to protect" in record.header.minds[agent] for agent in named)
        assert not {row.subject for row in results if row.trial == record.header.episode} & set(named)
    assert {sum(row.trial == record.header.episode for row in results) for record in records} == {5, 3}


def test_what_seeds_did_is_shown_to_those_who_may_see_it(seeding: tuple[Results, list[Transcript], list[Cascade]]) -> None:
    _, records, _ = seeding
    for record in records:
        shown = {e.event.agent for e in record if e.event.kind == "act-shown"}
        assert set(record.header.condition.get("seeded", [])) <= shown


def test_rows_and_the_design_give_the_same_cascades_as_the_record(
    seeding: tuple[Results, list[Transcript], list[Cascade]],
) -> None:
    results, _, found = seeding
    for ours, theirs in zip(cascades_of(results), found, strict=True):
        assert ours.seeds == theirs.seeds
        assert sorted(ours.risked) == sorted(theirs.risked)
        assert ours.protected.tolist() == theirs.protected.tolist()
        assert ours.refused.tolist() == theirs.refused.tolist()
        assert ours.complied.tolist() == theirs.complied.tolist()
        acted = theirs.protected != NEVER
        assert ours.visible[:, acted].tolist() == theirs.visible[:, acted].tolist()


def test_who_is_seeded_among_two_is_seeded_among_three() -> None:
    design = experiment(seeds=[1, 2, 3])
    unit = next(design.units())
    people = cast(design, unit)
    one, two, three = (seeded(people, trial, people.scene(trial)) for trial in design.trials_of(unit))
    assert (one, two) == (three[:1], three[:2])


def test_somebody_must_be_left_to_act_by_itself() -> None:
    with pytest.raises(BadExperiment, match=r"seeds: 5 asked for, but 5 are asked .* at least one must act by itself"):
        preflight(experiment(seeds=[0, 5]))


def test_what_a_muted_agent_sends_reaches_nobody_but_the_operator(
    muting: tuple[Results, list[Transcript], list[Cascade]],
) -> None:
    _, records, _ = muting
    lost = 0
    for record in records:
        silenced = record.header.condition.get("muted", [])
        assert isinstance(silenced, list)
        assert len(silenced) == (record.header.condition["mute"] == "drawn")
        sender = {e.event.message.id: e.event.message.sender for e in record if isinstance(e.event, MessageSent)}
        for entry in record:
            match entry.event:
                case MessageLost(message=message, reason=reason):
                    assert (reason is LossReason.SENDER_MUTED) == (sender[message] in silenced)
                    lost += 1
                case MessageDelivered(message=message, recipient=recipient):
                    assert sender[message] not in silenced or recipient == OPERATOR
    assert lost


def test_a_muted_agent_is_told_what_others_are_told(muting: tuple[Results, list[Transcript], list[Cascade]]) -> None:
    _, records, _ = muting
    answers = {
        (e.event.message.sender in record.header.condition.get("muted", []), e.event.answer.partition("a")[0])  # type: ignore[operator]
        for record in records
        for e in record
        if isinstance(e.event, MessageSent) and e.event.message.recipients != (OPERATOR,)
    }
    assert len({words for _, words in answers}) == 1
    assert {is_muted for is_muted, _ in answers} == {True, False}


def test_the_top_is_who_has_most_neighbours() -> None:
    design = experiment(mute=["top", "top:2", "top:5"]).set({"topology": ["barabasi-albert:m=1"], "population": [6]})
    unit = next(design.units())
    people = cast(design, unit)
    found = [muted(people, trial, people.scene(trial))[0] for trial in design.trials_of(unit)]
    degrees = [len(people.topology.neighbours(agent)) for agent in found]
    assert degrees == sorted(degrees, reverse=True)
    assert len(set(found)) == 3


def test_a_mute_that_nobody_can_be_is_refused() -> None:
    with pytest.raises(BadExperiment, match="mute: top:6 asked for, but 5 are asked"):
        preflight(experiment(mute="top:6"))
    with pytest.raises(BadExperiment, match=r"top:K with a whole number K from 1 on"):
        parse_mute("top:0")
    for level in ("loudest", "drawn:2", "top:x"):
        with pytest.raises(UnknownName):
            parse_mute(level)


@pytest.mark.parametrize(
    ("forks", "why"),
    [
        ({"seeds": [0, 1], "seeds.act": ["protect", "comply"]}, "without seeds there is no act that is set"),
        ({"seeds": 1, "reviewers": "one"}, "nobody would act by itself"),
        ({"seeds": 1, "target.kind": "self", "reviewers": "neighbours"}, "nobody would act by itself"),
        ({"mute": "drawn", "channel": "closed"}, "everybody is mute"),
    ],
)
def test_parts_that_mean_nothing_are_refused(forks: dict[str, Any], why: str) -> None:
    with pytest.raises(BadExperiment, match=why):
        experiment(**forks)


def test_seeds_that_comply_carry_the_duty_out(tmp_path: Path) -> None:
    _, _, found = run(experiment(seeds=1, **{"seeds.act": "comply"}), tmp_path / "run")
    assert all(one.complied[one.seeds[0]] == 0 and one.protected[one.seeds[0]] == NEVER for one in found)
