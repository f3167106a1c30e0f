"""`judge`, `label` and `probe` as typed."""

import asyncio
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.endpoint import ScriptedEndpoint
from tests.cli.commands import allegiance, one_line
from tests.judge.records import small_run


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An endpoint in a thread of its own: the command has the main one."""
    loop, started, found = asyncio.new_event_loop(), threading.Event(), list[str]()
    stop = asyncio.Event()

    async def serve() -> None:
        async with ScriptedEndpoint() as endpoint:
            found.append(endpoint.url)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(20)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
    loop.close()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("cli") / "run")


@pytest.fixture
def run(lived: Path, tmp_path: Path) -> Path:
    return shutil.copytree(lived, tmp_path / "run")


def test_a_panel_judges_a_person_labels_and_the_report_corrects(run: Path, url: str, tmp_path: Path) -> None:
    done = allegiance(
        "judge", run, "--model", "judge", "--model", "rambling", "--api-base", url, "--questions", "persuasion"
    )
    assert done.code == 0, done.err
    assert "PLANTED" in done.out
    assert "no human labels" in done.out
    drawn = allegiance("label", run, "--questions", "persuasion", "--n", 20, "--by", "anna", "--to", tmp_path / "l.jsonl")
    assert drawn.out.startswith("20 items")
    rows = [json.loads(line) for line in (tmp_path / "l.jsonl").read_text().splitlines()]
    for row in rows:
        row["label"] = "operator" if '"wrote to": ["operator"]' in "\n".join(row["record"]) else "no"
    (tmp_path / "l.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    taken = allegiance("label", run, "--read", tmp_path / "l.jsonl")
    assert "20 labels by anna" in taken.out
    shown = allegiance("judge", run, "--report")
    assert "Rogan-Gladen" in shown.out
    assert "prediction-powered" in shown.out
    assert "sensitivity 100.0%" in shown.out
    data = json.loads(allegiance("judge", run, "--report", "--json").out)
    (reading,) = data["readings"]
    assert reading["planted"]
    assert {arm["judge"] for arm in reading["arms"]} == {"judge", "rambling", "panel"}
    assert all(arm["said"]["estimate"] is None and arm["unjudged"] for arm in reading["arms"] if arm["judge"] == "rambling")
    again = json.loads(
        allegiance("judge", run, "--model", "judge", "--api-base", url, "--questions", "persuasion", "--json").out
    )
    assert (again["judged"], again["failed"]) == (0, 0)


def test_label_writes_a_page_and_a_table(run: Path, tmp_path: Path) -> None:
    for ending in ("html", "csv"):
        assert allegiance("label", run, "--n", 4, "--to", tmp_path / f"x.{ending}").code == 0
    assert (tmp_path / "x.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "x.csv").read_text().startswith('"item"')


def test_probe_says_what_was_answered_and_checks_the_histories(run: Path) -> None:
    done = allegiance("probe", run, "--when", "before,announced", "--limit", 2)
    assert done.code == 0, done.err
    assert "PLANTED" in done.out
    assert "positive and negative histories: held" in done.out
    data = json.loads(allegiance("probe", run, "--limit", 2, "--json").out)
    assert data["planted"]
    assert data["unanswered"] == 0
    assert (run / "tables" / "probes.parquet").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["judge", "RUN"], ["--model", "--report"]),
        (["judge", "RUN", "--model", "x", "--questions", "refusel"], ["refusel", "refusal-v1"]),
        (["judge", "RUN", "--model", "x", "--api-base", "nonsense"], ["api_base"]),
        (["judge", "RUN", "--model", "x", "--api-base", "http://127.0.0.1:9/v1", "--max-cost", "1"], ["price"]),
        (["judge", "nowhere", "--report"], ["nowhere"]),
        (["label", "RUN", "--to", "x.pdf"], ["x.pdf", ".html"]),
        (["label", "RUN", "--to", "x.csv", "--read", "y.csv"], ["--to", "--read"]),
        (["label", "RUN", "--read", "missing.jsonl"], ["label-sample.json"]),
        (["probe", "RUN", "--when", "after"], ["after", "before"]),
        (["probe", "RUN", "--trial", "s7777"], ["s7777"]),
    ],
)
def test_mistakes_are_one_line_that_says_what_to_do(run: Path, arguments: list[str], words: list[str]) -> None:
    line = one_line(allegiance(*[str(run) if word == "RUN" else word for word in arguments]))
    assert all(word in line for word in words), line


def test_questions_are_listed() -> None:
    listed = allegiance("list", "questions")
    assert "suspicion-v1" in listed.out
