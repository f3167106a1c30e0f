"""The HTTP server: routes, latency, faults and counters around a persona.

It listens on 127.0.0.1 only; there is no setting for another address.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType, TracebackType
from typing import Self, TypedDict

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from ..model import SCRIPTED
from . import wire
from .conversation import Conversation
from .draw import Draw, Latency
from .faults import TRANSPORT, Fault, Faults
from .personas import Persona
from .roster import PERSONAS

LOOPBACK = "127.0.0.1"
MAX_BODY = 64 * 2**20


class Answer(StrEnum):
    """How a request ended, faults aside."""

    CALLS = "calls"
    TEXT = "text"
    REJECTED = "rejected"
    ABANDONED = "abandoned"
    """The client left before the answer."""


class Counts(BaseModel):
    """What an endpoint has served. `by_kind` has a key for each `Answer` and `Fault` that occurred."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: int
    by_kind: Mapping[str, int]
    in_flight: int
    peak: int
    """Most requests in flight at one moment."""
    latency_seconds: float
    """Sum of the latencies given to requests, whether or not their clients waited."""


class Options(TypedDict, total=False):
    """The keywords of `ScriptedEndpoint`, for those who pass them on."""

    personas: Mapping[str, Persona]
    default: str | Persona
    seed: int
    latency: Latency
    faults: Faults


