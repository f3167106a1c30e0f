"""Which failures are asked again, how often, and what is said of those that stay."""

import asyncio
import socket
from typing import Any

import pytest
from autogen_core.models import UserMessage

from agents.cassette import Cassette
from agents.errors import AgentError, ContextOverflow, ModelRequestError, ModelUnavailable
from agents.limits import Limits, Usage
from agents.litellm_client import LiteLLMClient, ModelCall, ModelSpec
from agents.retry import RetryPolicy, retry_after
from tests.agents_fake_server import Cut, CutShort, Fail, FakeEndpoint, Hang, Html, Raw, Reply, Say, run

SECRET_PROMPT = "the prompt nobody may repeat"
PROMPT = [UserMessage(content=SECRET_PROMPT, source="u")]
QUICK = RetryPolicy(attempts=3, first_pause_s=0.01, longest_pause_s=1.5, total_s=20)
BOTH = pytest.mark.parametrize("prefix", ["openai/", "hosted_vllm/"])


async def ask(
    url: str, prefix: str = "", *, limits: Limits | None = None, retry: RetryPolicy = QUICK, **spec: Any
) -> tuple[str, int]:
    """The text that came in the end, and the retries it took."""
    seen: list[ModelCall] = []
    asked = LiteLLMClient(
        ModelSpec(model=f"{prefix}fake", api_base=url, **spec),
        limits=limits or Limits(),
        on_call=seen.append,
        retry=retry,
    )
    result = await asked.create(PROMPT)
    assert isinstance(result.content, str)
    return result.content, seen[0].retries


@BOTH
@pytest.mark.parametrize(
    "bad",
    [Fail(500), Fail(502), Fail(503), Fail(529), Fail(408), Fail(429), Html(), Cut()],
    ids=lambda bad: str(getattr(bad, "status", type(bad).__name__)),
)
def test_what_may_pass_is_asked_again_with_one_request_an_attempt(prefix: str, bad: Reply) -> None:
    async def main() -> None:
        async with FakeEndpoint(bad, bad, Say("well")) as server:
            assert await ask(server.url, prefix) == ("well", 2)
            assert len(server.requests) == 3

    run(main())


@BOTH
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Fail(500), "HTTP 500"),
        (Fail(429), "HTTP 429"),
        (Html(), "not an answer"),
        (Raw({"hello": 1}), "not an answer"),
        (Raw({"choices": []}), "not an answer"),
        (Raw(None), "not an answer"),
        (Cut(), "connection failed"),
    ],
    ids=["500", "429", "html", "object", "empty", "null", "cut"],
)
def test_what_does_not_pass_ends_within_the_bounds_in_one_line(prefix: str, bad: Reply, reason: str) -> None:
    async def main() -> None:
        async with FakeEndpoint(bad) as server:
            with pytest.raises(ModelUnavailable) as caught:
                await ask(server.url, prefix)
            assert len(server.requests) == 3
            said = str(caught.value)
            assert reason in said
            assert "3 attempts" in said
            assert f"{prefix}fake at {server.url.removesuffix('/v1')}" in said
            assert "\n" not in said
            assert SECRET_PROMPT not in said

    run(main())


