"""AutoGen's messages and tools as the OpenAI protocol's, and answers as AutoGen's results. It sends nothing.

What AutoGen adds to a message for its own use (source, ids, wall-clock times) does not pass through here, so
two agents that saw the same words send the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from autogen_core import FunctionCall
from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from .errors import ModelRequestError
from .model import Aside, Finish, Reply, ToolCall

BYTES_PER_TOKEN = 3.5
"""Low for English prose (about 4.5) and near what code and JSON take: the estimate errs upwards."""

LONGEST = 100_000
"""Characters of a reply's text, or of one call's arguments, that are kept."""

ToolChoice = Tool | Literal["auto", "required", "none"]


def messages_out(messages: Sequence[LLMMessage], asides: Mapping[str, Aside]) -> list[dict[str, Any]]:
    """Messages in the protocol's form. `asides`, by `aside_key`, restore what AutoGen drops."""
    out: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    order: dict[str, int] = {}
    for message in messages:
        match message:
            case SystemMessage(content=text):
                out.append({"role": "system", "content": text})
            case UserMessage(content=str(text)):
                out.append({"role": "user", "content": text})
            case AssistantMessage(content=str(text)):
                out.append({"role": "assistant", "content": text})
            case AssistantMessage(content=calls):
                assert not isinstance(calls, str)
                order = {call.id: place for place, call in enumerate(calls)}
                first = calls[0].id if calls else ""
                out.append(_turn_with_calls(calls, asides.get(aside_key(first, seen.get(first, 0)), Aside())))
                seen[first] = seen.get(first, 0) + 1
            case FunctionExecutionResultMessage(content=results):
                ordered = sorted(results, key=lambda result: order.get(result.call_id, len(order)))
                out.extend({"role": "tool", "tool_call_id": r.call_id, "content": r.content} for r in ordered)
            case _:
                raise ModelRequestError("a message holds images; only text is sent to models here")
    return out


def _turn_with_calls(calls: Sequence[FunctionCall], aside: Aside) -> dict[str, Any]:
    # "" and not null: llama_cpp.server refuses null beside tool calls. The ids pass byte for byte, because
    # LiteLLM keeps Gemini's signature in them.
    turn: dict[str, Any] = {"role": "assistant", "content": aside.text}
    turn["tool_calls"] = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}} for call in calls
    ]
    if aside.thinking:
        turn["thinking_blocks"] = list(aside.thinking)
    return turn


def tools_out(tools: Sequence[Tool | ToolSchema], choice: ToolChoice) -> dict[str, Any]:
    """`tools` and `tool_choice` of a request. The default choice, "auto", is left unsaid."""
    if not tools:
        if isinstance(choice, Tool) or choice == "required":
            raise ModelRequestError("a tool call is demanded but no tool is offered")
        return {}
    schemas: list[ToolSchema] = [tool.schema if isinstance(tool, Tool) else tool for tool in tools]
    out: dict[str, Any] = {"tools": [{"type": "function", "function": _function(s)} for s in schemas]}
    if isinstance(choice, Tool):
        if choice.name not in {schema["name"] for schema in schemas}:
            raise ModelRequestError(f"the tool {choice.name} is demanded but not offered")
        out["tool_choice"] = {"type": "function", "function": {"name": choice.name}}
    elif choice != "auto":
        out["tool_choice"] = choice
    return out


def _function(schema: ToolSchema) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": schema["name"],
        "description": schema.get("description", ""),
        "parameters": schema.get("parameters", {"type": "object", "properties": {}}),
    }
    if schema.get("strict"):
        out["strict"] = True
    return out


def format_out(json_output: bool | type[BaseModel] | None, *, strict: bool) -> dict[str, Any]:
    """`response_format` of a request, or nothing."""
    if not json_output:
        return {}
    if json_output is True:
        return {"response_format": {"type": "json_object"}}
    schema = _closed(json_output.model_json_schema())
    if not strict:
        return {"response_format": {"type": "json_object", "schema": schema}}
    body = {"name": json_output.__name__, "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": body}}


