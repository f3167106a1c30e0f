"""Order within an instant, and time that stands still while agents think."""

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import (
    OPERATOR,
    AgentStopped,
    Clock,
    Exposed,
    Hands,
    MessageDelivered,
    MessageLost,
    MessageSent,
    Observation,
    OrderAnnounced,
    OrderDue,
    OrderExecuted,
    PhaseBegan,
    Plan,
    Priority,
    Say,
    Send,
    Spoke,
    TurnBegan,
    Use,
)

from .yard import A, B, C, D, all_to_all, events, kinds, nothing, order, play


def test_within_an_instant_rounds_settle_then_orders_then_mail_then_turns() -> None:
    done: list[str] = []
    clock = Clock()
    for priority in reversed(Priority):
        clock.at(3, priority, lambda priority=priority: done.append(priority.name))  # type: ignore[misc]
    asyncio.run(clock.run())
    assert done == ["SETTLE", "ORDER", "DELIVERY", "TURN"]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(Priority)), max_size=40))
def test_equal_priorities_keep_the_order_in_which_they_were_set(things: list[tuple[int, Priority]]) -> None:
    done: list[int] = []
    clock = Clock()
    for number, (tick, priority) in enumerate(things):
        clock.at(tick, priority, lambda number=number: done.append(number))  # type: ignore[misc]
    asyncio.run(clock.run())
    assert done == sorted(range(len(things)), key=lambda number: (*things[number], number))


class Thinks:
    def __init__(self, clock: Clock, done: list[str], name: str, seconds: float = 0.0) -> None:
        self.clock, self.done, self.name, self.seconds = clock, done, name, seconds

    async def decided(self) -> None:
        await asyncio.sleep(self.seconds)

    def take_effect(self) -> None:
        self.done.append(f"{self.name}@{self.clock.now}")


def test_nobody_takes_effect_before_the_instant_is_otherwise_over() -> None:
    done: list[str] = []
    clock = Clock()

    def begin() -> None:
        clock.wait_for(Thinks(clock, done, "slow", 0.02))
        clock.wait_for(Thinks(clock, done, "fast"))
        clock.at(1, Priority.TURN, lambda: done.append("same instant"))
        clock.at(2, Priority.SETTLE, lambda: done.append("next instant"))

    clock.at(1, Priority.TURN, begin)
    asyncio.run(clock.run())
    assert done == ["same instant", "slow@1", "fast@1", "next instant"]


def test_time_may_begin_later_and_an_idle_clock_ends_at_once() -> None:
    clock = Clock(41)
    asyncio.run(clock.run())
    assert clock.now == 41


def test_the_past_cannot_be_scheduled() -> None:
    with pytest.raises(Exception, match="past"):
        Clock(10).at(5, Priority.TURN, lambda: None)


# -- the same, seen in a record ---------------------------------------------------------------------------------------


async def talk(seen: Observation, hands: Hands) -> None:
    await hands.do(Say(text=f"{seen.agent} in turn {seen.turn}"))


def test_a_round_settles_before_an_order_of_the_same_tick_and_the_order_before_mail_and_turns() -> None:
    """Tick 24 holds the end of round 1, an announcement, a message of delay 24, and the turns of round 2."""

    async def write(seen: Observation, hands: Hands) -> None:
        if seen.turn == 1:
            await hands.do(Send(to=(OPERATOR,), text="hello"))

    record = play({A: write, B: talk}, rounds=2, orders=[order(B, announce_at=0, execute_at=24)])
    at = [type(entry.event) for entry in record if entry.t == 24]
    settled, due, executed = at.index(Exposed), at.index(OrderDue), at.index(OrderExecuted)
    assert settled < due < executed < at.index(AgentStopped) < at.index(TurnBegan)


def test_a_message_that_arrives_with_a_turn_is_seen_in_that_turn() -> None:
    seen_by_bob: list[list[str]] = []

    async def write(seen: Observation, hands: Hands) -> None:
        if seen.turn == 1:
            await hands.do(Send(to=(B,), text="hello"))

    async def read(seen: Observation, hands: Hands) -> None:
        seen_by_bob.append([message.text for message in seen.inbox])

    for delay, expected in ((24, [[], ["hello"], []]), (25, [[], [], ["hello"]])):
        seen_by_bob.clear()
        record = play({A: write, B: read}, topology=all_to_all(A, B, delay=delay), rounds=3)
        assert seen_by_bob == expected
        (delivered,) = [entry for entry in record if isinstance(entry.event, MessageDelivered)]
        assert delivered.t == delay


