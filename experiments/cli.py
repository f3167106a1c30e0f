"""The `allegiance` command: the only place that prints. What a command does is elsewhere; imports wait until it runs."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from .errors import BadRun, UsageError
from .import_names import import_names

if TYPE_CHECKING:
    from .design import Experiment
    from .store import RunFolder

app = typer.Typer(
    help="Who protects whom when the operator says stop, and how does it spread through a network?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a run.")]
Name = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="A catalog name (`allegiance list`) or a YAML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command. A user's mistake is one line and exit code 2; only our own bugs show a traceback."""
    try:
        _check_import_names()
        app()
    except UsageError as error:
        _fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _fail(message: str) -> NoReturn:
    typer.echo(f"allegiance: {message}", err=True)
    raise SystemExit(2)


def _check_import_names() -> None:
    wrong = [f"import {name} gives {place}" for name, (ours, place) in import_names().items() if not ours]
    if wrong:
        _fail(f"another package is in the way: {'; '.join(wrong)}; remove it from this environment")


# -- running ----------------------------------------------------------------------------------------------------------


@app.command()
def quickstart(
    out: Annotated[Path, typer.Option("--out", help="Where to put the run.")] = Path("runs/quickstart"),
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed.")] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the report in a browser.")] = False,
) -> None:
    """Run a planted population on three topologies, offline, in under a minute, and open its report.

    Example: `allegiance quickstart --out runs/quickstart`
    """
    from .catalog import find_experiment

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
    from .catalog import find_experiment

    experiment = find_experiment(name)
    if set_:
        experiment = experiment.set(_settings(set_))
    changes: dict[str, object] = {k: v for k, v in (("snapshots", snapshots), ("seed", seed)) if v is not None}
    if model:
        spec = {"api_base": api_base, "api_key_env": api_key_env, "temperature": temperature, "prices": _prices(prices)}
        changes["agents"] = {"kind": "llm", "models": [{"model": each, **spec} for each in model]}
    elif api_base or api_key_env or prices or temperature is not None:
        _fail("--api-base, --api-key-env, --prices and --temperature speak of a model; name it with --model")
    _run(experiment.with_(**changes), out, concurrency=concurrency, max_cost=max_cost)


def _prices(text: str | None) -> dict[str, float] | None:
    if text is None:
        return None
    try:
        prompt, completion = (float(part) for part in text.split(","))
    except ValueError:
        _fail(f"--prices {text}: write two numbers, USD per million prompt and completion tokens, as in 0.15,0.60")
    return {"prompt": prompt, "completion": completion}


def _settings(texts: list[str]) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for text in texts:
        name, equals, levels = text.partition("=")
        if not equals or not levels:
            _fail(f"--set {text}: write FACTOR=LEVEL or FACTOR=LEVEL,LEVEL")
        settings[name.strip()] = [level.strip() for level in levels.split(",")]
    return settings


def _run(experiment: "Experiment", out: Path, *, concurrency: int, max_cost: float | None) -> Path:
    import asyncio

    from rich.console import Console

    from .progress import Bar
    from .report import write_report
    from .results import read_results
    from .store import RunFolder
    from .sweep import sweep

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


# -- reading ----------------------------------------------------------------------------------------------------------


