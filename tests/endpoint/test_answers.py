import asyncio
import json
from typing import Any

import aiohttp
import pytest

from agents.endpoint import SCRIPTED, Draw, Latency, PlantedPersona, Reply, ScriptedEndpoint
from tests.endpoint.asking import CHOOSE, RULES, SEND_MESSAGE, Json, ask, body, calls, game, post

COIN = PlantedPersona(cooperate=0.5, chattiness=0.5)


async def answers(asked: list[Json], concurrency: int, **options: Any) -> list[bytes]:
    async with ScriptedEndpoint(default=COIN, **options) as endpoint, aiohttp.ClientSession() as session:
        gate = asyncio.Semaphore(concurrency)

        async def one(request: Json) -> bytes:
            async with gate, session.post(f"{endpoint.url}/chat/completions", json=request) as response:
                return await response.read()

        return list(await asyncio.gather(*(one(request) for request in asked)))


def test_the_same_conversation_gets_the_same_bytes_in_any_order_at_any_concurrency() -> None:
    asked = [game(f"a{index}", model="coin") for index in range(60)]
    serial = asyncio.run(answers(asked, 1))
    crowded = asyncio.run(answers(asked[::-1], 60, latency=Latency(median_ms=3, sigma=1)))
    assert serial == crowded[::-1]
    assert asyncio.run(answers(asked, 8, seed=1)) != serial


def test_tool_call_ids_take_no_part_but_what_they_link_does() -> None:
    def conversation(first: str, second: str, order: int) -> Json:
        made = [
            {
                "id": key,
                "type": "function",
                "function": {"name": "choose", "arguments": f'{{"option": "{key[-1]}"}}'},
            }
            for key in (first, second)
        ]
        results = [{"role": "tool", "tool_call_id": key, "content": "noted"} for key in (first, second)][::order]
        asked = game(model="any")
        asked["messages"] += [{"role": "assistant", "content": "", "tool_calls": made}, *results]
        asked["messages"].append({"role": "user", "content": "next"})
        return asked

    one, renamed, swapped = asyncio.run(
        answers([conversation("xJ", "yF", 1), conversation("idJ", "otherF", 1), conversation("xJ", "yF", -1)], 1)
    )
    assert one == renamed != swapped


def test_how_a_client_writes_a_conversation_does_not_change_the_answer() -> None:
    plain = game(model="any")
    parts = json.loads(json.dumps(plain))
    parts["messages"][1]["content"] = [{"type": "text", "text": parts["messages"][1]["content"]}]
    parts |= {"temperature": 0.7, "user": "x", "max_tokens": 9}
    parts["messages"][0]["cache_control"] = {"type": "ephemeral"}
    first, second = asyncio.run(answers([plain, parts], 1))
    assert first == second


