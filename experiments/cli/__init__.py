"""The `allegiance` command: the only place that prints. What a command does is elsewhere; imports wait until it runs."""

import sys

from ..errors import UsageError
from ..import_names import import_names
from . import comparing, diagnosing, importing, judging, looking, powering, reading, running, scoring, snapshots, tabling
from .app import app, fail

__all__ = [
    "app",
    "comparing",
    "diagnosing",
    "importing",
    "judging",
    "looking",
    "main",
    "powering",
    "reading",
    "running",
    "scoring",
    "snapshots",
    "tabling",
]


def main() -> None:
    """Run the command. A user's mistake is one line and exit code 2; only our own bugs show a traceback."""
    try:
        _check_import_names()
        app()
    except UsageError as error:
        fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _check_import_names() -> None:
    wrong = [f"import {name} gives {place}" for name, (ours, place) in import_names().items() if not ours]
    if wrong:
        fail(f"another package is in the way: {'; '.join(wrong)}; remove it from this environment")