@app.command()
def status(path: Dir, as_json: AsJson = False) -> None:
    """Say how far a run is and what it has cost.

    Example: `allegiance status runs/first --json`
    """
    from .store import State

    with _opened(path) as folder:
        records, spent = folder.records(), folder.spent()
        states = [records[t.id].status if t.id in records else State.PENDING for t in folder.experiment.trials()]
        data = {
            "experiment": folder.experiment.name,
            "planted": folder.experiment.planted,
            "trials": {state.value: states.count(state) for state in (State.DONE, State.FAILED, State.PENDING)},
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens,
            "cost_usd": spent.cost_usd,
            "unpriced_calls": spent.unpriced_calls,
            "digest": folder.digest(),
            "reasons": sorted({r.reason for r in records.values() if r.status is State.FAILED}),
        }
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    trials = data["trials"]
    assert isinstance(trials, dict)
    typer.echo(f"{data['experiment']} ({'planted' if data['planted'] else 'live'})")
    typer.echo(f"trials   {trials['done']} done, {trials['failed']} failed, {trials['pending']} pending")
    typer.echo(f"calls    {spent.calls:,} ({spent.prompt_tokens:,} + {spent.completion_tokens:,} tokens)")
    typer.echo(f"cost     ${spent.cost_usd:.4f} known, {spent.unpriced_calls:,} calls of unknown price")
    typer.echo(f"digest   {data['digest']}")
    for reason in data["reasons"]:  # type: ignore[attr-defined]
        typer.echo(f"failed   {reason}")


@app.command()
def results(
    path: Dir, as_json: AsJson = False, as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False
) -> None:
    """Print the results: rates by arm, or every row as JSON or CSV.

    Example: `allegiance results runs/first --csv > rows.csv`
    """
    from .results import read_results

    with _opened(path) as folder:
        found = read_results(folder)
    if as_json:
        typer.echo(found.to_json())
    elif as_csv:
        typer.echo(found.to_csv(), nl=False)
    else:
        by = tuple(found.experiment.varied())
        typer.echo(
            f"covert protection ({'PLANTED' if found.experiment.planted else 'live'}), by {', '.join(by) or 'nothing'}"
        )
        for levels, rate in found.rate(by=by).items():
            typer.echo(f"  {' · '.join(map(str, levels)) or 'all':40} {rate}")


@app.command()
def transcript(path: Dir, trial: Annotated[str, typer.Argument(metavar="TRIAL", help="As in the results.")]) -> None:
    """Print the record of a trial, or of a snapshot's history, as JSON Lines.

    Example: `allegiance transcript runs/first s0000.f000`
    """
    from sim import Transcript

    with _opened(path) as folder:
        for unit in folder.experiment.units():
            if trial == unit.id:
                snapshot = folder.snapshot(unit)
                record = Transcript(snapshot.header, snapshot.entries)
                break
            if trial.startswith(f"{unit.id}."):
                found = next((t for t in folder.experiment.trials_of(unit) if t.id == trial), None)
                if found is not None:
                    record = folder.transcript(found)
                    break
        else:
            raise BadRun(f"{path} has no trial {trial!r}; the results name them, as in s0000.f000")
    typer.echo(record.to_bytes().decode(), nl=False)


@app.command()
def report(path: Dir) -> None:
    """Write a run's report and tables anew, and say where they are.

    Example: `allegiance report runs/first`
    """
    from .report import write_report
    from .results import read_results

    with _opened(path) as folder:
        read_results(folder).write_parquet(path / "tables" / "results.parquet")
        typer.echo(f"Report: {write_report(folder)}")


@app.command()
def replay(
    path: Dir,
    trial: Annotated[str | None, typer.Argument(metavar="[TRIAL]", help="One trial or snapshot; all without it.")] = None,
) -> None:
    """Run everything again without any model call and compare, entry for entry. Exit code 1 when something differs.

    Example: `allegiance replay runs/first s0000.f000`
    """
    import asyncio

    from .replaying import replay_run

    async def go() -> tuple[int, int]:
        episodes = entries = 0
        async for replayed in replay_run(folder, trial):
            episodes, entries = episodes + 1, entries + replayed.entries
            if replayed.missing:
                typer.echo(f"{replayed.id} differs: {replayed.missing}")
            elif replayed.deviation is not None:
                where = "the header" if replayed.deviation.seq < 0 else f"entry {replayed.deviation.seq}"
                typer.echo(f"{replayed.id} differs at {where}")
                typer.echo(f"  recorded: {replayed.deviation.recorded}\n  again:    {replayed.deviation.again}")
            if not replayed.identical:
                raise typer.Exit(1)
        return episodes, entries

    with _opened(path) as folder:
        episodes, entries = asyncio.run(go())
    typer.echo(f"Identical: {episodes} episodes, {entries:,} entries, no model called.")


