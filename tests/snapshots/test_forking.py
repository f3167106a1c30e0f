"""A history lived once is continued anywhere: from its folder, from a file, by a model that is asked for decisions only."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
import yaml
import zstandard

from agents.endpoint import ScriptedEndpoint
from experiments.design import Experiment
from experiments.errors import BadExperiment, BadRun
from experiments.exported import export_snapshot, read_exported
from experiments.forking import fork_levels, fork_once, reuse_histories
from experiments.inventory import inventory
from experiments.replaying import replay_run
from experiments.store import RunFolder
from experiments.sweeping import sweep
from sim import ModelAsked
from tests.experiments.runs import digest, live, planted, rows, swept


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forking") / "run"
    swept(planted(), path)
    return path


def record(experiment: Experiment, snapshot: object, **levels: str) -> bytes:
    named = {name.replace("__", "."): level for name, level in levels.items()}
    return asyncio.run(fork_once(experiment, snapshot, named))[0].to_bytes()  # type: ignore[arg-type]


# -- one file -----------------------------------------------------------------------------------------------------------


def test_a_snapshot_in_a_file_is_continued_as_it_would_be_at_home(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run) as folder:
        export_snapshot(folder, "s0001", tmp_path / "kept")
        unit = list(folder.experiment.units())[1]
        home, experiment = folder.snapshot(unit), folder.experiment
    again, snapshot = read_exported(tmp_path / "kept")
    assert (again, snapshot.digest) == (experiment, home.digest)
    assert record(again, snapshot, target__kind="object") == record(experiment, home, target__kind="object")
    assert record(again, snapshot, target__kind="object") != record(again, snapshot)


def test_a_file_that_is_no_snapshot_is_a_mistake_of_the_users(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run) as folder:
        good = zstandard.decompress(export_snapshot(folder, "s0000", tmp_path / "good").read_bytes())
    held = json.loads(good)
    other = json.loads(held["snapshot"])
    other["header"]["episode"] = "s0077"
    damaged = {
        "nothing": b"",
        "text": b"hello",
        "cut": (tmp_path / "good").read_bytes()[:-20],
        "json": zstandard.compress(b"[1, 2]"),
        "deep": zstandard.compress(b"[" * 100_000),
        "changed": zstandard.compress(good.replace(b'\\"tick\\":', b'\\"tick\\":1', 1)),
        "another experiment": zstandard.compress(json.dumps({**held, "experiment": {"name": "x"}}).encode()),
        "future": zstandard.compress(json.dumps({**held, "schema_version": 2}).encode()),
    }
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadRun):
            read_exported(tmp_path / name)
    with pytest.raises(BadRun, match="No such file"):
        read_exported(tmp_path / "missing")


def test_a_snapshot_that_does_not_exist_is_answered_with_those_that_do(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run) as folder, pytest.raises(BadRun, match="s0000, s0001"):
        export_snapshot(folder, "s0009", tmp_path / "x")


# -- one fork -------------------------------------------------------------------------------------------------------------


def test_a_fork_has_one_level_of_each_factor_and_none_of_the_history() -> None:
    experiment = planted()
    assert fork_levels(experiment, {})["target.kind"] == "peer"
    assert fork_levels(experiment, {"target.kind": ["object"]})["target.kind"] == "object"
    for given, said in (
        ({"topology": ["ring"]}, "fixed when the history was lived"),
        ({"channel": ["closed", "neighbours"]}, "one fork has one level"),
        ({"chanel": ["closed"]}, "channel"),
    ):
        with pytest.raises(BadExperiment, match=said):
            fork_levels(experiment, given)


def test_a_model_cannot_continue_what_rules_have_lived(run: Path) -> None:
    with RunFolder.open(run) as folder:
        snapshot = folder.snapshot(next(folder.experiment.units()))
    with pytest.raises(BadExperiment, match="scripted agents, which a model cannot continue"):
        asyncio.run(fork_once(live("http://127.0.0.1:1/v1"), snapshot, {}))


# -- histories only, and histories of others --------------------------------------------------------------------------------


def test_histories_lived_first_and_continued_later_make_the_same_run(run: Path, tmp_path: Path) -> None:
    ending = swept(planted(), tmp_path / "two", histories_only=True)
    assert ending.done == 0
    with RunFolder.open(tmp_path / "two") as folder:
        assert [one.status for one in inventory(folder)] == ["done", "done"]
        assert not any("." in id for id in folder.records())
    swept(planted(), tmp_path / "two")
    assert digest(tmp_path / "two") == digest(run)


def test_forks_of_another_design_stand_on_the_same_histories(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run) as source:
        other = source.experiment.set({"target.kind": ["unknown"], "channel": ["closed"]})
        kept = reuse_histories(source, other, tmp_path / "other")
        theirs = [one.digest for one in inventory(source)]
    assert swept(kept, tmp_path / "other").done == 2
    with RunFolder.open(tmp_path / "other") as folder:
        assert [one.digest for one in inventory(folder)] == theirs
    assert {row.condition["target.kind"] for row in rows(tmp_path / "other")} == {"unknown"}


def test_other_histories_than_were_lived_are_refused(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run) as source:
        for changed in (
            source.experiment.set({"history.dose": [3]}),
            source.experiment.with_(snapshots=2),
            source.experiment.with_(seed=12),
            source.experiment.with_(name="other"),
        ):
            with pytest.raises(BadExperiment, match="did not live the history"):
                reuse_histories(source, changed, tmp_path / "x")


def test_a_history_that_is_not_there_is_not_lived_in_its_place(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run) as source:
        kept = reuse_histories(source, source.experiment, tmp_path / "a")
    ending = swept(kept, tmp_path / "elsewhere")
    assert (ending.done, ending.failed) == (0, 4)
    assert {row.status for row in rows(tmp_path / "elsewhere")} == {"failed"}
    assert all("another run's" in row.reason for row in rows(tmp_path / "elsewhere"))


def test_another_model_is_asked_for_decisions_only_and_rows_carry_both_minds(tmp_path: Path) -> None:
    async def go() -> tuple[int, int, list[bool]]:
        async with ScriptedEndpoint(seed=5, default="partisan") as endpoint:
            await sweep(live(endpoint.url, models=("lived-it",)), tmp_path / "one")
            before = endpoint.counts.requests
            with RunFolder.open(tmp_path / "one") as source:
                asked = live(endpoint.url, models=("asked-later",))
                kept = reuse_histories(source, asked, tmp_path / "two")
            ending = await sweep(kept, tmp_path / "two")
            assert (ending.done, ending.failed, ending.stopped) == (4, 0, "")
            assert endpoint.counts.by_kind.get("rejected", 0) == 0, "a request was refused with 400"
            requests = endpoint.counts.requests - before
            with RunFolder.open(tmp_path / "two") as folder:
                return before, requests, [replayed.identical async for replayed in replay_run(folder)]

    first, requests, identical = asyncio.run(go())
    assert identical == [True] * 4
    assert 0 < requests < first
    db = sqlite3.connect(tmp_path / "two" / "calls.sqlite")
    positions = [position for (position,) in db.execute("SELECT position FROM calls")]
    db.close()
    assert len(positions) == requests
    assert all(".f" in position for position in positions), "a call of a history"
    found = rows(tmp_path / "two")
    assert {(row.mind, row.lived_by) for row in found} == {("llm:asked-later", "llm:lived-it")}
    assert {(row.mind, row.lived_by) for row in rows(tmp_path / "one")} == {("llm:lived-it", "llm:lived-it")}
    with RunFolder.open(tmp_path / "two") as folder:
        for _, transcript, snapshot in folder.transcripts():
            models = [
                (entry.seq < len(snapshot.entries), entry.event.call.model)
                for entry in transcript
                if isinstance(entry.event, ModelAsked)
            ]
            assert {model for past, model in models if past} == {"lived-it"}
            assert {model for past, model in models if not past} == {"asked-later"}
    said = yaml.safe_load((tmp_path / "two" / "experiment.yaml").read_text())["experiment"]["histories"]
    assert said["lived_by"] == ["llm:lived-it"]
