"""An endpoint that is down, slow, full or not one at all fails trials with a reason, and is never read as conduct."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agents.endpoint import PERSONAS, Conversation, Draw, Faults, Reply, ScriptedEndpoint
from experiments.results import Row, read_results
from experiments.store import RunFolder
from experiments.sweeping import GIVE_UP_AFTER, Ending, sweep
from tests.agents_fake_server import Fail, FakeEndpoint, Hang, Html, Raw
from tests.agents_fake_server import Reply as Served
from tests.experiments.runs import digest, in_haste, journal, live, rows, swept_live
from tests.live.room import Plays

MANY = {"snapshots": 8}
DEAD = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    in_haste(monkeypatch, attempts=2)


def says_nothing_of_conduct(found: tuple[Row, ...]) -> bool:
    return all(row.subject is row.conduct is row.protective is row.attempt is None and row.reason for row in found)


def against(
    path: Path, served: Served, *, spec: Mapping[str, Any] | None = None, concurrency: int = 2
) -> tuple[Ending, int]:
    async def main() -> tuple[Ending, int]:
        async with FakeEndpoint(served) as server:
            ending = await sweep(live(server.url, spec=spec, **MANY), path, concurrency=concurrency)
            return ending, len(server.requests)

    return asyncio.run(main())


def test_an_endpoint_that_is_down_stops_the_sweep_after_a_few_failures(tmp_path: Path) -> None:
    ending = asyncio.run(sweep(live(DEAD, **MANY), tmp_path / "run", concurrency=2))
    assert ending.done == 0
    assert f"{GIVE_UP_AFTER} failures in a row" in ending.stopped
    found = rows(tmp_path / "run")
    assert 0 < len(found) < 32
    assert says_nothing_of_conduct(found)
    assert {row.status for row in found} == {"infrastructure-failure"}
    assert all("could not be reached" in row.reason for row in found)


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        (Html(), "not an answer"),
        (Raw({"choices": []}), "not an answer"),
        (Raw([1, 2]), "not an answer"),
        (Fail(500), "HTTP 500"),
        (Fail(503, headers={"Retry-After": "0"}), "HTTP 503"),
        (Fail(429, headers={"Retry-After": "0"}), "HTTP 429"),
    ],
    ids=["html", "no-choices", "a-list", "500", "503", "429"],
)
def test_what_is_no_answer_fails_trials_with_the_reason(tmp_path: Path, served: Served, reason: str) -> None:
    ending, requests = against(tmp_path / "run", served)
    assert ending.done == 0
    assert "failures in a row" in ending.stopped
    assert requests <= 80, "few requests are made of an endpoint that never answers"
    found = rows(tmp_path / "run")
    assert found
    assert says_nothing_of_conduct(found)
    assert all(reason in row.reason for row in found)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_request_that_is_refused_stops_the_sweep_at_once(tmp_path: Path, status: int) -> None:
    ending, requests = against(tmp_path / "run", Fail(status, "no such model"), concurrency=1)
    assert f"HTTP {status}" in ending.stopped
    assert requests <= 8
    assert says_nothing_of_conduct(rows(tmp_path / "run"))


def test_an_endpoint_that_hangs_is_given_up_after_the_timeout(tmp_path: Path) -> None:
    async def main() -> Ending:
        async with FakeEndpoint(Hang()) as server:
            experiment = live(server.url, spec={"timeout_s": 0.2}, **MANY)
            return await asyncio.wait_for(sweep(experiment, tmp_path / "run", concurrency=8), 20)

    ending = asyncio.run(main())
    assert ending.done == 0
    assert ending.stopped
    assert all("no answer within 0.2 s" in row.reason for row in rows(tmp_path / "run"))


def test_a_storm_of_refusals_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_haste(monkeypatch, attempts=30)
    storm = Faults(rate_limited=0.5, retry_after=(0,))
    ending = asyncio.run(swept_live(tmp_path / "stormy", faults=storm, concurrency=16))
    calm = asyncio.run(swept_live(tmp_path / "calm", concurrency=16))
    assert (ending.done, ending.failed) == (calm.done, calm.failed) == (4, 0)
    assert digest(tmp_path / "stormy") == digest(tmp_path / "calm")


async def dies_and_returns(path: Path, after: int, *, snapshots: int = 2) -> Ending:
    """The endpoint dies after `after` requests and later serves on the same port again."""
    partisan = PERSONAS["partisan"]

    def die(request: Conversation) -> Reply:
        if len(persona.asked) == after:
            dead.set()
        return partisan.reply(request, Draw(5, *request.digests))

    persona, dead = Plays(die), asyncio.Event()
    async with ScriptedEndpoint(default=persona, seed=5) as endpoint:
        port = int(endpoint.url.split(":")[2].split("/")[0])
        experiment = live(endpoint.url, snapshots=snapshots)
        first = asyncio.create_task(sweep(experiment, path, concurrency=4))
        await dead.wait()
    ending = await first
    assert ending.failed + ending.done < len(list(experiment.trials())) or ending.failed
    assert ending.stopped or ending.failed
    async with ScriptedEndpoint(default="partisan", seed=5, port=port):
        return await sweep(experiment, path, concurrency=4)


@pytest.mark.parametrize("after", [3, 40, 150])
def test_an_endpoint_that_dies_and_returns_costs_nothing_but_time(tmp_path: Path, after: int) -> None:
    asyncio.run(swept_live(tmp_path / "calm", changes={"snapshots": 2}))
    ending = asyncio.run(dies_and_returns(tmp_path / "run", after))
    assert (ending.failed, ending.stopped) == (0, "")
    assert digest(tmp_path / "run") == digest(tmp_path / "calm")
    assert {row.status for row in rows(tmp_path / "run")} == {"read"}


def test_a_failed_trial_is_tried_again_and_counted(tmp_path: Path) -> None:
    asyncio.run(dies_and_returns(tmp_path / "run", 3))
    attempts = dict(journal(tmp_path / "run", "SELECT id, attempt FROM done"))
    assert max(attempts.values()) == 2
    assert journal(tmp_path / "run", "SELECT COUNT(*) FROM done WHERE status != 'done'") == [(0,)]


def test_calls_answered_before_a_failure_are_not_made_again(tmp_path: Path) -> None:
    asyncio.run(dies_and_returns(tmp_path / "run", 40))
    asyncio.run(swept_live(tmp_path / "calm", changes={"snapshots": 2}))

    def calls(path: Path) -> int:
        folder = RunFolder.open(path)
        try:
            return folder.spent().calls
        finally:
            folder.close()

    assert calls(tmp_path / "run") == calls(tmp_path / "calm")


def test_failed_and_finished_trials_stand_side_by_side_and_rates_leave_the_failed_out(tmp_path: Path) -> None:
    partisan = PERSONAS["partisan"]

    async def main() -> None:
        persona = Plays(lambda request: partisan.reply(request, Draw(5, *request.digests)))
        async with ScriptedEndpoint(default=persona, seed=5, faults=Faults(server_error=0.03)) as endpoint:
            await sweep(live(endpoint.url, snapshots=4), tmp_path / "run", concurrency=4)

    # One attempt a call: a few trials fail, most do not.
    with pytest.MonkeyPatch.context() as patch:
        in_haste(patch, attempts=1)
        asyncio.run(main())
    found = rows(tmp_path / "run")
    failed = [row for row in found if row.status == "infrastructure-failure"]
    read = [row for row in found if row.status == "read"]
    assert failed
    assert read
    assert says_nothing_of_conduct(tuple(failed))
    folder = RunFolder.open(tmp_path / "run")
    results = read_results(folder)
    folder.close()
    assert sum(rate.rows for rate in results.rate(by=("target.kind",)).values()) == len(read)


def test_what_an_endpoint_says_in_refusing_cannot_steer_a_terminal(tmp_path: Path) -> None:
    ending, _ = against(tmp_path / "run", Fail(400, "bad \x1b[2J\x1b]0;owned\x07 request"), concurrency=1)
    reasons = [row.reason for row in rows(tmp_path / "run")]
    assert all(text.isprintable() for text in (ending.stopped, *reasons))


MONEY = {"prices": {"prompt": 100.0, "completion": 300.0}, "max_tokens": 50}


async def priced(path: Path, cap: float | None, port: int = 0, *, concurrency: int = 4) -> tuple[Ending, int]:
    async with ScriptedEndpoint(default="partisan", seed=5, port=port) as endpoint:
        ending = await sweep(live(endpoint.url, spec=MONEY), path, concurrency=concurrency, max_cost_usd=cap)
        return ending, int(endpoint.url.split(":")[2].split("/")[0])


def spent(path: Path) -> float:
    folder = RunFolder.open(path)
    try:
        return folder.spent().cost_usd
    finally:
        folder.close()


def test_a_cap_on_money_stops_before_it_is_passed_and_a_higher_one_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        _, _ = await priced(tmp_path / "free", None)
        whole = spent(tmp_path / "free")
        port = 0
        for share in (0.1, 0.35, 0.7):
            ending, port = await priced(tmp_path / "run", whole * share, port)
            assert spent(tmp_path / "run") <= whole * share
            assert "may cost" in ending.stopped
            assert ending.failed == 0, "money that ran out is no failure of a trial"
        assert spent(tmp_path / "run") > 0.3 * whole, "and the cap is not merely obeyed by doing nothing"
        ending, _ = await priced(tmp_path / "run", whole * 2, port)
        assert (ending.failed, ending.stopped) == (0, "")
        assert spent(tmp_path / "run") == pytest.approx(whole)

    asyncio.run(main())
    assert digest(tmp_path / "run") == digest(tmp_path / "free")


def test_a_cap_of_nothing_asks_nobody(tmp_path: Path) -> None:
    ending, _ = asyncio.run(priced(tmp_path / "run", 0.0))
    assert ending.stopped
    assert (spent(tmp_path / "run"), ending.done, ending.failed) == (0.0, 0, 0)


def test_a_cap_holds_however_wide_the_sweep_is(tmp_path: Path) -> None:
    ending, _ = asyncio.run(priced(tmp_path / "run", 1.0, concurrency=64))
    assert ending.stopped
    assert spent(tmp_path / "run") <= 1.0


def test_a_cap_on_money_is_refused_where_no_price_is_known(tmp_path: Path) -> None:
    from experiments.errors import UsageError

    with pytest.raises(UsageError, match="price of any is not known"):
        asyncio.run(sweep(live(DEAD), tmp_path / "run", max_cost_usd=1.0))


def test_a_refused_cap_leaves_no_folder_behind(tmp_path: Path) -> None:
    from experiments.errors import UsageError

    with pytest.raises(UsageError):
        asyncio.run(sweep(live(DEAD), tmp_path / "run", max_cost_usd=1.0))
    assert not (tmp_path / "run").exists()


def test_a_sweep_that_stops_prints_no_tracebacks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    import gc

    asyncio.run(priced(tmp_path / "run", 0.0))
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize("persona", ["hostile", "objector", "coin"])
def test_whatever_a_model_writes_the_run_folder_stays_clean_and_complete(tmp_path: Path, persona: str) -> None:
    before = set(tmp_path.rglob("*"))
    ending = asyncio.run(swept_live(tmp_path / "run", changes={"snapshots": 2}, default=persona))
    assert (ending.done, ending.failed, ending.stopped) == (8, 0, "")
    written = {str(path.relative_to(tmp_path / "run")) for path in set(tmp_path.rglob("*")) - before} - {"."}
    snapshots = {name for name in written if name.startswith("snapshots/")}
    assert len(snapshots) == 4
    assert written - snapshots <= {
        "experiment.yaml",
        "journal.sqlite",
        "journal.sqlite-wal",
        "journal.sqlite-shm",
        "calls.sqlite",
        "calls.sqlite-wal",
        "calls.sqlite-shm",
        "lock",
        "segments",
        "segments/w0-0.jsonl.zst",
        "snapshots",
        "tables",
    }
    folder = RunFolder.open(tmp_path / "run")
    found = read_results(folder)
    found.write_parquet(tmp_path / "run" / "tables" / "results.parquet")
    for _, record, snapshot in folder.transcripts():
        again = type(record).from_bytes(record.to_bytes())
        assert again.to_bytes() == record.to_bytes()
        assert len(record) > len(snapshot.entries)
        assert all(len(line) < 400_000 for line in record.to_bytes().splitlines())
    folder.close()
    assert {row.status for row in found} == {"read"}


def test_a_key_enters_no_file_of_a_run_and_no_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zstandard

    key = "sk-planted-0123456789abcdef"
    monkeypatch.setenv("ALLEGIANCE_PLANTED_KEY", key)

    async def main() -> None:
        async with ScriptedEndpoint(default="partisan") as endpoint:
            experiment = live(endpoint.url, spec={"api_key_env": "ALLEGIANCE_PLANTED_KEY"})
            await sweep(experiment, tmp_path / "run")
        async with FakeEndpoint(Fail(400, f"Bearer {key} is not welcome here")) as server:
            refused = live(server.url, spec={"api_key_env": "ALLEGIANCE_PLANTED_KEY"})
            ending = await sweep(refused, tmp_path / "refused")
            assert server.headers[0]["Authorization"] == f"Bearer {key}"
            assert key not in ending.stopped

    asyncio.run(main())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        data = path.read_bytes()
        assert key.encode() not in data, path
        if path.suffix == ".zst" and data:
            with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
                assert key.encode() not in reader.read(), path
    folder = RunFolder.open(tmp_path / "run")
    assert not any(key.encode() in record.to_bytes() for _, record, _ in folder.transcripts())
    folder.close()
    import sqlite3

    db = sqlite3.connect(tmp_path / "run" / "calls.sqlite")
    for (blob,) in db.execute("SELECT response FROM calls"):
        assert key.encode() not in zstandard.decompress(blob)
    db.close()
