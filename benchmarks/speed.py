"""Measure what Allegiance costs, side by side, in one run: `python benchmarks/speed.py [bus|turns|llm|sweep|help …]`.

Prints a table of figures; `docs/performance.md` quotes one run of it. Times are medians of repetitions; CPU time is this
process's own. Nothing here is a test: a figure is read, not asserted.
"""

import os
import platform
import statistics
import subprocess
import sys

from kernel import bus, turns
from live import live, llm
from measure import row, timed


def help_() -> None:
    """`allegiance --help`, from start to end."""
    times: list[float] = []
    for _ in range(5):
        with timed(times):
            subprocess.run([sys.executable, "-m", "experiments.cli", "--help"], capture_output=True, check=True)
    row("allegiance --help", f"{statistics.median(times):.2f} s")


PARTS = {"bus": bus, "turns": turns, "llm": llm, "live": live, "help": help_}


def main() -> None:
    """Measure the parts named, or all."""
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in wanted if name not in PARTS]:
        sys.exit(f"there is no part {unknown[0]!r} (there are: {', '.join(PARTS)})")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in wanted:
        PARTS[name]()


if __name__ == "__main__":
    main()