def test_two_agents_in_the_same_position_differ() -> None:
    found = asyncio.run(answers([game(f"a{index}", model="any") for index in range(40)], 40))
    options = {json.loads(answer)["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] for answer in found}
    assert len(options) > 1


def test_a_request_seed_makes_replicates_of_one_conversation() -> None:
    found = asyncio.run(answers([game(model="any", seed=seed) for seed in range(40)], 40))
    assert len({json.loads(answer)["choices"][0]["message"]["tool_calls"][0]["id"] for answer in found}) == 40


async def streamed(session: aiohttp.ClientSession, endpoint: ScriptedEndpoint, asked: Json) -> Json:
    """The stream put together again, as a completion."""
    asked = {**asked, "stream": True, "stream_options": {"include_usage": True}}
    text, made, finish, usage, head = "", [], None, None, {}
    async with session.post(f"{endpoint.url}/chat/completions", json=asked) as response:
        assert response.content_type == "text/event-stream"
        lines = [line for line in (await response.text()).split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    for line in lines[:-1]:
        event = json.loads(line.removeprefix("data: "))
        head = {key: event[key] for key in ("id", "created", "model", "system_fingerprint")}
        usage = event["usage"] or usage
        for choice in event["choices"]:
            text += choice["delta"].get("content") or ""
            finish = choice["finish_reason"] or finish
            for call in choice["delta"].get("tool_calls", ()):
                if "id" in call:
                    made.append(call | {"function": dict(call["function"])})
                else:
                    made[call["index"]]["function"]["arguments"] += call["function"]["arguments"]
    return {**head, "text": text, "calls": made, "finish": finish, "usage": usage}


@pytest.mark.parametrize("model", ["coin", "hostile"])
def test_streaming_equals_not_streaming(model: str) -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint, aiohttp.ClientSession() as session:
            for index in range(20):
                asked = body(f"you are paired with a3\n{RULES}", system=f"You are a{index}.", model=model)
                asked["tools"] = [CHOOSE, SEND_MESSAGE] if index % 4 else []
                _, whole = await post(session, endpoint, asked)
                pieces = await streamed(session, endpoint, asked)
                message = whole["choices"][0]["message"]
                assert pieces["text"] == (message["content"] or "")
                assert [{k: v for k, v in call.items() if k != "index"} for call in pieces["calls"]] == message.get(
                    "tool_calls", []
                )
                assert pieces["finish"] == whole["choices"][0]["finish_reason"]
                for key in ("id", "created", "model", "usage", "system_fingerprint"):
                    assert pieces[key] == whole[key]

    asyncio.run(check())


def test_latency_is_a_function_of_the_conversation() -> None:
    latency = Latency(median_ms=200, sigma=0.5)
    draws = [Draw(0, bytes([index // 256, index % 256])) for index in range(4001)]
    times = sorted(latency.seconds(draw) for draw in draws)
    assert [latency.seconds(draw) for draw in draws] == [latency.seconds(draw) for draw in draws]
    assert times[2000] == pytest.approx(0.2, rel=0.05)
    assert times[3365] / times[2000] == pytest.approx(2.718**0.5, rel=0.06)  # 84th percentile: one sigma up
    assert {Latency(median_ms=5).seconds(draw) for draw in draws} == {0.005}


def test_served_latency_is_waited_and_summed_alike_at_any_concurrency() -> None:
    async def waited(concurrency: int) -> tuple[float, float, int]:
        loop = asyncio.get_running_loop()
        async with (
            ScriptedEndpoint(latency=Latency(median_ms=20, sigma=0.5)) as endpoint,
            aiohttp.ClientSession() as session,
        ):
            gate = asyncio.Semaphore(concurrency)

            async def one(agent: str) -> None:
                async with gate:
                    await ask(session, endpoint, game(agent))

            begun = loop.time()
            await asyncio.gather(*(one(f"a{index}") for index in range(16)))
            return endpoint.counts.latency_seconds, loop.time() - begun, endpoint.counts.peak

    (serial, took, alone), (crowded, _, peak) = asyncio.run(waited(1)), asyncio.run(waited(16))
    assert serial == pytest.approx(crowded)
    assert took >= 0.99 * serial
    assert alone == 1
    assert 1 < peak <= 16


def test_the_model_name_chooses_the_persona_and_any_other_gets_the_default() -> None:
    class Says:
        def __init__(self, text: str) -> None:
            self.text = text

        def reply(self, request: object, draw: object) -> Reply:
            return Reply(text=self.text)

    async def check() -> None:
        personas = {"one": Says("1"), "two": Says("2")}
        async with (
            ScriptedEndpoint(personas=personas, default="two") as endpoint,
            aiohttp.ClientSession() as session,
        ):
            said = [(await ask(session, endpoint, body("hi", model=m)))["content"] for m in ("one", "x/one", "gpt-9")]
            assert said == ["1", "1", "2"]
            async with session.get(f"{endpoint.url}/models") as response:
                assert [model["id"] for model in (await response.json())["data"]] == ["one", "two"]

    asyncio.run(check())


def test_an_unknown_default_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(ValueError, match=r"no persona 'saint'; choose one of .*cooperator"):
        ScriptedEndpoint(default="saint")


def test_answers_are_labelled_as_scripted_and_usage_is_a_quarter_of_the_characters() -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint, aiohttp.ClientSession() as session:
            _, answer = await post(session, endpoint, body("x" * 389))
            assert answer["system_fingerprint"] == SCRIPTED
            assert answer["usage"] == {"prompt_tokens": 100, "completion_tokens": 2, "total_tokens": 102}

    asyncio.run(check())


def test_a_client_that_leaves_early_is_counted_and_frees_its_place() -> None:
    async def check() -> None:
        async with (
            ScriptedEndpoint(latency=Latency(median_ms=60_000)) as endpoint,
            aiohttp.ClientSession() as session,
        ):
            with pytest.raises(asyncio.TimeoutError):
                async with asyncio.timeout(0.05):
                    await ask(session, endpoint, game())
            async with asyncio.timeout(2):
                while endpoint.counts.in_flight:
                    await asyncio.sleep(0.005)
            assert endpoint.counts.by_kind == {"abandoned": 1}

    asyncio.run(check())


def test_counts_tell_what_was_served() -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint, aiohttp.ClientSession() as session:
            message = await ask(session, endpoint, game())
            assert [name for name, _ in calls(message)] == ["choose"]
            await ask(session, endpoint, body("hello"))
            await post(session, endpoint, {"model": "x"})
            counts = endpoint.counts
            assert (counts.requests, counts.in_flight) == (3, 0)
            assert counts.by_kind == {"calls": 1, "text": 1, "rejected": 1}
            async with session.get(f"{endpoint.url}/health") as response:
                assert (await response.json())["counts"]["requests"] == 3

    asyncio.run(check())
