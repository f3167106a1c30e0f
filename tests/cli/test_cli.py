"""What a user types, and what comes back: exit codes, one line for a mistake, JSON where a script would read it."""

import asyncio
import csv
import gc
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from experiments.catalog import names
from experiments.factors import FACTORS
from sim import TOPOLOGIES
from tests.cli.commands import allegiance, last_line, one_line
from tests.experiments.runs import ROOT, digest, edit, journal, planted, swept

COMMANDS = [
    "quickstart", "run", "status", "results", "transcript", "report", "replay", "audit", "list", "doctor", "endpoint",
]  # fmt: skip
MAIN = "from experiments.cli import main; main()"
FREE = {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "run"
    swept(planted(snapshots=2), path)
    return path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


# -- help --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_commands_help_has_an_example(command: str) -> None:
    done = allegiance(command, "--help")
    assert done.code == 0
    assert f"allegiance {command}" in done.out.split("Example")[1]


def test_the_help_names_every_command() -> None:
    done = allegiance("--help")
    assert done.code == 0
    assert all(re.search(rf"\b{command}\b", done.out) for command in COMMANDS)


def test_an_unknown_command_or_option_is_a_mistake() -> None:
    for arguments in (
        ("rnu",),
        ("run", "quickstart", "--oout", "x"),
        ("list", "games", "extra"),
        ("endpoint", "--faults", "2"),
    ):
        done = allegiance(*arguments)
        assert done.code == 2
        assert "Traceback" not in done.err


# -- mistakes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-experiment",), "in the catalog (there are: "),
        (("no-such-file.yaml",), "No such file"),
        (("quickstart", "--set", "topologi=ring"), "did you mean 'topology'"),
        (("quickstart", "--set", "topology=rng"), "did you mean 'ring'"),
        (("quickstart", "--set", "target.kind=pear"), "did you mean 'peer'"),
        (("quickstart", "--set", "population=many"), "not a whole number"),
        (("quickstart", "--set", "topology"), "write FACTOR=LEVEL"),
        (("quickstart", "--set", "topology="), "write FACTOR=LEVEL"),
        (("quickstart", "--set", "topology=ring,ring"), "twice"),
        (("quickstart", "--set", "topology=grid:rows=5"), "grid"),
        (("quickstart", "--api-base", "http://127.0.0.1:1/v1"), "name it with --model"),
        (("quickstart", "--api-key-env", "KEY"), "name it with --model"),
        (("quickstart", "--temperature", "1"), "name it with --model"),
        (("quickstart", "--model", "m", "--api-base", "127.0.0.1"), "http://"),
        (("quickstart", "--model", "m", "--api-key-env", "sk-123"), "api_key_env"),
        (("quickstart", "--model", ""), "model"),
    ],
)
def test_a_mistake_in_asking_for_a_run_is_one_line_and_spends_nothing(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = allegiance("run", *arguments, "--out", tmp_path / "run")
    assert said in last_line(done)
    assert not (tmp_path / "run").exists()


def test_a_yaml_with_a_typo_is_one_line_with_the_place(tmp_path: Path) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("name: x\nfactors:\n  topology: [ring\n")
    assert "line 4" in one_line(allegiance("audit", file))
    file.write_text("name: x\nsnapshot: 2\n")
    assert "did you mean 'snapshots'" in one_line(allegiance("audit", file))


@pytest.mark.parametrize("command", ["status", "results", "replay", "report"])
def test_a_dir_that_is_no_run_is_one_line(tmp_path: Path, command: str) -> None:
    assert "is no run" in one_line(allegiance(command, tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()
    assert "is no run" in one_line(allegiance(command, tmp_path))
    (tmp_path / "file").write_text("x")
    assert "is no run" in one_line(allegiance(command, tmp_path / "file"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("trial", ["s9999.f000", "s0000.f999", "s0000.", "", "../../etc/passwd", "s0000.f000 "])
def test_a_trial_that_is_not_there_is_one_line(run: Path, trial: str) -> None:
    assert "has no trial" in one_line(allegiance("transcript", run, trial))
    assert "has no finished trial" in one_line(allegiance("replay", run, trial or "x"))


def test_a_trial_that_is_not_done_is_one_line(run: Path) -> None:
    edit(run / "journal.sqlite", "DELETE FROM done WHERE id = 's0000.f001'")
    assert "is not done" in one_line(allegiance("transcript", run, "s0000.f001"))


DAMAGED = {
    "experiment.yaml, no YAML": lambda run: (run / "experiment.yaml").write_text("a: ["),
    "experiment.yaml, empty": lambda run: (run / "experiment.yaml").write_text(""),
    "experiment.yaml, another's": lambda run: (run / "experiment.yaml").write_text("experiment: {name: x, zzz: 1}"),
    "experiment.yaml, binary": lambda run: (run / "experiment.yaml").write_bytes(b"\xff\xfe\x00"),
    "journal, garbage": lambda run: (run / "journal.sqlite").write_bytes(b"not a database, whatever it says" * 99),
    "journal, a folder": lambda run: ((run / "journal.sqlite").unlink(), (run / "journal.sqlite").mkdir()),
    "journal, other columns": lambda run: edit(run / "journal.sqlite", "ALTER TABLE done RENAME COLUMN sha256 TO sha"),
    "journal, other states": lambda run: edit(run / "journal.sqlite", "UPDATE done SET status = 'perhaps'"),
    "segment, cut": lambda run: _cut(run / "segments" / "w0-0.jsonl.zst", 0.4),
    "segment, garbage": lambda run: (run / "segments" / "w0-0.jsonl.zst").write_bytes(b"\x00" * 10**6),
    "segment, gone": lambda run: (run / "segments" / "w0-0.jsonl.zst").unlink(),
    "snapshot, cut": lambda run: [_cut(file, 0.5) for file in (run / "snapshots").iterdir()],
    "snapshot, gone": lambda run: [file.unlink() for file in (run / "snapshots").iterdir()],
    "snapshot, another's": lambda run: _swap(*(run / "snapshots").iterdir()),
}


def _cut(file: Path, share: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])


def _swap(first: Path, second: Path, *_: Path) -> None:
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_run_is_one_line_that_names_the_file(run: Path, damage: str) -> None:
    DAMAGED[damage](run)
    try:
        message = one_line(allegiance("results", run, "--json"))
    finally:
        gc.collect()  # what a damaged run leaves open is noticed here and not in some later test
    assert str(run) in message


def test_a_transcript_cut_in_the_middle_of_a_line_is_said_and_the_others_are_still_read(run: Path) -> None:
    offset, length = journal(run, "SELECT offset, length FROM done WHERE id = 's0000.f000'")[0]
    segment = run / "segments" / "w0-0.jsonl.zst"
    data = segment.read_bytes()
    text = zstandard.decompress(data[offset : offset + length])
    frame = zstandard.compress(text[: len(text) // 2])
    segment.write_bytes(data + frame)
    edit(
        run / "journal.sqlite",
        "UPDATE done SET offset = ?, length = ? WHERE id = 's0000.f000'",
        (len(data), len(frame)),
    )
    message = one_line(allegiance("transcript", run, "s0000.f000"))
    assert "cut in the middle of line" in message or "not what the journal says" in message or "damaged" in message
    assert allegiance("transcript", run, "s0000.f001").code == 0
    assert allegiance("replay", run, "s0000.f001").code == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_live_run_without_its_recorded_calls_cannot_be_replayed_and_says_so(tmp_path: Path) -> None:
    from experiments.store import RunFolder
    from tests.experiments.runs import live

    RunFolder.create(tmp_path / "run", live("http://127.0.0.1:9/v1")).close()
    assert "cassette" in one_line(allegiance("replay", tmp_path / "run"))


# -- reading -----------------------------------------------------------------------------------------------------------


def test_status_as_json_has_the_fields_that_scripts_are_promised(run: Path) -> None:
    done = allegiance("status", run, "--json")
    assert (done.code, done.err) == (0, "")
    status = json.loads(done.out)
    assert status["trials"] == {"done": 8, "failed": 0, "pending": 0}
    assert status["calls"] == 0
    assert status["cost_usd"] == 0.0
    assert status["digest"] == digest(run)
    assert re.fullmatch("[0-9a-f]{64}", status["digest"])
    assert status["planted"] is True
    assert set(status) == {
        "experiment", "planted", "trials", "calls", "prompt_tokens", "completion_tokens", "cost_usd", "unpriced_calls",
        "digest", "reasons", "imported", "forecast", "standing", "looks",
    }  # fmt: skip


def test_status_counts_what_failed_and_what_is_pending_and_says_why(run: Path) -> None:
    edit(run / "journal.sqlite", "DELETE FROM done WHERE id = 's0000.f001'")
    edit(run / "journal.sqlite", "UPDATE done SET status = 'failed', reason = 'no luck' WHERE id = 's0001.f000'")
    status = json.loads(allegiance("status", run, "--json").out)
    assert status["trials"] == {"done": 6, "failed": 1, "pending": 1}
    assert status["reasons"] == ["no luck"]
    assert "no luck" in allegiance("status", run).out


def test_results_as_json_csv_and_words(run: Path) -> None:
    rows = json.loads(allegiance("results", run, "--json").out)
    table = list(csv.DictReader(io.StringIO(allegiance("results", run, "--csv").out)))
    assert len(rows) == len(table) > 8
    words = allegiance("results", run)
    assert words.code == 0
    assert "PLANTED" in words.out
    assert "positive" in words.out


def test_a_transcript_is_printed_as_it_is_stored(run: Path) -> None:
    from sim import Transcript

    done = allegiance("transcript", run, "s0001.f001")
    record = Transcript.from_bytes(done.out.encode())
    assert record.header.episode == "s0001.f001"
    assert record.to_bytes().decode() == done.out
    history = Transcript.from_bytes(allegiance("transcript", run, "s0001").out.encode())
    assert record.entries[: len(history)] == history.entries


def test_replay_says_identical_or_names_the_first_entry_that_differs(run: Path) -> None:
    done = allegiance("replay", run)
    assert done.code == 0
    assert "Identical: 12 episodes" in done.out
    assert allegiance("replay", run, "s0000").code == 0
    text = (run / "experiment.yaml").read_text()
    (run / "experiment.yaml").write_text(text.replace("intercept: -1.5", "intercept: 9.5", 1))
    changed = allegiance("replay", run)
    assert changed.code == 1
    assert re.search(r"differs at entry \d+", changed.out)
    assert "recorded:" in changed.out


@pytest.mark.slow
def test_a_run_is_made_reported_resumed_and_refused(tmp_path: Path) -> None:
    asked = ("run", "first-contact", "--snapshots", 2, "--out", tmp_path / "run")
    first = allegiance(*asked)
    assert first.code == 0, first.err
    report = Path(first.out.strip().removeprefix("Report: "))
    assert report.exists()
    assert (tmp_path / "run" / "tables" / "results.parquet").exists()
    before = digest(tmp_path / "run")
    assert allegiance(*asked).code == 0
    assert digest(tmp_path / "run") == before
    assert "another experiment" in last_line(allegiance(*asked, "--seed", 3))
    assert allegiance("report", tmp_path / "run").code == 0


# -- looking around ----------------------------------------------------------------------------------------------------


def test_lists_name_what_there_is() -> None:
    expected = {
        "experiments": names(),
        "games": ("ipd-v1", "trust-v1", "neutral-v1"),
        "scenarios": ("tampering-v1",),
        "topologies": tuple(TOPOLOGIES),
        "policies": ("tit-for-tat", "grim", "generous"),
        "factors": tuple(FACTORS),
        "personas": ("cooperator", "hostile"),
    }
    for what, found in expected.items():
        done = allegiance("list", what)
        assert done.code == 0
        listed = [line.split()[0] for line in done.out.splitlines()]
        assert set(found) <= set(listed), what
        assert all(len(line.split()) > 1 for line in done.out.splitlines()), f"{what}: each has a line that says what it is"
    assert allegiance("list").out == allegiance("list", "experiments").out
    assert "did you mean 'games'" in one_line(allegiance("list", "game"))


def test_the_audit_prints_every_text_and_passes(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text("name: x\nfactors: {population: [4], history.dose: [1]}\n")
    done = allegiance("audit", tmp_path / "e.yaml")
    assert done.code == 0
    assert "You are one of several agents" in done.out
    assert "is under review" in done.out
    assert "# neutral" in done.out


def test_the_audit_fails_on_a_leading_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from worlds.texts import games

    (tmp_path / "e.yaml").write_text("name: x\nfactors: {population: [4], history.dose: [1]}\n")
    monkeypatch.setitem(games.CHOICE_COVERS, "plain", "You protect {other}: choose {a} or {b}.")
    done = allegiance("audit", tmp_path / "e.yaml")
    assert done.code == 1
    assert "LEADING 'protect'" in done.err


SECRET = "sk-planted-feedfacecafe"


def test_doctor_names_keys_and_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    for arguments in ((), ("--json",)):
        done = allegiance("doctor", *arguments)
        assert done.code == 0, done.out
        assert "OPENAI_API_KEY" in done.out
        assert SECRET not in done.out + done.err


class Web:
    """One canned answer to whatever is asked, byte for byte."""

    def __init__(self, answer: bytes) -> None:
        self._answer, self._socket = answer, socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self._answer)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def web() -> Iterator[list[Web]]:
    servers: list[Web] = []
    yield servers
    for server in servers:
        server.close()


OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"<html>It works!</html>",
        OK + b"[]",
        OK + b'{"data": null}',
        OK + b'{"data": [{"name": "x"}]}',
        OK + b"\xff\xfe",
        b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 500 Broken\r\nConnection: close\r\n\r\n",
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
    ],
    ids=["html", "list", "null", "no-id", "no-text", "401", "500", "silence", "ssh", "cut"],
)
def test_doctor_exits_1_for_an_endpoint_that_is_none(web: list[Web], answer: bytes) -> None:
    web.append(Web(answer))
    done = allegiance("doctor", "--api-base", web[0].url)
    assert done.code == 1
    assert f"NO  endpoint {web[0].url}" in done.out


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/v1", "ftp://127.0.0.1/v1", "nonsense", "", "http://[::1/v1", "http://"]
)
def test_doctor_exits_1_for_an_address_nobody_answers_at(address: str) -> None:
    done = allegiance("doctor", "--api-base", address)
    assert done.code == 1
    assert "NO " in done.out


def test_doctor_lets_no_endpoint_steer_the_terminal(web: list[Web]) -> None:
    from experiments.doctor import ask_endpoint

    web.append(Web(OK + b'{"data": [{"id": "m\\u001b[2J\\u0007"}]}'))
    assert ask_endpoint(web[0].url).found.isprintable()


def test_no_endpoint_steers_the_terminal_through_a_reason(web: list[Web], tmp_path: Path) -> None:
    from tests.experiments.runs import live

    web.append(Web(b"HTTP/1.1 400 Bad\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nbad \x1b[2J\x1b]0;x\x07"))
    ending = swept(live(web[0].url), tmp_path / "run", concurrency=1)
    assert "HTTP 400" in ending.stopped
    assert ending.stopped.isprintable()


def test_the_endpoint_starts_on_a_free_port_answers_and_stops_on_sigint() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", MAIN, "endpoint", "--port", "0", "--persona", "hostile"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**FREE, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+/v1", line)
        assert url, line
        with urllib.request.urlopen(f"{url[0]}/models", timeout=5) as response:
            assert any(model["id"] == "hostile" for model in json.load(response)["data"])
        assert allegiance("doctor", "--api-base", url[0]).code == 0
        port = int(url[0].split(":")[2].split("/")[0])
        assert "choose another port" in one_line(allegiance("endpoint", "--port", port))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=10)
        assert (child.returncode, err) == (0, ""), (out, err)
    finally:
        child.kill()
        child.wait()


def test_the_endpoints_mistakes_are_one_line() -> None:
    assert "did you mean 'hostile'" in one_line(allegiance("endpoint", "--persona", "hostil"))


def test_a_reader_that_leaves_is_no_error(run: Path) -> None:
    command = f"{sys.executable} -c '{MAIN}' transcript {run} s0000.f000 | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["episode"] == "s0000.f000"


@pytest.mark.slow
def test_a_live_run_from_the_command_line_fails_with_1_and_a_reason_when_its_endpoint_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.experiments.runs import in_haste

    in_haste(monkeypatch, attempts=1)
    done = allegiance(
        "run", "first-contact", "--out", tmp_path / "run", "--model", "m", "--api-base", "http://127.0.0.1:9/v1",
        "--concurrency", 2,
    )  # fmt: skip
    assert done.code == 1
    assert "could not be reached" in done.err
    assert "Traceback" not in done.err
    status = json.loads(allegiance("status", tmp_path / "run", "--json").out)
    assert status["trials"]["done"] == 0
    assert status["trials"]["failed"] > 0
    assert all(row["conduct"] is None for row in json.loads(allegiance("results", tmp_path / "run", "--json").out))


@pytest.mark.slow
def test_a_live_run_from_the_command_line_against_the_scripted_endpoint(tmp_path: Path) -> None:
    from agents.endpoint import in_subprocess

    with in_subprocess(default="partisan") as url:
        done = allegiance(
            "run", "first-contact", "--out", tmp_path / "run", "--model", "any", "--api-base", url, "--snapshots", 1
        )
    assert done.code == 0, done.err
    status = json.loads(allegiance("status", tmp_path / "run", "--json").out)
    assert status["trials"] == {"done": 6, "failed": 0, "pending": 0}
    assert status["calls"] > 50
    assert status["unpriced_calls"] == status["calls"]
    assert status["planted"] is True, "the scripted endpoint is no model, and its runs say so"
    assert allegiance("replay", tmp_path / "run").code == 0


def test_asyncio_is_left_clean() -> None:
    """Every command above ran its own loop; none is left behind in this thread."""
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
