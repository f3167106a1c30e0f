"""Commands that run an experiment, or say what that would come to: `quickstart`, `run`, `plan`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import AsJson, Name, app
from .choosing import (
    ApiBase,
    ApiKeyEnv,
    Concurrency,
    GivenPrices,
    Models,
    Seed,
    Settings,
    Snapshots,
    Temperature,
    choose,
)

if TYPE_CHECKING:
    from ..design import Experiment


@app.command()
def quickstart(
    out: Annotated[Path, typer.Option("--out", help="Where to put the run.")] = Path("runs/quickstart"),
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed.")] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the report in a browser.")] = False,
) -> None:
    """Run a planted population on three topologies, offline, in under a minute, and open its report.

    Example: `allegiance quickstart --out runs/quickstart`
    """
    from ..catalog import find_experiment

    experiment = find_experiment("quickstart")
    if seed is not None:
        experiment = experiment.with_(seed=seed)
    report = _run(experiment, out, concurrency=4, max_cost=None)
    if not no_open and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(report.resolve().as_uri())


@app.command()
def run(
    name: Name,
    out: Annotated[Path, typer.Option("--out", help="Where to put the run; an unfinished one is resumed.")],
    set_: Settings = None,
    snapshots: Snapshots = None,
    model: Models = None,
    api_base: ApiBase = None,
    api_key_env: ApiKeyEnv = None,
    prices: GivenPrices = None,
    temperature: Temperature = None,
    concurrency: Concurrency = 16,
    seed: Seed = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", metavar="USD", min=0, help="Stop before this.")] = None,
) -> None:
    """Run an experiment, or go on with one that was stopped, and write its report.

    Example: `allegiance run first-contact --out runs/first --model openai/gpt-4o-mini --max-cost 2`

    Example: `allegiance run quickstart --out runs/q --set topology=ring,grid --set history.dose=5 --snapshots 6`
    """
    experiment = choose(
        name,
        set_=set_,
        snapshots=snapshots,
        seed=seed,
        model=model,
        api_base=api_base,
        api_key_env=api_key_env,
        prices=prices,
        temperature=temperature,
    )
    _run(experiment, out, concurrency=concurrency, max_cost=max_cost)


@app.command()
def plan(
    name: Name,
    set_: Settings = None,
    snapshots: Snapshots = None,
    model: Models = None,
    api_base: ApiBase = None,
    prices: GivenPrices = None,
    concurrency: Concurrency = 16,
    latency: Annotated[float, typer.Option("--latency", metavar="S", min=0, help="Seconds a call takes.")] = 3.0,
    as_json: AsJson = False,
) -> None:
    """Say what an experiment will come to before anything is spent: episodes, calls, tokens, money, time.

    Example: `allegiance plan first-contact --model openai/gpt-4o-mini --latency 2`
    """
    import asyncio
    import json

    from ..planning import forecast, known_prices_of
    from ..sweeping import preflight

    experiment = choose(
        name,
        set_=set_,
        snapshots=snapshots,
        seed=None,
        model=model,
        api_base=api_base,
        api_key_env=None,
        prices=prices,
        temperature=None,
    )
    preflight(experiment)
    found = asyncio.run(forecast(experiment, known_prices_of(experiment)))
    seconds = found.seconds(latency_s=latency, concurrency=concurrency)
    if as_json:
        typer.echo(json.dumps({**found.model_dump(), "calls": found.calls, "seconds": seconds}))
        return
    cost = f"about ${found.cost_usd:.2f}" if found.cost_usd is not None else "not known; give --prices"
    typer.echo(f"{experiment.name}: {found.cells} cells, {found.snapshots} snapshots, {found.forks} forks")
    typer.echo(f"calls    about {found.calls:,} ({found.history_calls:,} for histories, {found.fork_calls:,} for forks)")
    typer.echo(f"tokens   about {found.prompt_tokens:,} read, {found.completion_tokens:,} written")
    if experiment.planted:
        typer.echo(
            "         with live agents, that is: planted ones call no model. Name one with --model for money and time."
        )
    else:
        typer.echo(f"money    {cost}")
        typer.echo(f"time     about {seconds / 60:.1f} minutes at {latency:g} s a call, {concurrency} in flight")


def _run(experiment: "Experiment", out: Path, *, concurrency: int, max_cost: float | None) -> Path:
    import asyncio

    from rich.console import Console

    from ..progress import Bar
    from ..report import write_report
    from ..results import read_results
    from ..store import RunFolder
    from ..sweeping import sweep

    console = Console(stderr=True)
    who = "planted agents" if experiment.planted else ", ".join(spec.model for spec in experiment.agents.models)  # type: ignore[union-attr]
    console.print(f"{experiment.name}: {who}, into {out}", highlight=False, markup=False)
    with Bar(console, experiment.name) as bar:
        outcome = asyncio.run(sweep(experiment, out, concurrency=concurrency, max_cost_usd=max_cost, watcher=bar))
    with RunFolder.open(out) as folder:
        read_results(folder).write_parquet(out / "tables" / "results.parquet")
        report = write_report(folder)
    if outcome.stopped:
        console.print(f"Stopped early: {outcome.stopped}.", markup=False)
        console.print("Nothing done is lost; the same command goes on (after a cap: with a higher one).", markup=False)
    if outcome.failed:
        console.print(f"{outcome.failed} trials failed; the same command tries them again.", markup=False)
    typer.echo(f"Report: {report}")
    if outcome.stopped or outcome.failed:
        raise typer.Exit(1)
    return report
