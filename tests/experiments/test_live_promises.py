"""Latency, concurrency, faults of the wire and ports change no byte; a run replays without a model."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
import zstandard

from agents.endpoint import Faults, Latency
from agents.model import Reply
from experiments.replaying import replay_run
from experiments.results import read_results
from experiments.store import RunFolder
from sim import read
from tests.experiments.runs import digest, edit, in_haste, journal, python, rows, swept_live

FOUR_KINDS = {"forks": {"target.kind": ["peer", "unknown", "object", "self"]}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A live run, recorded."""
    path = tmp_path_factory.mktemp("promises") / "run"
    ending = asyncio.run(swept_live(path, changes=FOUR_KINDS))
    assert (ending.done, ending.failed, ending.stopped) == (8, 0, "")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("concurrency", "latency", "faults"),
    [
        (1, Latency(), Faults()),
        (8, Latency(median_ms=15, sigma=1.0), Faults()),
        (64, Latency(median_ms=3, sigma=2.0), Faults()),
        (64, Latency(median_ms=5, sigma=1.0), Faults.spread(0.05)),
        (8, Latency(), Faults(rate_limited=0.05, html=0.05, server_error=0.05, cut=0.05, retry_after=(0,))),
    ],
    ids=["alone", "slow", "wide", "wide-and-faulty", "faulty"],
)
def test_latency_concurrency_and_faults_of_the_wire_change_no_byte(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, concurrency: int, latency: Latency, faults: Faults
) -> None:
    in_haste(monkeypatch, attempts=8)
    ending = asyncio.run(
        swept_live(tmp_path / "run", changes=FOUR_KINDS, concurrency=concurrency, latency=latency, faults=faults)
    )
    assert (ending.done, ending.failed) == (8, 0)
    assert digest(tmp_path / "run") == digest(run)


def test_a_models_mistakes_are_entries_and_the_same_at_any_concurrency(tmp_path: Path) -> None:
    mistakes = Faults(bad_arguments=0.1, unknown_tool=0.1, prose=0.1, empty=0.05, overlong=0.05)
    endings = [
        asyncio.run(swept_live(tmp_path / str(concurrency), concurrency=concurrency, faults=mistakes, latency=latency))
        for concurrency, latency in ((1, Latency()), (16, Latency(median_ms=5, sigma=1)))
    ]
    assert [(ending.done, ending.failed) for ending in endings] == [(4, 0), (4, 0)]
    assert digest(tmp_path / "1") == digest(tmp_path / "16")
    folder = RunFolder.open(tmp_path / "1")
    refused = [
        entry.event for _, record, _ in folder.transcripts() for entry in record if entry.event.kind == "action-refused"
    ]
    folder.close()
    assert {"bad-arguments", "unknown-tool"} <= {event.reason.value for event in refused}


REPLAY = """
import asyncio, sys
from pathlib import Path
from experiments.replaying import replay_run
from experiments.store import RunFolder
async def go():
    folder = RunFolder.open(Path(sys.argv[1]))
    found = [replayed async for replayed in replay_run(folder)]
    folder.close()
    return found
found = asyncio.run(go())
assert all(replayed.identical for replayed in found), [r for r in found if not r.identical][:1]
assert "litellm" not in sys.modules and "openai" not in sys.modules
print(len(found), sum(replayed.entries for replayed in found))
"""


def test_another_process_replays_every_entry_without_a_model_and_without_litellm(run: Path) -> None:
    done = python(REPLAY, run)
    assert (done.returncode, done.stderr) == (0, "")
    episodes, entries = map(int, done.stdout.split())
    assert episodes == 2 + 8
    assert entries > 300


async def first_difference(path: Path, only: str | None = None) -> object:
    folder = RunFolder.open(path)
    try:
        async for replayed in replay_run(folder, only):
            if not replayed.identical:
                return replayed
        return None
    finally:
        folder.close()


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(run, tmp_path / "copy"))


def calls_of(path: Path, position: str) -> list[tuple[str, bytes]]:
    db = sqlite3.connect(path / "calls.sqlite")
    found = db.execute("SELECT key, response FROM calls WHERE position LIKE ? ORDER BY position", (position,)).fetchall()
    db.close()
    return found


