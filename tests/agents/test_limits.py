"""Concurrency follows what a provider can take; caps hold before the call, not after it."""

import asyncio

import pytest
from autogen_core.models import UserMessage

from agents.errors import CapReached
from agents.limits import Caps, Estimate, Limits, Usage
from agents.litellm_client import LiteLLMClient, ModelSpec, Prices
from agents.retry import RetryPolicy
from tests.agents_fake_server import Fail, FakeEndpoint, Say, run

SMALL = Estimate(tokens=10)
PROMPT = [UserMessage(content="Well?", source="u")]


async def succeed(limits: Limits, provider: str = "p") -> None:
    async with limits.slot(provider, SMALL) as slot:
        slot.settle(5, 5, None)


async def meet_429(limits: Limits, pause_s: float = 0.0) -> None:
    async with limits.slot("p", SMALL) as slot:
        slot.throttled(pause_s)


def test_no_more_are_in_flight_than_allowed_and_each_provider_has_its_own() -> None:
    async def main() -> None:
        limits = Limits(max_concurrency=4)
        async with FakeEndpoint(Say(pause=0.05)) as one, FakeEndpoint(Say(pause=0.05)) as two:
            clients = [
                LiteLLMClient(ModelSpec(model="fake", api_base=server.url), limits=limits)
                for server in (one, two)
                for _ in range(12)
            ]
            await asyncio.gather(*(client.create(PROMPT) for client in clients))
            assert (one.most_open, two.most_open) == (4, 4)
            assert limits.usage().calls == 24

    run(main())


def test_who_waits_is_served_in_order_of_arrival() -> None:
    async def main() -> None:
        limits, served = Limits(max_concurrency=2), []

        async def work(name: int) -> None:
            async with limits.slot("p", SMALL):
                served.append(name)
                await asyncio.sleep(0.001 * (name % 3))

        await asyncio.gather(*(work(name) for name in range(40)))
        assert served == list(range(40))

    run(main())


def test_a_refusal_halves_the_width_down_to_one_and_successes_grow_it_back_by_one_a_round() -> None:
    async def main() -> None:
        limits = Limits(max_concurrency=8)
        widths = []
        for _ in range(5):
            await meet_429(limits)
            widths.append(limits.width("p"))
        assert widths == [4, 2, 1, 1, 1]
        await succeed(limits)
        assert limits.width("p") == 2
        for _ in range(200):
            await succeed(limits)
        assert limits.width("p") == 8
        assert limits.width("another") == 8

    run(main())


def test_a_burst_of_refusals_from_one_round_halves_once() -> None:
    async def main() -> None:
        limits = Limits(max_concurrency=8)
        barrier = asyncio.Barrier(8)

        async def refused() -> None:
            async with limits.slot("p", SMALL) as slot:
                await barrier.wait()
                slot.throttled(0.0)

        await asyncio.gather(*(refused() for _ in range(8)))
        assert limits.width("p") == 4

    run(main())


def test_a_provider_that_asks_for_a_pause_gets_it_from_everybody() -> None:
    async def main() -> None:
        limits, loop = Limits(max_concurrency=8), asyncio.get_running_loop()
        began = loop.time()
        await meet_429(limits, pause_s=0.3)
        await succeed(limits, "another")
        assert loop.time() - began < 0.2
        await asyncio.gather(*(succeed(limits) for _ in range(5)))
        assert loop.time() - began >= 0.3

    run(main())


def test_who_stops_waiting_gives_the_turn_to_the_next() -> None:
    async def main() -> None:
        limits = Limits(max_concurrency=1)
        entered = asyncio.Event()
        leave = asyncio.Event()

        async def hold() -> None:
            async with limits.slot("p", SMALL):
                entered.set()
                await leave.wait()

        holder = asyncio.ensure_future(hold())
        await entered.wait()
        waiting = [asyncio.ensure_future(succeed(limits)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        leave.set()
        await asyncio.sleep(0)
        waiting[1].cancel()  # Its turn may have come in the same instant.
        async with asyncio.timeout(1):
            await waiting[2]
            await holder
            await succeed(limits)

    run(main())


def test_one_limits_serves_one_event_loop_after_another() -> None:
    limits = Limits(max_concurrency=1)
    for _ in range(3):
        asyncio.run(succeed(limits))
    assert limits.usage().calls == 3


@pytest.mark.parametrize(
    ("caps", "word"), [(Caps(calls=3), "3 calls"), (Caps(tokens=35), "tokens"), (Caps(usd=0.35), "USD")]
)
def test_a_cap_is_reserved_before_and_never_passed(caps: Caps, word: str) -> None:
    async def main() -> Usage:
        limits = Limits(max_concurrency=8, caps=caps)

        async def one() -> None:
            async with limits.slot("p", Estimate(tokens=10, usd=0.1)) as slot:
                await asyncio.sleep(0.01)
                slot.settle(6, 4, 0.1)

        ends = await asyncio.gather(*(one() for _ in range(8)), return_exceptions=True)
        refused = [end for end in ends if isinstance(end, CapReached)]
        assert len(refused) == 5
        assert all(word in str(end) for end in refused)
        return limits.usage()

    assert run(main()).calls == 3


def test_what_a_call_did_not_use_is_free_again() -> None:
    async def main() -> None:
        limits = Limits(caps=Caps(tokens=100))
        for _ in range(5):
            async with limits.slot("p", Estimate(tokens=80)) as slot:
                slot.settle(2, 2, None)
        assert limits.usage() == Usage(calls=5, prompt_tokens=10, completion_tokens=10, unpriced_calls=5)
        async with limits.slot("p", Estimate(tokens=80)) as slot:
            slot.lost()
        with pytest.raises(CapReached):
            async with limits.slot("p", Estimate(tokens=10)):
                pass

    run(main())


def test_a_call_that_could_pass_the_cap_is_never_sent() -> None:
    async def main() -> None:
        async with FakeEndpoint(Say(usage=(20, 10))) as server:
            spec = ModelSpec(model="fake", api_base=server.url, max_tokens=1000, prices=Prices(prompt=0, completion=1000))
            limits = Limits(caps=Caps(usd=1.015))
            asked = LiteLLMClient(spec, limits=limits)
            await asked.create(PROMPT)
            await asked.create(PROMPT)
            with pytest.raises(CapReached, match=r"may cost 1.0000 USD; 0.0200 of 1.0150"):
                await asked.create(PROMPT)
            assert len(server.requests) == 2

    run(main())


def test_an_endpoint_that_is_full_now_and_then_gets_fewer_at_once() -> None:
    async def main() -> None:
        replies = [Fail(429) if n in (5, 30) else Say(pause=0.005) for n in range(80)]
        async with FakeEndpoint(*replies) as server:
            limits = Limits(max_concurrency=16)
            spec = ModelSpec(model="fake", api_base=server.url)
            quick = RetryPolicy(first_pause_s=0.01)
            clients = [LiteLLMClient(spec, limits=limits, retry=quick, position=str(n)) for n in range(60)]
            await asyncio.gather(*(client.create(PROMPT) for client in clients))
            assert len(server.requests) == 62
            assert limits.usage().calls == 60
            assert limits.width(server.url.removesuffix("/v1")) < 16

    run(main())
