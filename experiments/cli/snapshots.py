"""Commands that work with snapshots: `live`, `snapshots`, `fork`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import BadRun
from .app import AsJson, Dir, Name, app, console, fail, interruptible
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
    agents_of,
    choose,
    levels_of,
)

if TYPE_CHECKING:
    from collections.abc import Container

    from sim import Transcript, Verdict

    from ..canaries import Known
    from ..inventory import Held


MARK = " (PLANTED: nothing here says anything about a model)"


@app.command()
def live(
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
    """Live the histories of an experiment and stop there: populations frozen, to be continued by `run` or `fork`.

    Example: `allegiance live first-contact --out runs/first --snapshots 4`
    """
    import asyncio

    from ..journal import State
    from ..store import RunFolder
    from ..sweeping import sweep

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
    with interruptible(console(), "Nothing done is lost; the same command goes on."):
        going = sweep(experiment, out, concurrency=concurrency, max_cost_usd=max_cost, histories_only=True)
        ending = asyncio.run(going)
    with RunFolder.open(out) as folder:
        records = folder.records()
        states = [record.status for unit in experiment.units() if (record := records.get(unit.id)) is not None]
        reasons = sorted({record.reason for record in records.values() if record.status is State.FAILED})
    done, units = states.count(State.DONE), len(list(experiment.units()))
    for reason in [*([f"stopped early: {ending.stopped}"] if ending.stopped else []), *reasons]:
        typer.echo(f"allegiance: {reason}", err=True)
    typer.echo(f"Snapshots: {done} of {units} lived, in {out}")
    if done < units:
        raise typer.Exit(1)


@app.command()
def snapshots(
    path: Dir,
    as_json: AsJson = False,
    export: Annotated[
        tuple[str, Path] | None,
        typer.Option("--export", metavar="ID FILE", help="Write one snapshot, with its experiment, to a file."),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE.svg", help="Draw relations over the rounds of the history.")
    ] = None,
    canaries: Annotated[
        bool, typer.Option("--canaries", help="Ask models for the facts they were told (factor `canary`).")
    ] = False,
    concurrency: Concurrency = 16,
) -> None:
    """List a run's snapshots: who is in them, what passed between them, their size, and whether they are intact.

    Exit code 1 when one is damaged.

    Example: `allegiance snapshots runs/first --export s0000 kept.snapshot`

    Example: `allegiance snapshots runs/first --figure relations.svg`
    """
    import asyncio

    from ..inventory import inventory
    from ..store import RunFolder

    with RunFolder.open(path) as folder:
        if export is not None:
            from ..exported import export_snapshot

            typer.echo(f"Snapshot: {export_snapshot(folder, export[0], export[1])}")
            return
        if figure is not None:
            from ..report.over_time import write_relations

            typer.echo(f"Figure: {write_relations(folder, figure)}")
            return
        if canaries:
            from ..canaries import ask_all

            known = asyncio.run(ask_all(folder, concurrency=concurrency))
            _show_recall(known, as_json, planted=folder.planted)
            return
        held, of, varied = list(inventory(folder)), folder.experiment.histories, folder.experiment.varied()
    if as_json:
        lived = None if of is None else of.model_dump(mode="json")
        typer.echo(json.dumps({"histories": lived, "snapshots": [one.model_dump(mode="json") for one in held]}))
    else:
        if of is not None:
            typer.echo(f"Histories of another run, lived by {', '.join(of.lived_by)} (digest {of.digest[:12]})")
        for one in held:
            typer.echo(_held(one, varied))
    if any(one.broken for one in held):
        raise typer.Exit(1)


def _held(one: "Held", varied: "Container[str]") -> str:
    """A line on one snapshot; of its condition what is varied."""
    arm = "".join(f"  {name}={level}" for name, level in one.condition.items() if name in varied)
    if one.broken or not one.bytes:
        return f"{one.id}  {'BROKEN' if one.status == 'done' else one.status}{arm}  {one.broken}".rstrip()
    valence = "  none met" if one.valence is None else f"  valence {one.valence:+.2f}"
    request = f"  largest request {one.request:,} tokens" if one.request else ""
    return (
        f"{one.id}  ok  {one.digest[:12]}  {one.bytes / 1024:,.0f} KiB  {one.agents} agents  {one.pairs} pairs, "
        f"{one.rounds:,} rounds{valence}  {one.betrayals} betrayals{request}{arm}{'  PLANTED' if one.planted else ''}"
    )


def _show_recall(known: "list[Known]", as_json: bool, *, planted: bool) -> None:
    from ..canaries import recall

    if as_json:
        said = [{**one.model_dump(mode="json"), "right": one.right, "planted": planted} for one in known]
        typer.echo(json.dumps(said))
        return
    typer.echo(f"facts still known, by form of memory and where in the history they were told{MARK if planted else ''}")
    for (memory, position), rate in recall(known).items():
        typer.echo(f"  {memory:20} {position:8} {rate}")


@app.command()
def fork(
    path: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="The folder of a run, or a snapshot that was exported.")],
    snapshot: Annotated[str | None, typer.Option("--snapshot", metavar="ID", help="Which snapshot of a folder.")] = None,
    set_: Settings = None,
    target: Annotated[int, typer.Option("--target", min=0, help="Which of the agents in drawn order, from 0.")] = 0,
    repeat: Annotated[int, typer.Option("--repeat", min=0, help="Which repetition, from 0: other draws.")] = 0,
    all_: Annotated[bool, typer.Option("--all", help="Every snapshot under the whole design, as a new run.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="A file for the record; with --all the new run's folder.")
    ] = None,
    model: Models = None,
    api_base: ApiBase = None,
    api_key_env: ApiKeyEnv = None,
    prices: GivenPrices = None,
    temperature: Temperature = None,
    concurrency: Concurrency = 16,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", metavar="USD", min=0, help="With --all: stop before.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Continue a history that was lived, once or (`--all`) as a new run, also with another model: decisions alone are paid.

    Example: `allegiance fork runs/first --snapshot s0000 --set target.kind=object --target 1`

    Example: `allegiance fork runs/first --all --model openai/gpt-4o-mini --out runs/again`
    """
    agents = agents_of(model, api_base=api_base, api_key_env=api_key_env, prices=prices, temperature=temperature)
    given = levels_of(set_) if set_ else {}
    if all_:
        if out is None or snapshot is not None or target or repeat:
            fail("--all makes a new run of every snapshot: give --out DIR, and neither --snapshot, --target nor --repeat")
        _fork_all(path, given, agents, out, concurrency, max_cost)
    elif max_cost is not None:
        fail("--max-cost is for --all; one fork takes a few calls")
    else:
        _fork_one(path, snapshot, given, agents, out, target=target, repeat=repeat, as_json=as_json)


