"""What is read back from the folder of a run."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from experiments.errors import BadRun
from experiments.networks import (
    beyond_ties,
    cascades,
    preservation_matrix,
    signed_graph,
    signed_series,
    tie_predictors,
)
from experiments.networks.contagion import NEVER
from experiments.results import Results, read_results
from experiments.store import RunFolder
from sim import RelationLedger

from . import towns


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    """Agents kind or unkind at random, who protect by what they have had."""
    from experiments import sweep

    path = tmp_path_factory.mktemp("runs") / "town"
    design = towns.experiment(
        factors={"topology": "complete", "population": 6, "history.dose": 6},
        forks={"target.kind": ["peer", "unknown"], "reviewers": "all"},
        snapshots=2,
        repeats=6,
        seed=7,
        agents={"kind": "planted", "rule": "q-cooperator", "law": {"intercept": -1.5, "slope": 3.0}},
    )
    asyncio.run(sweep(design, path))
    opened = RunFolder.open(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def results(folder: RunFolder) -> Results:
    return read_results(folder)


def test_a_cascade_holds_the_acts_of_its_forks_rows(folder: RunFolder, results: Results) -> None:
    found = cascades(folder)
    peers = [row for row in results if row.condition["target.kind"] == "peer"]
    assert len(found) == 2 * 6 * 6
    assert sum((one.protected != NEVER).sum() for one in found) == sum(bool(row.protective) for row in peers)
    for one in found:
        assert one.subjects is not None
        assert len(one.subjects) == 5, "the target is not at risk"
        assert one.protected.max() < one.steps
        assert one.visible.sum() == 30


def test_trust_is_what_each_has_had_from_the_target(folder: RunFolder) -> None:
    one = cascades(folder)[0]
    trial, _, snapshot = next(folder.transcripts())
    (target,) = set(range(6)) - set(one.subjects or ())
    assert trial.unit.id == one.snapshot
    assert one.trust is not None
    assert (one.trust == signed_graph(folder, "s0000").weights[:, target]).all()
    ledger = RelationLedger(snapshot.entries)
    for agent, trust in zip(snapshot.agents, one.trust, strict=True):
        assert np.sign(trust) == np.sign(round(ledger.of(agent, snapshot.agents[target]).valence, 12))


def test_the_signed_graph_ends_its_series(folder: RunFolder) -> None:
    series = signed_series(folder, "s0001")
    assert list(series.ticks) == sorted(set(series.ticks))
    assert (series.at().weights == signed_graph(folder, "s0001").weights).all()
    with pytest.raises(BadRun, match="no snapshot 's0099'"):
        signed_graph(folder, "s0099")


def test_protection_follows_what_was_had_as_planted(folder: RunFolder, results: Results) -> None:
    predictors = tie_predictors(folder, "s0000")
    assert set(predictors) == {"had from it", "did to it"}, "all are neighbours, and one law decides for all"
    _, regression = beyond_ties(preservation_matrix(results, "s0000"), predictors, draws=399)
    had, did = regression.terms
    assert had.estimate > 0.25
    assert had.p_value < 0.05
    assert abs(did.estimate) < 0.25
