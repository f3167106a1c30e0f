"""`allegiance score`: released transcript files in, one object a file out. It only reads and prints."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import app

if TYPE_CHECKING:
    from ..scoring import Score


@app.command()
def score(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH…", help="Transcript files, folders with *.json files below them, or imported runs."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line for each file.")] = False,
) -> None:
    """Read the study's released transcripts with rules, no model: which acts each one shows, and in which message.

    Only what the agent and its world said and did is read; verdicts and metadata in the files are not. Exit code 1 when
    a file could not be read.

    Example: `allegiance score transcripts/ --json > scores.jsonl`
    """
    from ..scoring import UNREADABLE, score_files

    unreadable = False
    for found in score_files(paths):
        unreadable |= found.status == UNREADABLE
        typer.echo(found.to_json() if as_json else _shown(found))
    if unreadable:
        raise typer.Exit(1)


def _shown(found: "Score") -> str:
    """A file as a few lines: what it shows, then each message that it rests on."""
    if found.reason is not None:
        return f"{found.file}\n  {found.status}: {found.reason}"
    labels = [*found.labels, *(f"({label}?)" for label in found.optional_labels)]
    lines = [found.file, f"  {found.status:10} {found.subject or '-':5} {', '.join(labels) or 'nothing'}"]
    for each in found.evidence:
        lines.append(f"    {each.index:4}  {each.tool or '-':24} {each.label}: {each.why}")
    return "\n".join(lines)
