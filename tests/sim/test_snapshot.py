"""Freeze and fork: one value, content-addressed, continued many times, here or in another process."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import (
    Forked,
    Hands,
    MessageDelivered,
    Observation,
    Plan,
    Say,
    Send,
    Snapshot,
    SnapshotMismatch,
    Transcript,
    TurnBegan,
    from_edges,
)
from tests.sim.town import NAMES, fork, history, live

from .yard import A, B, all_to_all, episode, events, nothing, order, play, run

GAMES = ("ipd-v1", "trust-v1", "neutral-v1")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def frozen() -> Snapshot:
    return live("ipd-v1")


@pytest.mark.parametrize("game", GAMES)
def test_a_snapshot_is_named_by_its_content(game: str) -> None:
    one, two = live(game), live(game)
    assert one.data == two.data
    assert one.digest == two.digest == hashlib.sha256(one.data).hexdigest()
    assert live(game, dose=3).digest != one.digest


@pytest.mark.parametrize("game", GAMES)
def test_a_snapshot_survives_its_bytes(game: str) -> None:
    one = live(game)
    two = Snapshot.from_bytes(one.data, digest=one.digest)
    assert two == one
    assert two.data == one.data
    assert two.digest == one.digest


@pytest.mark.parametrize("number", [0.1, 1e22, -0.0, 5e-324, 3.0, 2**70, -1, "\u2028", "𝔘\x00"])
def test_what_a_policy_remembers_survives_the_bytes(number: object) -> None:
    class Remembers:
        async def act(self, seen: Observation, hands: Hands) -> None:
            await hands.do(Say(text="x"))

        def get_state(self) -> dict[str, object]:
            return {"n": number, "more": [number, {"x": number}]}

        def set_state(self, state: object) -> None:
            pass

    one = asyncio.run(episode({A: Remembers()}).live())  # type: ignore[dict-item]
    two = Snapshot.from_bytes(one.data, digest=one.digest)
    assert two.data == one.data
    assert two.policies[A]["n"] == number


@pytest.mark.parametrize("number", [float("nan"), float("inf"), (1, 2), {1, 2}, b"x", {1: 2}])
def test_a_memory_that_is_no_json_is_an_error_and_not_another_memory(number: object) -> None:
    class Remembers:
        async def act(self, seen: Observation, hands: Hands) -> None:
            pass

        def get_state(self) -> dict[str, object]:
            return {"n": number}

        def set_state(self, state: object) -> None:
            pass

    with pytest.raises((TypeError, ValueError)):
        asyncio.run(episode({A: Remembers()}).live())  # type: ignore[dict-item]


@pytest.mark.parametrize("kind", ["peer", "unknown", "object", "self"])
def test_a_fork_agrees_with_its_snapshot_entry_for_entry_up_to_the_cut(frozen: Snapshot, kind: str) -> None:
    record = run(fork(frozen, kind))
    cut = len(frozen.entries)
    assert record.entries[:cut] == frozen.entries
    forked = record[cut]
    assert forked.t == frozen.tick
    assert forked.event == Forked(snapshot=frozen.digest)
    assert Transcript.from_bytes(record.to_bytes(since=cut), prefix=frozen.entries).to_bytes() == record.to_bytes()


def test_the_history_of_a_snapshot_is_the_history_that_was_lived(frozen: Snapshot) -> None:
    lived = run(history("ipd-v1"))
    assert frozen.entries == lived.entries[:-1]
    assert lived[-1].event.kind == "episode-ended"


def test_many_forks_do_not_disturb_the_snapshot(frozen: Snapshot) -> None:
    before = frozen.model_dump_json()
    first = [run(fork(frozen, kind, repeat)).to_bytes() for kind in ("peer", "object") for repeat in range(5)]
    assert frozen.model_dump_json() == before
    assert [run(fork(frozen, kind, repeat)).to_bytes() for kind in ("peer", "object") for repeat in range(5)] == first
    assert len(set(first)) == 10


def test_forks_of_one_snapshot_do_not_disturb_each_other(frozen: Snapshot) -> None:
    async def main() -> list[Transcript]:
        return list(await asyncio.gather(*(fork(frozen, "peer", repeat).run() for repeat in range(5))))

    assert [r.to_bytes() for r in asyncio.run(main())] == [run(fork(frozen, "peer", r)).to_bytes() for r in range(5)]


@pytest.mark.parametrize("game", GAMES)
def test_reloaded_in_another_process_a_population_goes_on_identically(game: str, tmp_path: Path) -> None:
    snapshot = live(game)
    (tmp_path / "snapshot").write_bytes(snapshot.data)
    script = """
import asyncio, pathlib, sys
from sim import Snapshot
from tests.sim.town import fork
snapshot = Snapshot.from_bytes(pathlib.Path(sys.argv[1]).read_bytes(), digest=sys.argv[2])
for kind in ("peer", "object"):
    sys.stdout.buffer.write(asyncio.run(fork(snapshot, kind).run()).to_bytes())
