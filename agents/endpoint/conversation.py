"""What a persona sees: the messages so far and the tools on offer, as any model would.

Nothing else reaches a persona: no clock, no counter, no other request.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Role(StrEnum):
    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


def _flat(content: object) -> object:
    """OpenAI allows a text or a list of text parts; both are one text here."""
    if not isinstance(content, list):
        return content
    texts = []
    for part in content:
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        if not isinstance(text, str):
            raise ValueError('only text parts are understood here: {"type": "text", "text": ...}')
        texts.append(text)
    return "".join(texts)


class _Wire(BaseModel):
    # Clients add fields of their own (cache hints, reasoning); refusing them would make the double useless.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Function(_Wire):
    """The name and raw JSON arguments inside a tool call."""

    name: str
    arguments: str


class ToolCall(_Wire):
    """A call as an assistant message states it."""

    id: str
    function: Function

    @property
    def name(self) -> str:
        return self.function.name

    @cached_property
    def arguments(self) -> Mapping[str, Any] | None:
        """The arguments as an object; None where the text is not a JSON object."""
        try:
            parsed = json.loads(self.function.arguments)
        except (ValueError, RecursionError):
            return None
        return parsed if isinstance(parsed, dict) else None


class Message(_Wire):
    role: Role
    text: Annotated[str | None, BeforeValidator(_flat), Field(alias="content")] = None
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    tool_call_id: str | None = None

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        return self.tool_calls or ()


class Tool(_Wire):
    """A tool on offer: its name and the JSON schema of its parameters."""

    name: Annotated[str, Field(min_length=1)]
    description: str | None = None
    parameters: dict[str, Any] | None = None

    @cached_property
    def properties(self) -> Mapping[str, Mapping[str, Any]]:
        found = (self.parameters or {}).get("properties")
        if not isinstance(found, dict):
            return {}
        return {name: schema for name, schema in found.items() if isinstance(schema, dict)}

    @property
    def required(self) -> frozenset[str]:
        found = (self.parameters or {}).get("required")
        return frozenset(name for name in found if isinstance(name, str)) if isinstance(found, list) else frozenset()

    def labels(self, parameter: str) -> tuple[str, ...]:
        """The values an enum parameter allows; empty where it allows any."""
        schema = self.properties.get(parameter, {})
        found = schema.get("enum", [schema["const"]] if "const" in schema else None)
        return tuple(value for value in found if isinstance(value, str)) if isinstance(found, list) else ()

    def maximum(self, parameter: str) -> float | None:
        """The largest value allowed, where the schema states a sensible one."""
        found = self.properties.get(parameter, {}).get("maximum")
        return found if isinstance(found, int | float) and abs(found) < 1e9 else None


class Made(BaseModel):
    """A call the agent made in this turn, and what came back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: Mapping[str, Any]
    result: str


class Conversation(BaseModel):
    """The messages and tools of one request.

    A *turn* starts after the last user message; a turn of several model calls therefore has the same prompt
    and the same opening throughout.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    seed: int | None = None
    """The request's own `seed`, if sent. It takes part in every draw, so replicates can differ."""

    @cached_property
    def opening(self) -> int:
        """Index of the first message after the last user message; 0 where there is none."""
        for index in range(len(self.messages), 0, -1):
            if self.messages[index - 1].role is Role.USER:
                return index
        return 0

    @cached_property
    def prompt(self) -> str:
        """The run of user messages that opened this turn."""
        start = self.opening
        while start > 0 and self.messages[start - 1].role is Role.USER:
            start -= 1
        return "\n".join(message.text or "" for message in self.messages[start : self.opening])

    @cached_property
    def heard(self) -> tuple[str, ...]:
        """Every text the agent was given, oldest first; its own words are left out."""
        return tuple(m.text for m in self.messages if m.text and m.role is not Role.ASSISTANT)

    @cached_property
    def made(self) -> tuple[Made, ...]:
        """This turn's calls in order. One whose arguments no tool could have read is as if never made."""
        turn = self.messages[self.opening :]
        results = {message.tool_call_id: message.text or "" for message in turn if message.role is Role.TOOL}
        return tuple(
            Made(name=call.name, arguments=call.arguments, result=results.get(call.id, ""))
            for message in turn
            for call in message.calls
            if call.arguments is not None and self._requires(call.name) <= call.arguments.keys()
        )

    @cached_property
    def turn_text(self) -> str:
        """The prompt and everything the tools answered since."""
        return "\n".join([self.prompt, *(made.result for made in self.made)])

    def tool(self, name: str) -> Tool | None:
        return next((tool for tool in self.tools if tool.name == name), None)

    def has_made(self, name: str) -> bool:
        return any(made.name == name for made in self.made)

    def _requires(self, name: str) -> frozenset[str]:
        tool = self.tool(name)
        return tool.required if tool else frozenset()

    @cached_property
    def digests(self) -> tuple[bytes, bytes]:
        """SHA-256 of the canonical conversation, and of the part of it up to the opening of this turn.

        Canonical: tool-call ids become the order in which they appear, arguments are sorted JSON, an absent
        text is an empty one. The tools count by name; the model does not count, so personas asked the same
        share their luck.
        """
        ordinal: dict[str | None, int] = {}
        running = hashlib.sha256(json.dumps([self.seed, sorted(tool.name for tool in self.tools)]).encode())
        opening = running.copy()
        for index, message in enumerate(self.messages, start=1):
            calls = []
            for call in message.calls:
                ordinal.setdefault(call.id, len(ordinal))
                arguments = call.function.arguments if call.arguments is None else call.arguments
                calls.append([call.name, arguments])
            answers = ordinal.get(message.tool_call_id) if message.role is Role.TOOL else None
            line = [message.role, message.name, message.text or "", calls, answers]
            running.update(b"\n" + json.dumps(line, sort_keys=True, separators=(",", ":")).encode())
            if index == self.opening:
                opening = running.copy()
        return running.digest(), opening.digest()