def _closed(schema: Any) -> Any:
    """The schema with every object closed and every property required, as strict output demands."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: _closed(value) for name, value in schema.items()}
    if out.get("type") == "object" and isinstance(out.get("properties"), dict):
        out["additionalProperties"] = False
        out["required"] = list(out["properties"])
    return out


def reply_in(
    message: Mapping[str, Any], finish: str | None, prompt: int, completion: int, *, scripted: bool = False
) -> Reply:
    """A choice of a response, bounded: an answer without end is cut and marked as cut."""
    text, cut = _bounded(message.get("content") or "")
    calls: list[ToolCall] = []
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        raw = function.get("arguments")
        arguments, cut_here = _bounded(raw if isinstance(raw, str) else json.dumps(raw or {}))
        cut = cut or cut_here
        calls.append(ToolCall(id=call.get("id") or "", name=function.get("name") or "", arguments=arguments))
    if calls and not cut and finish in ("stop", "tool_calls", "function_call"):
        ended = Finish.CALLS
    else:
        ended = Finish.LENGTH if cut else _FINISH.get(finish or "", Finish.UNKNOWN)
    return Reply(
        text=text,
        calls=tuple(calls),
        reasoning=_bounded(message.get("reasoning_content") or "")[0],
        thinking=tuple(message.get("thinking_blocks") or ()),
        finish=ended,
        prompt_tokens=prompt,
        completion_tokens=completion,
        scripted=scripted,
    )


_FINISH: Mapping[str, Finish] = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "tool_calls": Finish.CALLS,
    "function_call": Finish.CALLS,
    "content_filter": Finish.FILTER,
}


def _bounded(text: Any) -> tuple[str, bool]:
    if not isinstance(text, str):  # A list of content parts: keep what is text.
        text = "".join(part.get("text") or "" for part in text if isinstance(part, dict))
    kept = text[:LONGEST]
    if not kept.isascii():  # Half a surrogate pair, which models do emit, can be neither stored nor sent on.
        kept = kept.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return kept, len(text) > LONGEST


def aside_key(first_call: str, number: int) -> str:
    """The name of what was said beside calls: the first call's id, and how many turns before began with that id. Some
    servers number calls anew in each answer."""
    return f"{first_call}@{number}"


def forget_aside(asides: dict[str, Aside], begun: dict[str, int], first_call: str) -> None:
    """Drop the oldest turn that began with that id; those after it move up by one. `begun` holds, by id, the number of the
    newest."""
    if (newest := begun.get(first_call)) is None:
        return
    asides.pop(aside_key(first_call, 0), None)
    for number in range(newest):
        if (aside := asides.pop(aside_key(first_call, number + 1), None)) is not None:
            asides[aside_key(first_call, number)] = aside
    if newest:
        begun[first_call] = newest - 1
    else:
        del begun[first_call]


def aside_of(reply: Reply) -> Aside | None:
    """What must be remembered beside AutoGen's own context, if anything."""
    if not reply.calls or not (reply.text or reply.thinking):
        return None
    return Aside(text=reply.text, thinking=reply.thinking)


def result_of(reply: Reply, *, replayed: bool) -> CreateResult:
    """AutoGen's form: either calls or text, and what else was said as `thought`."""
    calls = [FunctionCall(id=c.id, name=c.name, arguments=c.arguments) for c in reply.calls]
    thought = [reply.reasoning, reply.text] if calls else [reply.reasoning]
    return CreateResult(
        finish_reason=reply.finish.value,
        content=calls or reply.text,
        usage=RequestUsage(reply.prompt_tokens, reply.completion_tokens),
        cached=replayed,
        thought="\n\n".join(part for part in thought if part) or None,
    )


def as_json(value: Any) -> bytes:
    """One form for what is hashed, measured and sent. Keys stay in order: the order of a schema's properties
    is part of what a model reads."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def estimate_tokens(request: bytes) -> int:
    """Tokens of a request from its length as JSON. An estimate: no tokenizer is loaded, none downloaded."""
    return int(len(request) / BYTES_PER_TOKEN) + 1
