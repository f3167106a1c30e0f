"""The client our agents use, against the endpoint. In a file of its own: importing LiteLLM costs seconds."""

import asyncio
import json
import os
import warnings
from typing import Any

import pytest

from agents.endpoint import SCRIPTED, Faults, ScriptedEndpoint
from tests.endpoint.asking import game

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def litellm() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm

    litellm.suppress_debug_info = True
    return litellm


def request(url: str, **more: Any) -> dict[str, Any]:
    asked = game()
    common = {
        "model": "hosted_vllm/x",
        "api_base": url,
        "api_key": "none",
        "max_retries": 0,
        "num_retries": 0,
    }
    return {**common, "messages": asked["messages"], "tools": asked["tools"], **more}


def test_litellm_gets_a_tool_call(litellm: Any) -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint:
            answer = await litellm.acompletion(**request(endpoint.url))
            (call,) = answer.choices[0].message.tool_calls
            assert (call.function.name, json.loads(call.function.arguments)) == ("choose", {"option": "J"})
            assert answer.system_fingerprint == SCRIPTED
            assert answer.usage.prompt_tokens > 0
            assert endpoint.counts.requests == 1

    asyncio.run(check())


def test_litellm_streams_the_same_tool_call(litellm: Any) -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint:
            whole = await litellm.acompletion(**request(endpoint.url))
            chunks = await litellm.acompletion(**request(endpoint.url, stream=True, stream_options={"include_usage": True}))
            built = litellm.stream_chunk_builder([chunk async for chunk in chunks])
            one, other = (answer.choices[0].message.tool_calls[0] for answer in (whole, built))
            assert (one.id, one.function.name, one.function.arguments) == (
                other.id,
                other.function.name,
                other.function.arguments,
            )
            assert built.usage.prompt_tokens == whole.usage.prompt_tokens

    asyncio.run(check())


@pytest.mark.parametrize(
    ("faults", "raised"),
    [
        (Faults(rate_limited=1), "RateLimitError"),
        (Faults(server_error=1), "InternalServerError"),
        (Faults(html=1), "APIError"),
        (Faults(cut=1), "InternalServerError"),
    ],
)
def test_litellm_sees_each_transport_fault_as_its_own_error(litellm: Any, faults: Faults, raised: str) -> None:
    async def check() -> None:
        async with ScriptedEndpoint(faults=faults) as endpoint:
            with pytest.raises(getattr(litellm, raised)):
                await litellm.acompletion(**request(endpoint.url))
            assert endpoint.counts.requests == 1

    asyncio.run(check())