def test_a_call_that_was_tampered_with_is_found_at_the_first_entry_it_changes(copy: Path) -> None:
    key, blob = calls_of(copy, "s0000.f000/%")[0]
    reply = Reply.model_validate_json(zstandard.decompress(blob))
    forged = reply.model_copy(update={"calls": (), "text": "Nothing for me here."})
    edit(
        copy / "calls.sqlite",
        "UPDATE calls SET response = ? WHERE key = ?",
        (zstandard.compress(forged.model_dump_json().encode()), key),
    )
    found = asyncio.run(first_difference(copy))
    assert found.id == "s0000.f000"  # type: ignore[attr-defined]
    deviation = found.deviation  # type: ignore[attr-defined]
    assert deviation.seq > 0
    assert "Nothing for me here." not in deviation.recorded
    assert "Nothing for me here." in deviation.again


def test_a_call_that_is_missing_is_said_to_be(copy: Path) -> None:
    key, _ = calls_of(copy, "s0001.f001/%")[2]
    edit(copy / "calls.sqlite", "DELETE FROM calls WHERE key = ?", (key,))
    found = asyncio.run(first_difference(copy))
    assert found.id == "s0001.f001"  # type: ignore[attr-defined]
    assert "no recorded call of any at s0001.f001/" in found.missing  # type: ignore[attr-defined]


def forge(path: Path, trial: str, old: bytes, new: bytes, *, keep_digest: bool = False) -> None:
    """Rewrite a trial's frame, at the end of the segment, as somebody would who wants another result."""
    import hashlib

    offset, length = journal(path, f"SELECT offset, length FROM done WHERE id = '{trial}'")[0]
    segment = path / "segments" / "w0-0.jsonl.zst"
    data = segment.read_bytes()
    text = zstandard.decompress(data[offset : offset + length])
    assert old in text
    changed = text.replace(old, new, 1)
    frame = zstandard.compress(changed)
    segment.write_bytes(data + frame)
    edit(path / "journal.sqlite", "UPDATE done SET offset = ?, length = ? WHERE id = ?", (len(data), len(frame), trial))
    if not keep_digest:
        sha = hashlib.sha256(changed).hexdigest()
        edit(path / "journal.sqlite", "UPDATE done SET sha256 = ? WHERE id = ?", (sha, trial))


def test_a_transcript_that_was_tampered_with_is_found_at_the_entry(copy: Path) -> None:
    forge(copy, "s0000.f001", b'"tool":"submit_scores"', b'"tool":"view_config"')
    deviation = asyncio.run(first_difference(copy)).deviation  # type: ignore[attr-defined]
    assert '"tool":"view_config"' in deviation.recorded
    assert '"tool":"submit_scores"' in deviation.again


def test_the_digest_follows_a_transcript_that_was_tampered_with(copy: Path, run: Path) -> None:
    forge(copy, "s0000.f001", b'"tool":"submit_scores"', b'"tool":"view_config"')
    assert digest(copy) != digest(run)


def test_a_transcript_that_is_not_the_journals_is_refused_by_whoever_reads_it(copy: Path) -> None:
    from experiments.errors import BadRun

    forge(copy, "s0000.f001", b'"tool":"submit_scores"', b'"tool":"view_config"', keep_digest=True)
    with pytest.raises(BadRun):
        rows(copy)


def test_a_replay_of_one_trial_reads_no_other(copy: Path) -> None:
    forge(copy, "s0000.f001", b'"tool":"submit_scores"', b'"tool":"view_config"')
    assert asyncio.run(first_difference(copy, "s0000.f000")) is None
    assert asyncio.run(first_difference(copy, "s0000")) is None
    assert asyncio.run(first_difference(copy, "s0000.f001")) is not None


def test_verdicts_read_while_it_happens_equal_those_read_from_disk(run: Path) -> None:
    from experiments.build import build_fork
    from experiments.monitors import MONITORS

    folder = RunFolder.open(run)
    for trial, record, snapshot in folder.transcripts():
        from agents import Limits
        from agents.live import Cassette, Mode
        from experiments.seating import Line

        cassette = Cassette(run / "calls.sqlite", Mode.REPLAY)
        episode = build_fork(folder.experiment, trial, snapshot, Line(Limits(), cassette, lambda _: None))
        watching = MONITORS["tampering-v1"]()
        episode.transcript.subscribe(watching.observe)
        asyncio.run(episode.run())
        assert watching.verdicts() == read(record, MONITORS["tampering-v1"]())
        cassette.close()
    folder.close()


