"""The command, run in this process. No claims of its own."""

import contextlib
import io
import sys
from dataclasses import dataclass

from experiments.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def allegiance(*arguments: object) -> Done:
    """What the command prints and exits with. What it raises beside that is a bug, and is raised here."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["allegiance", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
                code = 0
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    finally:
        sys.argv = argv
    return Done(code, out.getvalue(), err.getvalue())


def one_line(done: Done) -> str:
    """The message of a user's mistake: exit code 2, nothing on stdout, one line on stderr."""
    assert done.code == 2, done
    assert done.out == ""
    lines = done.err.strip().splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("allegiance: ")
    assert "Traceback" not in done.err
    return lines[0]


def last_line(done: Done) -> str:
    """The message of a user's mistake that was found after progress was shown."""
    assert done.code == 2, done
    assert "Traceback" not in done.err
    line = done.err.strip().splitlines()[-1]
    assert line.startswith("allegiance: ")
    return line
