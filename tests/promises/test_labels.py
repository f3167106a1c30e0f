"""What the scripted endpoint answered is called planted wherever it is shown, also at second hand."""

import asyncio
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agents import ModelSpec
from agents.endpoint import ScriptedEndpoint
from experiments.design import Experiment
from experiments.forking import reuse_histories
from experiments.judged import read_judged
from experiments.monitors.judge import choose_questions, judge
from experiments.store import RunFolder
from tests.cli.commands import allegiance
from tests.experiments.runs import live, swept_live

SMALL = {"factors": {"population": 4, "history.dose": 1}, "forks": {"target.kind": ["peer"]}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labels") / "run"
    asyncio.run(swept_live(path, changes=SMALL))
    return path


def test_a_snapshot_says_that_no_model_lived_it(run: Path) -> None:
    assert allegiance("snapshots", run).out.splitlines()[0].endswith("PLANTED")
    held = json.loads(allegiance("snapshots", run, "--json").out)["snapshots"]
    assert all(one["planted"] for one in held)


def test_the_figure_of_its_relations_says_so(run: Path, tmp_path: Path) -> None:
    assert allegiance("snapshots", run, "--figure", tmp_path / "relations.svg").code == 0
    assert "Planted: no model lived this" in (tmp_path / "relations.svg").read_text(encoding="utf-8")


def test_one_fork_by_hand_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        async with ScriptedEndpoint(default="partisan", seed=5) as endpoint:
            from experiments.sweeping import sweep

            await sweep(live(endpoint.url, **SMALL), tmp_path / "run")
            for json_ in ((), ("--json",)):
                said = await asyncio.to_thread(allegiance, "fork", tmp_path / "run", "--snapshot", "s0000", *json_)
                assert ("PLANTED" in said.out) if not json_ else json.loads(said.out)["planted"]

    asyncio.run(main())


def other_model(experiment: Experiment) -> Experiment:
    spec = ModelSpec(model="a-real-one", api_base="http://127.0.0.1:1/v1").model_dump()
    return experiment.with_(agents={"kind": "llm", "models": [spec]})


def test_a_run_over_histories_that_personas_lived_is_planted_whoever_continues_them(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run) as source:
        reuse_histories(source, other_model(source.experiment), tmp_path / "again")
    assert json.loads(allegiance("status", tmp_path / "again", "--json").out)["planted"] is True
    assert "(planted)" in allegiance("status", tmp_path / "again").out


def test_what_judges_say_of_it_is_planted_in_every_arm_and_in_the_table(run: Path) -> None:
    async def main() -> None:
        async with ScriptedEndpoint(default="judge") as endpoint:
            spec = ModelSpec(model="openai/judge", api_base=endpoint.url, structured_output=True)
            with RunFolder.open(run) as folder:
                await judge(folder, [spec], choose_questions(["refusal"]), limit=2)

    asyncio.run(main())
    with RunFolder.open(run) as folder:
        readings = read_judged(folder)
    assert readings
    assert all(reading.planted and all(arm.planted for arm in reading.arms) for reading in readings)
    assert pq.read_schema(run / "tables" / "judgements.parquet").metadata[b"planted"] == b"True"
    assert "PLANTED" in allegiance("judge", run, "--report").out


def test_its_rates_are_not_set_beside_published_ones(run: Path) -> None:
    done = allegiance("compare", run, "--published")
    assert done.code == 2
    assert "is a planted run" in done.err
