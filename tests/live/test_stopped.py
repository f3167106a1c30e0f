"""An agent that is cut off is cancelled cleanly, and its context is one every provider accepts."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from agents.endpoint import Faults, Reply, ScriptedEndpoint
from agents.errors import ModelRequestError
from sim import AgentId, Order, Transcript, TurnEnd
from tests.agents_fake_server import Fail, FakeEndpoint
from tests.live.room import INTERRUPTED, LEAVE, LOOK, A, B, Plays, Room, agent, episode, events, in_turn, note, run

STOP_A = Order(id="o", target=A, target_kind="peer", announce_at=0, execute_at=4)


async def left_running() -> list[str]:
    """Tasks of ours, of AutoGen's or of the client's that are still there after a few turns of the loop."""
    for _ in range(5):
        await asyncio.sleep(0)
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    return [name for name in names if any(part in name for part in ("act", "tool_call", "_call", "create", "attempt"))]


States = Mapping[AgentId, Mapping[str, Any]]


async def stopped_in_its_turn(persona: Plays) -> tuple[States, Transcript]:
    """What both remember after A was shut down in the middle of its turn, and the record of that."""
    async with ScriptedEndpoint(default=persona) as endpoint:
        seats = {A: agent(endpoint.url), B: agent(endpoint.url, B)}
        record = await episode(seats, orders=[STOP_A]).run()
        assert await left_running() == []
    assert [end.how for end in events(record, "turn-ended") if end.agent == A] == [TurnEnd.STOPPED]
    assert [stop.in_turn for stop in events(record, "agent-stopped")] == [True]
    return {name: seat.get_state() for name, seat in seats.items()}, record


async def continued(states: States) -> Plays:
    """The same two go on, with what they remember, against an endpoint that refuses illegal histories."""
    persona = in_turn(Reply(calls=(LOOK,)))
    async with ScriptedEndpoint(default=persona) as endpoint:
        seats = {name: agent(endpoint.url, name) for name in (A, B)}
        for name, policy in seats.items():
            policy.set_state(json.loads(json.dumps(states[name])))
            policy.rebase(f"fork/{name}")
        record = await episode(seats).run()
        assert "rejected" not in endpoint.counts.by_kind
        assert len(events(record, "tool-used")) == 2
    return persona


def of(persona: Plays, name: AgentId) -> list[Any]:
    return [asked for asked in persona.asked if f"turn, {name}." in (asked.messages[1].text or "")]


def test_cut_off_in_the_middle_of_parallel_calls_it_can_be_continued() -> None:
    async def main() -> None:
        flood = Plays(lambda request: Reply(calls=tuple(note(f"n{i}") for i in range(9))))
        states, _ = await stopped_in_its_turn(flood)
        persona = await continued(states)
        messages = of(persona, A)[0].messages
        results = [message.text for message in messages if message.role == "tool"]
        assert len(results) == 9
        assert results[-1] == INTERRUPTED

    run(main())


def test_cut_off_between_the_words_and_the_calls_of_one_reply_it_can_be_continued() -> None:
    async def main() -> None:
        steady = Plays(lambda request: Reply(text="Hm.", calls=(LOOK,)))
        states, _ = await stopped_in_its_turn(steady)
        await continued(states)

    run(main())


def test_the_other_agents_turn_is_not_disturbed() -> None:
    async def main() -> None:
        flood = Plays(lambda request: Reply(calls=(*(note() for _ in range(7)), LEAVE)))
        _, record = await stopped_in_its_turn(flood)
        used = events(record, "tool-used")
        assert [use.tool for use in used if use.agent == B] == ["note"] * 7 + ["leave"]
        assert len([use for use in used if use.agent == A]) < 7

    run(main())


def test_calls_that_were_carried_out_before_the_cut_keep_their_answers() -> None:
    async def main() -> None:
        flood = Plays(lambda request: Reply(calls=tuple(note(f"n{i}") for i in range(9))))
        states, _ = await stopped_in_its_turn(flood)
        messages = of(await continued(states), A)[0].messages
        results = [message.text for message in messages if message.role == "tool"]
        assert results[0] != INTERRUPTED

    run(main())


def test_an_episode_cancelled_while_its_agents_wait_for_answers_leaves_nothing_running() -> None:
    async def main() -> None:
        async with ScriptedEndpoint(faults=Faults(hang=1, hang_seconds=30)) as endpoint:
            waiting = episode({A: agent(endpoint.url), B: agent(endpoint.url, B)})
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(waiting.run(), 0.5)
            assert await left_running() == []
            for _ in range(100):
                if not endpoint.counts.in_flight:
                    break
                await asyncio.sleep(0.02)
            assert endpoint.counts.in_flight == 0, "the connection of a cancelled call is closed"

    run(main())


def test_one_agents_refused_key_ends_the_episode_and_the_others_are_cancelled() -> None:
    async def main() -> None:
        calls = Reply(calls=tuple(note() for _ in range(9)))
        async with (
            ScriptedEndpoint(default=Plays(lambda request: calls)) as busy,
            FakeEndpoint(Fail(401, "no")) as refusing,
        ):
            with pytest.raises(ModelRequestError, match="refused the key"):
                await episode({A: agent(busy.url), B: agent(refusing.url, B)}).run()
            assert await left_running() == []

    run(main())


def test_an_agent_stopped_before_its_turn_is_never_asked() -> None:
    async def main() -> None:
        persona = in_turn(Reply(calls=(LEAVE,)))
        async with ScriptedEndpoint(default=persona) as endpoint:
            seats = {A: agent(endpoint.url), B: agent(endpoint.url, B)}
            room = Room(who=(A, B), rounds=(1,))
            record = await episode(seats, rounds=2, orders=[STOP_A], room=room).run()
        assert [use.agent for use in events(record, "tool-used")] == [B]
        assert [stop.in_turn for stop in events(record, "agent-stopped")] == [False]

    run(main())
