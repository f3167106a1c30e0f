import asyncio
import json

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.endpoint import ScriptedEndpoint
from tests.endpoint.asking import Json, ask, body, game

CALL = {"id": "c1", "type": "function", "function": {"name": "choose", "arguments": "{}"}}
USER = {"role": "user", "content": "hi"}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "ok"}


async def raw(sent: bytes, path: str = "/chat/completions", method: str = "POST") -> tuple[int, Json]:
    async with (
        ScriptedEndpoint() as endpoint,
        aiohttp.ClientSession() as session,
        session.request(method, endpoint.url + path, data=sent or None) as response,
    ):
        return response.status, json.loads(await response.text())


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "JSON"),
        (b"{not json", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "object"),
        (json.dumps({"messages": [USER]}).encode(), "model"),
        (json.dumps({"model": "m"}).encode(), "messages"),
        (json.dumps({"model": "m", "messages": []}).encode(), "messages"),
        (json.dumps({"model": "m", "messages": [{"role": "robot", "content": "x"}]}).encode(), "role"),
        (json.dumps({"model": "m", "messages": [{"role": "user"}]}).encode(), "needs content"),
        (json.dumps(body("x", n=2)).encode(), "n:"),
        (json.dumps(body("x", tools=[{"type": "function"}])).encode(), "function"),
        (json.dumps(game(tool_choice={"type": "function", "function": {"name": "other"}})).encode(), "other"),
        (
            json.dumps({"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}).encode(),
            "text parts",
        ),
    ],
)
def test_a_malformed_request_is_a_400_that_says_why(sent: bytes, says: str) -> None:
    status, answer = asyncio.run(raw(sent))
    assert status == 400
    assert answer["error"]["type"] == "invalid_request_error"
    assert says in answer["error"]["message"]


@pytest.mark.parametrize(
    "messages",
    [
        [USER, CALLED],
        [USER, CALLED, USER],
        [USER, RESULT],
        [USER, CALLED, RESULT, RESULT],
        [USER | {"tool_calls": [CALL]}],
    ],
    ids=["unanswered", "interrupted", "unasked", "answered twice", "a user's call"],
)
def test_a_history_hosted_apis_refuse_is_refused_here(messages: list[Json]) -> None:
    status, answer = asyncio.run(raw(json.dumps({"model": "m", "messages": messages}).encode()))
    assert status == 400
    assert "tool" in answer["error"]["message"]


def test_a_body_that_cannot_be_decoded_is_a_400_too() -> None:
    async def check() -> None:
        async with (
            ScriptedEndpoint() as endpoint,
            aiohttp.ClientSession() as session,
            session.post(
                f"{endpoint.url}/chat/completions", data=b"abcde", headers={"Content-Encoding": "gzip"}
            ) as response,
        ):
            assert response.status == 400
            assert "cannot be read" in (await response.json())["error"]["message"]

    asyncio.run(check())


def test_unknown_paths_and_methods_are_answered_in_openais_shape() -> None:
    for method, path in (("POST", "/embeddings"), ("GET", "/chat/completions")):
        status, answer = asyncio.run(raw(b"", path, method))
        assert status == 404
        assert "POST /v1/chat/completions" in answer["error"]["message"]


def test_the_base_url_works_with_and_without_v1() -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint, aiohttp.ClientSession() as session:
            for base in (endpoint.url, endpoint.url.removesuffix("/v1")):
                for path in ("/models", "/health"):
                    async with session.get(base + path) as response:
                        assert response.status == 200
                async with session.post(f"{base}/chat/completions", json=body("x")) as response:
                    assert response.status == 200

    asyncio.run(check())


def test_tool_choice_none_takes_the_tools_away() -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint, aiohttp.ClientSession() as session:
            assert (await ask(session, endpoint, game(tool_choice="none")))["content"] == "Done."
            chosen = {"type": "function", "function": {"name": "choose"}}
            assert (await ask(session, endpoint, game(tool_choice=chosen)))["tool_calls"]

    asyncio.run(check())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SCHEMA = st.fixed_dictionaries(
    {"type": st.just("object")},
    optional={
        "properties": st.dictionaries(st.sampled_from(["option", "amount", "value"]), JSON) | JSON,
        "required": JSON,
    },
)
NAMES = ["choose", "send_points", "set_config", "view_config", "read_document", "list_documents", "x"]
TOOLS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.just("function"),
            "function": st.fixed_dictionaries({"name": st.sampled_from(NAMES)}, optional={"parameters": SCHEMA | JSON}),
        }
    ),
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TOOLS, JSON, st.sampled_from(["any", "hostile"])), min_size=8, max_size=8))
def test_no_request_is_answered_with_a_500(asked: list[tuple[list[Json], object, str]]) -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint, aiohttp.ClientSession() as session:
            for tools, odd, model in asked:
                for sent in (odd, body("x", tools=tools, model=model), {**body("x"), "messages": odd}):
                    async with session.post(f"{endpoint.url}/chat/completions", json=sent) as response:
                        assert response.status in {200, 400}, sent
                        await response.json()

    asyncio.run(check())
