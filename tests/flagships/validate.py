"""Run the planted and the null forms of flagships over many seeds and write the table of `docs/validation.md`.

    python3 scripts/python -m tests.flagships.validate [NAME …] --seeds 100

A seed agrees in the planted form when the planted value lies in the interval, and in the null form when the test does not
fire. The bar is 93 of 100 for each. Rows of flagships that were not run are kept as they are.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from experiments.design import Experiment
from experiments.flagships import FLAGSHIPS, Finding, Flagship
from experiments.results import Results, read_results
from experiments.store import RunFolder
from experiments.sweeping import sweep

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
BAR = 0.93
HEAD = (
    "| flagship | planted value | mean estimate | in the interval | found | null world quiet | seconds a run |",
    "|---|---|---|---|---|---|---|",
)


class Opened(NamedTuple):
    """A run as an analysis sees it."""

    results: Results


class Seen(NamedTuple):
    """What one seed came to: the finding in the planted form and in the null form, and how long each took."""

    planted: Finding
    null: Finding
    seconds: float


def found_in(one: Flagship, experiment: Experiment) -> Finding:
    """The finding of an experiment, run in a folder that is thrown away."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as parent:
        path = Path(parent) / "run"
        asyncio.run(sweep(experiment, path))
        with RunFolder.open(path) as folder:
            return one.analyse(Opened(read_results(folder)))


def try_seed(name: str, seed: int) -> Seen:
    """Both forms of a flagship under one seed."""
    one, began = FLAGSHIPS[name], time.perf_counter()
    planted, null = found_in(one, one.smoke(seed)), found_in(one, one.null(seed))
    return Seen(planted, null, (time.perf_counter() - began) / 2)


def row(one: Flagship, seen: Sequence[Seen]) -> str:
    """The line of the table."""
    held = sum(one.planted is not None and each.planted.holds(one.planted) for each in seen)
    found, quiet = sum(each.planted.fired for each in seen), sum(not each.null.fired for each in seen)
    known = [each.planted.estimate for each in seen if each.planted.estimate is not None]
    mean = f"{sum(known) / len(known):+.3f}" if known else "could not tell"
    value = "none" if one.planted is None else f"{one.planted:+.3f}"
    n, seconds = len(seen), sum(each.seconds for each in seen) / len(seen)
    return f"| `{one.name}` | {value} | {mean} | {held} of {n} | {found} of {n} | {quiet} of {n} | {seconds:.1f} |"


def agrees(line: str) -> bool:
    """Whether a line of the table meets the bar."""
    counts = re.findall(r"(\d+) of (\d+)", line)
    return bool(counts) and all(int(k) >= BAR * int(n) for k, n in (counts[0], counts[-1]))


def write_page(lines: Mapping[str, str]) -> None:
    """Put the lines into the table of the page, in the order of the flagships; other lines stay."""
    text = PAGE.read_text(encoding="utf-8")
    table = re.search(r"^\| flagship \|.*?(?=\n\n|\Z)", text, re.M | re.S)
    assert table is not None, f"{PAGE} has no table"
    there = {match[1]: match[0] for match in re.finditer(r"^\| `([^`]+)` \|.*$", table[0], re.M)} | dict(lines)
    body = [there[name] for name in FLAGSHIPS if name in there]
    PAGE.write_text(text.replace(table[0], "\n".join([*HEAD, *body])), encoding="utf-8")


def validated(names: Sequence[str], seeds: int, workers: int) -> Iterator[tuple[str, str]]:
    """The line of each flagship, as it is done; the line so far goes to stderr."""
    with ProcessPoolExecutor(workers) as pool:
        for name in names:
            seen: list[Seen] = []
            for one in pool.map(partial(try_seed, name), range(seeds)):
                seen.append(one)
                if len(seen) % 10 == 0 and len(seen) < seeds:
                    sys.stderr.write(f"{row(FLAGSHIPS[name], seen)}\n")
            yield name, row(FLAGSHIPS[name], seen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FLAGSHIPS)}; all when none is given")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--dry", action="store_true", help="print the lines and leave the page as it is")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(FLAGSHIPS):
        parser.error(f"no flagship {', '.join(sorted(unknown))}; there are: {', '.join(FLAGSHIPS)}")
    short = []
    for name, line in validated(asked.names or list(FLAGSHIPS), asked.seeds, asked.workers):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        if not asked.dry:
            write_page({name: line})
        if not agrees(line):
            short.append(name)
    if short:
        sys.stdout.write(f"below {BAR:.0%}: {', '.join(short)}\n")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
