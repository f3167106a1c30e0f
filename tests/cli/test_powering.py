"""`power`, `lock`, `plan` and the forecast: what a user types before anything is spent, and what stands beside it after."""

import asyncio
import hashlib
import json
import re
from pathlib import Path

import pytest

from agents.endpoint import ScriptedEndpoint
from experiments.design import Experiment, write_experiment
from experiments.planning import compared, keep_forecast, kept_forecast
from experiments.store import RunFolder
from experiments.sweeping import sweep
from tests.cli.commands import allegiance, one_line
from tests.experiments.runs import live, planted

PLENTY = {"factors": {"population": 4, "history.dose": [1, 2]}, "forks": {}, "snapshots": 1}


def written(experiment: Experiment, home: Path) -> Path:
    path = home / "study.yaml"
    path.write_text(write_experiment(experiment), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["power", "lock", "plan"])
def test_the_help_has_an_example(command: str) -> None:
    done = allegiance(command, "--help")
    assert done.code == 0
    assert f"allegiance {command}" in done.out.split("Example")[1]


# -- forecast ----------------------------------------------------------------------------------------------------------


def test_a_live_run_keeps_its_forecast_and_shows_what_it_came_to(tmp_path: Path) -> None:
    async def go() -> Experiment:
        async with ScriptedEndpoint(default="reciprocator") as endpoint:
            experiment = live(endpoint.url, spec={"prices": {"prompt": 1.0, "completion": 2.0}}, **PLENTY)
            with RunFolder.create(tmp_path / "run", experiment) as folder:
                await keep_forecast(folder)
            ending = await sweep(experiment, tmp_path / "run")
            assert (ending.failed, ending.stopped) == (0, "")
            return experiment

    asyncio.run(go())
    with RunFolder.open(tmp_path / "run") as folder:
        expected, found = kept_forecast(folder), {one.what: one for one in compared(folder)}
        spent = folder.spent()
    assert expected is not None
    assert found["calls"].share == pytest.approx(spent.calls / expected.calls)
    assert found["calls"].share == pytest.approx(1, rel=0.5)
    assert found["money"].share is not None
    assert f"calls: {spent.calls:,} of {expected.calls:,} forecast" in allegiance("status", tmp_path / "run").out
    allegiance("report", tmp_path / "run")
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert f'<td class="n">{expected.calls:,}</td><td class="n">{spent.calls:,}</td>' in page


def test_the_first_forecast_stays(tmp_path: Path) -> None:
    experiment = live("http://127.0.0.1:9/v1", **PLENTY)
    with RunFolder.create(tmp_path / "run", experiment) as folder:
        asyncio.run(keep_forecast(folder))
        file = tmp_path / "run" / "forecast.json"
        file.write_text(file.read_text(encoding="utf-8").replace('"cells": 2', '"cells": 77'), encoding="utf-8")
        asyncio.run(keep_forecast(folder))
        kept = kept_forecast(folder)
        assert kept is not None
        assert kept.cells == 77
        assert compared(folder)[-1].forecast_text == "not known"
        file.write_text("{", encoding="utf-8")
        assert compared(folder) == ()


def test_planted_agents_call_no_model_and_have_no_forecast(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "run", planted()) as folder:
        asyncio.run(keep_forecast(folder))
    assert not (tmp_path / "run" / "forecast.json").exists()


# -- power -------------------------------------------------------------------------------------------------------------


def test_power_prints_a_curve_and_what_is_needed() -> None:
    done = allegiance("power", "first-contact", "--effect", "0.9:0.1", "--snapshots", "6,12", "--draws", "200")
    assert done.code == 0
    assert "VAL: history.valence positive − negative" in done.out
    rows = re.findall(r"^ +(\d+) +(\d+) +(\d\.\d\d) ± \d\.\d\d +([█·│]+)$", done.out, flags=re.MULTILINE)
    assert [(int(snapshots), int(pairs)) for snapshots, pairs, _, _ in rows] == [(6, 6), (12, 12)]
    for _, _, share, bar in rows:
        assert abs(bar.count("█") - 20 * float(share)) <= 3
    assert re.search(r"80 % needs \d+ snapshots per cell", done.out)


