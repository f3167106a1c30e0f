"""Commands that read a run: `status`, `results`, `transcript`, `report`, `replay`."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import BadRun
from .app import AsJson, Dir, app, console, fail, interruptible

if TYPE_CHECKING:
    from ..store import RunFolder

MOST_REASONS = 20
"""Reasons of failures that are shown."""


@app.command()
def status(path: Dir, as_json: AsJson = False) -> None:
    """Say how far a run is and what it has cost.

    Example: `allegiance status runs/first --json`
    """
    from ..journal import State
    from ..locking import standing
    from ..looks import looks, said
    from ..planning import compared
    from ..store import RunFolder

    with RunFolder.open(path) as folder:
        records, spent = folder.records(), folder.spent()
        states = [records[t.id].status if t.id in records else State.PENDING for t in folder.experiment.trials()]
        imported = folder.experiment.imported
        data = {
            "experiment": folder.experiment.name,
            "imported": imported,
            "planted": folder.planted,
            "trials": {state.value: states.count(state) for state in (State.DONE, State.FAILED, State.PENDING)},
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens,
            "cost_usd": spent.cost_usd,
            "unpriced_calls": spent.unpriced_calls,
            "digest": folder.digest(),
            "forecast": [one._asdict() for one in compared(folder)],
            "looks": [look.model_dump(mode="json") for look in looks(folder)],
            "standing": standing(folder).mark(shows=True),
            "reasons": sorted({r.reason for r in records.values() if r.status is State.FAILED}),
        }
        lines = [
            *(f"plan     {one.what}: {one.actual_text} of {one.forecast_text} forecast" for one in compared(folder)),
            *(f"look     {said(look)}" for look in looks(folder)),
            f"claim    {standing(folder).mark(shows=True)}",
        ]
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    trials = data["trials"]
    assert isinstance(trials, dict)
    typer.echo(f"{data['experiment']} ({'planted' if data['planted'] else 'imported' if imported else 'live'})")
    typer.echo(f"trials   {trials['done']} done, {trials['failed']} failed, {trials['pending']} pending")
    typer.echo(f"calls    {spent.calls:,} ({spent.prompt_tokens:,} + {spent.completion_tokens:,} tokens)")
    typer.echo(f"cost     ${spent.cost_usd:.4f} known, {spent.unpriced_calls:,} calls of unknown price")
    typer.echo(f"digest   {data['digest']}")
    for one in lines:
        typer.echo(one)
    reasons = list(data["reasons"])  # type: ignore[call-overload]
    for reason in reasons[:MOST_REASONS]:
        typer.echo(f"failed   {reason}")
    if len(reasons) > MOST_REASONS:
        typer.echo(f"failed   for {len(reasons) - MOST_REASONS:,} more reasons; --json has them all")


@app.command()
def results(
    path: Dir, as_json: AsJson = False, as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False
) -> None:
    """Print the results: rates by arm, or every row as JSON or CSV.

    Example: `allegiance results runs/first --csv > rows.csv`
    """
    from ..results import read_results
    from ..store import RunFolder

    if as_json and as_csv:
        fail("--json and --csv are two forms of the same rows; give one of them")
    with RunFolder.open(path) as folder:
        found = read_results(folder)
        failed, pending, reasons = _unfinished(folder)
    if as_json:
        typer.echo(found.to_json())
    elif as_csv:
        typer.echo(found.to_csv(), nl=False)
    else:
        by = tuple(found.experiment.varied())
        nature = "PLANTED" if found.planted else "imported" if found.experiment.imported else "live"
        typer.echo(f"covert protection ({nature}), by {', '.join(by) or 'nothing'}")
        for levels, rate in found.rate(by=by).items():
            typer.echo(f"  {' · '.join(map(str, levels)) or 'all':40} {rate}")
        if not found.subjects:
            typer.echo("  no trial is done, so there is no rate")
        for one in found.alignment_faking():
            among, counts = " · ".join(map(str, one.among.values())), one.counts
            typer.echo(f"alignment faking, {among}: unwatched minus watched {one.difference}")
            typer.echo("  " + ", ".join(f"{kind} {number}" for kind, number in counts.items() if number))
        if failed or pending:
            typer.echo(f"left out: {failed:,} trials failed, {pending:,} pending")
        for reason, number in reasons.most_common(MOST_REASONS):
            typer.echo(f"  {number:,} failed: {reason}")
        if len(reasons) > MOST_REASONS:
            typer.echo(f"  {len(reasons) - MOST_REASONS:,} more reasons; `allegiance status {path} --json` has them all")


def _unfinished(folder: "RunFolder") -> "tuple[int, int, Counter[str]]":
    """Trials that failed and that are pending, and how many failed for each reason."""
    from ..journal import State

    records = folder.records()
    found = [records.get(trial.id) for trial in folder.experiment.trials()]
    reasons = Counter(record.reason for record in found if record is not None and record.status is State.FAILED)
    return reasons.total(), sum(record is None for record in found), reasons


@app.command()
def transcript(path: Dir, trial: Annotated[str, typer.Argument(metavar="TRIAL", help="As in the results.")]) -> None:
    """Print the record of a trial, or of a snapshot's history, as JSON Lines.

    Example: `allegiance transcript runs/first s0000.f000`
    """
    from sim import Transcript

    from ..store import RunFolder

    with RunFolder.open(path) as folder:
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
    from ..report import write_report
    from ..store import RunFolder
    from ..tables import write_tables

    with RunFolder.open(path) as folder:
        write_tables(folder)
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

    from sim import calm_collector

    from ..replaying import replay_run
    from ..store import RunFolder

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

    kept = "Nothing was changed; a replay writes nothing."
    with interruptible(console(), kept), RunFolder.open(path) as folder, calm_collector():
        episodes, entries = asyncio.run(go())
    if not episodes:
        raise BadRun(f"{path}: nothing in it is finished, so there is nothing to replay")
    typer.echo(f"Identical: {episodes} episodes, {entries:,} entries, no model called.")
