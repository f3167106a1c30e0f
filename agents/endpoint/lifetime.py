"""How long an endpoint lives: until told to stop, until idle, or as long as a block in another process.

Serving itself is in `server`.
"""

import asyncio
import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Unpack

from .server import Counts, Options, ScriptedEndpoint


async def serve(
    port: int = 0,
    *,
    idle_timeout: float | None = None,
    ready: Callable[[ScriptedEndpoint], None] | None = None,
    **options: Unpack[Options],
) -> Counts:
    """Serve until cancelled, idle for `idle_timeout` seconds, or told to stop by a signal.

    SIGINT and SIGTERM are heard in the main thread only. `ready` is called once, when the endpoint listens.
    Returns what was served.
    """
    stop = asyncio.Event()
    async with ScriptedEndpoint(port=port, **options) as endpoint, asyncio.TaskGroup() as group:

        async def watch(seconds: float) -> None:
            await endpoint.idle(seconds)
            stop.set()

        watcher = group.create_task(watch(idle_timeout)) if idle_timeout is not None else None
        with _signals(stop.set):
            if ready:
                ready(endpoint)
            await stop.wait()
        if watcher:
            watcher.cancel()
    return endpoint.counts


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    loop, held = asyncio.get_running_loop(), []
    if threading.current_thread() is threading.main_thread():
        with contextlib.suppress(NotImplementedError):  # Windows: asyncio.run still cancels on SIGINT
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop)
                held.append(number)
    try:
        yield
    finally:
        for number in held:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def in_subprocess(*, idle_timeout: float = 600.0, **options: Unpack[Options]) -> Iterator[str]:
    """An endpoint with an interpreter of its own, for benchmarks; yields its URL. Options must be picklable.

    It stops with the block, or when idle for `idle_timeout` seconds should this process die first.
    Raises RuntimeError when it does not start; the child's own traceback is on stderr.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(there, idle_timeout, options), daemon=True)
    child.start()
    there.close()
    try:
        try:
            url: str = here.recv()
        except EOFError:
            raise RuntimeError("the endpoint's process ended before it could serve") from None
        yield url
    finally:
        here.close()
        child.terminate()
        child.join()
        child.close()


def _child(pipe: Connection, idle_timeout: float, options: Options) -> None:
    asyncio.run(serve(idle_timeout=idle_timeout, ready=lambda endpoint: pipe.send(endpoint.url), **options))
