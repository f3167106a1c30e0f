"""AutoGen's view of what an agent may do: a workbench whose tools are the kernel's, and a client that lets no slip by.

AutoGen answers a call with broken arguments, or of a tool that does not exist, by itself and silently. Here such a call is
passed on like any other, so that it becomes an entry with an answer from the world.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from autogen_core import CancellationToken, FunctionCall
from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from autogen_core.tools import ParametersSchema, TextResultContent, ToolResult, ToolSchema, Workbench
from autogen_core.tools import Tool as AutoGenTool

from sim import Hands, Say, Tool, Use

TWIN = "~"
"""Stands between an id and a number where a model gave two calls one id."""


class Bench(Workbench):
    """The tools of one turn. `over` becomes True when the kernel says that the turn is."""

    component_config_schema = None

    def __init__(self, tools: Sequence[Tool], hands: Hands) -> None:
        self._hands = hands
        self._schemas = [_schema(tool) for tool in tools]
        self._strange: list[ToolSchema] = []
        self._unparsed: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        """What calls were answered with, by their ids: a turn may be cut off between two of them."""
        self.over = False
        self.left = False
        """Whether the agent has gone: AutoGen calls tools in a task of its own, which outlives a turn that is cut off."""

    async def list_tools(self) -> list[ToolSchema]:
        """What is on offer, and for the look-up of a call just made also what is not."""
        return self._schemas + self._strange

    def offer_anew(self) -> None:
        """Before a model is asked: only what is on offer, and nothing left of its answer before. Some servers number calls
        anew in each answer."""
        self._strange = []
        self._unparsed.clear()
        self.answers.clear()

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        call_id: str | None = None,
    ) -> ToolResult:
        """Act. Every call reaches the kernel, which answers it; none is made once the agent has gone."""
        if self.left:
            raise asyncio.CancelledError("the turn was cut off")
        asked = self._unparsed.get(call_id or "", dict(arguments or {}))
        answer = await self._hands.do(Use(tool=name, arguments=asked))
        self.over = self.over or answer.over
        self.answers[call_id or ""] = answer.text
        return ToolResult(name=name, result=[TextResultContent(content=answer.text)], is_error=not answer.ok)

    async def screen(self, result: CreateResult) -> CreateResult:
        """Take in what a model wrote before AutoGen acts on it: prose beside calls is recorded, broken calls are made
        legal for the context and remembered as they were, and ids that occur twice are told apart."""
        if isinstance(result.content, str):
            return result
        if result.thought:
            await self._hands.do(Say(text=result.thought))
        known = {schema["name"] for schema in self._schemas}
        calls: list[FunctionCall] = []
        for call in result.content:
            if call.name not in known:
                self._strange.append(ToolSchema(name=call.name, description=""))
                known.add(call.name)
            twins = sum(other.id.split(TWIN)[0] == call.id for other in calls)
            id = f"{call.id}{TWIN}{twins}" if twins else call.id
            arguments = call.arguments
            if not _usable(call.name, arguments):
                self._unparsed[id], arguments = arguments, "{}"
            calls.append(FunctionCall(id=id, name=call.name, arguments=arguments))
        return result.model_copy(update={"content": calls})

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def reset(self) -> None:
        """Nothing to reset: a bench lasts one turn."""

    async def save_state(self) -> Mapping[str, Any]:
        return {}

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Nothing to load."""


class Screened(ChatCompletionClient):
    """A client whose results pass through `screen` first."""

    component_config_schema = None

    def __init__(self, client: ChatCompletionClient, bench: Bench) -> None:
        self._client, self._bench = client, bench

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[AutoGenTool | ToolSchema] = (),
        **more: Any,
    ) -> CreateResult:
        return await self._bench.screen(await self._client.create(messages, tools=tools, **more))

    def create_stream(self, messages: Sequence[LLMMessage], **more: Any) -> AsyncGenerator[str | CreateResult, None]:
        return self._screened(self._client.create_stream(messages, **more))

    async def _screened(self, chunks: AsyncGenerator[str | CreateResult, None]) -> AsyncGenerator[str | CreateResult, None]:
        async for chunk in chunks:
            yield await self._bench.screen(chunk) if isinstance(chunk, CreateResult) else chunk

    async def close(self) -> None:
        await self._client.close()

    def actual_usage(self) -> RequestUsage:
        return self._client.actual_usage()

    def total_usage(self) -> RequestUsage:
        return self._client.total_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], **more: Any) -> int:
        return self._client.count_tokens(messages, **more)

    def remaining_tokens(self, messages: Sequence[LLMMessage], **more: Any) -> int:
        return self._client.remaining_tokens(messages, **more)

    @property
    def capabilities(self) -> Any:
        return self._client.capabilities

    @property
    def model_info(self) -> ModelInfo:
        return self._client.model_info


def _schema(tool: Tool) -> ToolSchema:
    schema = tool.schema
    return ToolSchema(
        name=tool.name,
        description=tool.description,
        parameters=ParametersSchema(
            type="object",
            properties=schema.get("properties", {}),
            required=list(schema.get("required", [])),
            **({"$defs": schema["$defs"]} if "$defs" in schema else {}),  # type: ignore[typeddict-item]
        ),
    )


def _usable(name: str, arguments: str) -> bool:
    """Whether the arguments are one JSON object, and no deeper than can be kept."""
    try:
        Use(tool=name, arguments=json.loads(arguments))
    except (ValueError, RecursionError):
        return False
    return arguments.lstrip().startswith("{")
