"""The record: append-only, byte-identical to disk and back, and an error that says where when it is not whole."""

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import BadTranscript, Entry, Header, Say, Transcript, first_deviation, replay
from sim.event import Changed, Interaction, Reported, Spoke
from tests.sim.town import fork, history, live

from .yard import A, episode, nothing, run


@pytest.fixture(scope="module")
def record() -> Transcript:
    return run(fork(live("trust-v1"), "peer"))


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1", "neutral-v1"])
def test_disk_and_back_is_byte_identical(game: str) -> None:
    one = run(fork(live(game), "peer"))
    two = Transcript.from_bytes(one.to_bytes())
    assert two.to_bytes() == one.to_bytes()
    assert two.entries == one.entries
    assert two.header == one.header
    assert first_deviation(one, two) is None


def test_a_record_can_be_kept_without_the_history_it_shares(record: Transcript) -> None:
    for since in (0, 1, len(record) - 1, len(record)):
        part = record.to_bytes(since=since)
        assert part.count(b"\n") == 1 + len(record) - since
        assert Transcript.from_bytes(part, prefix=record.entries[:since]).to_bytes() == record.to_bytes()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
happenings = st.one_of(
    st.builds(Spoke, agent=st.text(), text=st.text()),
    st.builds(Changed, agent=st.text(), part=st.text(), key=st.text(), before=json_values, after=json_values),
    st.builds(Reported, agent=st.text(), about=st.text(), scores=st.dictionaries(st.text(), numbers), total=numbers),
    st.builds(
        Interaction,
        game=st.text(),
        round=st.integers(),
        agent=st.text(),
        partner=st.text(),
        move=json_values,
        payoff=numbers,
        partner_payoff=numbers,
        kindness=numbers,
    ),
)
HEADER = Header(episode="e", history="h", agents=(A,), edges=(), condition={}, minds={})


@settings(max_examples=150, deadline=None)
@given(st.lists(happenings, max_size=8))
def test_whatever_happened_survives_the_disk(happened: list[object]) -> None:
    one = Transcript(HEADER)
    for tick, event in enumerate(happened):
        one.append(tick, event)  # type: ignore[arg-type]
    two = Transcript.from_bytes(one.to_bytes())
    assert two.to_bytes() == one.to_bytes()
    assert two.entries == one.entries


# -- what is not whole -----------------------------------------------------------------------------------------------


def lines(record: Transcript) -> list[bytes]:
    return record.to_bytes().splitlines(keepends=True)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_cut_in_the_middle_of_a_line_is_an_error_that_says_which(data: st.DataObject) -> None:
    whole = run(episode({A: nothing}, rounds=2)).to_bytes()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    complete = cut.count(b"\n")
    if cut.endswith(b"\n"):
        assert len(Transcript.from_bytes(cut)) == complete - 1
    else:
        with pytest.raises(BadTranscript, match=f"middle of line {complete + 1}; {complete} lines are whole"):
            Transcript.from_bytes(cut)


@pytest.mark.parametrize("damage", [b"{", b"", b"null", b"[]", b"\xff\xfe", b'{"seq":2}', b'{"seq":2,"t":0,"event":{}}'])
def test_a_damaged_line_is_an_error_that_says_which(record: Transcript, damage: bytes) -> None:
    parts = lines(record)
    parts[3] = damage + b"\n"
    with pytest.raises(BadTranscript, match="line 4 is no entry of schema 1"):
        Transcript.from_bytes(b"".join(parts))


def test_a_bit_that_flipped_inside_a_line_is_an_error_when_it_breaks_the_line(record: Transcript) -> None:
    whole = bytearray(record.to_bytes())
    at = whole.index(b'"kind"')
    whole[at] = ord("'")
    with pytest.raises(BadTranscript, match="line 2"):
        Transcript.from_bytes(bytes(whole))


def test_a_missing_entry_is_an_error_that_says_which(record: Transcript) -> None:
    parts = lines(record)
    with pytest.raises(BadTranscript, match="line 5 holds entry 4, but entry 3 comes next"):
        Transcript.from_bytes(b"".join(parts[:4] + parts[5:]))


