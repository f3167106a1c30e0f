"""How a figure is taken and printed."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REPEATS = 3


def row(what: str, value: str, note: str = "") -> None:
    """One line of the table."""
    print(f"{what:58} {value:>16}  {note}", flush=True)


def cpu_seconds() -> float:
    """CPU time of this process, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def timed(into: list[float], clock: Callable[[], float] = time.perf_counter) -> Iterator[None]:
    """Add the duration of the block."""
    start = clock()
    yield
    into.append(clock() - start)
