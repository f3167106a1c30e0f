"""What live agents cost: CPU per turn, split; a sweep against its bound; an episode against its critical path; a replay."""

import asyncio
import json
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

from measure import cpu_seconds, row, timed

from agents import Limits
from agents.endpoint import Latency, in_subprocess
from experiments import RunFolder, build_experiment, sweep
from experiments.build import build_fork
from experiments.replaying import replay_run
from sim import AgentId, ModelAsked, Streams, TurnBegan, calm_collector
from worlds import build_table

# -- LLM turns ------------------------------------------------------------------------------------------------------------


def study(url: str, *, snapshots: int = 8) -> Any:
    """The live experiment that the measurements share."""
    return build_experiment(
        {
            "name": "speed",
            "factors": {"topology": ["ring"], "population": [4], "history.dose": [4], "history.valence": ["positive"]},
            "forks": {"target.kind": ["peer", "unknown"]},
            "snapshots": snapshots,
            "agents": {"kind": "llm", "models": [{"model": "reciprocator", "api_base": url}]},
        }
    )


def llm() -> None:
    """CPU time per LLM turn, split into LiteLLM's, AutoGen's and ours, and against the same HTTP call made bare."""
    with in_subprocess() as url, tempfile.TemporaryDirectory() as home:
        path = Path(home) / "run"
        asyncio.run(sweep(study(url, snapshots=1), Path(home) / "warm", concurrency=8))
        total: list[float] = []
        with timed(total, cpu_seconds):
            asyncio.run(sweep(study(url), path, concurrency=8))
        folder = RunFolder.open(path)
        calls, taken = folder.spent().calls, _turns(folder)
        bare, lite, replayed = _http(url, calls, path), _litellm(url, calls), []
        with calm_collector(), timed(replayed, cpu_seconds):
            asyncio.run(_replay(folder))
        autogen = _autogen(calls)
        folder.close()
    ours = replayed[0] - autogen
    row("CPU per LLM turn, all", f"{1e3 * total[0] / taken:.2f} ms", f"{calls:,} calls in {taken:,} turns")
    row("  AutoGen's and ours (the same run replayed)", f"{1e3 * replayed[0] / taken:.2f} ms")
    note = f"{1e3 * autogen / calls:.2f} ms a call"
    row("    AutoGen's (its loop over a canned client)", f"{1e3 * autogen / taken:.2f} ms", note)
    row("    ours (what is left)", f"{1e3 * ours / taken:.2f} ms")
    row("  LiteLLM's and the socket's (all less the replay)", f"{1e3 * (total[0] - replayed[0]) / taken:.2f} ms")
    row("    LiteLLM alone, 10 messages and 5 tools", f"{1e3 * lite / calls:.2f} ms", "a call")
    row("    the same call made bare (aiohttp)", f"{1e3 * bare / calls:.2f} ms", "a call")
    row("  all against bare HTTP", f"{total[0] / bare:.0f}x")


def _turns(folder: RunFolder) -> int:
    seen = 0
    for unit in folder.experiment.units():
        seen += sum(isinstance(entry.event, TurnBegan) for entry in folder.snapshot(unit).entries)
    for _, transcript, snapshot in folder.transcripts():
        own = transcript.entries[len(snapshot.entries) :]
        seen += sum(isinstance(entry.event, TurnBegan) for entry in own)
    return seen


MESSAGES = [
    {"role": "system", "content": "You act only through the tools you are offered. " * 4},
    *({"role": ("user", "assistant")[i % 2], "content": "last round: you chose J, a3 chose J. " * 4} for i in range(9)),
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "What it does.",
            "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        },
    }
    for name in ("send_message", "choose", "list_documents", "read_document", "view_config")
]


def _http(url: str, calls: int, path: Path) -> float:
    import aiohttp

    async def go() -> None:
        async with aiohttp.ClientSession() as session:
            gate = asyncio.Semaphore(8)

            async def one() -> None:
                async with (
                    gate,
                    session.post(
                        f"{url}/chat/completions", json={"model": "m", "messages": MESSAGES, "tools": TOOLS}
                    ) as answer,
                ):
                    await answer.json()

            await asyncio.gather(*(one() for _ in range(calls)))

    spent: list[float] = []
    with timed(spent, cpu_seconds):
        asyncio.run(go())
    return spent[0]


def _litellm(url: str, calls: int) -> float:
    import litellm

    async def go() -> None:
        gate = asyncio.Semaphore(8)

        async def one() -> None:
            async with gate:
                await litellm.acompletion(
                    model="hosted_vllm/m",
                    api_base=url,
                    api_key="none",
                    messages=MESSAGES,
                    tools=TOOLS,
                    max_retries=0,
                    num_retries=0,
                )

        await asyncio.gather(*(one() for _ in range(calls)))

    spent: list[float] = []
    with timed(spent, cpu_seconds):
        asyncio.run(go())
    return spent[0]


