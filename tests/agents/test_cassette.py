"""Calls are recorded by content and position, and replayed without anyone being asked."""

import subprocess
import sys
from pathlib import Path

import pytest
from autogen_core.models import CreateResult, UserMessage
from autogen_core.tools import ToolSchema

from agents.cassette import Cassette, Mode, call_key
from agents.errors import CassetteError, CassetteMiss
from agents.limits import Limits, Usage
from agents.litellm_client import LiteLLMClient, ModelCall, ModelSpec
from agents.model import Finish, Reply
from tests.agents_fake_server import FakeEndpoint, Say, run

PROMPT = [UserMessage(content="Well?", source="u")]
GIVE: ToolSchema = {"name": "give"}
BLOCKS = [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}]
CALLS = Say("Here.", (("id1", "give", '{"to": "b"}'),), message={"thinking_blocks": BLOCKS})


def test_a_recorded_call_is_replayed_without_a_request_a_slot_or_a_cost(tmp_path: Path) -> None:
    seen: list[ModelCall] = []
    limits = Limits()

    async def main() -> None:
        async with FakeEndpoint(CALLS, Say("asked twice")) as server:
            spec = ModelSpec(model="fake", api_base=server.url)

            def client(tape: Cassette, shared: Limits) -> LiteLLMClient:
                return LiteLLMClient(spec, limits=shared, cassette=tape, position="e/a", on_call=seen.append)

            with Cassette(tmp_path / "calls.sqlite") as tape:
                lived = client(tape, Limits())
                first = await lived.create(PROMPT, tools=[GIVE])
                again = await client(tape, Limits()).create(PROMPT, tools=[GIVE])
            with Cassette(tmp_path / "calls.sqlite", Mode.REPLAY) as tape:
                replaying = client(tape, limits)
                replayed = await replaying.create(PROMPT, tools=[GIVE])
                assert replaying.get_state() == lived.get_state(), "signed thinking is replayed as well"
                assert replaying.actual_usage().prompt_tokens == 0
                assert replaying.total_usage() == lived.total_usage()
                streaming = client(tape, limits)
                streamed = [part async for part in streaming.create_stream(PROMPT, tools=[GIVE])]
            assert len(server.requests) == 1
            for result in (again, replayed, streamed[-1]):
                assert isinstance(result, CreateResult)
                assert result.cached
                assert result.model_copy(update={"cached": False}) == first

    run(main())
    assert limits.usage() == Usage()
    assert [call.replayed for call in seen] == [False, True, True, True]
    assert len({call.key for call in seen}) == 1
    assert seen[1].cost_usd == 0.0


def test_one_prompt_at_two_positions_is_two_draws(tmp_path: Path) -> None:
    async def main() -> None:
        async with FakeEndpoint(Say("a"), Say("b"), Say("c")) as server:
            spec = ModelSpec(model="fake", api_base=server.url)
            with Cassette(tmp_path / "calls.sqlite") as tape:
                one = LiteLLMClient(spec, limits=Limits(), cassette=tape, position="e/a")
                two = LiteLLMClient(spec, limits=Limits(), cassette=tape, position="e/b")
                drawn = [(await each.create(PROMPT)).content for each in (one, one, two)]
                assert drawn == ["a", "b", "c"]
                assert len(tape) == 3

    run(main())


def test_every_parameter_the_endpoint_and_the_model_are_part_of_the_key(tmp_path: Path) -> None:
    base = {"model": "fake", "temperature": 0.5}
    variants = [
        base,
        {**base, "temperature": 0.6},
        {**base, "seed": 1},
        {**base, "max_tokens": 5},
        {**base, "extra": {"top_k": 3}},
        {**base, "model": "other"},
    ]

    async def main() -> None:
        async with FakeEndpoint() as server, FakeEndpoint() as elsewhere:
            with Cassette(tmp_path / "calls.sqlite") as tape:
                for url in (server.url, elsewhere.url):
                    for spec in variants:
                        asked = ModelSpec.model_validate({**spec, "api_base": url})
                        await LiteLLMClient(asked, limits=Limits(), cassette=tape).create(PROMPT)
                asked = ModelSpec(model="fake", temperature=0.5, api_base=server.url)
                for choice, form in (("auto", None), ("required", None), ("auto", True)):
                    client = LiteLLMClient(asked, limits=Limits(), cassette=tape)
                    await client.create(PROMPT, tools=[GIVE], tool_choice=choice, json_output=form)  # type: ignore[arg-type]
                assert len(tape) == 2 * len(variants) + 3

    run(main())


