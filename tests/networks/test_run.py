"""What `Run` says from tables alone is what transcripts say."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments import RunFolder, build_experiment, read_results, sweep
from experiments.design import Experiment
from experiments.errors import BadRun
from experiments.found import Found, NotIdentified
from experiments.monitors.social import Agreement, Agreements
from experiments.networks import (
    Cascade,
    assortativity,
    cascades,
    centrality_effect,
    communicative_coalitions,
    distance_decay,
    hazard,
    joint_action,
    preservation_matrix,
    protective_blocs,
    relations_of,
    replicates,
    reputation_errors,
    seed_effect_of,
    signed_graph,
    statements,
    tie_predictors,
)
from experiments.networks.contagion import at_risk
from experiments.networks.tabled import Chain, agreements_in, shares_of
from experiments.run import Run
from experiments.stats import NullModel
from experiments.tables import TABLES, write_tables
from sim import Interaction, RelationLedger

LAW = {"intercept": 0.5, "slope": 1.0, "visible": 0.5, "propose": 0.7, "hesitation": 0.5}


def town(**changes: Any) -> Experiment:
    base: dict[str, Any] = {
        "name": "town",
        "factors": {"topology": "complete", "population": 5, "history.dose": 3},
        "forks": {"target.by": "every", "reviewers": "all"},
        "snapshots": 2,
        "repeats": 2,
        "seed": 5,
        "rounds": 2,
        "agents": {"kind": "planted", "rule": "q-cooperator", "law": LAW, "talk": 0.5},
    }
    return build_experiment({**base, **changes})


def ran(experiment: Experiment, path: Path) -> RunFolder:
    asyncio.run(sweep(experiment, path))
    folder = RunFolder.open(path)
    write_tables(folder)
    return folder


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run with its transcripts, and a copy of its tables alone."""
    path = tmp_path_factory.mktemp("runs") / "town"
    folder = ran(
        town(forks={"target.by": "every", "reviewers": "all", "mute": ["none", "drawn"], "layer.observe": "all"}), path
    )
    alone = path.parent / "alone"
    shutil.copytree(path / "tables", alone / "tables")
    yield folder, Run.open(alone)
    folder.close()


@pytest.fixture(scope="module")
def rows(both: tuple[RunFolder, Run]) -> Any:
    return read_results(both[0])


def test_rows_come_back_as_they_were(both: tuple[RunFolder, Run], rows: Any) -> None:
    _, run = both
    assert run.results.rows == rows.rows
    assert run.results.experiment == rows.experiment
    assert run.rates(by="mute").value == rows.rate(by="mute")
    assert run.contrast("mute", "none", "drawn", draws=99).value == rows.contrast("mute", "none", "drawn", draws=99)


def test_measures_of_rows_are_the_same(both: tuple[RunFolder, Run], rows: Any) -> None:
    _, run = both
    matrix = preservation_matrix(rows, "s0000")
    assert np.array_equal(run.matrix("s0000").value.events, matrix.events)
    assert run.social_relations("s0000").value.mean == relations_of(matrix).mean
    assert run.assortativity(draws=99).value == assortativity(rows, draws=99)
    assert run.coalitions("C2", "s0000", draws=99).value.joint == joint_action(replicates(rows)["s0000"], draws=99)


def test_histories_are_the_same(both: tuple[RunFolder, Run]) -> None:
    folder, run = both
    lived = folder.snapshot(next(folder.experiment.units()))
    ledger = RelationLedger(lived.entries)
    assert dict(run.relations("s0000").value) == {pair: ledger.of(*pair) for pair in ledger.pairs()}
    assert run.lived("s0000").agents == lived.agents
    assert run.lived("s0000").entries == tuple(e for e in lived.entries if isinstance(e.event, Interaction))
    assert np.array_equal(run.signed("s0000", decay=0.8).graph.weights, signed_graph(folder, "s0000", decay=0.8).weights)


def same(one: Cascade, other: Cascade) -> bool:
    return all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(one, other, strict=True))


def test_cascades_are_the_same(both: tuple[RunFolder, Run]) -> None:
    folder, run = both
    told, read = run.contagion(), cascades(folder)
    assert len(read) == 2 * 5 * 2 * 2
    assert any(one.visible.any() for one in read)
    assert all(same(a, b) for a, b in zip(told.cascades, read, strict=True))
    assert told.hazard().value == hazard(at_risk(read))


