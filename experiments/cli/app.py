"""The command itself, and what its parts share."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

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


def fail(message: str) -> NoReturn:
    """One line to the user, exit code 2."""
    typer.echo(f"allegiance: {message}", err=True)
    raise SystemExit(2)