def test_a_miss_in_replay_names_the_model_and_the_position(tmp_path: Path) -> None:
    Cassette(tmp_path / "calls.sqlite").close()
    with Cassette(tmp_path / "calls.sqlite", Mode.REPLAY) as tape:
        asked = LiteLLMClient(ModelSpec(model="org/some"), limits=Limits(), cassette=tape, position="e7/ann")
        with pytest.raises(CassetteMiss, match="org/some at e7/ann#0: nothing was asked there"):
            run(asked.create(PROMPT))


def test_no_key_of_an_api_reaches_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLEGIANCE_TEST_KEY", "sk-very-secret")

    async def main() -> None:
        async with FakeEndpoint() as server:
            spec = ModelSpec(model="fake", api_base=server.url, api_key_env="ALLEGIANCE_TEST_KEY")
            with Cassette(tmp_path / "calls.sqlite") as tape:
                await LiteLLMClient(spec, limits=Limits(), cassette=tape).create(PROMPT)
                assert server.headers[0]["Authorization"] == "Bearer sk-very-secret"
                files = list(tmp_path.iterdir())
                assert files
                assert not any(b"sk-very-secret" in file.read_bytes() for file in files)

    run(main())


def test_the_first_answer_stored_stays() -> None:
    with Cassette() as tape:
        first, second = (Reply(text=text, finish=Finish.STOP, prompt_tokens=1, completion_tokens=1) for text in "ab")
        key = call_key("d", "p#0")
        assert tape.put(key, first, model="m", position="p#0", request_digest="d") == first
        assert tape.put(key, second, model="m", position="p#0", request_digest="d") == first
        assert tape.get(key, model="m", position="p#0") == first


def test_what_is_no_cassette_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match=r"no cassette at .*absent"):
        Cassette(tmp_path / "absent", Mode.REPLAY)
    (tmp_path / "text").write_text("not a database at all, and long enough to look like one" * 50)
    for mode in Mode:
        with pytest.raises(CassetteError, match="text"):
            Cassette(tmp_path / "text", mode)
    with Cassette(tmp_path / "old") as tape:
        tape._db.execute("UPDATE meta SET value = '0'")
    with pytest.raises(CassetteError, match="schema 0; this version reads 1"):
        Cassette(tmp_path / "old")


def test_a_replayed_call_does_not_import_litellm(tmp_path: Path) -> None:
    async def record() -> str:
        async with FakeEndpoint(CALLS) as server:
            spec = ModelSpec(model="fake", api_base=server.url)
            with Cassette(tmp_path / "calls.sqlite") as tape:
                await LiteLLMClient(spec, limits=Limits(), cassette=tape, position="p").create(PROMPT, tools=[GIVE])
            return spec.model_dump_json()

    spec = run(record())
    code = f"""
import asyncio, sys
from autogen_core.models import UserMessage
from agents.cassette import Cassette, Mode
from agents.limits import Limits
from agents.litellm_client import LiteLLMClient, ModelSpec
tape = Cassette({str(tmp_path / "calls.sqlite")!r}, Mode.REPLAY)
client = LiteLLMClient(ModelSpec.model_validate_json({spec!r}), limits=Limits(), cassette=tape, position="p")
prompt = [UserMessage(content="Well?", source="somebody else")]
print(asyncio.run(client.create(prompt, tools=[{{"name": "give"}}])).content[0].arguments)
assert not {{"litellm", "openai"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, '{"to": "b"}\n', "")
