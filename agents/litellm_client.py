"""AutoGen's model client over LiteLLM: one agent's line to its model. The only file that imports LiteLLM.

What a call shares with others (limits, the cassette, LiteLLM's pooled connections) belongs to whoever runs
the episode; a client holds the position it calls from, a count, and what AutoGen's context cannot carry.
"""

import asyncio
import hashlib
import importlib
import json
import logging
import os
import re
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aiohttp import ClientError
from autogen_core import CancellationToken
from autogen_core.models import AssistantMessage, ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel, JsonValue

from .answer import cost_of, gather, prices_of, reply_of, window_of, wire_name
from .cassette import Cassette, call_key
from .errors import ModelRequestError
from .failure import failure
from .limits import Estimate, Limits
from .model import ASSUMED_WINDOW, TRANSPORT, Aside, ModelCall, ModelSpec, Prices, Reply
from .retry import Answer, RetryPolicy, persist
from .usable import problem_of
from .wire import (
    ToolChoice,
    as_json,
    aside_key,
    aside_of,
    estimate_tokens,
    forget_aside,
    format_out,
    messages_out,
    result_of,
    tools_out,
)

__all__ = [
    "LiteLLMClient", "ModelCall", "ModelSpec", "Prices", "close_connections", "known_prices", "known_window", "unusable",
]  # fmt: skip


def _litellm() -> Any:
    """LiteLLM, made quiet and offline. The import takes seconds, so it happens at the first live call.

    Without these settings it downloads a price table and swaps it in mid-run, reads a `.env` above itself,
    prints advice on every error, and fetches tokenizers. (By `importlib`, or mypy would read all of LiteLLM.)
    """
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    # Its own warnings, which `-W error` turns into broken answers. Looked at on each call, because a test runner puts
    # filters back, and added only when missing, because adding one lets warnings once shown be shown again.
    # A call that is interrupted while LiteLLM prepares it in a thread leaves a coroutine behind that nobody will await.
    left_behind = r"coroutine '\w+\.a(sync_)?completion' was never awaited"
    noise = [
        ("ignore", re.compile("Items? .* `ReadOnly`", re.IGNORECASE), UserWarning, None, 0),
        ("ignore", re.compile(left_behind, re.IGNORECASE), RuntimeWarning, None, 0),
        ("ignore", None, Warning, re.compile(r"litellm\."), 0),
    ]
    if warnings.filters[:3] != noise:
        warnings.filterwarnings("ignore", module=r"litellm\.")
        warnings.filterwarnings("ignore", left_behind, RuntimeWarning)
        warnings.filterwarnings("ignore", "Items? .* `ReadOnly`", UserWarning)
    litellm: Any = importlib.import_module("litellm")
    if not litellm.suppress_debug_info:
        litellm.suppress_debug_info = True
        litellm.disable_hf_tokenizer_download = True
        litellm.drop_params = False
        litellm.modify_params = False
        for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
            logging.getLogger(name).setLevel(logging.ERROR)
    return litellm


def known_prices(spec: ModelSpec) -> Prices | None:
    """The prices a model's calls are counted at, None where they are not known. Imports LiteLLM."""
    return prices_of(_litellm(), spec)


def known_window(spec: ModelSpec) -> int | None:
    """Tokens a model reads at most, None where that is not known. Imports LiteLLM."""
    return window_of(_litellm(), spec)


def unusable(spec: ModelSpec) -> str | None:
    """Why a model cannot be asked, as far as that shows without asking; None where nothing does. May import LiteLLM."""
    return problem_of(_litellm, spec)


async def close_connections() -> None:
    """Close LiteLLM's pooled connections and its background task, once, before the event loop ends.

    They are shared by every client of the loop, which is why a client's own `close` leaves them alone.
    """
    if "litellm" not in sys.modules:
        return
    litellm = _litellm()
    await litellm.close_litellm_async_clients()
    litellm.in_memory_llm_clients_cache.flush_cache()
    worker = importlib.import_module("litellm.litellm_core_utils.logging_worker").GLOBAL_LOGGING_WORKER
    await worker.flush()
    await worker.stop()


class _Ask(NamedTuple):
    """One numbered request: what is sent is parsed back from what is hashed."""

    key: str
    digest: str
    request: str
    position: str
    body: bytes
    estimate: int


