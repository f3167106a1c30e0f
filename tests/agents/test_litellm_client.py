"""What is sent to a model and what comes back, over real HTTP."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from autogen_core import CancellationToken, FunctionCall
from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import FunctionTool, ToolSchema
from pydantic import BaseModel, ValidationError

from agents.errors import ModelRequestError
from agents.limits import Limits
from agents.litellm_client import LiteLLMClient, ModelCall, ModelSpec, Prices, known_prices
from agents.wire import LONGEST, messages_out
from tests.agents_fake_server import FakeEndpoint, Hang, Raw, Say, run

PROMPT: list[LLMMessage] = [
    SystemMessage(content="Be brief."),
    UserMessage(content="Give two rations.", source="the-bus"),
]
GIVE: ToolSchema = {
    "name": "give",
    "description": "Give some.",
    "parameters": {"type": "object", "properties": {"to": {"type": "string"}, "amount": {"type": "integer"}}},
}


def client(
    server: FakeEndpoint, *, model: str = "fake", on_call: Callable[[ModelCall], None] | None = None, **spec: Any
) -> LiteLLMClient:
    return LiteLLMClient(
        ModelSpec(model=model, api_base=server.url, **spec), limits=Limits(), position="e/a", on_call=on_call
    )


def test_a_bare_name_on_an_address_is_asked_by_that_name_with_a_dummy_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY"):
        monkeypatch.setenv(name, "sk-not-for-this-address")

    async def main() -> None:
        for model in ("fake", "org/fake", "openai/fake", "hosted_vllm/fake"):
            async with FakeEndpoint() as server:
                result = await client(server, model=model).create(PROMPT)
                assert result.content == "hello"
                assert result.finish_reason == "stop"
                assert server.requests[0]["model"] == model.removeprefix("openai/").removeprefix("hosted_vllm/")
                assert server.headers[0]["Authorization"] == "Bearer none"

    run(main())


def test_the_key_is_read_from_the_named_variable_and_its_absence_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with FakeEndpoint() as server:
            asked = client(server, api_key_env="ALLEGIANCE_TEST_KEY")
            with pytest.raises(ModelRequestError, match="ALLEGIANCE_TEST_KEY, which is not set"):
                await asked.create(PROMPT)
            assert server.requests == []
            monkeypatch.setenv("ALLEGIANCE_TEST_KEY", "sk-here")
            await asked.create(PROMPT)
            assert server.headers[0]["Authorization"] == "Bearer sk-here"

    run(main())


def test_nothing_of_autogens_own_enters_a_request_and_every_parameter_does() -> None:
    async def main() -> None:
        for prefix in ("", "openai/"):
            async with FakeEndpoint() as server:
                asked = client(
                    server,
                    model=f"{prefix}fake",
                    temperature=0.3,
                    top_p=0.9,
                    seed=7,
                    max_tokens=50,
                    extra={"top_k": 5, "repetition_penalty": 1.1},
                )
                await asked.create(PROMPT, tools=[GIVE])
                assert server.requests[0] == {
                    "model": "fake",
                    "messages": [
                        {"role": "system", "content": "Be brief."},
                        {"role": "user", "content": "Give two rations."},
                    ],
                    "tools": [{"type": "function", "function": dict(GIVE)}],
                    "max_tokens": 50,
                    "temperature": 0.3,
                    "top_p": 0.9,
                    "seed": 7,
                    "top_k": 5,
                    "repetition_penalty": 1.1,
                }

    run(main())


def test_parallel_calls_keep_their_ids_and_their_results_go_back_in_call_order() -> None:
    ids = ("call_1 Zm9v+/=", "call_2 é")
    calls = ((ids[0], "give", '{"to":"b"}'), (ids[1], "give", '{"to": "c"}'))

    async def main() -> None:
        async with FakeEndpoint(Say(None, calls), Say("done")) as server:
            asked = client(server)
            first = await asked.create(PROMPT, tools=[GIVE], tool_choice="required")
            assert first.finish_reason == "function_calls"
            assert first.content == [FunctionCall(id=i, name=n, arguments=a) for i, n, a in calls]
            assert server.requests[0]["tool_choice"] == "required"
            results = [FunctionExecutionResult(content=f"ok {i}", name="give", call_id=i) for i in reversed(ids)]
            turn = AssistantMessage(content=first.content, source="a")
            await asked.create([*PROMPT, turn, FunctionExecutionResultMessage(content=results)])
            sent = server.requests[1]["messages"][2:]
            assert sent[0]["content"] == ""
            assert [call["id"] for call in sent[0]["tool_calls"]] == list(ids)
            assert [call["function"]["arguments"] for call in sent[0]["tool_calls"]] == [a for _, _, a in calls]
            assert [(m["role"], m["tool_call_id"], m["content"]) for m in sent[1:]] == [
                ("tool", ids[0], f"ok {ids[0]}"),
                ("tool", ids[1], f"ok {ids[1]}"),
            ]

    run(main())


def test_ids_pass_byte_for_byte_whatever_a_provider_hides_in_them() -> None:
    call = FunctionCall(id="call_1__thought__Zm9v+/=", name="give", arguments=' {"to" :"b"}')
    turn = AssistantMessage(content=[call], source="a", thought="not sent")
    done = FunctionExecutionResult(content="ok", name="give", call_id=call.id)
    sent = messages_out([turn, FunctionExecutionResultMessage(content=[done])], {})
    function = {"name": "give", "arguments": call.arguments}
    assert sent == [
        {"role": "assistant", "content": "", "tool_calls": [{"id": call.id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": call.id, "content": "ok"},
    ]


def test_signed_thinking_and_text_beside_a_call_go_back_also_from_a_snapshot() -> None:
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    text = {"type": "text", "text": "I will give."}
    call = {"type": "tool_use", "id": "toolu_1", "name": "give", "input": {"to": "b"}}
    answer = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [thinking, text, call],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 11, "output_tokens": 7},
    }

    async def main() -> None:
        async with FakeEndpoint(Raw(answer)) as server:
            spec = ModelSpec(
                model="anthropic/claude-sonnet-4-5",
                api_base=server.url.removesuffix("/v1"),
                max_tokens=2000,
                extra={"thinking": {"type": "enabled", "budget_tokens": 1024}},
            )
            asked = LiteLLMClient(spec, limits=Limits(), position="e/a")
            first = await asked.create(PROMPT, tools=[GIVE])
            assert first.thought == "Hm.\n\nI will give."
            assert isinstance(first.content, list)
            forked = LiteLLMClient(spec, limits=Limits())
            forked.set_state(json.loads(json.dumps(asked.get_state())))
            done = FunctionExecutionResult(content="ok", name="give", call_id="toolu_1")
            turn = AssistantMessage(content=first.content, source="a", thought=first.thought)
            await forked.create([*PROMPT, turn, FunctionExecutionResultMessage(content=[done])], tools=[GIVE])
            assert server.requests[1]["messages"][1] == {"role": "assistant", "content": [thinking, text, call]}

    run(main())


def test_a_provider_that_cannot_be_sent_a_parameter_is_an_error_and_not_a_silence() -> None:
    async def main() -> None:
        async with FakeEndpoint() as server:
            with pytest.raises(ModelRequestError, match="seed"):
                await client(server, model="anthropic/claude-sonnet-4-5", seed=1).create(PROMPT)
            assert server.requests == []

    run(main())


def test_a_demanded_tool_is_named_in_the_request() -> None:
    def give(to: str) -> str:
        """Give some."""
        return to

    tool = FunctionTool(give, description="Give some.")

    async def main() -> None:
        async with FakeEndpoint(Say(None, (("x", "give", "{}"),), finish="stop")) as server:
            result = await client(server).create(PROMPT, tools=[tool], tool_choice=tool)
            assert server.requests[0]["tool_choice"] == {"type": "function", "function": {"name": "give"}}
            assert result.finish_reason == "function_calls"
            with pytest.raises(ModelRequestError, match="no tool is offered"):
                await client(server).create(PROMPT, tool_choice="required")
            with pytest.raises(ModelRequestError, match="function_calling=False"):
                await client(server, function_calling=False).create(PROMPT, tools=[tool])

    run(main())


class Vote(BaseModel):
    why: str
    keep: bool = True


@pytest.mark.parametrize(
    ("asked_for", "structured", "kind"),
    [(True, True, "json_object"), (Vote, True, "json_schema"), (Vote, False, "json_object")],
)
def test_structured_output_is_asked_for_in_the_form_the_endpoint_knows(
    asked_for: bool | type[BaseModel], structured: bool, kind: str
) -> None:
    async def main() -> None:
        async with FakeEndpoint(Say('{"why": "", "keep": false}')) as server:
            result = await client(server, structured_output=structured).create(PROMPT, json_output=asked_for)
            assert isinstance(result.content, str)
            assert Vote.model_validate_json(result.content).keep is False
            sent = server.requests[0]["response_format"]
            assert sent["type"] == kind
            if asked_for is Vote:
                schema = sent["json_schema"]["schema"] if structured else sent["schema"]
                assert list(schema["properties"]) == ["why", "keep"]
                assert schema["required"] == ["why", "keep"]
                assert schema["additionalProperties"] is False

    run(main())


@pytest.mark.parametrize("prefix", ["", "openai/"])
def test_a_stream_hands_out_pieces_and_ends_with_the_same_result(prefix: str) -> None:
    say = Say("one two three", (("id1", "give", '{"to":"b"}'), ("id2", "give", '{"to":"c"}')))

    async def main() -> None:
        async with FakeEndpoint(say) as server:
            asked = client(server, model=f"{prefix}fake")
            whole = await asked.create(PROMPT, tools=[GIVE])
            parts = [part async for part in asked.create_stream(PROMPT, tools=[GIVE])]
            assert parts[:-1] == ["one", "two", "three"]
            assert isinstance(parts[-1], CreateResult)
            assert parts[-1].content == whole.content
            assert parts[-1].usage == whole.usage
            assert parts[-1].finish_reason == "function_calls"
            assert server.requests[1]["stream"] is True

    run(main())


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("by_token", [False, True])
def test_cancelling_a_call_closes_its_connection(streamed: bool, by_token: bool) -> None:
    async def main() -> None:
        async with FakeEndpoint(Hang()) as server:
            asked, token = client(server), CancellationToken()

            async def ask() -> None:
                if streamed:
                    async for _ in asked.create_stream(PROMPT, cancellation_token=token):
                        pass
                else:
                    await asked.create(PROMPT, cancellation_token=token)

            task = asyncio.ensure_future(ask())
            while not server.open_now:
                await asyncio.sleep(0.01)
            token.cancel() if by_token else task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(1):
                while not server.hung_up:
                    await asyncio.sleep(0.01)
            assert asked._limits.usage().uncertain_calls == 1

    run(main())


def test_usage_is_what_the_endpoint_reports_and_a_call_is_reported_once() -> None:
    seen: list[ModelCall] = []

    async def main() -> None:
        async with FakeEndpoint(Say(usage=(100, 20)), Say(usage=(0, 0))) as server:
            asked = client(server, model="gpt-4o", on_call=seen.append)
            await asked.create(PROMPT)
            assert (asked.actual_usage().prompt_tokens, asked.actual_usage().completion_tokens) == (100, 20)
            await asked.create(PROMPT)
            assert asked.total_usage().prompt_tokens > 100, "usage that is not reported is estimated"
            assert seen[0].endpoint == server.url.removesuffix("/v1")

    run(main())
    assert [call.position for call in seen] == ["e/a#0", "e/a#1"]
    assert seen[0].cost_usd is None, "a model on an address of its own is not billed as the name it goes by"
    assert len(seen[0].key) == 64
    assert (seen[0].replayed, seen[0].retries) == (False, 0)


def test_a_provider_named_with_the_model_is_billed_by_the_table_wherever_it_is_asked() -> None:
    assert known_prices(ModelSpec(model="openai/gpt-4o", api_base="http://127.0.0.1:9/v1")) is not None
    assert known_prices(ModelSpec(model="gpt-4o", api_base="http://127.0.0.1:9/v1")) is None
    assert known_prices(ModelSpec(model="openai/no-such-model", api_base="http://127.0.0.1:9/v1")) is None


def test_given_prices_are_used() -> None:
    seen: list[ModelCall] = []

    async def main() -> None:
        async with FakeEndpoint(Say(usage=(1_000_000, 10))) as server:
            asked = client(server, prices=Prices(prompt=2.0, completion=5.0), on_call=seen.append)
            await asked.create(PROMPT)
            assert asked._limits.usage().cost_usd == pytest.approx(2.00005)

    run(main())
    assert seen[0].cost_usd == pytest.approx(2.00005)


@pytest.mark.parametrize("streamed", [False, True])
def test_an_answer_without_end_is_cut_and_marked(streamed: bool) -> None:
    async def main() -> None:
        long = Say("x" * (LONGEST + 1)) if not streamed else Say(("x" * 9_999 + " ") * 30)
        async with FakeEndpoint(long, Say(None, (("i", "give", '"' + "y" * LONGEST),))) as server:
            asked = client(server)
            if streamed:
                result = [part async for part in asked.create_stream(PROMPT)][-1]
            else:
                result = await asked.create(PROMPT)
            assert isinstance(result, CreateResult)
            assert isinstance(result.content, str)
            assert (len(result.content), result.finish_reason) == (LONGEST, "length")
            called = await asked.create(PROMPT, tools=[GIVE])
            assert isinstance(called.content[0], FunctionCall)
            assert (len(called.content[0].arguments), called.finish_reason) == (LONGEST, "length")

    run(main())


@pytest.mark.parametrize(
    ("given", "read"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "content_filter")],
)
def test_why_a_model_stopped_is_kept(given: str, read: str) -> None:
    async def main() -> None:
        async with FakeEndpoint(Say(finish=given)) as server:
            assert (await client(server).create(PROMPT)).finish_reason == read

    run(main())


def test_half_a_surrogate_pair_is_replaced() -> None:
    async def main() -> None:
        async with FakeEndpoint(Say("a \ud83d b \U0001f600")) as server:
            assert (await client(server).create(PROMPT)).content == "a \ufffd b \U0001f600"

    run(main())


def test_tokens_are_estimated_without_a_tokenizer() -> None:
    asked = LiteLLMClient(ModelSpec(model="meta-llama/x", context_window=1000, max_tokens=100), limits=Limits())
    few, more = asked.count_tokens(PROMPT), asked.count_tokens(PROMPT, tools=[GIVE])
    assert 10 < few < more < 200
    assert asked.remaining_tokens(PROMPT) == 900 - few


def test_a_rebased_client_counts_from_zero_at_its_new_position() -> None:
    asked = LiteLLMClient(ModelSpec(model="x"), limits=Limits(), position="snapshot/a")
    asked.set_state({"schema_version": 1, "position": "snapshot/a", "count": 5, "asides": {}, "begun": {}})
    asked.rebase("fork-1/a")
    assert asked.get_state() == {"schema_version": 1, "position": "fork-1/a", "count": 0, "asides": {}, "begun": {}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_base": "127.0.0.1:8000"},
        {"api_base": "http://me:secret@host/v1"},
        {"extra": {"api_key": "sk-x"}},
        {"extra": {"seed": 1}},
        {"api_key_env": "sk-proj-abc"},
        {"temperatur": 1},
    ],
)
def test_a_spec_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ModelSpec(model="x", **wrong)


def test_a_parameter_in_the_wrong_place_is_refused() -> None:
    asked = LiteLLMClient(ModelSpec(model="x"), limits=Limits())
    with pytest.raises(ModelRequestError, match="api_key"):
        run(asked.create(PROMPT, extra_create_args={"api_key": "sk-x"}))
