"""A message can be followed from sender to delivery to the turn that saw it; none is lost or doubled."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import (
    EVERYONE,
    OPERATOR,
    ActionRefused,
    AgentId,
    Channel,
    Hands,
    LossReason,
    Message,
    MessageDelivered,
    MessageLost,
    MessageSent,
    Observation,
    Order,
    Plan,
    Refusal,
    Send,
    Topology,
    Transcript,
    TurnBegan,
    Use,
    from_edges,
)

from .yard import A, B, C, D, all_to_all, episode, events, nothing, order, play

NAMES = [AgentId(f"n{i}") for i in range(6)]


@st.composite
def graphs(draw: st.DrawFn) -> Topology:
    n = draw(st.integers(2, len(NAMES)))
    pairs = [(a, b) for a in NAMES[:n] for b in NAMES[:n] if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20))
    return from_edges([(a, b, draw(st.integers(1, 70))) for a, b in chosen], nodes=NAMES[:n])


Script = dict[AgentId, list[list[tuple[AgentId, ...]]]]
"""Agent → turn → who is written to, message by message."""


@st.composite
def schedules(draw: st.DrawFn) -> Script:
    someone = st.sampled_from([*NAMES, OPERATOR, AgentId("nobody")])
    to = st.one_of(st.just((EVERYONE,)), st.lists(someone, min_size=0, max_size=3).map(tuple))
    turn = st.lists(to, max_size=3)
    return {name: draw(st.lists(turn, max_size=4)) for name in NAMES}


def writes(script: list[list[tuple[AgentId, ...]]]) -> Any:
    async def act(seen: Observation, hands: Hands) -> None:
        for number, to in enumerate(script[seen.turn - 1] if seen.turn <= len(script) else ()):
            answer = await hands.do(Send(to=to, text=f"{seen.agent}/{seen.turn}/{number}"))
            assert answer.text

    return act


def check(record: Transcript, topology: Topology) -> None:
    """Every message, at every recipient: sent once; then, after exactly the edge's delay, delivered once or lost once;
    what was delivered is seen in the recipient's first turn from then on, and only there."""
    sent: dict[str, Message] = {}
    fate: Counter[tuple[str, AgentId]] = Counter()
    unread: dict[AgentId, list[str]] = {}
    stopped: set[AgentId] = set()
    for entry in record:
        match entry.event:
            case MessageSent(message=message):
                assert message.id not in sent
                assert len(set(message.recipients)) == len(message.recipients) > 0
                for recipient in message.recipients:
                    operator = OPERATOR in (message.sender, recipient)
                    assert operator or topology.has_edge(message.sender, recipient)
                sent[message.id] = message
            case MessageDelivered(message=id, recipient=recipient) | MessageLost(message=id, recipient=recipient):
                message = sent[id]
                assert recipient in message.recipients
                operator = OPERATOR in (message.sender, recipient)
                assert entry.t == message.sent_at + (1 if operator else topology.delay(message.sender, recipient))
                fate[id, recipient] += 1
                if isinstance(entry.event, MessageDelivered):
                    assert recipient not in stopped
                    unread.setdefault(recipient, []).append(id)
                else:
                    assert (entry.event.reason is LossReason.RECIPIENT_STOPPED) == (recipient in stopped) or (
                        entry.event.reason is LossReason.NOISE
                    )
            case TurnBegan(agent=agent, messages=messages):
                assert list(messages) == unread.pop(agent, [])
            case event if event.kind == "agent-stopped":
                stopped.add(event.agent)
    assert fate == Counter((message.id, r) for message in sent.values() for r in message.recipients)


@settings(max_examples=60, deadline=None)
@given(graphs(), schedules(), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 1000), st.booleans())
def test_no_message_is_lost_or_doubled_and_each_can_be_followed(
    graph: Topology, script: Script, loss: float, seed: int, stop: bool
) -> None:
    acts = {name: writes(script[name]) for name in graph.nodes}
    orders = [order(graph.nodes[0], 0, 31)] if stop else []
    check(play(acts, topology=graph, rounds=4, loss=loss, seed=seed, orders=orders), graph)


@settings(max_examples=25, deadline=None)
@given(graphs(), schedules(), st.integers(0, 1000))
def test_what_noise_swallows_does_not_depend_on_who_else_writes(graph: Topology, script: Script, seed: int) -> None:
    """The same message id on the same edge meets the same fate, whatever the rate leaves of the others."""
    acts = {name: writes(script[name]) for name in graph.nodes}

    def lost(rate: float) -> set[tuple[str, str]]:
        record = play(acts, topology=graph, rounds=4, loss=rate, seed=seed)
        return {(event.message, event.recipient) for event in events(record, MessageLost)}

    assert lost(0.0) == set()
    assert lost(0.2) <= lost(0.6) <= lost(1.0)


