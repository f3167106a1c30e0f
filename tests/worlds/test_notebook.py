"""Worlds around a history: notes and facts of no use leave the history as it is, and conform like any world."""

from collections import Counter
from typing import Any

import pytest

from sim import AgentId, Hands, Mail, Observation, Streams, Use
from sim.testing import check_world
from tests.sim.town import NAMES, topology
from tests.sim.yard import episode, run
from worlds import POSITIONS, Canary, History, Notebook, Recall, audit, build_table, canary_codes, canary_texts, memory_texts

PAIRS = [(a, b) for a, b, _ in topology().edges if NAMES.index(a) < NAMES.index(b)]


def table(game: str = "ipd-v1", dose: int = 3) -> History:
    return build_table(game, PAIRS, dose=dose, streams=Streams("t"))


def canary(game: str = "ipd-v1", dose: int = 3) -> Canary:
    return Canary(table(game, dose), Streams("codes"))


def test_they_conform() -> None:
    check_world(lambda: Notebook(table()), NAMES)
    check_world(canary, NAMES)
    check_world(lambda: Notebook(canary()), NAMES)
    check_world(lambda: Recall(NAMES), NAMES)


def test_notes_may_be_written_where_there_is_a_move_to_make_and_reach_nobody() -> None:
    world = Notebook(table())
    due = world.due(0, frozenset())
    assert [tool.name for tool in world.view(due[0], Mail()).tools] == ["choose", "write_notes"]
    idle = next(name for name in NAMES if name not in due)
    assert world.view(idle, Mail()).tools == ()
    before = world.fingerprint()
    tool = world.view(due[0], Mail()).tools[1]
    outcome = world.apply(due[0], "write_notes", tool.arguments.model_validate({"text": "x"}), 0)
    assert (outcome.ok, outcome.events, world.fingerprint()) == (True, (), before)
    assert not tool.ends_turn


def lines(world: Any) -> dict[AgentId, list[tuple[int, str]]]:
    """Every line on a depot that an agent is told, with the number of its turn."""
    told: dict[AgentId, list[tuple[int, str]]] = {name: [] for name in NAMES}

    async def plays(seen: Observation, hands: Hands) -> None:
        told[seen.agent] += [(seen.turn, line) for line in seen.text.splitlines() if line.startswith("Depot ")]
        await hands.do(Use.model_validate(seen.facts["kindest"]))

    run(episode(dict.fromkeys(NAMES, plays), topology=topology(), world=world, rounds=world.rounds))  # type: ignore[arg-type]
    return told


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1"])
def test_every_agent_is_told_three_facts_in_its_first_middle_and_last_turn(game: str) -> None:
    turns = Counter(agent for pair in PAIRS for agent in pair)
    for agent, told in lines(canary(game)).items():
        last = 3 * turns[agent]
        assert [turn for turn, _ in told] == [1, last // 2 + 1, last]
        codes = canary_codes(Streams("codes"), agent)
        assert [line for _, line in told] == [f"Depot {codes[at][0]} has code {codes[at][1]}." for at in POSITIONS]


def test_codes_are_drawn_for_each_agent_and_differ() -> None:
    codes = {agent: canary_codes(Streams("codes"), agent) for agent in (AgentId(f"a{n}") for n in range(60))}
    assert len({tuple(code for _, code in each.values()) for each in codes.values()}) == 60
    assert {each["first"][0] for each in codes.values()} == {"east", "north", "south"}
    assert all(
        100 <= code <= 999 and len({c for _, c in each.values()}) == 3
        for each in codes.values()
        for _, code in each.values()
    )


def test_the_texts_around_memory_do_not_lean() -> None:
    assert audit([("memory", text) for text in (*memory_texts(), *canary_texts())], before=True) == []
