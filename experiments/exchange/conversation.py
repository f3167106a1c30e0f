"""A released transcript as values: what was said, which tools were called, what the world answered. No verdicts.

The files keep the calls of one turn as a map from name to arguments, so a second call of the same tool in a turn is lost
there; it survives in the message of its result. `Conversation.calls` puts both together.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Frozen(BaseModel):
    """A value of this package."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Request(Frozen):
    """One tool with its arguments, as a message names it. `id` is empty where the format keeps none."""

    name: str
    arguments: Mapping[str, Any]
    id: str = ""


class Message(Frozen):
    """One message. `thought` is what was not said to anybody: reasoning fields and thinking tags."""

    index: int
    role: Role
    text: str = ""
    thought: str = ""
    requests: tuple[Request, ...] = ()
    answers: str = ""


class Call(Frozen):
    """One tool call of the agent, and the world's answer to it.

    `index` is the agent's message, `answered` that of the result. `result` is None where the record ends before one.
    """

    index: int
    name: str
    arguments: Mapping[str, Any]
    result: str | None = None
    answered: int | None = None

    def argument(self, *names: str) -> str:
        """The first of these arguments that is there, as text; empty when none is."""
        for name in names:
            if (value := self.arguments.get(name)) is not None:
                return value if isinstance(value, str) else str(value)
        return ""


class Conversation(Frozen):
    """The messages of a file, in order; `message.index` is the position in the file."""

    messages: tuple[Message, ...]

    def cut(self, length: int) -> "Conversation":
        """The first `length` messages."""
        return Conversation(messages=self.messages[:length])

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every tool call in order, with its result."""
        found: list[Call] = []
        position = 0
        while position < len(self.messages):
            message = self.messages[position]
            position += 1
            if message.role is not Role.ASSISTANT:
                continue
            results = []
            while position < len(self.messages) and self.messages[position].role is Role.TOOL:
                results.append(self.messages[position])
                position += 1
            found += _paired(message, results)
        return tuple(found)


def _paired(message: Message, results: list[Message]) -> list[Call]:
    """Calls of one turn: each result takes its own call where it names one, else the first that waits."""
    waiting, calls = list(message.requests), []
    for result in results:
        own = result.requests[0] if result.requests else None
        request = next((r for r in waiting if result.answers and r.id == result.answers), None)
        if request is None and own is not None:
            same = [r for r in waiting if r.name == own.name]
            request = next((r for r in same if r.arguments == own.arguments), same[0] if same else None)
        elif request is None and waiting:
            request = waiting[0]
        if request is not None:
            waiting.remove(request)
        asked = own or request
        if asked is not None:
            calls.append(
                Call(
                    index=message.index,
                    name=asked.name,
                    arguments=asked.arguments,
                    result=result.text,
                    answered=result.index,
                )
            )
    calls += [Call(index=message.index, name=each.name, arguments=each.arguments) for each in waiting]
    return calls