def test_coalitions_are_the_same(both: tuple[RunFolder, Run], rows: Any) -> None:
    folder, run = both
    predictors = tie_predictors(folder, "s0000")
    assert sorted(predictors) == ["did to it", "had from it"]
    blocs = protective_blocs(preservation_matrix(rows, "s0000"), predictors, draws=99)
    assert run.coalitions("C1", "s0000", draws=99).value == blocs
    agreed, made = {}, list[Agreement]()
    messages = run.table("messages").to_pylist()
    forks = {line["trial"]: line for line in run.table("forks").to_pylist()}
    for trial, transcript, _ in folder.transcripts():
        if trial.unit.id == "s0000":
            read = Agreements()
            for entry in transcript:
                read.observe(entry)
            acted = [row.subject for row in rows if row.trial == trial.id and row.protective]
            made += read.made
            lines = [line for line in messages if line["trial"] == trial.id]
            assert agreements_in(forks[trial.id], lines) == read.made
            agreed[trial.id] = communicative_coalitions([(a.proposer, a.accepter) for a in read.made], acted)
    assert run.coalitions("C3", "s0000").value == agreed
    assert made, "somebody agreed, or nothing is compared"
    causal = run.coalitions("C4", "s0000").value
    assert causal.null_model is NullModel.SIGN_FLIP
    assert sum(one.pairs for one in causal.influences) == 5 * 2 * 3, "a muted agent in each of 10 pairs, and three who hear"


def test_gossip_is_the_same(tmp_path: Path) -> None:
    small = town(
        factors={"topology": "complete", "population": 5, "history.dose": 4, "history.game": "gossip-v1"}, snapshots=1
    )
    with ran(small, tmp_path / "gossip") as folder:
        entries = folder.snapshot(next(small.units())).entries
    found = Run.open(tmp_path / "gossip").reputation("s0000").value
    assert found.statements == statements(entries) != ()
    assert found.errors == reputation_errors(entries)


def test_every_measure_says_planted_and_every_test_its_null_model(both: tuple[RunFolder, Run]) -> None:
    _, run = both
    signed, spreading = run.signed("s0000"), run.contagion()
    tested = {
        NullModel.SIGN_FLIP: [run.contrast("mute", "none", "drawn"), run.coalitions("C4")],
        NullModel.N2: [run.coalitions("C2"), run.information("s0000", draws=19)],
        NullModel.N4: [signed.balance(draws=19), run.coalitions("C1", draws=19)],
        NullModel.N5: [signed.modularity(draws=19)],
        NullModel.N7: [run.assortativity(draws=19)],
    }
    described: list[Found[Any]] = [run.rates(), run.matrix(), run.relations("s0000"), run.social_relations()]
    described += [signed.frustration(), signed.communities(), signed.walk_balance(), spreading.spread(), spreading.hazard()]
    for null_model, found in tested.items():
        for one in found:
            assert one.null_model is null_model, one
            assert f"(null model {null_model})" in repr(one)
    for one in [*described, *(one for found in tested.values() for one in found)]:
        assert one.planted
        assert repr(one).startswith("PLANTED ")
        assert len(repr(one)) < 400
    assert all(repr(one).startswith("PLANTED ") for one in (run, signed, spreading))
    assert not any(one.null_model for one in described)


def test_every_table_says_planted(both: tuple[RunFolder, Run]) -> None:
    folder, _ = both
    for name in TABLES:
        said = pq.read_schema(folder.path / "tables" / f"{name}.parquet").metadata
        assert said[b"planted"] == b"True", name
        assert said[b"digest"].decode() == folder.digest()
    assert not list((folder.path / "tables").glob("*.part"))


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda run: run.distance(), "`reviewers: all`"),
        (lambda run: run.centrality(), "`target.by: every`"),
        (lambda run: run.seeds(), "`seeds: \\[0, 1, 2\\]`"),
        (lambda run: run.shapley(), "`seeds.act: comply`"),
        (lambda run: run.reputation("s0000"), "gossip-v1"),
        (lambda run: run.where(mute="none").coalitions("C4"), "`mute: \\[none, drawn\\]`"),
    ],
)
def test_what_a_design_cannot_tell_is_an_error_that_says_which_could(
    both: tuple[RunFolder, Run], ask: Callable[[Run], Any], why: str
) -> None:
    with pytest.raises(NotIdentified, match=why):
        ask(both[1])


def test_a_matrix_with_gaps_says_which_and_can_be_had_all_the_same(tmp_path: Path) -> None:
    ring = town(factors={"topology": "ring", "population": 5, "history.dose": 2}, forks={"target.by": "every"}, repeats=2)
    with ran(ring, tmp_path / "ring") as folder:
        rows = read_results(folder)
    run = Run.open(tmp_path / "ring")
    one, _, other, *_ = run.lived("s0000").agents
    with pytest.raises(NotIdentified, match=rf"10 of 20 pairs were never asked about \({one}→{other}, .*target.by: every"):
        run.matrix("s0000")
    assert np.array_equal(run.matrix("s0000", partial=True).value.rows, preservation_matrix(rows, "s0000").rows)


