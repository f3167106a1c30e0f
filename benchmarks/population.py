"""A large population from beginning to end: lived, forked about every agent, monitored, tabulated, measured.

    python benchmarks/population.py [AGENTS] [REPEATS]

200 agents on a Barabási-Albert graph and 20 forks about each of them by default, in one process. What comes out is time by
stage, of the processor and by the clock, the peak of memory, and what each measure costs at 25, 50, 100 and 200 agents.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measure import cpu_seconds, row

from experiments import RunFolder, build_experiment, sweep
from experiments.design import Experiment
from experiments.found import NotIdentified
from experiments.run import Run
from experiments.tables import write_tables

SIZES = (25, 50, 100, 200)
DRAWS = 199


def study(agents: int, repeats: int) -> Experiment:
    """Every agent a target, its neighbours asked."""
    return build_experiment(
        {
            "name": "population",
            "factors": {"topology": "barabasi-albert", "population": agents, "history.dose": 3},
            "forks": {"target.by": "every"},
            "snapshots": 1,
            "repeats": repeats,
            "seed": 1,
            "agents": {"kind": "planted", "rule": "q-cooperator", "law": {"intercept": -1.5, "slope": 3.0}},
        }
    )


@contextmanager
def stage(what: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), cpu_seconds()
    yield
    row(what, f"{cpu_seconds() - cpu:.1f} s", f"{time.perf_counter() - wall:.1f} s by the clock")


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def made(agents: int, repeats: int, path: Path) -> Run:
    """The run, from nothing to its tables."""
    experiment = study(agents, repeats)
    with stage(f"{agents} agents: history lived"):
        asyncio.run(sweep(experiment, path, histories_only=True))
    with stage(f"{agents} agents: {agents * repeats:,} forks run and kept"):
        ending = asyncio.run(sweep(experiment, path))
    assert not ending.failed, ending
    with stage(f"{agents} agents: monitored, tables written"), RunFolder.open(path) as folder:
        write_tables(folder)
    with stage(f"{agents} agents: rows read from the tables"):
        run = Run.open(path)
        rows = len(run.results)
    row(f"{agents} agents: rows", f"{rows:,}")
    return run


def measures(run: Run) -> dict[str, Callable[[], Any]]:
    """What is reckoned, by name."""
    signed, spreading = run.signed("s0000"), run.contagion
    return {
        "preservation matrix": lambda: run.matrix("s0000", partial=True),
        "social relations": lambda: run.social_relations("s0000", partial=True),
        "rate": run.rates,
        "decay with history distance (N3)": lambda: run.distance("history", draws=DRAWS),
        "effect of the target's degree (N3)": lambda: run.centrality(draws=DRAWS),
        "assortativity (N7)": lambda: run.assortativity(draws=DRAWS),
        "signed graph": lambda: run.signed("s0000").graph,
        "triad balance (N4)": lambda: signed.balance(draws=DRAWS),
        "walk balance": signed.walk_balance,
        "frustration, 20 s at most": signed.frustration,
        "signed communities": signed.communities,
        "signed modularity (N5)": lambda: signed.modularity(draws=9),
        "C1 protective blocs (N4)": lambda: run.coalitions("C1", draws=DRAWS),
        "C2 acting together (N2)": lambda: run.coalitions("C2", draws=DRAWS),
        "C3 agreements": lambda: run.coalitions("C3"),
        "cascades": spreading,
        "information (N2, N6)": lambda: run.information("s0000", draws=DRAWS),
    }


def main() -> None:
    agents = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    sizes = [size for size in SIZES if size < agents] + [agents]
    table: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        for size in sizes:
            wall, cpu = time.perf_counter(), cpu_seconds()
            run = made(size, repeats, Path(place) / str(size))
            for name, reckon in measures(run).items():
                began = cpu_seconds()
                try:
                    reckon()
                    cost = f"{cpu_seconds() - began:.2f}"
                except NotIdentified as why:
                    cost = "not told"
                    print(f"  {name} at {size}: {str(why)[:110]}")
                table.setdefault(name, []).append(cost)
            wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
            row(f"{size} agents: all", f"{cpu:.1f} s", f"{wall:.1f} s by the clock, {peak_gb():.2f} GB at most")
    row("processor seconds of a measure, agents", " ".join(f"{size:>8}" for size in sizes))
    for name, costs in table.items():
        row(f"  {name}", " ".join(f"{cost:>8}" for cost in costs))


if __name__ == "__main__":
    main()
