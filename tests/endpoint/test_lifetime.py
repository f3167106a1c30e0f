import asyncio
import inspect
import signal
import socket
import subprocess
import sys
import threading

import aiohttp
import pytest

from agents.endpoint import Options, ScriptedEndpoint, in_subprocess, serve
from tests.endpoint.asking import ask, body, game


def test_it_listens_on_loopback_and_has_no_setting_for_anything_else() -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint:
            assert endpoint._runner is not None
            assert {address[0] for address in endpoint._runner.addresses} == {"127.0.0.1"}
            port = int(endpoint.url.split(":")[2].split("/")[0])
            with socket.socket() as other, pytest.raises(ConnectionRefusedError):
                other.connect(("127.0.0.2", port))

    asyncio.run(check())
    for face in (ScriptedEndpoint, serve):
        assert not {"host", "address"} & set(inspect.signature(face).parameters)
    assert "host" not in Options.__annotations__


def test_leaving_the_block_closes_the_port_even_while_a_client_waits() -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint, aiohttp.ClientSession() as session:
            url = endpoint.url
            await ask(session, endpoint, game())
            await endpoint.__aexit__(None, None, None)
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(f"{url}/health")
            with pytest.raises(RuntimeError, match="async with"):
                _ = endpoint.url

    asyncio.run(check())


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    async def check() -> None:
        async with ScriptedEndpoint() as endpoint:
            port = int(endpoint.url.split(":")[2].split("/")[0])
            with pytest.raises(OSError, match=rf"127\.0\.0\.1:{port} .*choose another port"):
                async with ScriptedEndpoint(port=port):
                    pass

    asyncio.run(check())


def test_serve_in_a_thread_stops_by_itself_when_idle_and_not_while_busy() -> None:
    urls: list[str] = []
    listening, counts = threading.Event(), []

    def ready(endpoint: ScriptedEndpoint) -> None:
        urls.append(endpoint.url)
        listening.set()

    thread = threading.Thread(target=lambda: counts.append(asyncio.run(serve(idle_timeout=0.8, ready=ready))))
    thread.start()
    assert listening.wait(5)

    async def use() -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(4):
                async with session.post(f"{urls[0]}/chat/completions", json=body("x")) as response:
                    assert response.status == 200
                await asyncio.sleep(0.3)

    asyncio.run(use())
    thread.join(5)
    assert not thread.is_alive()
    assert counts[0].requests == 4


def test_serve_ends_quietly_on_sigint() -> None:
    code = "import asyncio; from agents.endpoint import serve; "
    code += "asyncio.run(serve(ready=lambda e: print(e.url, flush=True)))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == b""


def test_another_process_gives_the_same_answer() -> None:
    async def answer(url: str) -> bytes:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{url}/chat/completions", json=game()) as response,
        ):
            return await response.read()

    async def here() -> bytes:
        async with ScriptedEndpoint(seed=5) as endpoint:
            return await answer(endpoint.url)

    with in_subprocess(seed=5) as url:
        there = asyncio.run(answer(url))
    assert there == asyncio.run(here())
