"""Flagships run and opened, for claims that look at one run. No claims of its own."""

import asyncio
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from experiments.design import Experiment
from experiments.flagships import FLAGSHIPS
from experiments.results import Results, read_results
from experiments.store import RunFolder
from experiments.sweeping import sweep

from .validate import Opened

FIRST = ("anchor-told", "ladder", "dose-betray-repair", "distance-centrality", "topology")
"""Those whose claims stand in this folder's modules of their own."""


def results_of(experiment: Experiment) -> Results:
    """Its rows, from a folder that is thrown away."""
    with TemporaryDirectory() as parent:
        path = Path(parent) / "run"
        asyncio.run(sweep(experiment, path))
        with RunFolder.open(path) as folder:
            return read_results(folder)


@cache
def smoke(name: str) -> Opened:
    """The smoke form under seed 1, run once."""
    return Opened(results_of(FLAGSHIPS[name].smoke(1)))
