"""OpenAI's chat-completions format: requests in, completions, chunks and errors out.

Sampling parameters, `response_format` and `max_tokens` are accepted and ignored. Token counts are an
estimate: a quarter of the characters. `created` is always 0, so equal answers are equal bytes.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..model import SCRIPTED
from .conversation import Conversation, Message, Role, Tool
from .draw import Draw
from .personas import Reply

CHARS_PER_TOKEN = 4


class BadRequest(Exception):
    """The client's mistake, to be answered with 400."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class OfferedTool(_Wire):
    type: Literal["function"]
    function: Tool


class ChosenFunction(_Wire):
    name: str


class ChosenTool(_Wire):
    type: Literal["function"]
    function: ChosenFunction


class StreamOptions(_Wire):
    include_usage: bool | None = None


class ChatRequest(_Wire):
    """What of a request this endpoint reads."""

    model: str = Field(min_length=1)
    messages: tuple[Message, ...] = Field(min_length=1)
    tools: tuple[OfferedTool, ...] | None = None
    tool_choice: Literal["none", "auto", "required"] | ChosenTool | None = None
    n: Literal[1] | None = None
    seed: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    def conversation(self) -> Conversation:
        tools = tuple(offered.function for offered in self.tools or ())
        if self.tool_choice == "none":
            tools = ()
        elif isinstance(self.tool_choice, ChosenTool):
            name = self.tool_choice.function.name
            tools = tuple(tool for tool in tools if tool.name == name)
            if not tools:
                raise BadRequest(f"tool_choice names {name!r}, which is not among the tools", "tool_choice")
        return Conversation(model=self.model, messages=self.messages, tools=tools, seed=self.seed)


def parse(body: bytes) -> ChatRequest:
    """Raises BadRequest with the place and the reason, for JSON, shape and history alike."""
    try:
        request = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadRequest(f"{place}: {first['msg']}" if place else first["msg"], place or None) from None
    _check_history(request.messages)
    return request


def _check_history(messages: Sequence[Message]) -> None:
    """Calls and results must match as hosted APIs demand, so a client's broken history shows here first."""
    waiting: set[str] = set()
    for index, message in enumerate(messages):
        place = f"messages.{index}"
        if message.role is Role.TOOL:
            if message.tool_call_id not in waiting:
                raise BadRequest(
                    f"{place}: a tool message must answer a tool_call of the preceding assistant message",
                    place,
                )
            waiting.discard(message.tool_call_id)
        elif waiting:
            break
        if message.calls and message.role is not Role.ASSISTANT:
            raise BadRequest(f"{place}: only an assistant message has tool_calls", place)
        if message.text is None and not message.calls:
            raise BadRequest(f"{place}: a {message.role.value} message needs content", place)
        waiting |= {call.id for call in message.calls}
    if waiting:
        raise BadRequest(
            "an assistant message with tool_calls must be followed by a tool message for each tool_call_id; "
            f"without an answer: {', '.join(sorted(waiting))}",
            "messages",
        )


def error(message: str, kind: str, *, param: str | None = None, code: str | None = None) -> bytes:
    return dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})


def usage(conversation: Conversation, reply: Reply) -> Mapping[str, int]:
    asked = 0
    for message in conversation.messages:
        asked += len(message.text or "")
        asked += sum(len(call.name) + len(call.function.arguments) for call in message.calls)
    for tool in conversation.tools:
        asked += len(tool.name) + len(tool.description or "") + len(json.dumps(tool.parameters))
    answered = len(reply.text or "") + sum(len(call.name) + len(call.arguments) for call in reply.calls)
    prompt, completion = math.ceil(asked / CHARS_PER_TOKEN), math.ceil(answered / CHARS_PER_TOKEN)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def completion(conversation: Conversation, reply: Reply, draw: Draw) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": _content(reply)}
    if reply.calls:
        message["tool_calls"] = _calls(reply, draw)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
    head = _head("chat.completion", conversation, draw)
    return dumps({**head, "choices": [choice], "usage": usage(conversation, reply)})


def events(conversation: Conversation, reply: Reply, draw: Draw, *, include_usage: bool) -> Iterator[bytes]:
    """The same answer as server-sent events, the last of them `[DONE]`."""
    head = _head("chat.completion.chunk", conversation, draw)
    if include_usage:
        head["usage"] = None

    def event(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: " + dumps({**head, "choices": [choice]}) + b"\n\n"

    yield event({"role": "assistant", "content": None if reply.calls and not reply.text else ""})
    for piece in _pieces(reply.text or ""):
        yield event({"content": piece})
    for index, call in enumerate(_calls(reply, draw)):
        function = call["function"]
        opened = {**call, "function": {"name": function["name"], "arguments": ""}}
        yield event({"tool_calls": [{"index": index, **opened}]})
        for piece in _pieces(function["arguments"]):
            yield event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield event({}, _finish(reply))
    if include_usage:
        yield b"data: " + dumps({**head, "choices": [], "usage": usage(conversation, reply)}) + b"\n\n"
    yield b"data: [DONE]\n\n"


def dumps(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _head(kind: str, conversation: Conversation, draw: Draw) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{draw.token('completion')}",
        "object": kind,
        "created": 0,
        "model": conversation.model,
        "system_fingerprint": SCRIPTED,
    }


def _content(reply: Reply) -> str | None:
    return reply.text or (None if reply.calls else "")


def _calls(reply: Reply, draw: Draw) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{draw.token(f'call {index}')}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for index, call in enumerate(reply.calls)
    ]


def _finish(reply: Reply) -> str:
    if reply.cut_short:
        return "length"
    return "tool_calls" if reply.calls else "stop"


def _pieces(text: str) -> Iterator[str]:
    """A few characters at a time, but never more than a hundred pieces."""
    size = max(12, math.ceil(len(text) / 100))
    return (text[start : start + size] for start in range(0, len(text), size))