@BOTH
@pytest.mark.parametrize(
    ("bad", "error", "reason"),
    [
        (Fail(401, "Incorrect API key provided: sk-secret"), ModelRequestError, "refused the key .HTTP 401"),
        (Fail(403, "sk-secret"), ModelRequestError, "HTTP 403"),
        (Fail(404, "no such model"), ModelRequestError, "no such model"),
        (Fail(400, "seed is not supported"), ModelRequestError, "seed is not supported"),
        (Fail(422, "sk-secret"), ModelRequestError, "HTTP 422"),
        (
            Fail(400, "This model's maximum context length is 10 tokens.", "context_length_exceeded"),
            ContextOverflow,
            "longer than",
        ),
    ],
    ids=["401", "403", "404", "400", "422", "context"],
)
def test_what_would_fail_again_is_asked_once_and_repeats_no_key(
    prefix: str, bad: Reply, error: type[AgentError], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLEGIANCE_TEST_KEY", "sk-secret")

    async def main() -> None:
        async with FakeEndpoint(bad) as server:
            with pytest.raises(error, match=reason) as caught:
                await ask(server.url, prefix, api_key_env="ALLEGIANCE_TEST_KEY")
            assert len(server.requests) == 1
            assert "sk-secret" not in str(caught.value)

    run(main())


@BOTH
def test_an_endpoint_that_hangs_is_given_up_after_the_timeout(prefix: str) -> None:
    async def main() -> None:
        async with FakeEndpoint(Hang(), Say("awake")) as server:
            limits = Limits()
            assert await ask(server.url, prefix, timeout_s=0.2, limits=limits) == ("awake", 1)
            assert server.hung_up == 1
            assert limits.usage().uncertain_calls == 1
        async with FakeEndpoint(Hang()) as server:
            with pytest.raises(ModelUnavailable, match=r"no answer within 0.2 s"):
                await ask(server.url, prefix, timeout_s=0.2)

    run(main())


@BOTH
def test_an_address_where_nobody_listens_is_said_so_and_costs_nothing(prefix: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    limits = Limits()
    with pytest.raises(ModelUnavailable, match=f"{url.removesuffix('/v1')} gave no answer in 3 attempts.*reached"):
        run(ask(url, prefix, limits=limits))
    assert limits.usage() == Usage()


@BOTH
def test_a_full_endpoint_is_left_alone_as_long_as_it_asks(prefix: str) -> None:
    async def main() -> None:
        async with FakeEndpoint(Fail(429, headers={"Retry-After": "1"}), Say("well")) as server:
            limits = Limits(max_concurrency=8)
            began = asyncio.get_running_loop().time()
            assert await ask(server.url, prefix, limits=limits) == ("well", 1)
            assert 1.0 <= asyncio.get_running_loop().time() - began < 2.5
            assert limits.width(server.url.removesuffix("/v1")) == 4

    run(main())


def test_the_wait_an_endpoint_may_ask_for_is_bounded() -> None:
    policy = RetryPolicy(longest_pause_s=5)
    assert policy.pause("k", 0, 3600.0) == 5
    assert policy.pause("k", 0, 3.0) == 3.0


def test_pauses_double_and_are_spread_by_the_key_alone() -> None:
    policy = RetryPolicy(first_pause_s=1, longest_pause_s=8)
    pauses = [policy.pause("k", n, None) for n in range(6)]
    assert pauses == [policy.pause("k", n, None) for n in range(6)]
    assert all(0.5 * min(2**n, 8) <= pause <= min(2**n, 8) for n, pause in enumerate(pauses))
    assert len({policy.pause(f"k{n}", 0, None) for n in range(50)}) == 50


def test_the_total_wait_is_bounded_too() -> None:
    async def main() -> None:
        async with FakeEndpoint(Fail(429, headers={"Retry-After": "1"})) as server:
            with pytest.raises(ModelUnavailable, match="2 attempts"):
                await ask(server.url, retry=RetryPolicy(attempts=9, total_s=1.5))

    run(main())


def test_a_stream_that_breaks_before_its_first_word_is_asked_again() -> None:
    async def main() -> None:
        async with FakeEndpoint(Fail(503), Say("one two")) as server:
            asked = LiteLLMClient(ModelSpec(model="fake", api_base=server.url), limits=Limits(), retry=QUICK)
            assert [part async for part in asked.create_stream(PROMPT)][:-1] == ["one", "two"]

    run(main())


@BOTH
def test_a_stream_that_breaks_after_its_first_word_is_final_and_leaves_nothing_recorded(prefix: str) -> None:
    async def main() -> None:
        async with FakeEndpoint(CutShort()) as server:
            with Cassette() as tape:
                spec = ModelSpec(model=f"{prefix}fake", api_base=server.url)
                asked = LiteLLMClient(spec, limits=Limits(), retry=QUICK, cassette=tape)
                heard: list[object] = []

                async def listen() -> None:
                    async for part in asked.create_stream(PROMPT):
                        heard.append(part)

                with pytest.raises(ModelUnavailable, match="1 attempt; the last time the connection failed"):
                    await listen()
                assert heard == ["one"]
                assert len(server.requests) == 1
                assert len(tape) == 0

    run(main())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:27:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