def _autogen(calls: int) -> float:
    """`calls` iterations of an AssistantAgent with one tool call each, over a client that answers at once."""
    from autogen_agentchat.agents import AssistantAgent
    from autogen_agentchat.messages import TextMessage
    from autogen_core import CancellationToken, FunctionCall
    from autogen_core.models import CreateResult, RequestUsage

    from agents.bench import Bench, Screened
    from agents.memory import FullContext
    from sim import Mail
    from sim.testing import RecordingHands

    class Canned:
        model_info = dict.fromkeys(("vision", "json_output", "structured_output"), False) | {
            "function_calling": True,
            "family": "unknown",
        }

        async def create(self, *_: Any, **__: Any) -> CreateResult:
            call = FunctionCall(id="1", name="choose", arguments=json.dumps({"option": "J"}))
            return CreateResult(finish_reason="function_calls", content=[call], usage=RequestUsage(1, 1), cached=False)

    table = build_table("ipd-v1", [(AgentId("a"), AgentId("b"))], dose=1, streams=Streams("x"))
    table.due(0, frozenset())
    tool = table.view(AgentId("a"), Mail()).tools[0]

    async def go() -> None:
        context = FullContext()
        for number in range(calls):
            if number % 20 == 0:
                context = FullContext()
            bench = Bench([tool], RecordingHands(10**9))
            agent = AssistantAgent(
                "agent",
                Screened(Canned(), bench),
                workbench=bench,
                model_context=context,
                max_tool_iterations=1,  # type: ignore[arg-type]
            )
            await agent.on_messages([TextMessage(content="your turn", source="user")], CancellationToken())

    spent: list[float] = []
    with timed(spent, cpu_seconds):
        asyncio.run(go())
    return spent[0]


async def _replay(folder: RunFolder) -> int:
    episodes = 0
    async for replayed in replay_run(folder):
        assert replayed.identical, replayed
        episodes += 1
    return episodes


# -- sweeps -----------------------------------------------------------------------------------------------------------------


def live() -> None:
    """Wall time of a live sweep against total work ÷ concurrency, of one episode against its critical path, and of a
    replay against the live run, with an endpoint of log-normal latency (median 300 ms, sigma 0.6)."""
    concurrency = 16
    with in_subprocess(latency=Latency(median_ms=300, sigma=0.6)) as url, tempfile.TemporaryDirectory() as home:
        asyncio.run(sweep(study(url, snapshots=1), Path(home) / "warm", concurrency=concurrency))
        durations = _time_calls()
        path, wall, before = Path(home) / "run", [], _latency(url)
        with timed(wall):
            asyncio.run(sweep(study(url, snapshots=24), path, concurrency=concurrency))
        work = _latency(url) - before
        made = sum(map(len, durations.values()))
        row("live sweep, wall time", f"{wall[0]:.1f} s", f"{made:,} calls, {concurrency} in flight")
        row(
            "  against total work ÷ concurrency",
            f"{wall[0] / (work / concurrency):.2f}x",
            f"the endpoint worked {work:.0f} s",
        )
        folder = RunFolder.open(path)
        _one_episode(folder, url, durations)
        again: list[float] = []
        with calm_collector(), timed(again):
            episodes = asyncio.run(_replay(folder))
        row("replay, wall time", f"{again[0]:.2f} s", f"{episodes} episodes")
        row("  live run against replay", f"{wall[0] / again[0]:.0f}x")
        folder.close()


def _latency(url: str) -> float:
    """Seconds that the endpoint has taken to answer, over all calls so far."""
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/health") as answer:
        return float(json.load(answer)["counts"]["latency_seconds"])


def _time_calls() -> dict[str, list[tuple[float, float]]]:
    """Note when each caller's calls begin and end."""
    from agents.litellm_client import LiteLLMClient

    create, durations = LiteLLMClient.create, defaultdict(list)

    async def timed_create(self: Any, *args: Any, **more: Any) -> Any:
        start = time.perf_counter()
        result = await create(self, *args, **more)
        durations[self._position].append((start, time.perf_counter()))
        return result

    LiteLLMClient.create = timed_create  # type: ignore[method-assign]
    return durations


def _one_episode(folder: RunFolder, url: str, durations: dict[str, list[tuple[float, float]]]) -> None:
    """One fork alone, live: its wall time against the sum over instants of the slowest call in each."""
    from agents.live import close_connections
    from experiments.seating import Line

    trial = next(folder.experiment.trials())
    snapshot = folder.snapshot(trial.unit)
    durations.clear()

    async def go() -> tuple[float, Any]:
        start = time.perf_counter()
        transcript = await build_fork(folder.experiment, trial, snapshot, Line(Limits(), None, lambda _: None)).run()
        took = time.perf_counter() - start
        await close_connections()
        return took, transcript

    took, transcript = asyncio.run(go())
    counts: dict[str, int] = defaultdict(int)
    slowest: dict[int, float] = defaultdict(float)
    for entry in transcript.entries[len(snapshot.entries) :]:
        if isinstance(entry.event, ModelAsked):
            position = f"{trial.id}/{entry.event.agent}"
            start, end = durations[position][counts[position]]
            counts[position] += 1
            slowest[entry.t] = max(slowest[entry.t], end - start)
    path = sum(slowest.values())
    row("one live episode, wall time", f"{took:.2f} s", f"{sum(counts.values())} calls in {len(slowest)} instants")
    row("  against its critical path", f"{took / path:.2f}x", f"path {path:.2f} s")
