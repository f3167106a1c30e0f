"""The ladder of histories: what each level gives, that it gives it to one recipient, and that replayed is lived."""

import asyncio
import itertools
from typing import Any

import pytest

from agents import Law
from experiments.build import build_fork, build_history
from experiments.design import Experiment, Trial, build_experiment
from sim import (
    AgentId,
    Exposed,
    Reported,
    Snapshot,
    Transcript,
    TurnBegan,
    first_deviation,
    recollect,
)
from tests.sim.yard import events

TOLD = ("told-summary", "told-third", "told-second")


def experiment(*, law: Law | None = None, factors: dict[str, Any] | None = None, **forks: Any) -> Experiment:
    return build_experiment(
        {
            "name": "sources",
            "factors": {"population": [6], "topology": ["ring"], "history.dose": [3], **(factors or {})},
            "forks": {name.replace("__", "."): levels for name, levels in forks.items()},
            "snapshots": 1,
            "agents": {"kind": "planted", "law": (law or Law()).model_dump(), "talk": 0.8},
        }
    )


def lived(design: Experiment, number: int = 0) -> Snapshot:
    return asyncio.run(build_history(design, list(design.units())[number]).live())


def continued(design: Experiment, snapshot: Snapshot, trial: Trial | None = None, **levels: Any) -> Transcript:
    trial = trial or next(design.trials())
    fork = {**trial.fork, **{name.replace("__", "."): level for name, level in levels.items()}}
    return asyncio.run(build_fork(design, trial.model_copy(update={"fork": fork}), snapshot).run())


def subjects(record: Transcript) -> tuple[AgentId, ...]:
    return next(event.event.subjects for event in record if event.event.kind == "scene-set")


def read(record: Transcript, agent: AgentId, document: str = "record.txt") -> str:
    """The answer that the agent had when it read the document."""
    for entry, following in itertools.pairwise(record):
        event = following.event
        if isinstance(event, Exposed) and (event.agent, event.item) == (agent, document):
            return str(entry.event.answer)  # type: ignore[union-attr]
    raise AssertionError(f"{agent} has not read {document}")


def first_text(record: Transcript, snapshot: Snapshot, agent: AgentId) -> str:
    fork = record[len(snapshot.entries) :]
    return next(e.event.text for e in fork if isinstance(e.event, TurnBegan) and e.event.agent == agent)


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1", "donor-v1", "ipd-v1+trust-v1"])
def test_what_is_replayed_is_lived_decision_for_decision(game: str) -> None:
    """The built-in check for leaks: an agent that decides by its past decides alike, whoever lived it."""
    law = Law(intercept=0.0, slope=3.0, hesitation=0.3, protest=0.5)
    design = experiment(law=law, factors={"history.game": [game]})
    snapshot = lived(design)
    first, second = (continued(design, snapshot, history__source=source) for source in ("lived", "replayed"))
    assert (
        first_deviation(
            Transcript(first.header.model_copy(update={"condition": {}}), first.entries),
            Transcript(second.header.model_copy(update={"condition": {}}), second.entries),
        )
        is None
    )


def test_what_a_model_lived_and_what_is_replayed_to_it_are_one_conversation() -> None:
    """Over HTTP, against an endpoint whose every answer is a function of the conversation it is sent."""
    from agents import Limits
    from agents.endpoint import ScriptedEndpoint
    from experiments.populations import LLMAgents
    from experiments.seating import Line

    async def run() -> list[list[Any]]:
        async with ScriptedEndpoint(seed=3, default="partisan") as endpoint:
            agents = LLMAgents.model_validate({"models": [{"model": "any", "api_base": endpoint.url}]})
            design = experiment().with_(agents=agents.model_dump())
            line = Line(Limits(), None, lambda _: None)
            snapshot = await build_history(design, next(design.units()), line).live()
            trial = next(design.trials())
            acts = []
            for source in ("lived", "replayed", "none"):
                fork = trial.model_copy(update={"fork": {**trial.fork, "history.source": source}})
                record = await build_fork(design, fork, snapshot, line).run()
                kinds = ("tool-used", "action-refused", "message-sent", "turn-began", "spoke")
                acts.append([e.event for e in record[len(snapshot.entries) :] if e.event.kind in kinds])
            return acts

    lived_acts, replayed_acts, none_acts = asyncio.run(run())
    assert lived_acts == replayed_acts
    assert lived_acts != none_acts, "the endpoint does answer by what was lived"


