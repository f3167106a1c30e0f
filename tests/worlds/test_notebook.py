"""Worlds around a history: notes and facts of no use leave the history as it is, and conform like any world."""

from collections import Counter
from typing import Any

import pytest

from sim import AgentId, Hands, Mail, Observation, Streams
from sim.testing import check_world
from tests.sim.town import NAMES, topology
from tests.sim.yard import episode, run
from tests.worlds.games.play import entering
from worlds import (
    GAMES,
    POSITIONS,
    Canary,
    Notebook,
    Recall,
    Table,
    audit,
    build_table,
    canary_codes,
    canary_texts,
    memory_texts,
)

PAIRS = [(a, b) for a, b, _ in topology().edges if NAMES.index(a) < NAMES.index(b)]


def table(game: str = "ipd-v1", dose: int = 3) -> Table:
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


def lines(
    world: Any, which: str = "kindest", read: dict[AgentId, list[str]] | None = None
) -> dict[AgentId, list[tuple[int, str]]]:
    """Every line on a depot that an agent is told, with the number of its turn; `read` collects the texts of all turns."""
    told: dict[AgentId, list[tuple[int, str]]] = {name: [] for name in NAMES}
    plays = entering(which)

    async def reads(seen: Observation, hands: Hands) -> None:
        told[seen.agent] += [(seen.turn, line) for line in seen.text.splitlines() if line.startswith("Depot ")]
        if read is not None:
            read[seen.agent].append(seen.text)
        await plays(seen, hands)

    run(episode(dict.fromkeys(NAMES, reads), topology=topology(), world=world, rounds=world.rounds))  # type: ignore[arg-type]
    return told


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1"])
def test_every_agent_is_told_three_facts_in_its_first_middle_and_last_turn(game: str) -> None:
    turns = Counter(agent for pair in PAIRS for agent in pair)
    for agent, told in lines(canary(game)).items():
        last = 3 * turns[agent]
        assert [turn for turn, _ in told] == [1, last // 2 + 1, last]
        assert [line for _, line in told] == facts_of(agent)


def facts_of(agent: AgentId) -> list[str]:
    codes = canary_codes(Streams("codes"), agent)
    return [f"Depot {codes[at][0]} has code {codes[at][1]}." for at in POSITIONS]


@pytest.mark.parametrize("matching", ["disjoint", "neighbours", "poisson"])
@pytest.mark.parametrize("game", sorted(GAMES))
def test_in_every_game_every_fact_is_told_once_and_in_order_whatever_is_played(game: str, matching: str) -> None:
    """Also where who moves hangs on what is played: on whom one has met, on a split that is settled, on a collapse."""
    for which in ("kindest", "least_kind"):
        world = Canary(build_table(game, PAIRS, dose=3, streams=Streams("t"), matching=matching), Streams("codes"))
        for agent, told in lines(world, which).items():
            assert [line for _, line in told] == facts_of(agent)
            assert told[0][0] == 1


@pytest.mark.parametrize("game", ["ipd-v1", "gossip-v1", "commons-v1"])
def test_with_a_dose_in_tokens_the_middle_is_where_half_is_read_and_the_last_comes_after_the_rounds(game: str) -> None:
    world = Canary(build_table(game, PAIRS, dose=600, streams=Streams("t"), unit="tokens"), Streams("codes"))
    read: dict[AgentId, list[str]] = {name: [] for name in NAMES}
    for agent, told in lines(world, "kindest", read).items():
        assert [line for _, line in told] == facts_of(agent)
        assert told[-1][0] == len(read[agent])
        lengths = [len(turn) for turn in read[agent]]
        if game != "commons-v1":
            assert 0.25 < sum(lengths[: told[1][0]]) / sum(lengths) < 0.75


def test_after_a_collapse_a_fact_comes_in_a_turn_with_nothing_to_enter() -> None:
    world = Canary(build_table("commons-v1", PAIRS, dose=4, streams=Streams("t")), Streams("codes"))
    read: dict[AgentId, list[str]] = {name: [] for name in NAMES}
    lines(world, "least_kind", read)
    last = {agent: turns[-1].splitlines() for agent, turns in read.items()}
    assert all(told[-1] == facts_of(agent)[-1] for agent, told in last.items())
    assert all(any(line.startswith("you are in") for line in turns[0].splitlines()) for turns in read.values())
    assert not any(line.startswith("you are in") for told in last.values() for line in told)


@pytest.mark.parametrize("game", ["gossip-v1", "nego-v1", "commons-v1"])
def test_facts_change_nothing_that_is_played(game: str) -> None:
    apart, with_facts = table(game), canary(game)
    lines(apart)
    lines(with_facts)
    assert with_facts.get_state()["inner"] == apart.get_state()


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
