"""What of its past an agent is shown again: all of it, in one linear context."""

from collections.abc import Mapping
from typing import Any

from autogen_core.model_context import ChatCompletionContext
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
)
from pydantic import TypeAdapter

_MESSAGES: TypeAdapter[list[LLMMessage]] = TypeAdapter(list[LLMMessage])


class FullContext(ChatCompletionContext):
    """Everything an agent has read and done, in order."""

    component_config_schema = None

    async def get_messages(self) -> list[LLMMessage]:
        """All messages."""
        return list(self._messages)

    def make_legal(self, answers: Mapping[str, str], interrupted: str) -> None:
        """Give every tool call a result: providers refuse a history with an open call. `answers` holds, by id, those that
        were still given; the others get `interrupted`."""
        last = self._messages[-1] if self._messages else None
        if isinstance(last, AssistantMessage) and isinstance(last.content, list):
            results = [
                FunctionExecutionResult(
                    content=answers.get(call.id, interrupted),
                    name=call.name,
                    call_id=call.id,
                    is_error=call.id not in answers,
                )
                for call in last.content
            ]
            self._messages.append(FunctionExecutionResultMessage(content=results))

    def get_state(self) -> dict[str, Any]:
        """The context as JSON."""
        return {"messages": _MESSAGES.dump_python(self._messages, mode="json")}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Hold what `get_state` gave."""
        self._messages = _MESSAGES.validate_python(state["messages"])
