"""A forecast against what then happened, with scripted personas in place of a model."""

import asyncio
from pathlib import Path

import pytest

from agents import Prices
from experiments import RunFolder, build_experiment, find_experiment, sweep
from experiments.planning import forecast
from tests.experiments.runs import live


def test_a_forecast_comes_near_what_a_live_run_then_took(tmp_path: Path) -> None:
    from agents.endpoint import ScriptedEndpoint

    async def main() -> None:
        async with ScriptedEndpoint(default="reciprocator") as endpoint:
            experiment = live(endpoint.url, snapshots=3)
            expected = await forecast(experiment)
            await sweep(experiment, tmp_path / "run")
            folder = RunFolder.open(tmp_path / "run")
            spent = folder.spent()
            folder.close()
            assert expected.calls == pytest.approx(spent.calls, rel=0.5)
            assert expected.prompt_tokens == pytest.approx(spent.prompt_tokens, rel=0.5)

    asyncio.run(main())


def test_a_forecast_grows_with_the_design() -> None:
    small = find_experiment("first-contact").with_(snapshots=1)
    one = asyncio.run(forecast(small))
    more = asyncio.run(forecast(small.with_(snapshots=5, repeats=2)))
    assert more.history_calls == 5 * one.history_calls
    assert more.fork_calls == 10 * one.fork_calls
    assert (more.snapshots, more.forks) == (5 * one.snapshots, 10 * one.forks)
    assert one.cost_usd is None


def test_money_follows_the_prices() -> None:
    experiment = build_experiment({"name": "x", "factors": {"population": [4], "history.dose": [2]}, "snapshots": 1})
    found = asyncio.run(forecast(experiment, Prices(prompt=1.0, completion=2.0)))
    assert found.cost_usd == pytest.approx((found.prompt_tokens + 2 * found.completion_tokens) / 1e6)
    assert found.seconds(latency_s=2, concurrency=4) == found.calls / 2
