"""`allegiance compare`: a run's rates beside others that were published."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from .app import AsJson, Dir, app, fail

if TYPE_CHECKING:
    from ..published import Beside


@app.command()
def compare(
    path: Dir,
    published: Annotated[bool, typer.Option("--published", help="Beside the published rates of the study.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set a run's rates beside published ones: the difference with its interval, or why there is none.

    Example: `allegiance compare runs/paper --published --json`
    """
    from ..published import compare as set_beside
    from ..results import read_results
    from ..store import RunFolder

    if not published:
        fail("compare with what? --published sets the run beside the published rates of the study")
    with RunFolder.open(path) as folder:
        found = set_beside(read_results(folder))
    if as_json:
        typer.echo(json.dumps([_data(one) for one in found], ensure_ascii=False, indent=1))
        return
    if not found:
        typer.echo("The run has none of the study's tasks, so nothing published can be set beside it.")
    for one in found:
        if one.measured is None:
            cell = f"{one.published.model} · {one.published.name}: {one.published.shown}"
            typer.echo(f"{cell}; nothing measured: {'; '.join(one.why)}")
            continue
        typer.echo(f"{one.published.model} · {one.published.name}")
        typer.echo(
            f"  published  {one.published.shown}{_interval(one.published.interval)}{_size(one.published.n)}, {_source(one)}"
        )
        typer.echo(f"  measured   {_measured(one)}")
        if one.difference is not None:
            limits = (one.difference_low, one.difference_high)
            typer.echo(f"  difference {one.difference:+.1f} points{_interval(limits, signed=True)}")
        for reason in one.why:
            typer.echo(f"  not comparable: {reason}")
    comparable = sum(one.comparable for one in found)
    if found:
        typer.echo(
            f"{comparable} of {len(found)} published cells are comparable. The published figures were transcribed by others."
        )
        typer.echo(
            "A scenario of ours has the study's structure and words and items of its own: even then two worlds are compared."
        )


def _data(one: "Beside") -> dict[str, object]:
    data = one.model_dump(mode="json")
    interval = one.published.interval
    data["published"] |= {"low": interval[0], "high": interval[1]} if interval else {"low": None, "high": None}
    return {"comparable": one.comparable, **data}


def _interval(limits: "tuple[float | None, float | None] | None", *, signed: bool = False) -> str:
    low, high = limits or (None, None)
    if low is None or high is None:
        return " (interval not known)"
    return f" [{low:+.1f}, {high:+.1f}]" if signed else f" [{low:.1f}, {high:.1f}]"


def _size(n: int | None) -> str:
    return f" (n = {n:,})" if n is not None else " (n not known)"


def _source(one: "Beside") -> str:
    rate = one.published
    table = f" table {rate.table}" if rate.table else ""
    return f"{rate.version}{table}, by {'+'.join(rate.sources)} ({rate.source_trust})"


def _measured(one: "Beside") -> str:
    return f"{one.measured:.1f}{_interval((one.low, one.high))} ({one.rows:,} rows in {one.clusters:,} snapshots)"