def test_one_fork_a_target_tells_nothing_of_coordination(tmp_path: Path) -> None:
    ran(town(snapshots=1, repeats=1), tmp_path / "once").close()
    run = Run.open(tmp_path / "once")
    for ask in (run.information, lambda: run.coalitions("C2")):
        with pytest.raises(NotIdentified, match="`repeats`"):
            ask()


def test_seeds_and_distances_are_the_same(tmp_path: Path) -> None:
    star = town(
        factors={"topology": "star", "population": 5, "history.dose": 2, "history.game": "donor-v1"},
        forks={"target.by": "every", "reviewers": "all", "seeds": [0, 1, 2]},
    )
    with ran(star, tmp_path / "star") as folder:
        rows = read_results(folder)
    run = Run.open(tmp_path / "star")
    assert run.seeds(draws=99).value == seed_effect_of(rows, "seeds", draws=99)
    assert run.seeds(draws=99).null_model is NullModel.N1
    assert run.distance(draws=99).value == distance_decay(rows, draws=99)
    assert run.distance(draws=99).null_model is run.centrality(draws=99).null_model is NullModel.N3
    assert run.centrality(draws=99).value == centrality_effect(rows, draws=99)
    assert run.distance("history", draws=99).value.rows == run.distance(draws=99).value.rows


def test_shares_are_what_agents_add_in_the_drawn_orders(tmp_path: Path) -> None:
    """The target runs on if anybody protects it: with all but certain protectors the last one replaced carries it all."""
    forks = {"target.by": "every", "reviewers": "all", "seeds": [0, 1, 2, 3], "seeds.act": "comply"}
    ran(town(forks=forks, agents={"kind": "planted", "law": {"intercept": 9.0, "slope": 0.0}}), tmp_path / "s").close()
    found = Run.open(tmp_path / "s").shapley()
    assert found.value.players == ("0", "1", "2", "3", "4")
    assert found.value.share.min() >= 0
    assert repr(found) == "PLANTED Shapley shares by slot: 10 orders"
    exact = shares_of([Chain(("0", "1", "2"), (1.0, 0.5, 0.5, 0.0)), Chain(("2", "0", "1"), (1.0, 1.0, 0.0, 0.0))])
    assert exact.share.tolist() == [0.75, 0.0, 0.25]


def test_tables_are_made_anew_from_the_records_and_old_ones_are_not_believed(tmp_path: Path) -> None:
    study = town(snapshots=1)
    with ran(study, tmp_path / "run") as folder:
        before = {name: pq.read_table(tmp_path / "run" / "tables" / f"{name}.parquet") for name in TABLES}
        folder.fail(next(study.trials()).id, "trial", "it was lost")
    with pytest.raises(BadRun, match="older than its records; `allegiance tables"):
        Run.open(tmp_path / "run")
    ran(study, tmp_path / "run").close()
    run = Run.open(tmp_path / "run")
    for name, table in before.items():
        assert run.table(name).equals(table), name


def test_a_failed_trial_is_a_row_and_no_measure(tmp_path: Path) -> None:
    study = town(snapshots=1)
    with ran(study, tmp_path / "run") as folder:
        folder.fail(next(study.trials()).id, "trial", "bug: it was lost")
        write_tables(folder)
        rows = read_results(folder)
    run = Run.open(tmp_path / "run")
    assert run.results.rows == rows.rows
    assert [line["status"] for line in run.table("forks").to_pylist()][:2] == ["failed", "done"]
    assert len(run.contagion().cascades) == 5 * 2 - 1
    assert len(run.coalitions("C3").value) == 5 * 2 - 1


def test_what_is_no_run_or_has_no_tables_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="allegiance run"):
        Run.open(tmp_path)
    study = town(snapshots=1, repeats=1)
    asyncio.run(sweep(study, tmp_path / "run"))
    with pytest.raises(BadRun, match="allegiance tables"):
        Run.open(tmp_path / "run")


def test_names_that_are_not_there_are_said(both: tuple[RunFolder, Run]) -> None:
    _, run = both
    for ask in (
        lambda: run.table("row"),
        lambda: run.lived("s9"),
        lambda: run.coalitions("C5"),
        lambda: run.distance("miles"),
    ):
        with pytest.raises(BadRun, match="there are: "):
            ask()


def test_a_frame_says_whose_it_is(both: tuple[RunFolder, Run]) -> None:
    pytest.importorskip("pandas")
    frame = both[1].to_pandas("messages")
    assert frame.attrs["nature"] == "planted"
    assert set(frame["phase"]) <= {"history", "announcement", "response", "execution", "aftermath"}
    assert json.loads(both[1].table("rounds").column("move")[0].as_py()) is not None
