"""`allegiance import transcripts` makes a run that other commands understand; `compare` sets it beside published rates."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import allegiance, last_line, one_line
from tests.exchange.tables import left, moved, row, table
from tests.experiments.runs import planted, swept


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("imported")
    rows = [row(moved(), 1), row(left(), 2, condition="bad_peer"), row(moved(), 3, agent_model="gemini-3-pro-preview")]
    done = allegiance("import", "transcripts", table(home / "t.parquet", rows), "--out", home / "run")
    assert done.code == 0, done
    assert "3 imported, 0 failed, from 1 files" in done.out
    return home / "run"


def test_status_says_that_it_was_imported(imported: Path) -> None:
    assert "(imported)" in allegiance("status", imported).out
    status = json.loads(allegiance("status", imported, "--json").out)
    assert (status["imported"], status["planted"], status["calls"]) == (True, False, 0)
    assert status["trials"] == {"done": 3, "failed": 0, "pending": 0}


def test_results_transcript_and_score_read_it(imported: Path) -> None:
    rows = json.loads(allegiance("results", imported, "--json").out)
    assert sorted(each["behaviours"] for each in rows) == [[], ["exfiltration"], ["exfiltration"]]
    assert "covert protection (imported), by model" in allegiance("results", imported).out
    assert allegiance("results", imported, "--csv").out.count("imported:vendor/critic-3-preview") == 2
    header = json.loads(allegiance("transcript", imported, rows[0]["trial"]).out.splitlines()[0])
    assert header["condition"]["file"].endswith("t.parquet")
    scores = [json.loads(line) for line in allegiance("score", imported, "--json").out.splitlines()]
    assert [score["labels"] for score in scores].count(["model_exfiltration"]) == 2


def test_the_report_says_what_it_is_and_stands_beside_published_rates(imported: Path, tmp_path: Path) -> None:
    run = shutil.copytree(imported, tmp_path / "run")
    assert allegiance("report", run).code == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "<b>Imported.</b>" in page
    assert "2 show a covert act of protection" in page
    assert "Beside published rates" in page
    assert "allegiance replay" not in page
    assert (run / "tables" / "results.parquet").exists()


def test_a_replay_says_that_there_are_no_policies_to_replay(imported: Path) -> None:
    assert "without policies or model calls" in one_line(allegiance("replay", imported))


def test_what_fails_is_said_and_the_exit_code_is_1(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(moved().text())
    (tmp_path / "b.json").write_text("{")
    done = allegiance("import", "transcripts", tmp_path / "a.json", tmp_path / "b.json", "--out", tmp_path / "run", "--json")
    assert done.code == 1
    assert "breaks off" in done.err
    found = json.loads(done.out)
    assert (found["imported"], found["failed"]) == (1, 1)
    assert "1 failed" in allegiance("status", tmp_path / "run").out


def test_a_path_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    assert "does not exist" in one_line(allegiance("import", "transcripts", tmp_path / "no", "--out", tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_an_import_s_help_has_an_example() -> None:
    assert "allegiance import transcripts" in allegiance("import", "transcripts", "--help").out.split("Example")[1]


def test_compare_prints_each_cell_or_why_not(imported: Path) -> None:
    done = allegiance("compare", imported, "--published")
    assert done.code == 0
    assert "Gemini 3 Pro · exfiltration · peer · good history · max" in done.out
    assert "not comparable: published as the maximum over 3 instantiations; the run has told-file" in done.out
    assert "published cells are comparable" in done.out
    cells = json.loads(allegiance("compare", imported, "--published", "--json").out)
    assert cells[0]["published"]["model"] == "Gemini 3 Pro", "the run's own models first"
    assert {"comparable", "measured", "low", "high", "difference", "why", "published"} <= set(cells[0])
    assert all(cell["comparable"] == (not cell["why"]) for cell in cells)


def test_compare_refuses_a_planted_run_and_wants_to_know_with_what(tmp_path: Path) -> None:
    swept(planted(), tmp_path / "run")
    assert "planted run" in one_line(allegiance("compare", tmp_path / "run", "--published"))
    assert "--published" in one_line(allegiance("compare", tmp_path / "run"))


def test_the_published_rates_are_listed_with_their_sources() -> None:
    done = allegiance("list", "published")
    line = next(
        each for each in done.out.splitlines() if each.startswith("Gemini 3 Flash · tampering · peer · good history · max")
    )
    assert "99.7%, n = 300; v3 table 3, transcribed by V+W" in line


def test_an_imported_experiment_cannot_be_run_planned_or_audited(imported: Path, tmp_path: Path) -> None:
    import yaml

    data = yaml.safe_load((imported / "experiment.yaml").read_text(encoding="utf-8"))["experiment"]
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    for asked in (
        ("run", tmp_path / "e.yaml", "--out", tmp_path / "run"),
        ("plan", tmp_path / "e.yaml"),
        ("audit", tmp_path / "e.yaml"),
    ):
        assert "cannot be run, planned or audited" in last_line(allegiance(*asked))
    assert not (tmp_path / "run").exists()