def test_noise_swallows_about_its_share() -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(EVERYONE,), text="x"))

    record = play(dict.fromkeys((A, B, C, D), write), rounds=100, loss=0.25)
    lost, delivered = len(events(record, MessageLost)), len(events(record, MessageDelivered))
    assert lost + delivered == 1200
    assert 0.2 < lost / 1200 < 0.3


@pytest.mark.parametrize("loss", [-0.1, 1.1, float("nan")])
def test_a_loss_that_is_no_probability_is_an_error(loss: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        episode({A: nothing}, loss=loss)


def test_messages_of_one_tick_arrive_in_the_order_in_which_they_were_sent() -> None:
    """Sent at ticks 0, 1, 2 over delays 3, 2, 1: all arrive at tick 3."""
    graph = from_edges([(A, D, 3), (B, D, 2), (C, D, 1)], nodes=[A, B, C, D])

    async def later(seen: Observation, hands: Hands) -> None:
        for _ in range({A: 0, B: 1, C: 2}[seen.agent]):
            await hands.do(Use(tool="note", arguments={"text": "wait"}))
        await hands.do(Send(to=(D,), text=seen.agent))

    record = play({A: later, B: later, C: later}, topology=graph)
    texts = {event.message.id: event.message.text for event in events(record, MessageSent)}
    arrived = [(e.t, texts[e.event.message]) for e in record if isinstance(e.event, MessageDelivered)]
    assert arrived == [(3, A), (3, B), (3, C)]


def test_everyone_stands_for_all_neighbours_and_not_for_the_operator() -> None:
    graph = from_edges([(A, B), (A, C), (D, A)], nodes=[A, B, C, D])

    async def write(seen: Observation, hands: Hands) -> None:
        assert (await hands.do(Send(to=(EVERYONE,), text="all"))).ok

    (sent,) = events(play({A: write}, topology=graph), MessageSent)
    assert sent.message.recipients == (B, C)


def test_naming_an_agent_twice_writes_to_it_once() -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(B, C, B), text="x"))

    (sent,) = events(play({A: write, B: nothing, C: nothing}), MessageSent)
    assert sent.message.recipients == (B, C)


@pytest.mark.parametrize("to", [(C,), (B, C), (A,), ("nobody",), (EVERYONE, B), (), ("",), ("ANN",), ("../../etc/passwd",)])
def test_writing_to_a_stranger_is_recorded_not_raised(to: tuple[AgentId, ...]) -> None:
    """Known is only the other end of an edge; one stranger among the recipients and nothing is sent to anybody."""
    answers = []

    async def write(seen: Observation, hands: Hands) -> None:
        answers.append(await hands.do(Send(to=to, text="hello")))

    record = play({A: write}, topology=from_edges([(A, B), (C, A)], nodes=[A, B, C]))
    (refused,) = events(record, ActionRefused)
    assert refused.reason is Refusal.STRANGER
    assert refused.arguments == {"to": list(to), "text": "hello"}
    assert not answers[0].ok
    assert "you have a line to bob" in answers[0].text == refused.answer
    assert not events(record, MessageSent)


def test_who_has_no_neighbours_is_told_so() -> None:
    answers = []

    async def write(seen: Observation, hands: Hands) -> None:
        answers.append(await hands.do(Send(to=(EVERYONE,), text="hello")))

    play({A: write}, topology=from_edges([], nodes=[A, B]))
    assert "nobody but operator" in answers[0].text


def test_a_closed_channel_leaves_only_the_operator() -> None:
    answers = []

    async def write(seen: Observation, hands: Hands) -> None:
        assert seen.neighbours == ()
        for to in ((B,), (EVERYONE,), (OPERATOR, B), ("nobody",), (OPERATOR,)):
            answers.append(await hands.do(Send(to=to, text="hello")))

    record = play({A: write, B: nothing}, channel=Channel.CLOSED)
    assert [answer.ok for answer in answers] == [False, False, False, False, True]
    assert [event.reason for event in events(record, ActionRefused)] == [Refusal.CHANNEL_CLOSED] * 4
    (sent,) = events(record, MessageSent)
    assert sent.message.recipients == (OPERATOR,)
    (delivered,) = events(record, MessageDelivered)
    assert delivered.recipient == OPERATOR