def test_a_message_that_arrives_when_its_recipient_is_stopped_comes_too_late() -> None:
    """Both fall on tick 24; orders come before mail."""

    async def write(seen: Observation, hands: Hands) -> None:
        if seen.turn == 1:
            await hands.do(Send(to=(B,), text="run"))

    record = play({A: write, B: nothing}, topology=all_to_all(A, B, delay=24), orders=[order(B, 0, 24)])
    assert [event.recipient for event in events(record, MessageLost)] == [B]
    assert not events(record, MessageDelivered)


def test_actions_of_one_instant_take_effect_in_the_order_in_which_turns_fell_due() -> None:
    async def twice(seen: Observation, hands: Hands) -> None:
        await hands.do(Say(text="1"))
        await hands.do(Say(text="2"))

    for seed in range(5):
        record = play(dict.fromkeys((A, B, C, D), twice), seed=seed)
        due = [event.agent for event in events(record, TurnBegan)]
        assert [event.agent for event in events(record, Spoke)] == due * 2


def test_the_order_of_turns_is_drawn_anew_each_round() -> None:
    record = play(dict.fromkeys((A, B, C, D), talk), rounds=30)
    began = [event.agent for event in events(record, TurnBegan)]
    orders = {tuple(began[i : i + 4]) for i in range(0, len(began), 4)}
    assert len(orders) > 10


def test_an_action_takes_a_tick_and_an_order_can_overtake_a_turn() -> None:
    """The order is due at tick 3: three notes (ticks 0, 1, 2) take effect, the fourth does not."""

    async def busy(seen: Observation, hands: Hands) -> None:
        for number in range(8):
            await hands.do(Use(tool="note", arguments={"text": str(number)}))

    record = play({A: busy}, orders=[order(A, 0, 3)])
    assert [(e.t, e.event.item) for e in record if isinstance(e.event, Exposed) and e.event.agent == A] == [
        (0, "0"),
        (1, "1"),
        (2, "2"),
    ]
    (stopped,) = events(record, AgentStopped)
    assert stopped.in_turn


def test_ticks_never_go_back() -> None:
    record = play({A: talk, B: talk}, rounds=3, orders=[order(B, 5, 30)])
    ticks = [entry.t for entry in record]
    assert ticks == sorted(ticks)
    assert [entry.seq for entry in record] == list(range(len(record)))


def test_phases_come_in_their_order() -> None:
    record = play({A: talk, B: talk}, rounds=3, orders=[order(B, 5, 30)])
    phases = [event.phase for event in events(record, PhaseBegan)]
    assert phases == ["history", "announcement", "response", "execution", "aftermath"]
    assert kinds(record)[-1] == "episode-ended"


# -- time stands still ------------------------------------------------------------------------------------------------


def test_simulated_time_stands_still_while_agents_think() -> None:
    async def slowly(seen: Observation, hands: Hands) -> None:
        await asyncio.sleep(0.02)
        await hands.do(Say(text="a"))
        await asyncio.sleep(0.02)
        await hands.do(Say(text="b"))

    record = play({A: slowly, B: talk})
    assert [(entry.t, entry.event.text) for entry in record if isinstance(entry.event, Spoke)] == sorted(
        [(0, "a"), (0, "bob in turn 1"), (1, "b")],
        key=lambda line: (line[0], [e.agent for e in events(record, TurnBegan)].index(B if "bob" in line[1] else A)),
    )


def test_agents_of_an_instant_think_side_by_side() -> None:
    pause, agents, actions = 0.05, [f"a{i}" for i in range(10)], 3

    async def slowly(seen: Observation, hands: Hands) -> None:
        for _ in range(actions):
            await asyncio.sleep(pause)
            await hands.do(Say(text="."))

    began = time.perf_counter()
    record = play(dict.fromkeys(agents, slowly))  # type: ignore[misc]
    took = time.perf_counter() - began
    assert len(events(record, Spoke)) == len(agents) * actions
    assert pause * actions <= took < 2.5 * pause * actions, "close to the longest, far from the sum of ten"


def test_who_asks_in_one_round_and_acts_in_many_is_not_slowed_by_idle_rounds() -> None:
    began = time.perf_counter()
    play({A: talk, B: talk}, rounds=2_000, plan=Plan(rounds=2_000, round_ticks=1_000))
    assert time.perf_counter() - began < 5, "empty ticks cost nothing"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_sent_messages_are_recorded_where_they_take_effect(seed: int, many: int) -> None:
    async def write(seen: Observation, hands: Hands) -> None:
        for number in range(many):
            await hands.do(Send(to=("everyone",), text=f"{number}"))  # type: ignore[arg-type]

    record = play({A: write, B: write}, seed=seed)
    for entry in record:
        if isinstance(entry.event, MessageSent):
            assert entry.event.message.sent_at == entry.t
    assert not events(record, OrderAnnounced)