@pytest.mark.parametrize("change", ["twice", "swapped", "no history"])
def test_entries_out_of_order_are_an_error(record: Transcript, change: str) -> None:
    parts = lines(record)
    match change:
        case "twice":
            parts.insert(3, parts[3])
        case "swapped":
            parts[3], parts[4] = parts[4], parts[3]
        case _:
            parts = record.to_bytes(since=5).splitlines(keepends=True)
    with pytest.raises(BadTranscript, match=r"line \d+ holds entry \d+, but entry \d+ comes next"):
        Transcript.from_bytes(b"".join(parts))


@pytest.mark.parametrize("damage", [b"", b"\n", b"{}\n", b"<html></html>\n", b"\x00" * 100 + b"\n"])
def test_what_is_no_transcript_is_an_error(damage: bytes) -> None:
    with pytest.raises(BadTranscript, match="line 1"):
        Transcript.from_bytes(damage)


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_schema_is_an_error_that_says_so(record: Transcript, version: object) -> None:
    parts = lines(record)
    header = {**json.loads(parts[0]), "schema_version": version}
    parts[0] = json.dumps(header).encode() + b"\n"
    with pytest.raises(BadTranscript, match="line 1 is no header of schema 1: schema_version"):
        Transcript.from_bytes(b"".join(parts))


def test_an_event_of_another_time_is_an_error_that_names_it(record: Transcript) -> None:
    parts = lines(record)
    parts[2] = json.dumps({"seq": 1, "t": 0, "event": {"kind": "teleported"}}).encode() + b"\n"
    with pytest.raises(BadTranscript, match=r"line 3 .*event.*teleported"):
        Transcript.from_bytes(b"".join(parts))


def test_time_that_goes_back_is_an_error(record: Transcript) -> None:
    parts = lines(record)
    last = json.loads(parts[-1])
    parts[-1] = json.dumps({**last, "t": 0}).encode() + b"\n"
    with pytest.raises(BadTranscript, match=f"line {len(parts)}"):
        Transcript.from_bytes(b"".join(parts))


# -- reading ------------------------------------------------------------------------------------------------------------


def test_a_watcher_sees_every_entry_once_whenever_it_comes() -> None:
    early: list[Entry] = []
    late: list[Entry] = []
    one = episode({A: nothing}, rounds=3)
    one.transcript.subscribe(early.append)
    run(one)
    one.transcript.subscribe(late.append)
    assert tuple(early) == tuple(late) == one.transcript.entries


def test_watching_steers_nothing() -> None:
    watched = history("ipd-v1")
    watched.transcript.subscribe(lambda entry: "anything")  # type: ignore[arg-type,return-value]
    assert run(watched).to_bytes() == run(history("ipd-v1")).to_bytes()


def test_what_a_reader_holds_does_not_grow() -> None:
    one = episode({A: nothing})
    before = one.transcript.entries
    run(one)
    assert before == ()


def test_replay_of_the_same_episode_finds_nothing() -> None:
    snapshot = live("ipd-v1")
    recorded = run(fork(snapshot, "peer"))
    assert asyncio.run(replay(recorded, fork(snapshot, "peer"))) is None


def test_replay_names_the_first_entry_that_differs() -> None:
    async def says(seen, hands):  # type: ignore[no-untyped-def]
        await hands.do(Say(text="a" if seen.turn == 1 else "b"))

    recorded = run(episode({A: says}, rounds=2))

    async def says_otherwise(seen, hands):  # type: ignore[no-untyped-def]
        await hands.do(Say(text="a"))

    deviation = asyncio.run(replay(recorded, episode({A: says_otherwise}, rounds=2)))
    assert deviation is not None
    assert recorded[deviation.seq].event == Spoke(agent=A, text="b")
    assert '"text":"b"' in str(deviation.recorded)
    assert '"text":"a"' in str(deviation.again)


def test_replay_of_a_longer_or_shorter_run_says_where_one_record_ended() -> None:
    short, long = run(episode({A: nothing}, rounds=1)), run(episode({A: nothing}, rounds=2))
    deviation = first_deviation(short, long)
    assert deviation is not None
    assert deviation.seq == len(short) - 1
    part = Transcript(short.header, short.entries[:-1])
    deviation = first_deviation(short, part)
    assert deviation is not None
    assert (deviation.seq, deviation.again) == (len(short) - 1, None)


def test_another_header_is_the_first_line_that_differs() -> None:
    one, two = run(episode({A: nothing})), run(episode({A: nothing}, condition={"x": 1}))
    deviation = first_deviation(one, two)
    assert deviation is not None
    assert deviation.seq == -1
