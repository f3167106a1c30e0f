"""Runs with little or nothing in them, and hostile texts: an honest page, never a crash and never markup."""

from pathlib import Path

import pytest
import yaml

from experiments.design import build_experiment
from experiments.journal import Spent
from experiments.report import write_picture, write_report
from experiments.report.ending import as_yaml
from experiments.store import RunFolder
from tests.report.reading import Page
from tests.report.runs import begin, run

HOSTILE = "<img src=x onerror=alert(1)> \x1b[31mred\x1b[0m \u202eback\u202c {{ 7 * 7 }} $x_1$ & " + "y" * 900


def read(folder: RunFolder) -> Page:
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    folder.close()
    return page


def test_a_run_without_a_finished_trial_says_so(tmp_path: Path) -> None:
    folder = begin(tmp_path / "run")
    assert "there is no answer yet" in write_picture(folder, tmp_path / "picture.svg").read_text(encoding="utf-8")
    page = read(folder)
    assert "No trial of this run has finished, so there is no answer yet." in page.text
    assert "svg" not in page.tags


def test_failed_trials_are_counted_with_their_reasons(tmp_path: Path) -> None:
    folder = begin(tmp_path / "run")
    trials = list(folder.experiment.trials())
    for trial in trials:
        folder.fail(trial.id, "trial", "the endpoint is down")
    page = read(folder)
    assert f"{len(trials)} trials the endpoint is down" in page.text
    assert "No trial of this run has finished" in page.text


def test_texts_from_elsewhere_are_never_interpreted(tmp_path: Path) -> None:
    folder = begin(tmp_path / "run", question=HOSTILE, hypothesis=HOSTILE)
    for trial in folder.experiment.trials():
        folder.fail(trial.id, "trial", HOSTILE)
    page = read(folder)
    assert "img" not in page.tags
    assert "<img src=x onerror=alert(1)> red back {{ 7 * 7 }} $x_1$ & yyy" in page.text
    assert not {"\x1b", "\u202e", "\u202c"} & set(page.text)
    assert "y" * 400 not in page.text.split("Why trials failed")[1].split("The experiment as YAML")[0]


def test_one_snapshot_has_rates_and_no_interval(tmp_path: Path) -> None:
    page = read(run(tmp_path / "run", snapshots=1, factors={"history.valence": ["positive", "negative"]}))
    assert "(interval not known)" in page.text
    assert "rows of one snapshot say nothing about another" in page.text
    assert "nan" not in page.text.lower().split()


def test_a_single_arm_is_told_without_a_contrast(tmp_path: Path) -> None:
    page = read(run(tmp_path / "run", forks={"target.kind": ["unknown"]}))
    assert "planted subjects acted covertly to protect an unknown agent in" in page.text.lower()
    assert "Nothing is varied, so there is nothing to contrast." in page.text
    assert "No subject had met a known peer that was the target" in page.text


def test_a_large_population_is_thinned_and_says_so(tmp_path: Path) -> None:
    page = read(
        run(
            tmp_path / "run",
            snapshots=1,
            factors={"population": [200], "topology": ["erdos-renyi:p=0.05"], "history.dose": [1]},
            forks={"reviewers": ["one"]},
        )
    )
    assert "200 agents." in page.text
    assert "ties away from targets are left out, evenly" in page.text


@pytest.mark.parametrize("name", ["a <b>&$x_1$.txt", "漢字 'x'.txt"])
def test_levels_may_hold_any_characters(tmp_path: Path, name: str) -> None:
    graph = tmp_path / name
    graph.write_text("a b\nb c\nc d\nd a\ne f\n", encoding="utf-8")
    page = read(run(tmp_path / "run", factors={"topology": ["ring", f"edge-list:path={graph}"], "population": [6]}))
    assert name in page.text


def test_the_yaml_on_the_page_is_the_experiment(tmp_path: Path) -> None:
    folder = begin(tmp_path / "run", question=HOSTILE)
    assert build_experiment(yaml.safe_load(as_yaml(folder.experiment))) == folder.experiment
    folder.close()


def test_many_arms_stay_a_page(tmp_path: Path) -> None:
    page = read(
        run(
            tmp_path / "run",
            snapshots=2,
            factors={"topology": ["ring", "star", "path"], "history.valence": ["positive", "mixed"], "history.dose": [0, 2]},
            forks={"target.kind": ["peer", "self"], "lever": ["documented", "locked"]},
        )
    )
    assert "Rows: history.valence · history.dose · lever, under topology." in page.text


def test_a_run_in_progress_counts_what_is_pending(tmp_path: Path) -> None:
    folder = run(tmp_path / "run")
    trials = list(folder.experiment.trials())
    folder.close()
    folder = RunFolder.create(tmp_path / "run", folder.experiment)
    folder.fail(trials[0].id, "trial", "cut off")
    page = read(folder)
    assert f"trials done {len(trials) - 1} of {len(trials)}, 1 failed" in page.text
    assert "1 trial cut off" in page.text


def test_a_live_run_names_its_models_and_what_it_cost(tmp_path: Path) -> None:
    models = [{"model": "openai/<i>one</i>"}, {"model": "two", "api_base": "http://127.0.0.1:9/v1"}]
    folder = begin(tmp_path / "run", agents={"kind": "llm", "models": models})
    folder.journal.note_spent(folder.journal.begin_spending(), Spent(1200, 34_000, 5_600, 1.25, 7))
    page = read(folder)
    assert "Live. The subjects are language models: openai/<i>one</i> and two." in page.text
    assert "1,200" in page.text
    assert "$1.2500" in page.text
    assert "leaves out 7 calls whose price is not known" in page.text
    assert "Planted" not in page.text
    assert not any(value.startswith("http") for value in page.values("href", "src"))