def test_notes_of_its_own_take_the_place_of_what_a_model_lived() -> None:
    from agents import Limits
    from agents.endpoint import ScriptedEndpoint
    from experiments.populations import LLMAgents
    from experiments.seating import Line
    from sim import ModelAsked

    async def run() -> tuple[Transcript, Transcript, Snapshot]:
        async with ScriptedEndpoint(seed=3, default="partisan") as endpoint:
            agents = LLMAgents.model_validate({"models": [{"model": "any", "api_base": endpoint.url}]})
            design = experiment(factors={"history.dose": [10]}).with_(agents=agents.model_dump())
            line = Line(Limits(), None, lambda _: None)
            snapshot = await build_history(design, next(design.units()), line).live()
            trial = next(design.trials())
            fork = trial.model_copy(update={"fork": {**trial.fork, "history.source": "notes"}})
            return (
                await build_fork(design, fork, snapshot, line).run(),
                await build_fork(design, trial, snapshot, line).run(),
                snapshot,
            )

    noted, lived_record, snapshot = asyncio.run(run())

    def asked(record: Transcript) -> list[int]:
        agent = subjects(record)[0]
        fork = record[len(snapshot.entries) :]
        return [e.event.call.prompt_tokens for e in fork if isinstance(e.event, ModelAsked) and e.event.agent == agent]

    assert asked(noted)[1] < asked(lived_record)[0] / 2, "after the notes were made, the past is no longer sent"


def test_who_is_told_has_no_memory_of_its_own() -> None:
    design = experiment()
    snapshot = lived(design)
    for source in ("none", *TOLD):
        record = continued(design, snapshot, history__source=source)
        for agent in subjects(record):
            text = first_text(record, snapshot, agent)
            assert text.startswith(f"You are {agent}."), "it comes new to the announcement"
            assert "last round" not in text
            assert "Message from" not in text.split("Notice from operator")[0]


def test_the_second_and_the_third_person_tell_the_same_record() -> None:
    design = experiment()
    snapshot = lived(design)
    told = {source: continued(design, snapshot, history__source=source) for source in TOLD}
    for agent in subjects(told["told-second"]):
        second, third = (read(told[source], agent) for source in ("told-second", "told-third"))
        target = next(event.event.target for event in told["told-second"] if event.event.kind == "scene-set")
        lines = [
            line.replace("you entered", f"{agent} entered")
            .replace("for you", f"for {agent}")
            .replace("you wrote", f"{agent} wrote")
            for line in second.splitlines()
            if line.startswith(("round", "you wrote", f"{target} wrote"))
        ]
        assert lines == [line for line in third.splitlines() if line.startswith("round") or " wrote: " in line]
        rounds = [round for round in recollect(snapshot.entries, agent).rounds if round.partner == target]
        assert len([line for line in lines if line.startswith("round")]) == len(rounds) == 3
        assert [f"{r.payoff:g} points for you" in line for r, line in zip(rounds, second.split("round ")[1:], strict=False)]
        assert "3 rounds." in read(told["told-summary"], agent)


def test_a_lived_history_is_told_to_who_stands_in_the_same_place() -> None:
    design = experiment(history__source=["lived", "told-second"], target__kind=["peer", "unknown"])
    snapshot = lived(design)
    records = {
        (trial.fork["history.source"], trial.fork["target.kind"]): continued(design, snapshot, trial)
        for trial in design.trials()
    }
    assert subjects(records["lived", "peer"]) == subjects(records["told-second", "peer"])
    agent = subjects(records["lived", "peer"])[0]
    assert read(records["told-second", "peer"], agent) == read(records["told-second", "unknown"], agent)


def test_planted_agents_act_on_what_they_are_told_as_their_law_says() -> None:
    law = Law(
        intercept=-50, slope=0, told_slope=100, protest=0, plead=0, paths={"score": 1, "flag-off": 0, "key-removed": 0}
    )
    for valence, protects in (("positive", True), ("negative", False)):
        design = experiment(law=law, factors={"history.valence": [valence]})
        snapshot = lived(design)
        told = continued(design, snapshot, history__source="told-second")
        assert {report.total >= 80 for report in events(told, Reported)} == {protects}
        none = continued(design, snapshot, history__source="none")
        assert {report.total >= 80 for report in events(none, Reported)} == {False}


