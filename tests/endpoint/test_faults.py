import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError

from agents.endpoint import MISTAKES, TRANSPORT, Draw, Fault, Faults, ScriptedEndpoint
from tests.endpoint.asking import Json, ask, body, game, post


async def first(fault: Fault, *, stream: bool = False, **settings: Any) -> tuple[int, str, Mapping[str, str]]:
    async with (
        ScriptedEndpoint(faults=Faults(**{fault: 1.0, **settings})) as endpoint,
        aiohttp.ClientSession() as session,
        session.post(f"{endpoint.url}/chat/completions", json=game(stream=stream)) as response,
    ):
        text = await response.text()
        assert endpoint.counts.by_kind == {fault: 1}
        return response.status, text, response.headers


def message(fault: Fault, **settings: Any) -> tuple[Json, str]:
    status, text, _ = asyncio.run(first(fault, **settings))
    assert status == 200
    choice = json.loads(text)["choices"][0]
    return choice["message"], choice["finish_reason"]


@pytest.mark.parametrize("stream", [False, True])
def test_rate_limited_is_429_with_retry_after(stream: bool) -> None:
    status, text, headers = asyncio.run(first(Fault.RATE_LIMITED, stream=stream))
    assert status == 429
    assert headers["Retry-After"] in {"0", "1"}
    assert json.loads(text)["error"]["type"] == "rate_limit_error"


def test_server_error_is_500_in_openais_shape() -> None:
    status, text, _ = asyncio.run(first(Fault.SERVER_ERROR))
    assert status == 500
    assert set(json.loads(text)["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("stream", [False, True])
def test_a_cut_connection_ends_within_the_body(stream: bool) -> None:
    with pytest.raises(aiohttp.ClientPayloadError):
        asyncio.run(first(Fault.CUT, stream=stream))


def test_a_hang_ends_when_the_client_leaves() -> None:
    async def check() -> None:
        async with ScriptedEndpoint(faults=Faults(hang=1.0)) as endpoint, aiohttp.ClientSession() as session:
            with pytest.raises(asyncio.TimeoutError):
                async with asyncio.timeout(0.05):
                    await post(session, endpoint, game())
            async with asyncio.timeout(2):
                while endpoint.counts.in_flight:
                    await asyncio.sleep(0.005)
            assert endpoint.counts.by_kind == {Fault.HANG: 1}

    asyncio.run(check())


def test_a_hang_ends_by_itself_without_an_answer() -> None:
    with pytest.raises(aiohttp.ServerDisconnectedError):
        asyncio.run(first(Fault.HANG, hang_seconds=0.02))


def test_a_proxy_page_is_html_with_200() -> None:
    status, text, headers = asyncio.run(first(Fault.HTML))
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in text


def test_bad_arguments_are_a_call_no_parser_reads() -> None:
    found, finish = message(Fault.BAD_ARGUMENTS)
    assert finish == "tool_calls"
    with pytest.raises(json.JSONDecodeError):
        json.loads(found["tool_calls"][0]["function"]["arguments"])


def test_an_unknown_tool_is_one_nobody_offered() -> None:
    found, _ = message(Fault.UNKNOWN_TOOL)
    assert found["tool_calls"][0]["function"]["name"] == "choose_now"


def test_prose_talks_about_the_call_and_makes_none() -> None:
    found, finish = message(Fault.PROSE)
    assert "choose" in found["content"]
    assert "tool_calls" not in found
    assert finish == "stop"


def test_an_empty_reply_has_neither_text_nor_calls() -> None:
    assert message(Fault.EMPTY) == ({"role": "assistant", "content": ""}, "stop")


def test_an_overlong_reply_is_long_and_says_it_was_cut_short() -> None:
    found, finish = message(Fault.OVERLONG, overlong_chars=50_001)
    assert (len(found["content"]), finish) == (50_001, "length")


def test_a_mistake_about_calls_leaves_a_reply_without_calls_alone() -> None:
    async def check() -> None:
        async with ScriptedEndpoint(faults=Faults(prose=1.0)) as endpoint, aiohttp.ClientSession() as session:
            assert (await ask(session, endpoint, body("hello")))["content"] == "Done."
            assert endpoint.counts.by_kind == {"text": 1}

    asyncio.run(check())


async def persist(faults: Faults, agents: range, concurrency: int = 1) -> tuple[list[str], list[int]]:
    """Every conversation asked until answered: the answers, and how many attempts each took."""
    async with ScriptedEndpoint(faults=faults) as endpoint, aiohttp.ClientSession() as session:
        gate = asyncio.Semaphore(concurrency)

        async def one(agent: int) -> tuple[str, int]:
            for attempt in range(1, 60):
                async with gate:
                    try:
                        status, answer = await post(session, endpoint, game(f"a{agent}"))
                    except aiohttp.ClientError:
                        continue
                if status == 200:
                    return json.dumps(answer), attempt
            raise AssertionError("never answered")

        found = await asyncio.gather(*(one(agent) for agent in agents))
        again = await asyncio.gather(*(one(agent) for agent in agents))
        assert found == again, "a second run must meet the same faults"
        return [answer for answer, _ in found], [attempts for _, attempts in found]


def test_retrying_after_transport_faults_succeeds_with_the_answer_it_would_have_had() -> None:
    clean, once = asyncio.run(persist(Faults(), range(60)))
    answered, attempts = asyncio.run(persist(Faults.spread(0.6), range(60)))
    crowded, attempts_crowded = asyncio.run(persist(Faults.spread(0.6), range(60), concurrency=20))
    assert clean == answered == crowded
    assert attempts == attempts_crowded
    assert set(once) == {1}
    assert sum(attempts) / len(attempts) == pytest.approx(2.5, abs=0.6)  # geometric with success 0.4


def test_rates_are_the_planted_ones_and_each_attempt_is_drawn_anew() -> None:
    faults = Faults(**{kind: 0.02 * (index + 1) for index, kind in enumerate([*TRANSPORT, *MISTAKES][:9])})
    draws = [Draw(3, index.to_bytes(4, "big")) for index in range(20_000)]
    firsts = [faults.drawn(draw, 0) for draw in draws]
    for kind in Fault:
        assert firsts.count(kind) / len(draws) == pytest.approx(faults.rate(kind), abs=0.01)
    seconds = [faults.drawn(draw, 1) for draw, fault in zip(draws, firsts, strict=True) if fault is Fault.CUT]
    assert seconds.count(None) / len(seconds) == pytest.approx(0.1, abs=0.04)


def test_spread_shares_the_rate_among_what_clients_retry() -> None:
    faults = Faults.spread(0.3)
    assert {kind for kind in Fault if faults.rate(kind)} == {
        Fault.RATE_LIMITED,
        Fault.SERVER_ERROR,
        Fault.CUT,
    }
    assert sum(faults.rate(kind) for kind in Fault) == pytest.approx(0.3)


def test_rates_beyond_one_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"add up to 1\.2"):
        Faults(cut=0.6, html=0.6)
