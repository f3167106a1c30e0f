"""The command itself, and what its parts share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

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


def console() -> "Console":
    """Where progress and remarks are shown: standard error. Lines are wrapped on a terminal only, never in a pipe."""
    from rich.console import Console

    return Console(stderr=True, soft_wrap=not sys.stderr.isatty())


@contextmanager
def interruptible(screen: "Console", said: str) -> Iterator[None]:
    """Ctrl-C says what becomes of what was done, and exits with 130 as shells expect."""
    try:
        yield
    except KeyboardInterrupt:
        screen.print(f"Interrupted. {said}", markup=False, highlight=False)
        raise SystemExit(130) from None
