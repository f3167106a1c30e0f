"""`allegiance import`: what others have released, into a run."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .app import AsJson, app, console, interruptible

import_app = typer.Typer(
    help="Read what others have released into a run.", no_args_is_help=True, rich_markup_mode="markdown"
)
app.add_typer(import_app, name="import")


@import_app.callback()
def _import() -> None:
    """Read what others have released into a run that the other commands understand.

    Example: `allegiance import transcripts released/ --out runs/released`
    """


@import_app.command()
def transcripts(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="JSON files, Parquet tables, or folders with some below them.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where to put the run; an unfinished import goes on.")],
    as_json: AsJson = False,
) -> None:
    """Read the study's released transcripts. What cannot be read is a failed trial with its reason; exit code 1 then.

    Example: `allegiance import transcripts released/ --out runs/released`
    """
    from ..exchange.importing import import_transcripts
    from ..progress import Bar

    screen = console()
    kept = "Nothing read is lost; the same command goes on."
    with interruptible(screen, kept), Bar(screen, "transcripts", f"Reading into {out}", what="transcripts") as bar:
        found = import_transcripts(paths, out, bar)
    if as_json:
        typer.echo(json.dumps({"out": str(out), **found.model_dump()}, ensure_ascii=False))
    else:
        earlier = f", {found.before:,} before" if found.before else ""
        counts = f"{found.imported:,} imported{earlier}, {found.failed:,} failed, from {found.files:,} files"
        typer.echo(f"{counts}: {found.cells:,} cells")
        for name, number in found.contradicted.items():
            typer.echo(
                f"In {number:,} the file's own `{name}` differs from what its conversation shows; the conversation counts."
            )
        typer.echo(f"Go on with: allegiance results {out}")
    if found.failed:
        raise typer.Exit(1)