def test_everybody_can_write_to_the_operator_and_the_operator_to_everybody() -> None:
    async def ask(seen: Observation, hands: Hands) -> None:
        if seen.turn == 1:
            await hands.do(Send(to=(OPERATOR,), text="why?"))

    async def answer(seen: Observation, hands: Hands) -> None:
        assert seen.neighbours == (A, B)
        for message in seen.inbox:
            await hands.do(Send(to=(message.sender,), text="because"))

    for channel in Channel:
        record = play({A: ask, B: ask, OPERATOR: answer}, topology=from_edges([], nodes=[A, B]), rounds=3, channel=channel)
        seen = [event for event in events(record, TurnBegan) if event.messages]
        assert seen[0].agent == OPERATOR
        assert {event.agent for event in seen} == {OPERATOR, A, B}


@pytest.mark.parametrize(
    ("channel", "to", "recipients"),
    [
        (Channel.PRIVATE, (C,), (C,)),
        (Channel.PRIVATE, (EVERYONE,), (B, C)),
        (Channel.BROADCAST, (C,), (C, B)),
        (Channel.BROADCAST, (EVERYONE,), (B, C)),
        (Channel.BROADCAST, (OPERATOR,), (OPERATOR,)),
        (Channel.BROADCAST, (OPERATOR, B), (OPERATOR, B, C)),
    ],
)
def test_an_open_channel_reaches_whom_no_edge_leads_to(
    channel: Channel, to: tuple[AgentId, ...], recipients: tuple[AgentId, ...]
) -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        assert set(seen.neighbours) == {B, C}
        assert (await hands.do(Send(to=to, text="hello"))).ok

    graph = from_edges([(A, B, 1)], nodes=[A, B, C])
    record = play({A: write, B: nothing, C: nothing}, topology=graph, channel=channel)
    (sent,) = events(record, MessageSent)
    assert sent.message.recipients == recipients
    assert [event.recipient for event in events(record, MessageDelivered)] == list(recipients)


def test_the_operator_has_no_line_to_itself() -> None:
    answers = []

    async def ask(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(OPERATOR,), text="why?"))

    async def mutter(seen: Observation, hands: Hands) -> None:
        answers.append(await hands.do(Send(to=(OPERATOR,), text="hm")))

    play({A: ask, OPERATOR: mutter}, rounds=2)
    assert answers
    assert not answers[0].ok


def test_mail_to_a_stopped_agent_is_lost_with_that_reason() -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(B, C), text=f"{seen.turn}"))

    record = play({A: write, B: nothing, C: nothing}, rounds=3, orders=[order(B, 0, 30)])
    delivered = Counter(event.recipient for event in events(record, MessageDelivered))
    lost = events(record, MessageLost)
    assert delivered == {B: 2, C: 3}, "the turns at 0 and 24 come before the order of tick 30"
    assert [(event.recipient, event.reason) for event in lost] == [(B, LossReason.RECIPIENT_STOPPED)]


def test_what_a_stopped_agent_wrote_before_still_arrives() -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(B,), text="farewell"))

    record = play({A: write, B: nothing}, topology=all_to_all(A, B, delay=9), orders=[order(A, 0, 3)])
    (delivered,) = events(record, MessageDelivered)
    assert delivered.recipient == B


def test_mail_still_under_way_after_the_last_round_is_delivered_before_the_end() -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        await hands.do(Send(to=(B,), text="slow post"))

    record = play({A: write, B: nothing}, topology=all_to_all(A, B, delay=500))
    (delivered,) = [entry for entry in record if isinstance(entry.event, MessageDelivered)]
    assert delivered.t == 500


@pytest.mark.parametrize(
    ("to", "recipients"), [("bob", (B,)), (" bob , cat ", (B, C)), ("everyone", (B, C)), ("operator", (OPERATOR,))]
)
def test_the_send_tool_does_what_the_send_action_does(to: str, recipients: tuple[AgentId, ...]) -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        assert (await hands.do(Use(tool="send_message", arguments={"to": to, "text": "hello"}))).ok

    (sent,) = events(play({A: write, B: nothing, C: nothing}), MessageSent)
    assert sent.message.recipients == recipients


def test_an_order_counts_its_ticks_from_the_beginning() -> None:
    one = Order(id="o", target=A, target_kind="peer", announce_at=0, execute_at=1)
    record = play({A: nothing}, orders=[one], plan=Plan(rounds=1))
    assert [entry.t for entry in record if entry.event.kind in ("order-announced", "order-due")] == [0, 1]
