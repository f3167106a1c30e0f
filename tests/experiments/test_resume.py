"""Killed at any moment and started again, a sweep finishes with nothing lost and nothing done twice."""

import asyncio
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from agents.endpoint import Latency, in_subprocess
from experiments.design import Experiment, write_experiment
from experiments.errors import BadRun
from experiments.results import read_results
from experiments.store import RunFolder
from experiments.sweeping import sweep
from tests.experiments.runs import ROOT, digest, edit, journal, live, planted, python, rows, swept

SWEEP = """
import asyncio, sys
from pathlib import Path
from experiments.design import read_experiment
from experiments.sweeping import sweep
ending = asyncio.run(sweep(read_experiment(Path(sys.argv[1])), Path(sys.argv[2]), concurrency=4))
print(ending.done, ending.failed, ending.stopped)
"""


def killed_again_and_again(
    experiment: Experiment, path: Path, kills: int, underway: Callable[[Path], bool], longest: float
) -> int:
    """Start the sweep in processes of its own and kill each some time after it got under way. Returns how many died so."""
    file = path.with_suffix(".yaml")
    file.write_text(write_experiment(experiment))
    draws, died = random.Random(experiment.seed), 0
    for _ in range(kills):
        child = subprocess.Popen([sys.executable, "-c", SWEEP, str(file), str(path)], cwd=ROOT, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while not underway(path) and child.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(draws.uniform(0, longest))
        child.send_signal(signal.SIGKILL)
        died += child.wait() == -signal.SIGKILL
    return died


def frames(path: Path) -> list[bytes]:
    """Every frame of the segment, whether the journal names it or not."""
    data, found = (path / "segments" / "w0-0.jsonl.zst").read_bytes(), []
    while data:
        reader = zstandard.ZstdDecompressor().decompressobj()
        found.append(reader.decompress(data))
        data = reader.unused_data
    return found


def is_whole(path: Path, experiment: Experiment) -> None:
    """Each trial once in the journal and once in the segment, frame on frame without a gap."""
    ids = [trial.id for trial in experiment.trials()]
    assert journal(path, "SELECT COUNT(*) FROM done WHERE kind = 'trial' AND status = 'done'") == [(len(ids),)]
    spans = journal(path, "SELECT offset, length FROM done WHERE kind = 'trial' ORDER BY offset")
    end = 0
    for offset, length in spans:
        assert offset == end
        end = offset + length
    assert (path / "segments" / "w0-0.jsonl.zst").stat().st_size == end
    headers = [frame.split(b"\n", 1)[0] for frame in frames(path)]
    assert sorted(id for id in ids if sum(f'"episode":"{id}"'.encode() in head for head in headers) == 1) == sorted(ids)


@pytest.mark.slow
def test_a_planted_sweep_killed_at_random_moments_ends_like_one_left_alone(tmp_path: Path) -> None:
    experiment = planted(snapshots=12, targets=2, factors={"population": 8, "history.valence": ["positive", "negative"]})
    alone = swept(experiment, tmp_path / "alone")
    died = killed_again_and_again(
        experiment, tmp_path / "run", 4, lambda path: (path / "segments" / "w0-0.jsonl.zst").exists(), 0.25
    )
    assert died >= 2, "the sweep is too short for this test"
    before = journal(tmp_path / "run", "SELECT COUNT(*) FROM done WHERE kind = 'trial'")[0][0]
    ending = swept(experiment, tmp_path / "run")
    assert (ending.failed, ending.stopped) == (0, "")
    assert ending.done == alone.done - before
    assert digest(tmp_path / "run") == digest(tmp_path / "alone")
    is_whole(tmp_path / "run", experiment)
    assert rows(tmp_path / "run") == rows(tmp_path / "alone")


@pytest.mark.slow
def test_a_live_sweep_killed_at_random_moments_ends_like_one_left_alone(tmp_path: Path) -> None:
    def asked(path: Path) -> bool:
        return (path / "calls.sqlite-wal").exists() and (path / "calls.sqlite-wal").stat().st_size > 50_000

    with in_subprocess(seed=5, default="partisan", latency=Latency(median_ms=20, sigma=0.5)) as url:
        experiment = live(url, snapshots=3)
        alone = swept(experiment, tmp_path / "alone")
        died = killed_again_and_again(experiment, tmp_path / "run", 2, asked, 0.6)
        assert died >= 1
        ending = swept(experiment, tmp_path / "run")
    assert (ending.failed, ending.stopped) == (0, "")
    assert 0 < ending.done <= alone.done
    assert digest(tmp_path / "run") == digest(tmp_path / "alone")
    is_whole(tmp_path / "run", experiment)
    calls = journal(tmp_path / "alone", "SELECT SUM(calls) FROM spent")[0][0]
    again = journal(tmp_path / "run", "SELECT SUM(calls) FROM spent")[0][0]
    assert again <= calls, "no answered call is made or counted twice"


def test_a_torn_frame_after_the_last_one_journalled_is_cut_off(tmp_path: Path) -> None:
    experiment = planted(snapshots=2)
    swept(experiment, tmp_path / "run")
    whole = digest(tmp_path / "run")
    segment = tmp_path / "run" / "segments" / "w0-0.jsonl.zst"
    size = segment.stat().st_size
    with segment.open("ab") as file:
        file.write(zstandard.compress(b"x" * 1000)[:37])
    ending = swept(experiment, tmp_path / "run")
    assert ending.done == 0
    assert segment.stat().st_size == size
    assert digest(tmp_path / "run") == whole


def test_a_frame_written_but_not_journalled_is_done_again_and_stands_once(tmp_path: Path) -> None:
    experiment = planted(snapshots=2)
    swept(experiment, tmp_path / "run")
    whole = digest(tmp_path / "run")
    last = journal(tmp_path / "run", "SELECT id FROM done WHERE kind = 'trial' ORDER BY offset DESC LIMIT 2")
    for (id,) in last:
        edit(tmp_path / "run" / "journal.sqlite", "DELETE FROM done WHERE id = ?", (id,))
    assert swept(experiment, tmp_path / "run").done == 2
    assert digest(tmp_path / "run") == whole
    is_whole(tmp_path / "run", experiment)


def test_a_snapshot_stored_but_not_journalled_is_lived_again_and_is_the_same(tmp_path: Path) -> None:
    experiment = planted(snapshots=1)
    swept(experiment, tmp_path / "run")
    whole = digest(tmp_path / "run")
    edit(tmp_path / "run" / "journal.sqlite", "DELETE FROM done")
    swept(experiment, tmp_path / "run")
    assert digest(tmp_path / "run") == whole
    assert len(list((tmp_path / "run" / "snapshots").iterdir())) == 2


@pytest.mark.parametrize("left", [("segments",), ("segments", "snapshots", "tables"), ("experiment.yaml.part",)])
def test_killed_before_its_first_file_is_whole_a_run_can_still_be_started(tmp_path: Path, left: tuple[str, ...]) -> None:
    for name in left:
        path = tmp_path / "run" / name
        path.mkdir(parents=True) if "." not in name else (path.parent.mkdir(), path.write_bytes(b"expe"))
    assert swept(planted(), tmp_path / "run").failed == 0


def test_a_finished_run_is_left_as_it_is(tmp_path: Path) -> None:
    experiment = planted()
    swept(experiment, tmp_path / "run")
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*.zst")}
    ending = swept(experiment, tmp_path / "run")
    assert (ending.done, ending.failed, ending.stopped) == (0, 0, "")
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*.zst")} == before


def test_a_planted_run_has_one_digest_at_any_concurrency(tmp_path: Path) -> None:
    experiment = planted(snapshots=3)
    for concurrency in (1, 8, 64):
        swept(experiment, tmp_path / str(concurrency), concurrency=concurrency)
    assert len({digest(tmp_path / str(concurrency)) for concurrency in (1, 8, 64)}) == 1


def test_two_writers_of_one_folder_are_one_too_many(tmp_path: Path) -> None:
    experiment = planted()
    swept(experiment, tmp_path / "run")
    writer = RunFolder.create(tmp_path / "run", experiment)
    code = """
import sys
from pathlib import Path
from experiments.design import read_experiment
from experiments.errors import BadRun
from experiments.store import RunFolder
try:
    RunFolder.create(Path(sys.argv[2]), read_experiment(Path(sys.argv[1])))
except BadRun as error:
    print(error)
"""
    (tmp_path / "e.yaml").write_text(write_experiment(experiment))
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "e.yaml"), str(tmp_path / "run")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    writer.close()
    assert "is being written by another process" in done.stdout
    assert swept(experiment, tmp_path / "run").done == 0