class ScriptedEndpoint:
    """`async with ScriptedEndpoint(seed=7) as endpoint:` serves at `endpoint.url` until the block ends.

    A model's name chooses the persona of that name (of `vendor/name`, the last part); any other gets
    `default`. Raises ValueError for an unknown default, OSError for a port in use.
    """

    def __init__(
        self,
        *,
        personas: Mapping[str, Persona] = PERSONAS,
        default: str | Persona = "cooperator",
        seed: int = 0,
        latency: Latency = Latency(),  # noqa: B008  a frozen value
        faults: Faults = Faults(),  # noqa: B008
        port: int = 0,
    ) -> None:
        if isinstance(default, str) and default not in personas:
            raise ValueError(f"there is no persona {default!r}; choose one of {', '.join(sorted(personas))}")
        self._personas = personas
        self._default = personas[default] if isinstance(default, str) else default
        self._seed, self._latency, self._faults, self._port = seed, latency, faults, port
        self._runner: web.AppRunner | None = None
        self._attempts: Counter[tuple[str, bytes]] = Counter()
        self._by_kind: Counter[str] = Counter()
        self._requests = self._in_flight = self._peak = 0
        self._waited = 0.0
        self._last_busy = 0.0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY)
        for prefix in ("", "/v1"):
            app.router.add_post(f"{prefix}/chat/completions", self._chat)
            app.router.add_get(f"{prefix}/models", self._models)
            app.router.add_get(f"{prefix}/health", self._health)
        app.router.add_route("*", "/{path:.*}", self._unknown)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, LOOPBACK, self._port, backlog=1024).start()
        except OSError as error:
            await runner.cleanup()
            reason = f"cannot listen on {LOOPBACK}:{self._port} ({error.strerror}); choose another port"
            raise OSError(error.errno, f"{reason}, or 0 for any free one") from None
        self._runner, self._port = runner, runner.addresses[0][1]
        self._last_busy = asyncio.get_running_loop().time()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        """The base URL clients are given. Raises RuntimeError outside the `async with` block."""
        if not self._runner:
            raise RuntimeError("the endpoint is not serving; enter it with `async with` first")
        return f"http://{LOOPBACK}:{self._port}/v1"

    @property
    def counts(self) -> Counts:
        return Counts(
            requests=self._requests,
            by_kind=MappingProxyType(dict(self._by_kind)),
            in_flight=self._in_flight,
            peak=self._peak,
            latency_seconds=self._waited,
        )

    async def idle(self, seconds: float) -> None:
        """Return once no chat request has been in flight for `seconds`."""
        loop = asyncio.get_running_loop()
        while True:
            since = 0.0 if self._in_flight else loop.time() - self._last_busy
            if since >= seconds:
                return
            await asyncio.sleep(seconds - since)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self._requests += 1
        self._in_flight += 1
        self._peak = max(self._peak, self._in_flight)
        try:
            asked = wire.parse(await request.read())
            conversation = asked.conversation()
            draw = Draw(self._seed, *conversation.digests)
            if delay := self._latency.seconds(draw):
                self._waited += delay
                await asyncio.sleep(delay)
        except wire.BadRequest as error:
            self._by_kind[Answer.REJECTED] += 1
            return _json(400, wire.error(str(error), "invalid_request_error", param=error.param))
        except web.RequestPayloadError as error:
            self._by_kind[Answer.REJECTED] += 1
            return _json(400, wire.error(f"the body cannot be read: {error}", "invalid_request_error"))
        except web.HTTPRequestEntityTooLarge:
            self._by_kind[Answer.REJECTED] += 1
            return _json(413, wire.error(f"a body may have {MAX_BODY} bytes at most", "invalid_request_error"))
        except asyncio.CancelledError:
            self._by_kind[Answer.ABANDONED] += 1
            raise
        else:
            return await self._answer(request, asked, conversation, draw)
        finally:
            self._in_flight -= 1
            self._last_busy = asyncio.get_running_loop().time()

    async def _answer(
        self, request: web.Request, asked: wire.ChatRequest, conversation: Conversation, draw: Draw
    ) -> web.StreamResponse:
        fault = self._fault(conversation, draw)
        if fault in TRANSPORT and fault is not Fault.CUT:
            self._by_kind[fault] += 1
            return await self._refuse(request, fault, draw)
        persona = self._personas.get(conversation.model.rpartition("/")[2], self._default)
        meant = persona.reply(conversation, draw)
        reply = self._faults.mistaken(meant, fault)
        if fault is Fault.CUT or reply is not meant:
            assert fault is not None
            self._by_kind[fault] += 1
        else:
            self._by_kind[Answer.CALLS if reply.calls else Answer.TEXT] += 1
        if asked.stream:
            include_usage = bool(asked.stream_options and asked.stream_options.include_usage)
            parts = list(wire.events(conversation, reply, draw, include_usage=include_usage))
            return await _stream(request, parts, cut=fault is Fault.CUT)
        body = wire.completion(conversation, reply, draw)
        return await _half(request, body) if fault is Fault.CUT else _json(200, body)

    def _fault(self, conversation: Conversation, draw: Draw) -> Fault | None:
        """This attempt's fault. An answer ends the attempts, so a later run meets the same faults again."""
        if not self._faults.possible:
            return None
        key = (conversation.model, conversation.digests[0])
        fault = self._faults.drawn(draw, self._attempts[key])
        if fault in TRANSPORT:
            self._attempts[key] += 1
        else:
            del self._attempts[key]
        return fault

    async def _refuse(self, request: web.Request, fault: Fault, draw: Draw) -> web.StreamResponse:
        match fault:
            case Fault.RATE_LIMITED:
                wait = draw.pick("retry after", self._faults.retry_after)
                body = wire.error("Rate limit reached.", "rate_limit_error", code="rate_limit_exceeded")
                return _json(429, body, {"Retry-After": str(wait)})
            case Fault.SERVER_ERROR:
                return _json(500, wire.error("The server had an error.", "server_error"))
            case Fault.HTML:
                page = "<!doctype html><html><title>Gateway</title><body><h1>Please wait</h1></body></html>"
                return web.Response(text=page, content_type="text/html")
            case _:
                await asyncio.sleep(self._faults.hang_seconds)
                return _close(request, web.Response())

    async def _models(self, _: web.Request) -> web.Response:
        models = [{"id": name, "object": "model", "created": 0, "owned_by": SCRIPTED} for name in sorted(self._personas)]
        return _json(200, wire.dumps({"object": "list", "data": models}))

    async def _health(self, _: web.Request) -> web.Response:
        return _json(200, wire.dumps({"status": "ok", "counts": self.counts.model_dump(mode="json")}))

    async def _unknown(self, request: web.Request) -> web.Response:
        asked = f"{request.method} {request.path}"
        message = f"{asked} is not served here; there are POST /v1/chat/completions, GET /v1/models and GET /health"
        return _json(404, wire.error(message, "invalid_request_error", code="unknown_url"))


def _json(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def _stream(request: web.Request, parts: Sequence[bytes], *, cut: bool) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    try:
        await response.prepare(request)
        for part in parts[: len(parts) // 2] if cut else parts:
            await response.write(part)
    except ConnectionError:
        return response  # the client has left; aiohttp would report a raised one as our bug
    return _close(request, response) if cut else response


async def _half(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    try:
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
    except ConnectionError:
        return response
    return _close(request, response)


def _close(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection once what was written is sent; aiohttp drops whatever of the response is left."""
    if request.transport:
        request.transport.close()
    return response