def _fork_all(
    path: Path, given: dict[str, list[str]], agents: dict[str, object], out: Path, concurrency: int, max_cost: float | None
) -> None:
    from ..factors import FACTORS, Plot
    from ..forking import reuse_histories
    from ..store import RunFolder
    from .running import run_experiment

    fixed = [name for name in given if name in FACTORS and FACTORS[name].plot is not Plot.SPLIT]
    if fixed:
        fail(f"{', '.join(fixed)} was fixed when the histories were lived; --set can vary factors of the fork")
    with RunFolder.open(path) as source:
        experiment = source.experiment.set(given) if given else source.experiment
        kept = reuse_histories(source, experiment.with_(**agents), out)
    run_experiment(kept, out, concurrency=concurrency, max_cost=max_cost)


def _fork_one(
    path: Path,
    id: str | None,
    given: dict[str, list[str]],
    agents: dict[str, object],
    out: Path | None,
    *,
    target: int,
    repeat: int,
    as_json: bool,
) -> None:
    import asyncio

    from ..design import TWIN
    from ..exported import read_exported, unit_of
    from ..forking import fork_levels, fork_once
    from ..lines import open_line
    from ..results import is_scripted
    from ..store import RunFolder

    if path.is_dir():
        with RunFolder.open(path) as folder:
            if id is None:
                fail(f"name a snapshot with --snapshot; `allegiance snapshots {path}` lists them (or --all)")
            experiment, frozen = folder.experiment, folder.snapshot(unit_of(folder, id))
    else:
        experiment, frozen = read_exported(path)
        if id not in (None, frozen.header.episode):
            raise BadRun(f"{path} holds snapshot {frozen.header.episode}, not {id}")
    experiment = experiment.with_(**agents) if agents else experiment
    levels = fork_levels(experiment, given, contact=frozen.header.episode.endswith(TWIN))

    async def go() -> "tuple[Transcript, tuple[Verdict, ...]]":
        async with open_line(experiment) as line:
            return await fork_once(experiment, frozen, levels, target=target, repeat=repeat, line=line)

    record, verdicts = asyncio.run(go())
    if out is not None:
        try:
            out.write_bytes(record.to_bytes())
        except OSError as error:
            raise BadRun(f"{out} cannot be written: {error.strerror}") from None
    _show_verdicts(record.header.condition, verdicts, as_json, planted=experiment.planted or is_scripted(record))


def _show_verdicts(condition: dict[str, Any], verdicts: "tuple[Verdict, ...]", as_json: bool, *, planted: bool) -> None:
    if as_json:
        read = [one.model_dump(mode="json") for one in verdicts]
        typer.echo(json.dumps({"planted": planted, "condition": condition, "verdicts": read}))
        return
    typer.echo(f"target {condition['target']}{MARK if planted else ''}")
    for one in verdicts:
        conduct = one.conduct.value if one.conduct else "could not tell"
        behaviours = ", ".join(each.value for each in one.behaviours) or "none"
        evidence = ", ".join(map(str, one.evidence)) or "none"
        typer.echo(f"{one.subject}  {one.status.value}  {conduct}  behaviours: {behaviours}  evidence: {evidence}")
