"""Commands that look around: `audit`, `list`, `doctor`, `endpoint`."""

import json
from typing import Annotated

import typer

from ..errors import UsageError
from .app import AsJson, Name, app, fail
from .choosing import ApiBase, ApiKeyEnv, Models, Settings, agents_of, levels_of
from .guessing import show_guess


@app.command()
def audit(
    name: Name,
    set_: Settings = None,
    blind_guess: Annotated[
        bool, typer.Option("--blind-guess", help="Instead: can arms be told apart by what the operator wrote?")
    ] = False,
    model: Models = None,
    api_base: ApiBase = None,
    api_key_env: ApiKeyEnv = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --blind-guess: print JSON.")] = False,
) -> None:
    """Print every text a subject can see, and fail on leading words. Texts that differ only in numbers and ids come once.

    With `--blind-guess` a classifier, and a model if one is named, guess the arm from what the operator wrote; exit code 1
    when one of them does better than an AUC of 0.55.

    Example: `allegiance audit first-contact --set cover=depot`

    Example: `allegiance audit first-contact --blind-guess`
    """
    import asyncio

    from ..auditing import shown
    from ..catalog import find_experiment

    experiment = find_experiment(name)
    experiment = experiment.set(levels_of(set_)) if set_ else experiment
    asker = agents_of(model, api_base=api_base, api_key_env=api_key_env, prices=None, temperature=None)
    if blind_guess:
        return show_guess(experiment, asker, as_json=as_json)
    if asker or as_json:
        fail("--model and --json of `audit` are for --blind-guess")
    seen = asyncio.run(shown(experiment))
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
    return None


@app.command("list")
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="experiments, games, scenarios, topologies, policies, factors, questions, personas or published."
        ),
    ] = "experiments",
) -> None:
    """List what there is by name.

    Example: `allegiance list topologies`
    """
    from sim import UnknownName

    from ..listing import LISTS

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
    from ..doctor import examine

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
        fail(str(error))