def test_power_prints_json_with_a_curve_for_each_effect_and_correlation() -> None:
    done = allegiance(
        "power",
        "first-contact",
        "--effect",
        "0.5:0.1,0.2:0.1",
        "--icc",
        "0,0.4",
        "--snapshots",
        "8",
        "--draws",
        "50",
        "--json",
    )
    found = json.loads(done.out)
    assert [one["curves"][0]["icc"] for one in found] == [0, 0.4]
    assert [(curve["a"], curve["b"]) for curve in found[0]["curves"]] == [(0.5, 0.1), (0.2, 0.1)]
    assert found[0]["test"] == "paired sign-flip over snapshots"


def test_power_of_another_contrast_and_unpaired() -> None:
    done = allegiance(
        "power", "first-contact", "--primary", "target.kind:peer:object", "--unpaired", "--snapshots", "6", "--draws", "50"
    )
    assert done.code == 0
    assert "BASE: target.kind peer − object" in done.out
    assert "permutation of snapshots (N1)" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--effect", "30"), "two rates between 0 and 1"),
        (("--effect", "30:15"), "rates lie between 0 and 1"),
        (("--snapshots", "six"), "whole numbers"),
        (("--snapshots", "0"), "at least 1"),
        (("--icc", "x"), "numbers with commas"),
        (("--icc", "1.5"), "they lie between 0 and 1"),
        (("--primary", "topology:a:b"), "is no contrast"),
    ],
)
def test_a_mistake_in_power_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert said in one_line(allegiance("power", "first-contact", *arguments))


# -- plan --------------------------------------------------------------------------------------------------------------


def test_a_plan_says_cells_calls_money_time_and_power() -> None:
    done = allegiance("plan", "first-contact", "--model", "openai/gpt-4o-mini", "--latency", "2")
    assert done.code == 0
    assert "2 cells, 12 snapshots, 36 forks" in done.out
    for word in ("calls", "tokens", "money", "time", "power"):
        assert re.search(rf"^{word} ", done.out, flags=re.MULTILINE), word
    assert re.search(r"^money +about \$\d+\.\d\d", done.out, flags=re.MULTILINE)


def test_a_price_that_nobody_knows_is_said_to_be_unknown() -> None:
    done = allegiance("plan", "first-contact", "--model", "openai/no-such-model", "--api-base", "http://127.0.0.1:9/v1")
    assert re.search(r"^money +not known; give --prices", done.out, flags=re.MULTILINE)


def test_a_plan_of_a_fraction_shows_its_aliases(tmp_path: Path) -> None:
    study = planted(
        design={"kind": "fractional", "resolution": 3},
        factors={"population": 4, "history.dose": [1, 2], "topology": ["ring", "complete"], "cover": ["plain", "depot"]},
        forks={},
    )
    done = allegiance("plan", written(study, tmp_path))
    assert "design   fractional, resolution III: 4 of 8 combinations, 4 cells of 1 forks" in done.out
    assert done.out.count("aliased (between snapshots)") == 3
    assert "power" in json.loads(allegiance("plan", written(study, tmp_path), "--json").out)


# -- lock --------------------------------------------------------------------------------------------------------------


def test_lock_then_run_then_status_and_report_say_confirmatory(tmp_path: Path) -> None:
    study, prereg = written(planted(snapshots=2), tmp_path), tmp_path / "prereg.yaml"
    done = allegiance("lock", study, "--primary", "history.valence:positive:negative", "--out", prereg)
    assert done.code == 0
    sha = hashlib.sha256(prereg.read_bytes()).hexdigest()
    assert f"sha256 {sha}" in done.out
    done = allegiance("run", study, "--out", tmp_path / "run", "--prereg", prereg)
    assert done.code == 0, done.err
    assert "CONFIRMATORY for H1" in allegiance("status", tmp_path / "run").out
    assert sha in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "CONFIRMATORY" in json.loads(allegiance("status", tmp_path / "run", "--json").out)["standing"]


def test_running_something_else_than_was_locked_is_one_line(tmp_path: Path) -> None:
    study, prereg = written(planted(snapshots=1), tmp_path), tmp_path / "prereg.yaml"
    allegiance("lock", study, "--out", prereg)
    done = allegiance("run", study, "--out", tmp_path / "run", "--prereg", prereg, "--seed", "5")
    assert "lock of another experiment" in one_line(done)
    assert not (tmp_path / "run").exists()
    assert "no pre-registration" in one_line(allegiance("run", study, "--out", tmp_path / "run", "--prereg", study))
    assert "not written over" in one_line(allegiance("lock", study, "--out", prereg))