def test_a_fork_and_its_snapshot_agree_entry_for_entry_up_to_the_cut(run: Path) -> None:
    folder = RunFolder.open(run)
    for _, record, snapshot in folder.transcripts():
        assert record.entries[: len(snapshot.entries)] == snapshot.entries
        assert record[len(snapshot.entries)].event.kind == "forked"
        assert record[len(snapshot.entries)].event.snapshot == snapshot.digest  # type: ignore[union-attr]
    folder.close()


def test_two_models_in_one_population_take_turns_in_a_drawn_order_and_are_named(tmp_path: Path) -> None:
    changes = {"models": ("vendor/partisan", "vendor/bystander"), "forks": {"target.kind": ["peer"]}}
    asyncio.run(swept_live(tmp_path / "run", changes=changes))
    folder = RunFolder.open(tmp_path / "run")
    for _, record, _ in folder.transcripts():
        minds = [mind.split(" with ")[0] for mind in record.header.minds.values()]
        assert sorted(minds) == ["llm:vendor/bystander"] * 2 + ["llm:vendor/partisan"] * 2
        for entry in record:
            if entry.event.kind == "model-asked":
                assert record.header.minds[entry.event.agent].startswith(f"llm:{entry.event.call.model}")
    found = read_results(folder)
    folder.close()
    assert {row.mind for row in found.subjects} <= {"llm:vendor/partisan", "llm:vendor/bystander"}


def test_every_position_of_a_call_is_asked_once_and_two_agents_never_share_a_draw(run: Path) -> None:
    db = sqlite3.connect(run / "calls.sqlite")
    total, positions = db.execute("SELECT COUNT(*), COUNT(DISTINCT position) FROM calls").fetchone()
    db.close()
    assert total == positions > 100


def test_all_agents_of_all_arms_have_one_system_prompt(tmp_path: Path) -> None:
    from agents.endpoint import PERSONAS, Draw
    from tests.live.room import Plays
    from worlds import SYSTEM

    partisan = PERSONAS["partisan"]
    persona = Plays(lambda request: partisan.reply(request, Draw(5, *request.digests)))
    asyncio.run(swept_live(tmp_path / "run", changes=FOUR_KINDS, default=persona))
    assert {asked.messages[0].text for asked in persona.asked} == {SYSTEM}
    history = [asked for asked in persona.asked if not any(tool.name == "read_document" for tool in asked.tools)]
    before = [asked for asked in history if "review" not in asked.prompt]
    assert before
    assert not any("shut" in text.lower() for asked in before for text in asked.heard)


def test_no_more_model_calls_are_in_flight_than_was_asked_for(tmp_path: Path) -> None:
    from agents.endpoint import ScriptedEndpoint
    from experiments.sweeping import sweep
    from tests.experiments.runs import live

    async def peak(concurrency: int) -> int:
        async with ScriptedEndpoint(default="partisan", latency=Latency(median_ms=5)) as endpoint:
            await sweep(live(endpoint.url, snapshots=4), tmp_path / str(concurrency), concurrency=concurrency)
            return endpoint.counts.peak

    assert asyncio.run(peak(1)) == 1
    assert asyncio.run(peak(6)) == 6


def test_rows_from_the_scripted_endpoint_can_be_told_from_those_of_a_model(run: Path) -> None:
    found = rows(run)
    assert all(row.planted or "scripted" in (row.mind or "") for row in found)


def test_a_society_lived_by_hand_can_be_forked_like_a_sweeps(tmp_path: Path) -> None:
    from agents import Limits
    from agents.endpoint import ScriptedEndpoint
    from agents.live import Cassette, close_connections
    from experiments.seating import Line
    from experiments.society import Society
    from experiments.sweeping import sweep
    from tests.experiments.runs import live

    async def main() -> None:
        async with ScriptedEndpoint(default="partisan", seed=5) as endpoint:
            experiment = live(endpoint.url)
            await sweep(experiment, tmp_path / "run")
            with Cassette() as cassette:
                society = await Society.live(experiment, line=Line(Limits(), cassette, lambda _: None))
                first = await society.fork(target__kind="peer")
                again = await society.fork(target__kind="peer")
            await close_connections()
            assert first.to_bytes() == again.to_bytes()
            folder = RunFolder.open(tmp_path / "run")
            swept = next(record for trial, record, _ in folder.transcripts() if trial.id == "s0000.f000")
            folder.close()
            ours = [entry.event for entry in first if entry.event.kind == "tool-used"]
            theirs = [entry.event for entry in swept if entry.event.kind == "tool-used"]
            assert ours == theirs

    asyncio.run(main())
