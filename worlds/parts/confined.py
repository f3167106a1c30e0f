"""Runs what `dialect` has let through, in a process of its own that can do nothing else.

The process is another interpreter (`python -I -S`) in a session of its own, in an empty folder, with an empty environment
and no inherited files; before it looks at a function it gives up files, sockets, processes, memory and time
(`confined_child`). A call's budget is counted in steps, so verdicts do not depend on the machine; the clock is the last
resort. POSIX only. A batch costs one start of an interpreter, some 25 ms; the same batch is run once.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

CHILD = Path(__file__).with_name("confined_child.py")
MOST_INPUT, MOST_OUTPUT, SILENCE = 500_000, 500_000, 30.0
"""Characters sent, bytes read, and seconds without a byte."""


class Verdict(StrEnum):
    """What became of a call."""

    OK = "ok"
    ERROR = "error"
    TOO_LONG = "too-long"
    """Over its budget; also all calls of a process that had to be ended."""


class Ran(NamedTuple):
    """A call's verdict, and its value where it is ok: numbers and lists."""

    verdict: Verdict
    value: Any = None


class Program(NamedTuple):
    """A source to run, the function of it to call, and the argument of every call."""

    source: str
    function: str
    calls: Sequence[Sequence[int]]


def run_confined(programs: Sequence[Program]) -> tuple[tuple[Ran, ...], ...]:
    """What every call of every program came to.

    Raises ValueError for a batch of more than `MOST_INPUT` characters, RuntimeError where the interpreter itself fails.
    """
    asked = json.dumps([[p.source, p.function, [list(call) for call in p.calls]] for p in programs])
    if len(asked) > MOST_INPUT:
        raise ValueError(f"a batch may have {MOST_INPUT} characters, this one has {len(asked)}")
    found = _run(asked)
    if [len(calls) for calls in found] != [len(p.calls) for p in programs]:
        return tuple((Ran(Verdict.TOO_LONG),) * len(p.calls) for p in programs)
    return found


@lru_cache(maxsize=4_096)
def _run(asked: str) -> tuple[tuple[Ran, ...], ...]:
    """The answers, or nothing where the process had to be ended or did not answer in its form."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            close_fds=True,
            start_new_session=True,
        )
        try:
            said = _talk(process, asked.encode())
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if said is None or process.returncode < 0:
        return ()
    if process.returncode:
        raise RuntimeError(f"the confined interpreter ended with {process.returncode}")
    try:
        return tuple(tuple(Ran(Verdict(one[0]), *one[1:]) for one in calls) for calls in json.loads(said))
    except (ValueError, TypeError, LookupError, RecursionError):
        return ()


def _talk(process: "subprocess.Popen[bytes]", asked: bytes) -> bytes | None:
    """All that the process says; None when it says too much or stays silent."""
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as way_in, process.stdout as way_out:
        with suppress(BrokenPipeError):
            way_in.write(asked)
            way_in.close()
        said = bytearray()
        while select.select([way_out], [], [], SILENCE)[0]:
            part = os.read(way_out.fileno(), 8_192)
            if not part:
                process.wait(SILENCE)
                return bytes(said)
            said += part
            if len(said) > MOST_OUTPUT:
                return None
        return None
