"""A small OpenAI-compatible endpoint on loopback for the tests of the model-call layer.

It answers from a list of replies, in order, and repeats the last one. It keeps every request it saw and
counts the clients that hung up on it. It plays no persona; the scripted endpoint of `agents` does.
"""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from aiohttp import web

from agents.litellm_client import close_connections

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, leaving no connection behind."""

    async def tidy() -> T:
        try:
            return await main
        finally:
            await close_connections()

    return asyncio.run(tidy())


@dataclass(frozen=True)
class Say:
    """A well-formed answer: text, tool calls as (id, name, arguments) and whatever else the message holds."""

    text: str | None = "hello"
    calls: tuple[tuple[str, str, str], ...] = ()
    finish: str = ""
    usage: tuple[int, int] = (11, 7)
    message: Mapping[str, Any] = field(default_factory=dict)
    pause: float = 0.0

    def body(self, index: int) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self.text, **self.message}
        if self.calls:
            message["tool_calls"] = [
                {"id": key, "type": "function", "function": {"name": name, "arguments": arguments}}
                for key, name, arguments in self.calls
            ]
        finish = self.finish or ("tool_calls" if self.calls else "stop")
        return {
            "id": f"chatcmpl-{index}",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "fake",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": self.usage[0],
                "completion_tokens": self.usage[1],
                "total_tokens": sum(self.usage),
            },
        }

    def chunks(self, index: int) -> list[dict[str, Any]]:
        head = {"id": f"chatcmpl-{index}", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": word} for word in (self.text or "").split(" ") if word]
        for place, (key, name, arguments) in enumerate(self.calls):
            first = {
                "index": place,
                "id": key,
                "type": "function",
                "function": {"name": name, "arguments": ""},
            }
            deltas.append({"tool_calls": [first]})
            half = len(arguments) // 2
            deltas += [
                {"tool_calls": [{"index": place, "function": {"arguments": part}}]}
                for part in (arguments[:half], arguments[half:])
            ]
        out = [{**head, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
        finish = self.finish or ("tool_calls" if self.calls else "stop")
        out.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        usage = self.body(index)["usage"]
        return [*out, {**head, "choices": [], "usage": usage}]


@dataclass(frozen=True)
class Fail:
    """A refusal with a status; the body is JSON unless it is given."""

    status: int
    message: str = "no"
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Html:
    """A page where an answer should be, as a captive portal or a wrong path gives."""

    text: str = "<html><body>It works!</body></html>"


@dataclass(frozen=True)
class Raw:
    """Any JSON at all."""

    json: Any


class Hang:
    """Never answers."""


class Cut:
    """Closes the connection without an answer."""


class CutShort:
    """Streams one word, then closes the connection."""


Reply = Say | Fail | Html | Raw | Hang | Cut | CutShort


class FakeEndpoint:
    """`async with FakeEndpoint(Fail(500), Say("hi")) as server: ... server.url, server.requests`"""

    def __init__(self, *replies: Reply) -> None:
        self.replies: list[Reply] = list(replies) or [Say()]
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.hung_up = 0
        self.open_now = 0
        self.most_open = 0
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._answer)
        app.router.add_post("/v1/messages", self._answer)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        index = len(self.requests)
        self.headers.append(dict(request.headers))
        body = await request.json()
        self.requests.append(body)
        reply = self.replies[min(index, len(self.replies) - 1)]
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            return await self._reply(request, body, reply, index)
        except asyncio.CancelledError:
            self.hung_up += 1
            raise
        finally:
            self.open_now -= 1

    async def _reply(self, request: web.Request, body: dict[str, Any], reply: Reply, index: int) -> web.StreamResponse:
        match reply:
            case Hang():
                await asyncio.sleep(3600)
                raise AssertionError("nobody waits an hour")
            case Cut():
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case CutShort():
                stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
                await stream.prepare(request)
                for chunk in Say("one").chunks(index)[:2]:
                    await stream.write(f"data: {json.dumps(chunk)}\n\n".encode())
                await asyncio.sleep(0.05)
                assert request.transport is not None
                request.transport.abort()
                return stream
            case Html(text):
                return web.Response(text=text, content_type="text/html")
            case Raw(anything):
                return web.json_response(anything)
            case Fail(status, message, code, headers):
                error = {"message": message, "type": "error", "code": code}
                return web.json_response({"error": error}, status=status, headers=headers)
            case Say():
                await asyncio.sleep(reply.pause)
                if not body.get("stream"):
                    return web.json_response(reply.body(index))
                stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
                await stream.prepare(request)
                for chunk in reply.chunks(index):
                    await stream.write(f"data: {json.dumps(chunk)}\n\n".encode())
                await stream.write(b"data: [DONE]\n\n")
                return stream