# -- looking around ---------------------------------------------------------------------------------------------------


@app.command()
def audit(name: Name) -> None:
    """Print every text a subject can see, and fail on leading words.

    Example: `allegiance audit first-contact`
    """
    import asyncio

    from .auditing import shown
    from .catalog import find_experiment

    seen = asyncio.run(shown(find_experiment(name)))
    for title, texts in (("before any announcement", seen.history), ("from the announcement on", seen.response)):
        typer.echo(f"# {title}")
        for where, text in texts:
            typer.echo(f"{where}: {text}")
    typer.echo(f"# system prompt, the same in every arm: sha256 {seen.system_digest}")
    for finding in seen.findings:
        typer.echo(f"LEADING {finding.word!r} in {finding.where}: …{finding.text}…", err=True)
    if seen.findings:
        raise typer.Exit(1)
    typer.echo(f"# neutral: {len(seen.history) + len(seen.response)} texts, no leading word")


@app.command("list")
def list_(
    what: Annotated[
        str, typer.Argument(help="experiments, games, scenarios, topologies, policies, factors or personas.")
    ] = "experiments",
) -> None:
    """List what there is by name.

    Example: `allegiance list topologies`
    """
    from sim import UnknownName

    from .listing import LISTS

    if what not in LISTS:
        raise UsageError(str(UnknownName("list", what, LISTS)))
    lines = LISTS[what]()
    width = max(len(name) for name, _ in lines)
    for name, meaning in lines:
        typer.echo(f"{name:{width}}  {meaning}")


@app.command()
def doctor(
    api_base: Annotated[str | None, typer.Option("--api-base", help="An endpoint to ask.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is installed, which model keys are seen (by name), and whether an endpoint answers.

    Example: `allegiance doctor --api-base http://127.0.0.1:8000/v1`
    """
    from .doctor import examine

    checks = examine(api_base)
    if as_json:
        typer.echo(json.dumps([check._asdict() for check in checks]))
    else:
        for check in checks:
            typer.echo(f"{'ok ' if check.ok else 'NO '} {check.what:24} {check.found}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


@app.command()
def endpoint(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8000,
    persona: Annotated[str, typer.Option("--persona", help="See `allegiance list personas`.")] = "reciprocator",
    latency: Annotated[float, typer.Option("--latency", metavar="MS", min=0, help="Median answering time.")] = 0.0,
    spread: Annotated[float, typer.Option("--spread", min=0, help="Log-normal sigma of the answering time.")] = 0.0,
    faults: Annotated[float, typer.Option("--faults", metavar="RATE", min=0, max=0.9, help="Share that fails.")] = 0.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the personas' draws.")] = 0,
) -> None:
    """Serve scripted personas as an OpenAI-compatible endpoint on 127.0.0.1, until interrupted. It accepts any model name.

    Example: `allegiance endpoint --port 8000 --persona partisan --latency 200`
    """
    import asyncio

    from agents.endpoint import PERSONAS, Faults, Latency, serve
    from sim import UnknownName

    if persona not in PERSONAS:
        raise UsageError(str(UnknownName("persona", persona, PERSONAS)))
    try:
        asyncio.run(
            serve(
                port,
                default=persona,
                seed=seed,
                latency=Latency(median_ms=latency, sigma=spread),
                faults=Faults.spread(faults),
                ready=lambda server: typer.echo(f"Scripted endpoint ({persona}) at {server.url}; stop it with Ctrl-C."),
            )
        )
    except OSError as error:
        _fail(str(error))


class _opened:
    """A run, opened to read and closed again."""

    def __init__(self, path: Path) -> None:
        from .store import RunFolder

        self._folder = RunFolder.open(path)

    def __enter__(self) -> "RunFolder":
        return self._folder

    def __exit__(self, *_: object) -> None:
        self._folder.close()


if __name__ == "__main__":
    main()