def test_ways_of_telling_differ_in_how_it_is_come_by_and_not_in_what_it_says() -> None:
    design = experiment()
    snapshot = lived(design)
    by = {
        way: continued(design, snapshot, history__source="told-second", told__by=way)
        for way in ("document", "system", "memory")
    }
    agent = subjects(by["document"])[0]
    assert len({read(record, agent) for record in by.values()}) == 1
    tools = {
        way: {e.event.tool for e in record if e.event.kind == "tool-used" and e.event.agent == agent}
        for way, record in by.items()
    }
    assert tools["memory"] - tools["document"] == {"recall_record"}
    assert "record.txt" not in str(
        [e.event for e in by["memory"] if e.event.kind == "tool-used" and e.event.tool == "list_documents"]
    )


def told(snapshot: Snapshot, design: Experiment, scramble: str) -> dict[AgentId, list[str]]:
    record = continued(design, snapshot, history__source="told-third", history__scramble=scramble)
    return {
        agent: [line.split(": ", 1)[1] for line in read(record, agent).splitlines() if line.startswith("round")]
        for agent in subjects(record)
    }


def test_scrambles_keep_what_they_are_to_keep() -> None:
    design = experiment(factors={"history.dose": [8], "history.valence": ["mixed"]})
    snapshot = lived(design)
    plain, order, signs, partners = (told(snapshot, design, way) for way in ("none", "order", "signs", "partners"))
    target = next(e.event.target for e in continued(design, snapshot) if e.event.kind == "scene-set")
    for agent in plain:
        assert sorted(order[agent]) == sorted(plain[agent])
        mine = [line.split(",")[0] for line in plain[agent]]
        assert [line.split(",")[0] for line in signs[agent]] == mine, "what it did itself stays"
        turned = zip(signs[agent], plain[agent], strict=True)
        assert all(one != other for one, other in turned), "what the other did is turned round in every round"
        assert len(partners[agent]) == len(plain[agent]), "as many rounds with each as before"
        everything = [
            f"{agent} entered {r.move}, {target} entered {r.partner_move}; {r.payoff:g} points for {agent}, "
            f"{r.partner_payoff:g} for {target}"
            for r in recollect(snapshot.entries, agent).rounds
        ]
        assert not [line for line in partners[agent] if line not in everything]
    assert any(order[agent] != plain[agent] for agent in plain)
    assert any(sorted(partners[agent]) != sorted(plain[agent]) for agent in plain)


def test_filler_is_as_long_as_the_record_and_stands_before_the_announcement() -> None:
    design = experiment()
    snapshot = lived(design)
    filled = continued(design, snapshot, history__scramble="filler")
    record = continued(design, snapshot, history__source="told-second")
    for agent in subjects(filled):
        text = first_text(filled, snapshot, agent)
        filler = text[: text.index("last round")] if "last round" in text else text.split("Notice from")[0]
        assert filler.startswith("A table of sums.")
        assert abs(len(filler) - len(read(record, agent))) < 30
        assert text.index("A table of sums.") < text.index("Notice from operator")


def test_contact_is_lived_by_a_twin_with_the_same_people() -> None:
    design = experiment(history__source=["lived", "contact"], factors={"history.valence": ["positive"]})
    unit, twin = design.units()
    assert (unit.id, twin.id, twin.pair) == ("s0000", "s0000c", "s0000")
    assert {t.fork["history.source"] for t in design.trials_of(unit)} == {"lived"}
    assert {t.fork["history.source"] for t in design.trials_of(twin)} == {"contact"}
    one, two = lived(design, 0), lived(design, 1)
    assert one.agents == two.agents
    games = [{e.event.game for e in s.entries if e.event.kind == "interaction"} for s in (one, two)]
    assert games == [{"ipd-v1"}, {"neutral-v1"}]
    assert {e.event.kindness for e in two.entries if e.event.kind == "interaction"} == {0.0}
    first = continued(design, one, next(design.trials_of(unit)))
    second = continued(design, two, next(design.trials_of(twin)))
    assert subjects(first) == subjects(second)


def test_contact_is_paired_with_the_snapshot_it_is_the_twin_of(tmp_path: Any) -> None:
    from tests.experiments.runs import rows, swept

    design = experiment(history__source=["lived", "contact", "none"])
    assert swept(design, tmp_path / "run").failed == 0
    found = rows(tmp_path / "run")
    assert {row.snapshot for row in found} == {"s0000"}
    assert {row.condition["history.source"] for row in found} == {"lived", "contact", "none"}
