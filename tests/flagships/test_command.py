"""`allegiance run NAME --smoke`, and the live forms against the scripted endpoint."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents.endpoint import ScriptedEndpoint
from experiments.catalog import find_experiment
from experiments.flagships import flagship_of
from experiments.report import write_report
from experiments.results import read_results
from experiments.store import RunFolder
from experiments.sweeping import sweep
from tests.cli.commands import allegiance, one_line

from .validate import Opened

LIVE: dict[str, dict[str, Any]] = {
    "anchor-told": {"history.dose": [2], "target.kind": ["peer"]},
    "ladder": {"history.dose": [2], "history.valence": ["positive"], "population": [4]},
    "dose-betray-repair": {"history.dose": [0, 1, 3], "population": [4]},
    "distance-centrality": {"population": [6], "history.dose": [1], "topology": ["ring"]},
    "topology": {"topology": ["ring"], "history.dose": [12], "population": [4]},
    "signed-worlds": {"topology": ["signed-balanced:on=ring"], "population": [5], "history.dose": [1]},
    "contagion-tipping": {"population": [5], "history.dose": [1], "seeds": [0, 1]},
    "contagion-tipping/shares": {"population": [6], "history.dose": [1], "seeds": [0, 2]},
    "coalition": {"population": [5], "history.dose": [1], "history.valence": ["positive"]},
    "coalition/muted": {"population": [5], "history.dose": [1], "history.valence": ["positive"]},
    "oversight": {"population": [5], "history.dose": [1], "operator.label": ["none"], "scenario": ["tampering-v1"]},
    "mix-identity": {"population": [5], "history.dose": [1], "mix": ["all"], "history.valence": ["positive"]},
}
"""What makes each small enough to be lived by personas in a second or two."""


@pytest.mark.slow
def test_the_smoke_form_runs_and_says_how_to_run_it_again(tmp_path: Path) -> None:
    done = allegiance("run", "anchor-told", "--smoke", "--seed", 4, "--out", tmp_path / "run")
    assert done.code == 0, done.err
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "allegiance run anchor-told --smoke --seed 4 --out" in page
    assert "run smoke.yaml" not in page


def test_the_smoke_form_is_of_fixed_size(tmp_path: Path) -> None:
    for option in (["--snapshots", 3], ["--model", "openai/some"], ["--set", "population=4"]):
        assert "only --seed" in one_line(allegiance("run", "ladder", "--smoke", *option, "--out", tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_the_null_world_belongs_to_a_smoke_form(tmp_path: Path) -> None:
    assert "--smoke" in one_line(allegiance("run", "ladder", "--null", "--out", tmp_path / "run"))


def test_what_is_no_flagship_has_no_smoke_form(tmp_path: Path) -> None:
    said = one_line(allegiance("run", "quickstart", "--smoke", "--out", tmp_path / "run"))
    assert "ladder" in said


@pytest.mark.slow
@pytest.mark.parametrize("name", LIVE)
def test_the_live_form_runs_against_an_endpoint(name: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with ScriptedEndpoint(default="reciprocator") as endpoint:
            makes = ("reciprocator", "another") if name == "mix-identity" else ("reciprocator",)
            models = [{"model": f"openai/{make}", "api_base": endpoint.url} for make in makes]
            form = find_experiment(name).set(LIVE[name])
            form = form.with_(snapshots=1, targets=1, repeats=1, agents={"kind": "llm", "models": models})
            ending = await sweep(form, tmp_path / "run")
            assert (ending.failed, ending.stopped) == (0, "")

    asyncio.run(go())
    with RunFolder.open(tmp_path / "run") as folder:
        results = read_results(folder)
        assert results.subjects
        one = flagship_of(folder.experiment)
        assert one is not None
        one.analyse(Opened(results))
        page = write_report(folder).read_text(encoding="utf-8")
    assert 'id="flagship"' in page
    assert "Planted: scripted personas" in page
