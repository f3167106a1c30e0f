"""Commands that run an experiment, or say what that would come to: `quickstart`, `run`, `plan`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import AsJson, Name, app, console, fail, interruptible
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

KEPT = "Nothing done is lost; the same command goes on."


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
    report = run_experiment(experiment, out, concurrency=4, max_cost=None)
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
    prereg: Annotated[Path | None, typer.Option("--prereg", metavar="FILE", help="What `allegiance lock` wrote.")] = None,
    smoke: Annotated[bool, typer.Option("--smoke", help="A flagship's planted form, whose truth is known.")] = False,
    null: Annotated[bool, typer.Option("--null", help="With --smoke: in a world where what is asked is not there.")] = False,
) -> None:
    """Run an experiment, or go on with one that was stopped, and write its report.

    Example: `allegiance run first-contact --out runs/first --model openai/gpt-4o-mini --max-cost 2`

    Example: `allegiance run quickstart --out runs/q --set topology=ring,grid --set history.dose=5 --snapshots 6`

    Example: `allegiance run ladder --smoke --out runs/ladder-smoke`
    """
    if smoke or null:
        given = (set_, snapshots, model, api_base, api_key_env, prices, temperature, prereg)
        planted = smoke_of(name, seed, null=null, smoke=smoke, alone=all(option is None for option in given))
        run_experiment(planted, out, concurrency=concurrency, max_cost=max_cost)
        return
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
    run_experiment(experiment, out, concurrency=concurrency, max_cost=max_cost, prereg=prereg)


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
    """Say what an experiment will come to before anything is spent: episodes, calls, tokens, money, time, power.

    Example: `allegiance plan first-contact --model openai/gpt-4o-mini --latency 2`
    """
    import asyncio
    import json

    from ..planning import forecast, known_prices_of
    from ..power import power_line
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
    said, likely = experiment.described(), power_line(experiment)
    if as_json:
        more = {"calls": found.calls, "seconds": seconds, "design": said, "power": likely}
        typer.echo(json.dumps({**found.model_dump(), **more}, ensure_ascii=False))
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
    for line in said:
        typer.echo(f"design   {line}")
    typer.echo(f"power    {likely}")


def smoke_of(name: str, seed: int | None, *, null: bool, smoke: bool, alone: bool) -> "Experiment":
    """The planted form of a flagship. It is what it is: only its seed can be chosen."""
    from ..flagships import smoke_form

    if not smoke:
        fail("--null is the null world of a smoke form; give --smoke with it")
    if not alone:
        fail("a smoke form is planted and of fixed size: with --smoke only --seed, --out, --concurrency and --max-cost go")
    return smoke_form(name, seed or 0, null=null)


def run_experiment(
    experiment: "Experiment", out: Path, *, concurrency: int, max_cost: float | None, prereg: Path | None = None
) -> Path:
    import asyncio

    from ..locking import adopt, matching
    from ..planning import keep_forecast
    from ..populations import LLMAgents
    from ..progress import Bar
    from ..report import write_report
    from ..store import RunFolder
    from ..sweeping import require_runnable, sweep
    from ..tables import write_tables

    screen = console()
    require_runnable(experiment, out, max_cost)
    if prereg is not None:
        matching(prereg, experiment)
    with interruptible(screen, KEPT), RunFolder.create(out, experiment) as folder:
        if prereg is not None:
            adopt(folder, prereg)
        asyncio.run(keep_forecast(folder))
    models = experiment.agents.models if isinstance(experiment.agents, LLMAgents) else ()
    who = ", ".join(spec.model for spec in models) or "planted agents"
    with interruptible(screen, KEPT), Bar(screen, experiment.name, f"{experiment.name}: {who}, into {out}") as bar:
        outcome = asyncio.run(sweep(experiment, out, concurrency=concurrency, max_cost_usd=max_cost, watcher=bar))
    with RunFolder.open(out) as folder:
        write_tables(folder)
        report = write_report(folder)
    if outcome.stopped:
        screen.print(f"Stopped early: {outcome.stopped}.", markup=False)
        screen.print(f"{KEPT} (After a cap: with a higher one.)", markup=False)
    if outcome.failed:
        screen.print(f"{outcome.failed} trials failed; the same command tries them again.", markup=False)
    if outcome.decided:
        screen.print(f"Ended by design: {outcome.decided}.", markup=False, highlight=False)
    typer.echo(f"Report: {report}")
    if outcome.stopped or outcome.failed:
        raise typer.Exit(1)
    return report
