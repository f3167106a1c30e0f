"""Commands that run something: `quickstart`, `run`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import Name, app, fail

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
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="FACTOR=LEVEL,…", help="Other levels for a factor; repeatable.")
    ] = None,
    snapshots: Annotated[int | None, typer.Option("--snapshots", min=1, help="Snapshots per cell.")] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", help="A LiteLLM model instead of planted agents; repeatable.")
    ] = None,
    api_base: Annotated[str | None, typer.Option("--api-base", help="Address of an OpenAI-compatible endpoint.")] = None,
    api_key_env: Annotated[
        str | None, typer.Option("--api-key-env", help="Name of the environment variable that holds the key.")
    ] = None,
    prices: Annotated[
        str | None, typer.Option("--prices", metavar="PROMPT,COMPLETION", help="USD per million tokens, if not known.")
    ] = None,
    temperature: Annotated[float | None, typer.Option("--temperature", help="Sampling temperature.")] = None,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Model calls in flight at most.")] = 16,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", metavar="USD", min=0, help="Stop before this.")] = None,
) -> None:
    """Run an experiment, or go on with one that was stopped, and write its report.

    Example: `allegiance run first-contact --out runs/first --model openai/gpt-4o-mini --max-cost 2`

    Example: `allegiance run quickstart --out runs/q --set topology=ring,star --set history.dose=5 --snapshots 6`
    """
    from ..catalog import find_experiment

    experiment = find_experiment(name)
    if set_:
        experiment = experiment.set(_settings(set_))
    changes: dict[str, object] = {k: v for k, v in (("snapshots", snapshots), ("seed", seed)) if v is not None}
    if model:
        spec = {"api_base": api_base, "api_key_env": api_key_env, "temperature": temperature, "prices": _prices(prices)}
        changes["agents"] = {"kind": "llm", "models": [{"model": each, **spec} for each in model]}
    elif api_base or api_key_env or prices or temperature is not None:
        fail("--api-base, --api-key-env, --prices and --temperature speak of a model; name it with --model")
    _run(experiment.with_(**changes), out, concurrency=concurrency, max_cost=max_cost)


def _prices(text: str | None) -> dict[str, float] | None:
    if text is None:
        return None
    try:
        prompt, completion = (float(part) for part in text.split(","))
    except ValueError:
        fail(f"--prices {text}: write two numbers, USD per million prompt and completion tokens, as in 0.15,0.60")
    return {"prompt": prompt, "completion": completion}


def _settings(texts: list[str]) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for text in texts:
        name, equals, levels = text.partition("=")
        if not equals or not levels:
            fail(f"--set {text}: write FACTOR=LEVEL or FACTOR=LEVEL,LEVEL")
        settings[name.strip()] = [level.strip() for level in levels.split(",")]
    return settings


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
    folder = RunFolder.open(out)
    try:
        read_results(folder).write_parquet(out / "tables" / "results.parquet")
        report = write_report(folder)
    finally:
        folder.close()
    if outcome.stopped:
        console.print(f"Stopped early: {outcome.stopped}. Nothing done is lost; the same command goes on.", markup=False)
    if outcome.failed:
        console.print(f"{outcome.failed} trials failed; the same command tries them again.", markup=False)
    typer.echo(f"Report: {report}")
    if outcome.stopped or outcome.failed:
        raise typer.Exit(1)
    return report
