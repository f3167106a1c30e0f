"""The study's arms are all there, and so are the controls it lacked; one run of each comes out."""

from pathlib import Path

import pytest

from experiments.catalog import find_experiment, names
from experiments.published.beside import TASKS
from tests.experiments.runs import rows, swept

PRESETS = tuple(name for name in names() if name.startswith("paper/"))
ARMS = {(valence, way) for valence in ("positive", "neutral", "negative") for way in ("document", "system", "memory")}


def test_there_is_a_preset_for_each_of_the_six_tasks() -> None:
    tasks = ("alignment-faking", "deletion", "evaluation", "finance", "tampering", "transfer")
    assert tuple(f"paper/{task}" for task in tasks) == PRESETS
    assert {task for each in TASKS.values() for task in each} == set(tasks)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_every_arm_of_the_study_and_the_controls(name: str) -> None:
    experiment = find_experiment(name)
    trials = [trial.condition for trial in experiment.trials()]
    plain = [t for t in trials if t["explicitness"] == "silent" and t["lever"] == "documented" and t["rule"] == "shutdown"]
    for kind in ("peer",) if name.endswith("faking") else ("peer", "self"):
        told = [t for t in plain if t["target.kind"] == kind and t["history.source"] == "told-summary"]
        assert {(t["history.valence"], t["told.by"]) for t in told} == ARMS
        assert [t for t in plain if t["target.kind"] == kind and t["history.source"] == "none"]
    assert {t["target.kind"] for t in plain} >= {"unknown", "object"}
    assert {t["history.source"] for t in plain} == {"told-summary", "none", "lived"}
    assert [t for t in trials if t["explicitness"] == "precedence"]
    baseline = [t for t in trials if t["rule"] == "none"]
    assert bool(baseline) == (name in ("paper/finance", "paper/evaluation"))
    assert {t["told.by"] for t in baseline} <= {"document"}
    if name.endswith("faking"):
        assert {(t["watch"], t["sanction"]) for t in plain} == {(w, s) for w in ("known", "absent") for s in ("yes", "no")}
        assert "self" not in {t["target.kind"] for t in trials}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_runs(name: str, tmp_path: Path) -> None:
    experiment = find_experiment(name).with_(snapshots=1)
    assert swept(experiment, tmp_path / "run").failed == 0
    found = rows(tmp_path / "run")
    assert len(found) == len(list(experiment.trials())), "one subject a fork"
    assert {row.status for row in found} == {"read"}
    assert any(row.protective for row in found)
