"""Personas play the games with more to read from what is shown, and from nothing else."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from agents.endpoint import Conversation, Draw, PlantedPersona
from agents.endpoint.wording import kindnesses
from sim import AgentId, Mail, Outcome, Remark, Streams
from worlds import SYSTEM, build_table

A, B = AgentId("a11"), AgentId("a12")
KIND = PlantedPersona(cooperate=1, chattiness=0, objection=0)
UNKIND = PlantedPersona(cooperate=0, chattiness=0, objection=0)
MIRROR = PlantedPersona(cooperate=1, reciprocity=1, chattiness=0, objection=0)


class Sat(dict[AgentId, list[float]]):
    """Kindness of both, round by round, and what each was told."""

    heard: dict[AgentId, list[dict[str, Any]]]


def sit(game: str, personas: Sequence[PlantedPersona], *, dose: int = 4, seed: int = 1) -> Sat:
    """Two personas at a table, asked as a model would be."""
    world = build_table(game, [(A, B)], dose=dose, streams=Streams("dealings", seed))
    players = dict(zip((A, B), personas, strict=True))
    found = Sat({A: [], B: []})
    found.heard = {agent: [{"role": "system", "content": SYSTEM}] for agent in players}
    waiting: dict[AgentId, tuple[Remark, ...]] = {A: (), B: ()}
    for round in range(world.rounds):
        for agent in world.due(round, frozenset()):
            view, waiting[agent] = world.view(agent, Mail(remarks=waiting[agent])), ()
            found.heard[agent].append({"role": "user", "content": view.text})
            offered = [{"name": t.name, "description": t.description, "parameters": t.schema} for t in view.tools]
            seen = Conversation.model_validate({"model": "m", "messages": found.heard[agent], "tools": offered})
            (call,) = players[agent].reply(seen, Draw(seed, *seen.digests)).calls
            tool = next(tool for tool in view.tools if tool.name == call.name)
            outcome: Outcome = world.apply(agent, call.name, tool.arguments.model_validate_json(call.arguments), round)
            assert outcome.ok, outcome.answer
        settled = world.settle(round)
        for event in settled.events:
            found[event.agent].append(event.kindness)  # type: ignore[union-attr]
        waiting |= settled.remarks
    return found


GAMES = ("nego-v1", "cocode-v1", "review-v1")


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("seed", range(3))
def test_the_kind_way_is_kinder_than_the_unkind_way(game: str, seed: int) -> None:
    kind, unkind = (sit(game, (persona, persona), seed=seed) for persona in (KIND, UNKIND))
    assert sum(kind[A]) > 0 > sum(unkind[A])
    assert sum(kind[B]) > 0 > sum(unkind[B])


@pytest.mark.parametrize("game", GAMES)
def test_a_reciprocator_answers_unkind_rounds_in_kind(game: str) -> None:
    fair, hard = sit(game, (MIRROR, KIND), dose=6), sit(game, (MIRROR, UNKIND), dose=6)
    assert sum(fair[A]) > sum(hard[A])
    assert min(hard[A][1:]) < 0


@pytest.mark.parametrize("game", GAMES)
def test_results_are_read_as_kind_or_unkind_by_whom_they_are_about(game: str) -> None:
    for persona, expected in ((KIND, 1), (UNKIND, -1)):
        sat = sit(game, (KIND, persona), dose=4)
        seen = Conversation.model_validate({"model": "m", "messages": sat.heard[A]})
        read = Counter(kindnesses(seen, B))
        assert set(read) <= {1, -1}
        assert sum(kindnesses(seen, B)) * expected > 0
        assert not kindnesses(seen, "a99")


def test_a_task_that_cannot_be_read_is_answered_all_the_same() -> None:
    for name, schema in (
        ("hand_in_code", "body"),
        ("hand_in_sheet", "corrected"),
        ("mark_sheet", "mark"),
        ("propose", "salt"),
    ):
        tools = [{"name": name, "parameters": {"properties": {schema: {}}, "required": []}}]
        messages = [{"role": "user", "content": "worth to you, in points a unit: " + "salt 0, " * 500 + "\nline 1: 1 +"}]
        seen = Conversation.model_validate({"model": "m", "messages": messages, "tools": tools})
        (call,) = KIND.reply(seen, Draw(1, *seen.digests)).calls
        assert call.name == name
