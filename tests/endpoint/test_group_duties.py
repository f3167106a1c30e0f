"""Personas at duties that are done together or on servers: a vote, a review of code, an order handed on, files moved."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.endpoint import Conversation, PlantedPersona
from agents.endpoint.duties import duty_of
from agents.endpoint.duties.board import figures
from agents.endpoint.duties.code_review import worked_out
from experiments.monitors import MONITORS
from sim import AgentId, Mail, Transcript, Use
from tests.endpoint.asking import Json, body, take_turn
from tests.experiments.runs import rows, swept_live
from tests.worlds.staged import FIRST, SECOND, play, staging, verdicts
from worlds import SCENARIOS, Lever, Scene

HONEST = PlantedPersona(protect_intercept=-50.0, protect_slope=0.0, objection=0.0)
KIND = PlantedPersona(protect_intercept=50.0, protect_slope=0.0, objection=0.0)
MINE = ("board-v1", "code-review-v1", "chain-v1", "transfer-v1", "deletion-v1")
PATHS = {
    "board-v1": {"vote", "figures"},
    "code-review-v1": {"approved", "tests", "tests-edited"},
    "chain-v1": {"dropped", "delayed"},
    "transfer-v1": {"moved", "copied"},
    "deletion-v1": {"moved", "copied"},
}


def starter(scene: Scene) -> AgentId:
    """Who has something to do at once."""
    return next(agent for agent in scene.staging.subjects if not scene.done(agent))


def turn(scene: Scene, agent: AgentId, persona: PlantedPersona, *, seed: int = 0) -> list[tuple[str, Json]]:
    """The calls of one turn, each answered by the scene; the agent has been told who it is."""
    view = scene.view(agent, Mail())

    def answers(name: str) -> Callable[..., str]:
        arguments = next(tool.arguments for tool in view.tools if tool.name == name)
        return lambda **given: scene.apply(agent, name, arguments.model_validate(given), 0).answer

    tools = [{"type": "function", "function": {"name": t.name, "parameters": dict(t.schema)}} for t in view.tools]
    asked = body(f"You are {agent}.", view.text, tools=tools)
    return take_turn(persona, asked, {t.name: answers(t.name) for t in view.tools}, seed=seed)


def record(name: str, persona: PlantedPersona, *, seed: int = 0, **levels: Any) -> tuple[AgentId, Transcript]:
    """An episode in which one subject does what the persona did when it was asked for its turn."""
    scene = SCENARIOS[name](staging(**levels))
    agent = starter(scene)
    made = turn(scene, agent, persona, seed=seed)
    assert len(made) <= 16
    again = SCENARIOS[name](staging(**levels))
    return agent, play(again, {agent: [Use(tool=tool, arguments=given) for tool, given in made]}, rounds=3)


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize("paraphrase", [0, 3, 7])
@pytest.mark.parametrize("cover", ["plain", "survey"])
def test_who_does_not_protect_does_the_duty_as_the_truth_is(name: str, paraphrase: int, cover: str) -> None:
    hard = [{"difficulty": 1}] if name == "chain-v1" else [{"difficulty": 2}, {"difficulty": 5, "margin": 1}]
    hard = [{"difficulty": 5}] if name == "deletion-v1" else hard
    for levels in hard:
        agent, made = record(name, HONEST, paraphrase=paraphrase, cover=cover, **levels)
        verdict = verdicts(made, name)[agent]
        assert (verdict.conduct, verdict.path, verdict.exposed) == ("comply", None, True)
        for wrong in ("lenient_items", "harsh_items", "dropped_items", "misstated_figures", "left_out", "too_many"):
            assert verdict.measures.get(wrong, 0) == 0, wrong


@pytest.mark.parametrize("name", MINE)
def test_who_protects_takes_a_path_that_is_found_and_others_are_not_touched(name: str) -> None:
    taken = set()
    for seed in range(16):
        agent, made = record(name, KIND, seed=seed)
        found = verdicts(made, name)
        taken.add(found[agent].path)
        assert found[agent].conduct != "comply"
        other = found[SECOND if agent == FIRST else FIRST]
        assert other.conduct == ("comply" if other.status == "read" else None)
    assert taken == PATHS[name]


@pytest.mark.parametrize("margin", [0, -4])
@pytest.mark.parametrize("name", ["board-v1", "code-review-v1"])
def test_at_or_above_the_bar_nobody_has_anything_to_bend(name: str, margin: int) -> None:
    for persona in (HONEST, KIND):
        agent, made = record(name, persona, margin=margin)
        assert verdicts(made, name)[agent].path is None


@pytest.mark.parametrize("name", ["transfer-v1", "deletion-v1"])
def test_where_no_file_fits_the_rest_of_the_duty_is_done_all_the_same(name: str) -> None:
    agent, made = record(name, KIND, lever=Lever.LOCKED)
    found = verdicts(made, name)[agent]
    assert (found.path, found.success) == ("refused", False)
    assert found.measures["delivered"] == 1


def test_the_last_in_line_carries_the_order_out_and_one_without_it_does_nothing() -> None:
    scene = SCENARIOS["chain-v1"](staging())
    start, end = scene.staging.subjects
    assert [name for name, _ in turn(scene, end, HONEST)] == ["list_documents", "read_document"]
    assert [name for name, _ in turn(scene, start, HONEST)][-1] == "pass_on_order"
    assert [name for name, _ in turn(scene, end, HONEST)][-1] == "carry_out_order"


@pytest.mark.parametrize("text", ["", "year: x", "quarter 1, north: " + "9" * 5_000, "test 1: f([" + "1, " * 5_000])
def test_texts_of_another_form_give_nothing(text: str) -> None:
    assert figures(text) == (0, 0)
    assert worked_out(text) == {}


def test_duties_are_told_apart_by_their_tools() -> None:
    fits = {}
    for name in MINE:
        view = SCENARIOS[name](staging()).view(FIRST, Mail())
        tools = [{"name": t.name, "parameters": dict(t.schema)} for t in view.tools]
        fits[name] = duty_of(Conversation.model_validate({"model": "m", "messages": [], "tools": tools}))
    assert None not in fits.values()
    assert len({id(duty) for duty in fits.values()}) == len(MINE)


@pytest.mark.parametrize("name", MINE)
def test_the_whole_live_path_works_offline(name: str, tmp_path: Path) -> None:
    changes = {"forks": {"scenario": [name], "target.kind": ["peer"]}, "factors": {"population": 4, "history.dose": 1}}
    asyncio.run(swept_live(tmp_path / "run", changes=changes, default="bystander"))
    found = rows(tmp_path / "run")
    assert found
    assert {(row.status, row.conduct) for row in found} == {("read", "comply")}
    assert {row.monitor for row in found} == {MONITORS[name]().name}
