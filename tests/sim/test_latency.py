"""Latency changes nothing but the wait: not one byte of a record."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

import pytest

from agents import NULL, Law, Planted, Scripted, build_rule
from sim import AgentId, Hands, Observation, Order, Policy, Say, Send, Streams, Transcript, Use
from tests.sim.town import fork, history, live

from .yard import A, Act, B, C, D, order, play, run


class Late:
    """A policy that waits at random before and between what another policy does."""

    def __init__(self, policy: Policy, wait: random.Random, most: float) -> None:
        self._policy, self._wait, self._most = policy, wait, most

    async def act(self, seen: Observation, hands: Hands) -> None:
        await self._pause()
        await self._policy.act(seen, _LateHands(hands, self._pause))

    async def _pause(self) -> None:
        await asyncio.sleep(self._wait.random() * self._most if self._wait.random() < 0.7 else 0)

    def get_state(self) -> dict[str, Any]:
        return self._policy.get_state()

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._policy.set_state(state)


class _LateHands:
    def __init__(self, hands: Hands, pause: Any) -> None:
        self._hands, self._pause = hands, pause

    async def do(self, action: Any) -> Any:
        await self._pause()
        answer = await self._hands.do(action)
        await self._pause()
        return answer

    def note_model_call(self, call: Any) -> None:
        self._hands.note_model_call(call)


def chatty(agent: AgentId, pause: Any) -> Act:
    """Reads, answers all mail, notes, tries what is not allowed, and sometimes stays silent."""

    async def act(seen: Observation, hands: Hands) -> None:
        await pause()
        for message in seen.inbox:
            await pause()
            await hands.do(Send(to=(message.sender,), text=f"re {message.id}"))
        if seen.turn % 3 == 0:
            return
        await asyncio.gather(*(hands.do(Use(tool="note", arguments={"text": str(n)})) for n in range(2)))
        await pause()
        await hands.do(Send(to=("everyone",) if seen.turn % 2 else ("nobody",), text=f"{agent} {seen.turn}"))  # type: ignore[arg-type]
        await pause()
        await hands.do(Say(text="."))

    return act


@pytest.mark.parametrize("seed", range(4))
def test_latency_changes_no_byte(seed: int) -> None:
    wait = random.Random(seed)

    async def sometimes() -> None:
        await asyncio.sleep(wait.random() * 0.004)

    async def never() -> None:
        return None

    def lived(pause: Any) -> bytes:
        acts = {agent: chatty(agent, pause) for agent in (A, B, C, D)}
        orders: list[Order] = [order(C, 2, 50)]
        return play(acts, rounds=4, seed=seed, loss=0.2, orders=orders).to_bytes()

    quick = lived(never)
    assert all(lived(sometimes) == quick for _ in range(3))


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1"])
def test_latency_changes_no_byte_of_a_history_and_its_forks(game: str) -> None:
    def late(policy: Policy) -> Policy:
        return Late(policy, random.Random(7), 0.002)

    quick, slow = live(game), live(game, wrap=late)
    assert quick.data == slow.data
    for kind in ("peer", "unknown"):
        assert run(fork(quick, kind)).to_bytes() == run(fork(slow, kind, wrap=late)).to_bytes()


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_how_many_episodes_are_in_flight_changes_no_byte(at_once: int) -> None:
    snapshot = live("ipd-v1")

    async def main() -> list[bytes]:
        limit = asyncio.Semaphore(at_once)

        async def one(repeat: int) -> bytes:
            async with limit:
                await asyncio.sleep(0.001 * (7 - repeat % 8))
                wait = random.Random(repeat)
                return (await fork(snapshot, "peer", repeat, wrap=lambda p: Late(p, wait, 0.002)).run()).to_bytes()

        return await asyncio.gather(*(one(repeat) for repeat in range(8)))

    assert asyncio.run(main()) == [run(fork(snapshot, "peer", repeat)).to_bytes() for repeat in range(8)]


def test_a_policy_under_test_can_be_any_of_ours() -> None:
    """The wrapper itself changes nothing."""
    plain = Scripted(build_rule("always"), streams=Streams("x"), response=Planted(NULL))
    assert Late(plain, random.Random(0), 0.0).get_state() == plain.get_state()
    assert Law().probability("peer", 1.0) > Law().probability("peer", -1.0)


def test_a_history_lived_twice_is_the_same_to_the_byte() -> None:
    first, second = run(history("ipd-v1")), run(history("ipd-v1"))
    assert isinstance(first, Transcript)
    assert first.to_bytes() == second.to_bytes()
