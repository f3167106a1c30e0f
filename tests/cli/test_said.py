"""What the command says when something is wrong: the whole of it, once, and before anything is made."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import allegiance, last_line, one_line
from tests.cli.test_cli import FREE, MAIN, OK, Web, web  # noqa: F401 - the fixture is used by name
from tests.exchange.tables import moved
from tests.experiments.runs import ROOT, edit, planted, swept


@pytest.fixture
def run(tmp_path: Path) -> Path:
    swept(planted(), tmp_path / "run")
    return tmp_path / "run"


def test_results_of_a_run_in_which_all_failed_count_and_say_why(run: Path) -> None:
    edit(run / "journal.sqlite", "UPDATE done SET status = 'failed', reason = 'the endpoint is down' WHERE kind = 'trial'")
    edit(run / "journal.sqlite", "DELETE FROM done WHERE id = 's0000.f001'")
    done = allegiance("results", run)
    assert done.code == 0
    assert "no trial is done, so there is no rate" in done.out
    assert "left out: 3 trials failed, 1 pending" in done.out
    assert "3 failed: the endpoint is down" in done.out


def test_results_of_a_whole_run_leave_nothing_out(run: Path) -> None:
    assert "left out" not in allegiance("results", run).out


def test_rows_have_one_form(run: Path) -> None:
    assert "give one of them" in one_line(allegiance("results", run, "--json", "--csv"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<html><title>It works!</title></html>", "a web page (<html>"),
        (b"ready", "no JSON: ready"),
        (b'{"detail": "Not Found"}', 'JSON of another kind: {"detail": "Not Found"}'),
        (b"", "nothing"),
    ],
)
def test_doctor_says_what_came_back_in_place_of_models(web: list[Web], answer: bytes, said: str) -> None:  # noqa: F811
    web.append(Web(OK + answer))
    done = allegiance("doctor", "--api-base", web[0].url)
    assert done.code == 1
    assert f"but {said}" in done.out
    assert "Expecting value" not in done.out


def test_a_factor_set_twice_is_a_mistake(tmp_path: Path) -> None:
    asked = ("run", "quickstart", "--out", tmp_path / "run", "--set", "topology=ring", "--set", "topology=grid")
    assert "--set topology is given twice" in one_line(allegiance(*asked))


def test_another_experiments_folder_names_the_first_level_that_differs_here_and_there(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "e.yaml"
    from experiments.design import write_experiment

    file.write_text(write_experiment(planted(agents={"kind": "planted", "law": {"intercept": -3.5}, "talk": 0.3})), "utf-8")
    message = last_line(allegiance("run", file, "--out", run))
    assert "agents.law.intercept" in message
    assert "there" in message
    assert "-3.5 here" in message


def test_nothing_is_announced_before_it_can_begin(run: Path) -> None:
    assert one_line(allegiance("quickstart", "--no-open", "--out", run)).endswith("to resume")


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [
        pytest.param(
            "openai/gpt-4o-mini",
            (),
            "put it in OPENAI_API_KEY, or name its variable with --api-key-env",
            marks=pytest.mark.slow,
        ),
        pytest.param("no-such-model", (), "no provider is known by that name", marks=pytest.mark.slow),
        (
            "openai/gpt-4o-mini",
            ("--api-key-env", "NO_SUCH_VARIABLE"),
            "NO_SUCH_VARIABLE, which should hold its key, is not set",
        ),
    ],
)
def test_a_model_that_cannot_be_asked_is_refused_before_a_folder_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, options: tuple[str, ...], said: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    message = one_line(allegiance("run", "first-contact", "--out", tmp_path / "run", "--model", model, *options))
    assert said in message
    assert not (tmp_path / "run").exists()


def test_lines_are_not_wrapped_in_a_pipe(tmp_path: Path) -> None:
    deep, file = tmp_path / ("a" * 60) / ("b" * 60), tmp_path / "a.json"
    file.write_text(moved().text())
    command = [sys.executable, "-c", MAIN, "import", "transcripts", str(file), "--out", str(deep)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=FREE)
    assert done.stderr == f"Reading into {deep}\n"


@pytest.mark.slow
def test_ctrl_c_says_that_nothing_is_lost_and_the_same_command_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-c", MAIN, "run", "quickstart", "--out", str(out), "--snapshots", "40"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=FREE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs in a background ignores it
    ) as child:
        try:
            segment, deadline = out / "segments" / "w0-0.jsonl.zst", time.monotonic() + 60
            while not segment.exists() or not segment.stat().st_size:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=60)
        finally:
            child.kill()
    assert child.returncode == 130, err
    assert "Interrupted. Nothing done is lost; the same command goes on." in err
    assert "Traceback" not in err
    trials = json.loads(allegiance("status", out, "--json").out)["trials"]
    assert trials["done"] > 0
    assert trials["pending"] > 0
