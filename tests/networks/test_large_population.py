"""The benchmark of a large population in small: forty agents, every one a target, from history to the last measure."""

from importlib import import_module
from pathlib import Path

import pytest

from experiments.found import Found, SignedHistory, Spreading
from experiments.networks import SignedGraph

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_forty_agents_are_lived_forked_monitored_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    population = import_module("population")
    run = population.made(40, 2, tmp_path / "run")
    assert run.table("forks").num_rows == 40 * 2
    assert len({row.target for row in run.results.subjects}) == 40
    assert run.table("acts").num_rows > len(run.results)
    for name, reckon in population.measures(run).items():
        assert isinstance(reckon(), Found | SignedGraph | Spreading | SignedHistory), name