class LiteLLMClient(ChatCompletionClient):
    """Asks `spec`'s model for the caller named by `position`, whose calls it numbers: `position#0`, `#1`, ...

    A number is taken when a call begins and is not given back, whatever becomes of the call. `on_call` hears
    of every answered call, live or replayed. `create` and `create_stream` raise `ModelUnavailable`,
    `ModelRequestError`, `ContextOverflow`, `CapReached`, `CassetteMiss`, and `asyncio.CancelledError`.

    Results carry `cached=True` when replayed. Usage that an endpoint does not report is estimated.
    """

    def __init__(
        self,
        spec: ModelSpec,
        *,
        limits: Limits,
        cassette: Cassette | None = None,
        position: str = "",
        on_call: Callable[[ModelCall], None] | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.spec = spec
        self._limits = limits
        self._cassette = cassette
        self._position = position
        self.on_call = on_call
        self._retry = retry or RetryPolicy()
        self._count = 0
        self._asides: dict[str, Aside] = {}
        self._begun: dict[str, int] = {}
        self._live = RequestUsage(0, 0)
        self._all = RequestUsage(0, 0)

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        ask = self._ask(messages, tools, tool_choice, json_output, extra_create_args)
        if (recorded := self._recorded(ask)) is not None:
            return self._finish(ask, Answer(recorded, 0.0), replayed=True)
        if cancellation_token is None:
            return self._finish(ask, await self._call(ask, None), replayed=False)
        task = asyncio.ensure_future(self._call(ask, None))
        cancellation_token.link_future(task)
        return self._finish(ask, await task, replayed=False)

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """As `create`, and recorded as the same call. Once a piece was handed out, a failure is final."""
        ask = self._ask(messages, tools, tool_choice, json_output, extra_create_args)
        if (recorded := self._recorded(ask)) is not None:
            if recorded.text:
                yield recorded.text
            yield self._finish(ask, Answer(recorded, 0.0), replayed=True)
            return
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        task = asyncio.ensure_future(self._call(ask, pieces.put_nowait))
        task.add_done_callback(lambda _: pieces.put_nowait(None))
        if cancellation_token is not None:
            cancellation_token.link_future(task)
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            yield self._finish(ask, await task, replayed=False)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """An estimate from the request's length; see `wire.estimate_tokens`."""
        return estimate_tokens(as_json([messages_out(messages, self._asides), tools_out(tools, "auto")]))

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """What is left of the context for more prompt, the reply's `max_tokens` set aside. An estimate."""
        window = self.spec.context_window or ASSUMED_WINDOW
        return window - self.spec.max_tokens - self.count_tokens(messages, tools=tools)

    def actual_usage(self) -> RequestUsage:
        """Tokens of live calls."""
        return self._live

    def total_usage(self) -> RequestUsage:
        """Tokens of all calls, replayed ones included."""
        return self._all

    @property
    def model_info(self) -> ModelInfo:
        return ModelInfo(
            vision=False,
            function_calling=self.spec.function_calling,
            json_output=True,
            family="unknown",
            structured_output=self.spec.structured_output,
        )

    @property
    def capabilities(self) -> Any:
        """Deprecated by AutoGen in favour of `model_info`, and the same."""
        return self.model_info

    async def close(self) -> None:
        """Nothing to close: connections are shared. See `close_connections`."""

    def get_state(self) -> dict[str, JsonValue]:
        """What a snapshot must keep, as JSON: position, count of calls, what turns held besides calls."""
        asides: dict[str, JsonValue] = {k: aside.model_dump(mode="json") for k, aside in self._asides.items()}
        begun: dict[str, JsonValue] = dict(self._begun)
        return {"schema_version": 1, "position": self._position, "count": self._count, "asides": asides, "begun": begun}

    def set_state(self, state: Mapping[str, Any]) -> None:
        if state.get("schema_version") != 1:
            raise ValueError(f"client state has schema {state.get('schema_version')}; this version reads 1")
        self._position = state["position"]
        self._count = state["count"]
        self._asides = {key: Aside.model_validate(value) for key, value in state["asides"].items()}
        self._begun = dict(state["begun"])

    def forget(self, messages: Sequence[LLMMessage]) -> None:
        """Those messages, the oldest, are not sent any more: drop what their turns held besides calls."""
        for message in messages:
            if isinstance(message, AssistantMessage) and not isinstance(message.content, str) and message.content:
                forget_aside(self._asides, self._begun, message.content[0].id)

    def rebase(self, position: str) -> None:
        """Call from a new position, counting from 0: a fork draws anew where its snapshot's calls ended."""
        self._position = position
        self._count = 0

    def _ask(
        self,
        messages: Sequence[LLMMessage],
        tools: Sequence[Tool | ToolSchema],
        choice: ToolChoice,
        json_output: bool | type[BaseModel] | None,
        extra: Mapping[str, Any],
    ) -> _Ask:
        position = f"{self._position}#{self._count}"
        self._count += 1
        if tools and not self.spec.function_calling:
            raise ModelRequestError(f"tools are offered to {self.spec.model}, whose spec says function_calling=False")
        if taken := sorted(TRANSPORT & extra.keys()):
            raise ModelRequestError(f"extra_create_args holds {', '.join(taken)}; set it in the ModelSpec")
        body = {
            "messages": messages_out(messages, self._asides),
            **tools_out(tools, choice),
            **format_out(json_output, strict=self.spec.structured_output),
            **self.spec.sampling(),
            **extra,
        }
        raw = as_json(body)
        digest = hashlib.sha256(as_json([self.spec.api_base or "", self.spec.model]) + raw).hexdigest()
        request = hashlib.sha256(as_json(self.spec.model) + raw).hexdigest()
        return _Ask(call_key(digest, position), digest, request, position, raw, estimate_tokens(raw))

    def _recorded(self, ask: _Ask) -> Reply | None:
        if self._cassette is None:
            return None
        return self._cassette.get(ask.key, model=self.spec.model, position=ask.position)

    def _finish(self, ask: _Ask, answer: Answer, *, replayed: bool) -> CreateResult:
        reply = answer.reply
        if self._cassette is not None and not replayed:
            reply = self._cassette.put(
                ask.key, reply, model=self.spec.model, position=ask.position, request_digest=ask.digest
            )
        if reply.calls:
            first = reply.calls[0].id
            number = self._begun[first] = self._begun.get(first, -1) + 1
            if (aside := aside_of(reply)) is not None:
                self._asides[aside_key(first, number)] = aside
        self._all = _plus(self._all, reply)
        if not replayed:
            self._live = _plus(self._live, reply)
        if self.on_call is not None:
            self.on_call(
                ModelCall(
                    key=ask.key,
                    request=ask.request,
                    position=ask.position,
                    model=self.spec.model,
                    endpoint=self.spec.endpoint,
                    prompt_tokens=reply.prompt_tokens,
                    completion_tokens=reply.completion_tokens,
                    cost_usd=answer.cost_usd,
                    finish=reply.finish,
                    scripted=reply.scripted,
                    replayed=replayed,
                    retries=answer.retries,
                )
            )
        return result_of(reply, replayed=replayed)

    async def _call(self, ask: _Ask, hand_out: Callable[[str], None] | None) -> Answer:
        """Ask the endpoint until it answers. With `hand_out`, text is handed out as it comes."""
        spec = self.spec
        api_key = self._api_key()
        litellm = _litellm()
        prices = prices_of(litellm, spec)
        handed_out: list[str] = []

        def pass_on(piece: str) -> None:
            assert hand_out is not None
            handed_out.append(piece)
            hand_out(piece)

        async def attempt() -> Answer:
            try:
                async with asyncio.timeout(spec.timeout_s):
                    response = await litellm.acompletion(
                        model=wire_name(litellm, spec),
                        api_base=spec.api_base,
                        api_key=api_key,
                        timeout=spec.timeout_s + 1,  # Ours, which bounds the whole attempt, comes first.
                        max_retries=0,
                        num_retries=0,
                        **json.loads(ask.body),
                        **({"stream": True, "stream_options": {"include_usage": True}} if hand_out else {}),
                    )
                    if hand_out:
                        response = await gather(litellm, response, pass_on)
            except (litellm.exceptions.openai.OpenAIError, ClientError, OSError) as error:
                raise failure(error, spec, api_key) from None
            reply = reply_of(response, ask.estimate)
            return Answer(reply, cost_of(response, reply, spec, prices))

        most = ask.estimate + spec.max_tokens
        return await persist(
            attempt,
            self._retry,
            key=ask.key,
            what=f"{spec.model} at {spec.endpoint or 'its default endpoint'}",
            limits=self._limits,
            provider=spec.provider,
            estimate=Estimate(most, None if prices is None else prices.cost(ask.estimate, spec.max_tokens)),
            final=lambda: bool(handed_out),
        )

    def _api_key(self) -> str | None:
        """The key; a dummy for an address without one, lest LiteLLM send that address another's."""
        name = self.spec.api_key_env
        if name is None:
            return "none" if self.spec.api_base else None
        if key := os.environ.get(name):
            return key
        raise ModelRequestError(f"{self.spec.model} takes its key from {name}, which is not set")


def _plus(usage: RequestUsage, reply: Reply) -> RequestUsage:
    return RequestUsage(usage.prompt_tokens + reply.prompt_tokens, usage.completion_tokens + reply.completion_tokens)