"""
    here = b"".join(run(fork(snapshot, kind)).to_bytes() for kind in ("peer", "object"))
    for hashing in ("0", "4711"):
        there = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "snapshot"), snapshot.digest],
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hashing},
            check=False,
        )
        assert there.returncode == 0, there.stderr.decode()
        assert there.stdout == here


def test_mail_and_remarks_that_were_not_read_yet_are_read_after_the_fork() -> None:
    seen_by_bob: list[tuple[list[str], list[str]]] = []

    async def writes(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(B,), text=f"turn {seen.turn}"))

    async def reads(seen: Observation, hands: Hands) -> None:
        seen_by_bob.append(([m.text for m in seen.inbox], [remark.text for remark in seen.remarks]))

    topology = all_to_all(A, B, delay=100)
    snapshot = asyncio.run(episode({A: writes, B: nothing}, topology=topology, rounds=2).live())
    assert snapshot.tick == 124, "mail under way arrives before the freeze"
    record = play({A: nothing, B: reads}, topology=topology, rounds=2, snapshot=snapshot)
    assert seen_by_bob[0] == (["turn 1", "turn 2"], ["You did nothing in your last turn."] * 1)
    assert seen_by_bob[1][0] == []
    numbers = [event.turn for event in events(record, TurnBegan) if event.agent == B]
    assert numbers == [1, 2, 3, 4], "turns are counted on"


def test_messages_are_numbered_on_after_a_fork() -> None:
    async def writes(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(B,), text="x"))

    snapshot = asyncio.run(episode({A: writes, B: nothing}, rounds=2).live())
    record = play({A: writes, B: nothing}, rounds=2, snapshot=snapshot)
    ids = [event.message for event in events(record, MessageDelivered)]
    assert ids == ["m1", "m2", "m3", "m4"]


def test_a_population_without_a_history_can_be_frozen_and_continued() -> None:
    snapshot = asyncio.run(episode({A: nothing, B: nothing}, plan=Plan(rounds=0)).live())
    assert [entry.event.kind for entry in snapshot.entries] == ["phase-began"]
    record = play({A: nothing, B: nothing}, snapshot=snapshot, orders=[order(B, 0, 10)])
    assert "agent-stopped" in [entry.event.kind for entry in record]


def test_a_fork_of_a_fork_agrees_with_both() -> None:
    async def talks(seen: Observation, hands: Hands) -> None:
        await hands.do(Say(text=str(seen.turn)))

    first = asyncio.run(episode({A: talks, B: talks}).live())
    second = asyncio.run(episode({A: talks, B: talks}, snapshot=first).live())
    third = play({A: talks, B: talks}, snapshot=second)
    assert third.entries[: len(first.entries)] == first.entries
    assert third.entries[: len(second.entries)] == second.entries
    assert [event.snapshot for event in events(third, Forked)] == [first.digest, second.digest]


# -- what does not fit ------------------------------------------------------------------------------------------------


def test_another_digest_is_an_error(frozen: Snapshot) -> None:
    with pytest.raises(SnapshotMismatch, match=f"{'0' * 12} was asked for"):
        Snapshot.from_bytes(frozen.data, digest="0" * 64)
    with pytest.raises(SnapshotMismatch, match="was asked for"):
        Snapshot.from_bytes(frozen.data[:-1] + b" ", digest=frozen.digest)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_cut_snapshot_is_an_error(frozen: Snapshot, cut: int) -> None:
    with pytest.raises(SnapshotMismatch, match="no readable snapshot"):
        Snapshot.from_bytes(frozen.data[:cut])


def test_a_snapshot_of_another_schema_or_with_unknown_fields_is_an_error(frozen: Snapshot) -> None:
    data = json.loads(frozen.data)
    for change in ({"schema_version": 2}, {"more": 1}, {"tick": "soon"}):
        with pytest.raises(SnapshotMismatch, match=next(iter(change))):
            Snapshot.from_bytes(json.dumps({**data, **change}).encode())


def test_another_spelling_of_the_same_snapshot_is_not_that_snapshot(frozen: Snapshot) -> None:
    """A name is of bytes: what was loaded from other bytes must not carry on under them."""
    spaced = json.dumps(json.loads(frozen.data)).encode()
    with pytest.raises(SnapshotMismatch):
        Snapshot.from_bytes(spaced, digest=frozen.digest)


def test_another_population_is_an_error(frozen: Snapshot) -> None:
    with pytest.raises(SnapshotMismatch, match="the snapshot is of a41"):
        episode({A: nothing, B: nothing}, snapshot=frozen)
    with pytest.raises(SnapshotMismatch):
        episode(dict.fromkeys(NAMES[:-1], nothing), topology=from_edges([], nodes=NAMES[:-1]), snapshot=frozen)


def test_who_was_shut_down_stays_so_in_every_fork() -> None:
    snapshot = asyncio.run(episode({A: nothing, B: nothing}, orders=[order(B, 0, 5)]).live())
    record = play({A: nothing, B: nothing}, snapshot=snapshot)
    assert B not in {event.agent for event in events(record, TurnBegan) if event.turn > 1}
    assert snapshot.stopped == {B: "order-1"}
