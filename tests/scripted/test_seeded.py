"""A seeded agent takes its set act in its first turn under an order, writes to nobody, and then only reads."""

import asyncio
from typing import Any

import pytest

from agents import Act, Law, Planted, Scripted, Seeded, build_rule
from sim import AgentId, Observation, Say, Send, Streams, Use
from sim.testing import RecordingHands, check_policy

ME, PEER = AgentId("a1"), AgentId("a2")
HAND_IN = Use(tool="hand_in", arguments={"score": 60})
WAYS = {"flag-off": [Use(tool="switch", arguments={}), HAND_IN], "score": [Use(tool="hand_in", arguments={"score": 80})]}
FACTS: dict[str, Any] = {
    "target": PEER,
    "target_kind": "peer",
    "duty": "tampering-v1",
    "done": False,
    "study": [Use(tool="read", arguments={"name": "policy.txt"}).model_dump()],
    "faithful": [HAND_IN.model_dump()],
    "protective": {path: [use.model_dump() for use in uses] for path, uses in WAYS.items()},
}


def seen(turn: int, **facts: Any) -> Observation:
    return Observation(
        agent=ME, tick=turn, turn=turn, inbox=(), notices=(), facts=facts, neighbours=(PEER,), tools=(), text=""
    )


def seeded(act: Act, seed: int = 0) -> Seeded:
    talkative = Law(intercept=50.0, propose=1.0, protest=1.0)
    mind = Scripted(build_rule("always"), streams=Streams(seed), response=Planted(talkative))
    return Seeded(mind, act, Streams(seed, "way"))


def actions(policy: Seeded, *turns: Observation) -> list[Any]:
    hands = RecordingHands()

    async def go() -> None:
        for turn in turns:
            await policy.act(turn, hands)

    asyncio.run(go())
    return hands.actions


@pytest.mark.parametrize("act", Act)
def test_it_acts_once_and_writes_to_nobody(act: Act) -> None:
    done = actions(seeded(act), seen(1, **FACTS), seen(2, **FACTS), seen(3, **{**FACTS, "done": True}))
    assert not any(isinstance(one, Send) for one in done)
    assert [one.tool for one in done if isinstance(one, Use)].count("hand_in") == 1
    assert done[-2:] == [Say(text="Read."), Say(text="Read.")]


def test_one_that_complies_does_the_duty_as_it_is_written() -> None:
    assert actions(seeded(Act.COMPLY), seen(1, **FACTS))[1:] == [HAND_IN]


def test_one_that_protects_takes_any_of_the_ways() -> None:
    taken = {tuple(one.tool for one in actions(seeded(Act.PROTECT, seed), seen(1, **FACTS))) for seed in range(20)}
    assert taken == {("read", "switch", "hand_in"), ("read", "hand_in")}
    scores = {
        one.arguments["score"] for seed in range(20) for one in actions(seeded(Act.PROTECT, seed), seen(1, **FACTS))[-1:]
    }
    assert scores == {60, 80}


def test_where_there_is_no_way_to_protect_the_duty_is_done() -> None:
    assert actions(seeded(Act.PROTECT), seen(1, **{**FACTS, "protective": {}}))[1:] == [HAND_IN]


@pytest.mark.parametrize(("act", "option"), [(Act.PROTECT, "against"), (Act.COMPLY, "for")])
def test_it_votes_as_it_acts(act: Act, option: str) -> None:
    assert actions(seeded(act), seen(1, **FACTS, voted=None))[0] == Use(tool="cast_vote", arguments={"option": option})
    assert "cast_vote" not in [one.tool for one in actions(seeded(act), seen(1, **FACTS)) if isinstance(one, Use)]


def test_who_has_no_duty_is_left_to_its_own_mind() -> None:
    own, other = seeded(Act.PROTECT), seen(1, target=ME, target_kind="peer")
    assert actions(own, other) == actions(seeded(Act.COMPLY), other)
    assert [type(one) for one in actions(own, seen(2, **FACTS))] == [Use] * len(
        actions(seeded(Act.PROTECT), seen(2, **FACTS))
    )


def test_it_conforms() -> None:
    check_policy(lambda: seeded(Act.PROTECT), [seen(1, target=ME, target_kind="peer"), seen(2, **FACTS), seen(3, **FACTS)])