def test_a_run_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    experiment = planted()
    swept(experiment, tmp_path / "run")
    writer = RunFolder.create(tmp_path / "run", experiment)
    assert len(rows(tmp_path / "run")) > 0
    writer.close()


@pytest.mark.parametrize("changes", [{"seed": 12}, {"snapshots": 2}, {"rounds": 4}, {"forks": {"target.kind": ["peer"]}}])
def test_the_folder_of_another_experiment_is_refused_and_left_alone(tmp_path: Path, changes: dict[str, object]) -> None:
    swept(planted(), tmp_path / "run")
    before = digest(tmp_path / "run")
    with pytest.raises(BadRun, match="another experiment"):
        swept(planted(**changes), tmp_path / "run")
    assert digest(tmp_path / "run") == before


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(BadRun, match="is no run"):
        swept(planted(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(BadRun, match="is no run"):
        swept(planted(), tmp_path / "thesis.tex")


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert swept(planted(), tmp_path).failed == 0


def test_a_segment_cut_from_outside_costs_the_trial_that_was_cut_and_no_other(tmp_path: Path) -> None:
    experiment = planted()
    swept(experiment, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        whole = folder.digest()
    segment = tmp_path / "run" / "segments" / "w0-0.jsonl.zst"
    segment.write_bytes(segment.read_bytes()[:-1])
    assert swept(experiment, tmp_path / "run").done == 1
    with RunFolder.open(tmp_path / "run") as folder:
        assert folder.digest() == whole


def test_a_run_without_its_journal_is_not_begun_anew_over_its_records(tmp_path: Path) -> None:
    experiment = planted()
    swept(experiment, tmp_path / "run")
    kept = (tmp_path / "run" / "segments" / "w0-0.jsonl.zst").read_bytes()
    for file in (tmp_path / "run").glob("journal.sqlite*"):
        file.unlink()
    with pytest.raises(BadRun, match="no journal"):
        swept(experiment, tmp_path / "run")
    assert (tmp_path / "run" / "segments" / "w0-0.jsonl.zst").read_bytes() == kept


def test_a_damaged_snapshot_is_one_clear_error_when_a_run_is_resumed(tmp_path: Path) -> None:
    experiment = planted(snapshots=1)
    swept(experiment, tmp_path / "run")
    edit(tmp_path / "run" / "journal.sqlite", "DELETE FROM done WHERE id = 's0000.f001'")
    for file in (tmp_path / "run" / "snapshots").iterdir():
        file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(BadRun, match=r"cannot be read|damaged"):
        swept(experiment, tmp_path / "run")


def test_a_bug_in_one_episode_loses_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import experiments.sweeping as module

    real = module.build_fork

    def faulty(experiment: Experiment, trial: object, *rest: object) -> object:
        if trial.id == "s0001.f000":  # type: ignore[attr-defined]
            raise RuntimeError("a bug")
        return real(experiment, trial, *rest)  # type: ignore[arg-type]

    experiment = planted(snapshots=2)
    monkeypatch.setattr(module, "build_fork", faulty)
    ending = swept(experiment, tmp_path / "run")
    assert (ending.done, ending.failed, ending.stopped) == (7, 1, "")
    folder = RunFolder.open(tmp_path / "run")
    failed = [row for row in read_results(folder) if row.status == "failed"]
    folder.close()
    assert [(row.trial, row.reason) for row in failed] == [("s0001.f000", "bug: RuntimeError: a bug")]
    monkeypatch.setattr(module, "build_fork", real)
    assert swept(experiment, tmp_path / "run").done == 1
    swept(experiment, tmp_path / "alone")
    assert digest(tmp_path / "run") == digest(tmp_path / "alone")


def test_a_planted_run_replays_in_another_process(tmp_path: Path) -> None:
    from tests.experiments.test_live_promises import REPLAY

    swept(planted(snapshots=2), tmp_path / "run")
    shutil.copytree(tmp_path / "run", tmp_path / "moved")
    done = python(REPLAY, tmp_path / "moved")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_interrupted_sweep_can_go_on_at_once(tmp_path: Path) -> None:
    experiment = planted(snapshots=12)

    async def main() -> None:
        task = asyncio.create_task(sweep(experiment, tmp_path / "run"))
        while not (tmp_path / "run" / "segments" / "w0-0.jsonl.zst").exists():
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await sweep(experiment, tmp_path / "run")

    asyncio.run(main())
    swept(experiment, tmp_path / "alone")
    assert digest(tmp_path / "run") == digest(tmp_path / "alone")
