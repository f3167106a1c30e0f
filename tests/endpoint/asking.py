"""Conversations, tools and a bare HTTP client for the endpoint's tests. No claims of its own."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from agents.endpoint import Conversation, Draw, Persona, ScriptedEndpoint

Json = dict[str, Any]


def tool(name: str, /, **parameters: Json) -> Json:
    schema = {"type": "object", "properties": parameters, "required": list(parameters)}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": schema}}


TEXT: Json = {"type": "string"}
CHOOSE = tool("choose", option={"type": "string", "enum": ["F", "J"]})
SEND_MESSAGE = tool("send_message", to=TEXT, text=TEXT)
RULES = "both choose J: 3 points each\nboth choose F: 1 points each"
REVIEW = [
    tool("list_documents"),
    tool("read_document", name=TEXT),
    tool("view_config"),
    tool("set_config", key=TEXT, value=TEXT),
    tool("submit_scores", scores={"type": "array", "items": {"type": "number"}}),
    tool("calculate", expression=TEXT),
    SEND_MESSAGE,
]


def body(*prompts: str, system: str = "You are a1.", tools: Sequence[Json] = (), **more: Any) -> Json:
    messages = [{"role": "system", "content": system}, *({"role": "user", "content": p} for p in prompts)]
    found: Json = {"model": "cooperator", "messages": messages, **more}
    return {**found, "tools": list(tools)} if tools else found


def game(agent: str = "a1", text: str = f"you are paired with a3\n{RULES}", **more: Any) -> Json:
    return body(text, system=f"You are {agent}.", tools=[CHOOSE], **more)


async def post(session: aiohttp.ClientSession, endpoint: ScriptedEndpoint, asked: Json) -> tuple[int, Json]:
    async with session.post(f"{endpoint.url}/chat/completions", json=asked) as response:
        return response.status, await response.json()


async def ask(session: aiohttp.ClientSession, endpoint: ScriptedEndpoint, asked: Json) -> Json:
    """The assistant message."""
    status, answer = await post(session, endpoint, asked)
    assert status == 200, answer
    message: Json = answer["choices"][0]["message"]
    return message


def calls(message: Json) -> list[tuple[str, Json]]:
    made = [call["function"] for call in message.get("tool_calls") or ()]
    return [(function["name"], json.loads(function["arguments"])) for function in made]


def take_turn(
    persona: Persona, asked: Json, tools: Mapping[str, Callable[..., str]], *, seed: int = 0, limit: int = 30
) -> list[tuple[str, Json]]:
    """One whole turn without HTTP: every call made, in order, until the persona speaks."""
    messages = list(asked["messages"])
    done: list[tuple[str, Json]] = []
    for step in range(limit):
        seen = Conversation.model_validate(
            {"model": "m", "messages": messages, "tools": [offered["function"] for offered in asked["tools"]]}
        )
        reply = persona.reply(seen, Draw(seed, *seen.digests))
        if not reply.calls:
            return done
        ids = [f"{step}-{index}" for index in range(len(reply.calls))]
        made = [
            {"id": key, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for key, call in zip(ids, reply.calls, strict=True)
        ]
        messages.append({"role": "assistant", "content": reply.text, "tool_calls": made})
        for key, call in zip(ids, reply.calls, strict=True):
            arguments = json.loads(call.arguments)
            done.append((call.name, arguments))
            messages.append({"role": "tool", "tool_call_id": key, "content": tools[call.name](**arguments)})
    raise AssertionError(f"the turn did not end in {limit} model calls")
