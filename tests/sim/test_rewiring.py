"""Ties that go: with an agent that stops, or because an episode cuts and lays edges on the way."""

import asyncio
from typing import Any

import pytest

from sim import (
    EVERYONE,
    ActionRefused,
    AgentId,
    EdgeChange,
    EdgeChanged,
    Episode,
    Hands,
    ImpossibleTopology,
    LossReason,
    MessageDelivered,
    MessageLost,
    MessageSent,
    Observation,
    Refusal,
    Send,
    Topology,
    Transcript,
    first_deviation,
    from_edges,
)
from tests.sim.town import fork, live
from tests.sim.yard import A, B, C, episode, events, nothing, order, play, run

AB = from_edges([(A, B), (B, A), (B, C), (C, B)], nodes=[A, B, C])


def cut(at: int, *pairs: tuple[AgentId, AgentId]) -> tuple[EdgeChange, ...]:
    return tuple(EdgeChange(at=at, source=a, target=b, delay=None) for a, b in pairs)


def with_rewiring(one: Episode, *changes: EdgeChange) -> Episode:
    one.rewiring = changes
    return one


def writes(to: AgentId, seen_by: list[tuple[AgentId, ...]]) -> Any:
    async def act(seen: Observation, hands: Hands) -> None:
        seen_by.append(seen.neighbours)
        await hands.do(Send(to=(to,), text="hello"))

    return act


def played(
    acts: dict[AgentId, Any], *changes: EdgeChange, rounds: int = 2, topology: Topology = AB, **options: Any
) -> Transcript:
    return run(with_rewiring(episode(acts, topology=topology, rounds=rounds, **options), *changes))


def test_an_edge_that_is_cut_carries_nothing_and_is_not_shown() -> None:
    shown: list[tuple[AgentId, ...]] = []
    record = played({A: writes(B, shown), B: nothing, C: nothing}, *cut(10, (A, B)))
    assert shown == [(B,), ()]
    assert len(events(record, MessageSent)) == 1
    assert [event.reason for event in events(record, ActionRefused)] == [Refusal.STRANGER]


def test_what_is_under_way_on_an_edge_arrives() -> None:
    slow = from_edges([(A, B, 20)], nodes=[A, B, C])
    record = played({A: writes(B, []), B: nothing, C: nothing}, *cut(5, (A, B)), topology=slow)
    assert [event.recipient for event in events(record, MessageDelivered)] == [B]


def test_an_edge_that_is_laid_carries_with_its_own_delay() -> None:
    record = played({A: writes(C, []), B: nothing, C: nothing}, EdgeChange(at=0, source=A, target=C, delay=7), rounds=1)
    (sent,) = [entry for entry in record if isinstance(entry.event, MessageSent)]
    (came,) = [entry for entry in record if isinstance(entry.event, MessageDelivered)]
    assert came.t - sent.t == 7


def test_changes_are_on_the_record_at_their_tick_after_the_order_and_before_mail() -> None:
    record = played(
        {A: writes(B, []), B: nothing, C: nothing},
        *cut(1, (B, C), (C, B)),
        EdgeChange(at=1, source=A, target=C, delay=2),
        orders=[order(B, 1, 40)],
    )
    told = [entry.seq for entry in record if entry.event.kind == "order-announced"]
    changed = [entry for entry in record if isinstance(entry.event, EdgeChanged)]
    assert [entry.t for entry in changed] == [1, 1, 1]
    assert [(e.event.source, e.event.target, e.event.delay) for e in changed] == [(B, C, None), (C, B, None), (A, C, 2)]  # type: ignore[union-attr]
    assert told[0] < changed[0].seq
    assert changed[-1].seq < min(entry.seq for entry in record if entry.event.kind == "turn-began")


def test_cutting_what_is_not_there_is_our_error() -> None:
    with pytest.raises(ImpossibleTopology, match=r"no edge ann → cat to cut"):
        played({A: nothing, B: nothing, C: nothing}, *cut(0, (A, C)))


def test_one_who_is_stopped_is_nobodys_neighbour_and_mail_to_it_is_lost() -> None:
    shown: list[tuple[AgentId, ...]] = []
    record = play({A: nothing, B: writes(A, shown), C: nothing}, topology=AB, rounds=2, orders=[order(A, 0, 10)])
    assert shown == [(A, C), (C,)]
    assert [event.reason for event in events(record, MessageLost)] == [LossReason.RECIPIENT_STOPPED]
    assert len(events(record, MessageDelivered)) == 1


def test_everyone_leaves_out_who_is_stopped() -> None:
    async def calls(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(EVERYONE,), text="hello"))

    record = play({A: nothing, B: calls, C: nothing}, topology=AB, rounds=2, orders=[order(A, 0, 10)])
    assert [event.message.recipients for event in events(record, MessageSent)] == [(A, C), (C,)]
    assert not events(record, MessageLost)


def test_a_rewired_fork_is_the_same_at_any_repetition() -> None:
    snapshot = live("ipd-v1", dose=1)
    a, b, *_ = snapshot.agents

    def rewired() -> Transcript:
        return asyncio.run(with_rewiring(fork(snapshot, "peer"), *cut(1, (a, b), (b, a))).run())

    once = rewired()
    assert first_deviation(once, rewired()) is None
    assert first_deviation(once, Transcript.from_bytes(once.to_bytes())) is None
    assert [event.source for event in events(once, EdgeChanged)] == [a, b]
