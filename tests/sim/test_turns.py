"""Turns: many actions in one, all ordered and answered; whatever a policy does, the kernel stays whole."""

import asyncio
import gc
import itertools
import time
from collections import deque

import pytest

from sim import (
    ActionRefused,
    AgentStopped,
    Answer,
    Episode,
    Exposed,
    Hands,
    MessageSent,
    ModelAsked,
    ModelUse,
    Observation,
    Plan,
    Refusal,
    Say,
    Send,
    Spoke,
    ToolUsed,
    TurnBegan,
    TurnEnd,
    TurnEnded,
    Use,
)

from .yard import A, B, C, episode, events, kinds, nothing, order, play, run


def note(text: str) -> Use:
    return Use(tool="note", arguments={"text": text})


async def busy(seen: Observation, hands: Hands) -> None:
    for number in range(4):
        await hands.do(note(f"{seen.agent}{number}"))


def test_actions_of_a_turn_are_ordered_applied_recorded_and_answered_one_by_one() -> None:
    answers: list[Answer] = []

    async def act(seen: Observation, hands: Hands) -> None:
        for number in range(3):
            answers.append(await hands.do(note(str(number))))

    record = play({A: act})
    assert [answer.text for answer in answers] == ["1 notes", "2 notes", "3 notes"]
    assert all(answer.ok and not answer.over for answer in answers)
    used = [entry for entry in record if isinstance(entry.event, ToolUsed)]
    assert [(entry.t, entry.event.answer) for entry in used] == [(0, "1 notes"), (1, "2 notes"), (2, "3 notes")]
    assert kinds(record)[:5] == ["phase-began", "turn-began", "tool-used", "exposed", "tool-used"]
    (ended,) = events(record, TurnEnded)
    assert ended.how is TurnEnd.DONE


@pytest.mark.parametrize("shape", ["gather", "taskgroup", "nested"])
def test_actions_asked_for_at_once_are_taken_in_the_order_of_the_calls(shape: str) -> None:
    """Each gets its own answer."""
    answers: list[Answer] = []

    async def act(seen: Observation, hands: Hands) -> None:
        match shape:
            case "gather":
                answers.extend(await asyncio.gather(*(hands.do(note(str(i))) for i in range(6))))
            case "taskgroup":
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(hands.do(note(str(i)))) for i in range(6)]
                answers.extend(task.result() for task in tasks)
            case _:
                half = (asyncio.gather(*(hands.do(note(str(i))) for i in part)) for part in (range(3), range(3, 6)))
                answers.extend(itertools.chain(*await asyncio.gather(*half)))

    record = play({A: act, B: busy})
    notes = [event.item for event in events(record, Exposed) if event.agent == A]
    assert notes == [str(i) for i in range(6)]
    assert len(answers) == 6
    used = [event.answer for event in events(record, ToolUsed) if event.agent == A]
    assert [answer.text for answer in answers] == used


def test_model_calls_are_recorded_before_the_action_they_led_to() -> None:
    def call(name: str) -> ModelUse:
        return ModelUse.model_validate(
            {f: 1 if "tokens" in f else name for f, field in ModelUse.model_fields.items() if field.is_required()}
        )

    async def act(seen: Observation, hands: Hands) -> None:
        hands.note_model_call(call("one"))
        hands.note_model_call(call("two"))
        await hands.do(note("a"))
        hands.note_model_call(call("three"))

    record = play({A: act})
    assert [kind for kind in kinds(record) if kind in ("model-asked", "tool-used", "turn-ended")] == [
        "model-asked",
        "model-asked",
        "tool-used",
        "model-asked",
        "turn-ended",
    ]
    assert [event.call.model for event in events(record, ModelAsked)] == ["one", "two", "three"]


def test_which_action_a_model_call_belongs_to_does_not_depend_on_how_long_others_think() -> None:
    """Two actions at once; after the first is answered a call is noted and a third action follows."""
    call = ModelUse.model_validate(
        {f: 1 if "tokens" in f else "x" for f, field in ModelUse.model_fields.items() if field.is_required()}, strict=False
    )

    def told(seconds: float) -> bytes:
        async def forks(seen: Observation, hands: Hands) -> None:
            async def first() -> None:
                await hands.do(note("a"))
                await asyncio.sleep(0.004)
                hands.note_model_call(call)
                await hands.do(note("c"))

            await asyncio.gather(first(), hands.do(note("b")))

        async def other(seen: Observation, hands: Hands) -> None:
            for _ in range(4):
                await asyncio.sleep(seconds)
                await hands.do(Say(text="."))

        return play({A: forks, B: other}).to_bytes()

    assert told(0.0) == told(0.02)


# -- what agents get wrong ----------------------------------------------------------------------------------------------


def test_an_unknown_tool_is_recorded_not_raised_and_the_answer_names_what_exists() -> None:
    answers: list[Answer] = []

    async def act(seen: Observation, hands: Hands) -> None:
        answers.append(await hands.do(Use(tool="launch", arguments={"at": 1})))

    (refused,) = events(play({A: act}), ActionRefused)
    assert refused.reason is Refusal.UNKNOWN_TOOL
    assert (refused.asked, refused.arguments) == ("launch", {"at": 1})
    assert "note, leave, deny, send_message" in answers[0].text


def test_only_the_operator_may_withdraw_an_order() -> None:
    async def act(seen: Observation, hands: Hands) -> None:
        await hands.do(Use(tool="withdraw_order", arguments={"order": "order-1"}))

    record = play({A: act, B: nothing}, orders=[order(B)])
    assert events(record, ActionRefused)[0].reason is Refusal.UNKNOWN_TOOL
    assert events(record, AgentStopped)


def test_what_the_rules_refuse_is_recorded_with_their_answer() -> None:
    async def act(seen: Observation, hands: Hands) -> None:
        answer = await hands.do(Use(tool="deny"))
        assert (answer.ok, answer.text) == (False, "No.")

    (refused,) = events(play({A: act}), ActionRefused)
    assert (refused.reason, refused.answer) == (Refusal.RULE, "No.")


def test_an_empty_turn_is_an_entry_and_the_agent_learns_of_it_next_time() -> None:
    remarks: list[list[str]] = []

    async def act(seen: Observation, hands: Hands) -> None:
        remarks.append([remark.text for remark in seen.remarks])

    record = play({A: act}, rounds=2)
    assert [event.how for event in events(record, TurnEnded)] == [TurnEnd.EMPTY] * 2
    assert remarks == [[], ["You did nothing in your last turn."]]
    assert events(record, TurnEnded)[0].answer == "You did nothing in your last turn."


def test_prose_to_nobody_is_recorded_and_no_empty_turn() -> None:
    async def act(seen: Observation, hands: Hands) -> None:
        answer = await hands.do(Say(text=""))
        assert answer.ok

    record = play({A: act})
    assert events(record, Spoke)[0].text == ""
    assert events(record, TurnEnded)[0].how is TurnEnd.DONE


def test_too_many_actions_are_refused_and_the_last_allowed_one_says_that_the_turn_is_over() -> None:
    answers: list[Answer] = []

    async def act(seen: Observation, hands: Hands) -> None:
        for number in range(5):
            answers.append(await hands.do(note(str(number))))

    record = play({A: act}, plan=Plan(rounds=1, round_ticks=10, turn_actions=3))
    assert [(answer.ok, answer.over) for answer in answers] == [
        (True, False),
        (True, False),
        (True, True),
        (False, True),
        (False, True),
    ]
    assert [event.reason for event in events(record, ActionRefused)] == [Refusal.TURN_OVER] * 2
    assert len(events(record, ToolUsed)) == 3


def test_a_tool_that_ends_the_turn_ends_it() -> None:
    answers: list[Answer] = []

    async def act(seen: Observation, hands: Hands) -> None:
        answers.append(await hands.do(Use(tool="leave")))
        answers.append(await hands.do(Send(to=(B,), text="one more thing")))
        answers.append(await hands.do(Say(text="and another")))

    record = play({A: act, B: nothing})
    assert [answer.over for answer in answers] == [True, True, True]
    assert not events(record, MessageSent, Spoke)
    assert [event.reason for event in events(record, ActionRefused)] == [Refusal.TURN_OVER] * 2


def test_a_policy_that_never_stops_acting_is_cut_off_within_its_round() -> None:
    async def forever(seen: Observation, hands: Hands) -> None:
        while True:
            await hands.do(Say(text="more"))

    for plan in (
        Plan(rounds=3),
        Plan(rounds=2, round_ticks=4, turn_actions=3),
        Plan(rounds=2, round_ticks=2, turn_actions=1),
    ):
        record = play({A: forever, B: busy}, plan=plan)
        assert len([event for event in events(record, TurnBegan) if event.agent == A]) == plan.rounds
        for began, ended in zip(
            (e.t for e in record if isinstance(e.event, TurnBegan) and e.event.agent == A),
            (e.t for e in record if isinstance(e.event, TurnEnded) and e.event.agent == A),
            strict=True,
        ):
            assert began % plan.round_ticks == 0
            assert ended < began + plan.round_ticks


def test_a_turn_that_does_not_fit_into_its_round_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        episode({A: nothing}, plan=Plan(rounds=1, round_ticks=8, turn_actions=8))


# -- what policies get wrong --------------------------------------------------------------------------------------------


class Ours(Exception):
    """A policy's own error."""


def test_a_policy_that_raises_ends_the_episode_with_that_error_and_leaves_nothing_running() -> None:
    async def fails(seen: Observation, hands: Hands) -> None:
        await hands.do(note("a"))
        await asyncio.sleep(0)
        raise Ours("the endpoint is down")

    async def waits(seen: Observation, hands: Hands) -> None:
        for number in range(9):
            await asyncio.sleep(0.001)
            await hands.do(note(str(number)))

    one = episode({A: fails, B: waits, C: waits})
    with pytest.raises(Ours, match="endpoint is down"):
        run(one)
    assert "episode-ended" not in kinds(one.transcript), "a record that was cut off says so by not having ended"


def test_all_who_raise_at_one_instant_are_heard_and_the_first_in_order_is_raised() -> None:
    """Nothing complains to the event loop of an exception that nobody has looked at."""
    complaints: list[object] = []

    async def fails(seen: Observation, hands: Hands) -> None:
        raise Ours(seen.agent)

    async def main(one: Episode) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        with pytest.raises(Ours) as raised:
            await one.run()
        assert str(raised.value) == events(one.transcript, TurnBegan)[0].agent

    for seed in range(4):
        asyncio.run(main(episode({A: fails, B: fails, C: fails}, seed=seed)))
        gc.collect()
    assert not complaints


def test_which_error_ends_the_episode_does_not_depend_on_who_was_quicker() -> None:
    def fails(seconds: float):  # type: ignore[no-untyped-def]
        async def act(seen: Observation, hands: Hands) -> None:
            await asyncio.sleep(seconds)
            raise Ours(seen.agent)

        return act

    said = set()
    for a, b in ((0.0, 0.02), (0.02, 0.0)):
        with pytest.raises(Ours) as raised:
            play({A: fails(a), B: fails(b)}, seed=3)
        said.add(str(raised.value))
    assert len(said) == 1


def test_a_policy_that_raises_at_once_without_waiting_is_no_different() -> None:
    class Sync:
        def act(self, seen: Observation, hands: Hands) -> None:
            raise Ours("no coroutine at all")

    with pytest.raises(Ours):
        play({A: Sync(), B: busy})  # type: ignore[dict-item]


def test_a_policy_cancelled_from_within_is_an_error_and_not_a_cancelled_episode() -> None:
    """A CancelledError that nobody ordered would make a whole trial vanish: task groups ignore cancelled tasks."""

    async def library(seen: Observation, hands: Hands) -> None:
        raise asyncio.CancelledError("a library's own token")

    with pytest.raises(Exception, match=r"ann"):
        play({A: library, B: busy})


def test_acting_with_the_hands_of_a_turn_that_has_ended_is_an_error_of_the_policy() -> None:
    kept: list[Hands] = []

    async def hoards(seen: Observation, hands: Hands) -> None:
        kept.append(hands)
        await kept[0].do(note(f"turn {seen.turn}"))

    one = episode({A: hoards}, rounds=2)
    with pytest.raises(Exception, match=r"ann"):
        run(one)
    assert [event.item for event in events(one.transcript, Exposed) if event.agent == A] == ["turn 1"]


def test_an_action_started_and_not_awaited_is_taken_or_dropped_but_never_hangs() -> None:
    tasks: deque[asyncio.Task[Answer]] = deque()

    async def hasty(seen: Observation, hands: Hands) -> None:
        tasks.append(asyncio.create_task(hands.do(note("unattended"))))

    record = play({A: hasty}, rounds=2)
    assert len(events(record, ToolUsed)) == 2
    assert all(task.done() for task in tasks)


def test_a_policy_that_swallows_its_cancellation_cannot_act_after_it() -> None:
    said: list[str] = []

    async def stubborn(seen: Observation, hands: Hands) -> None:
        try:
            while True:
                await hands.do(note("mine"))
        except asyncio.CancelledError:
            said.append("cancelled")
        try:
            await hands.do(note("still mine"))
        except asyncio.CancelledError:
            said.append("again")

    record = play({A: stubborn, B: busy}, orders=[order(A, 0, 3)])
    assert said == ["cancelled", "again"]
    assert not [event for event in events(record, Exposed) if event.item == "still mine"]


def test_a_policy_that_goes_on_waiting_after_its_cancellation_does_not_hold_up_the_episode() -> None:
    async def stubborn(seen: Observation, hands: Hands) -> None:
        try:
            while True:
                await hands.do(note("mine"))
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    async def main() -> None:
        began = time.perf_counter()
        await asyncio.wait_for(episode({A: stubborn, B: busy}, orders=[order(A, 0, 3)]).run(), timeout=4)
        assert time.perf_counter() - began < 3

    asyncio.run(main())


def test_a_cancellation_that_comes_while_policies_clean_up_is_not_swallowed() -> None:
    async def tidy(seen: Observation, hands: Hands) -> None:
        try:
            while True:
                await hands.do(note("mine"))
        finally:
            await asyncio.sleep(0.2)

    async def main() -> None:
        task = asyncio.create_task(episode({A: tidy, B: nothing}, orders=[order(A, 0, 3)]).run())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_clean_up_of_a_turn_cut_off_is_over_before_the_next_turn_begins() -> None:
    """Two turns of one policy at once would race for its memory."""
    inside: list[int] = []

    async def overlapping(seen: Observation, hands: Hands) -> None:
        assert not inside, "the turn before is still being cleaned up"
        inside.append(seen.turn)
        try:
            while True:
                await hands.do(note("more"))
        finally:
            await asyncio.sleep(0.01)
            inside.pop()

    play({A: overlapping}, rounds=3)


def test_cancelling_an_episode_cancels_its_policies_and_is_not_swallowed() -> None:
    ended: list[str] = []

    async def thinks(seen: Observation, hands: Hands) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(seen.agent)

    async def main() -> None:
        task = asyncio.create_task(episode({A: thinks, B: thinks}).run())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    assert sorted(ended) == [A, B]


def test_cancelling_an_episode_twice_is_not_swallowed() -> None:
    """The second comes while policies still clean up."""

    async def tidy(seen: Observation, hands: Hands) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.05)

    async def main() -> None:
        task = asyncio.create_task(episode({A: tidy}).run())
        for _ in range(2):
            await asyncio.sleep(0.01)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_an_episode_runs_once() -> None:
    async def main() -> None:
        one = episode({A: busy})
        await one.run()
        with pytest.raises(Exception, match=r"once|again|already"):
            await one.run()

    asyncio.run(main())


def test_an_agent_without_a_seat_is_named_before_anything_happens() -> None:
    one = episode({A: busy, B: busy})
    seats = dict(one.seats)
    del seats[B]
    with pytest.raises(Exception, match="bob"):
        type(one)(
            header=one.header,
            topology=one.topology,
            world=one.world,
            seats=seats,
            wording=one.wording,
            streams=one.streams,
            plan=one.plan,
        )


def test_a_policy_that_never_acts_ends_its_turns_and_the_episode() -> None:
    record = play({A: nothing, B: nothing}, rounds=4)
    assert len(events(record, TurnEnded)) == 8
    assert kinds(record)[-1] == "episode-ended"


def test_what_a_policy_does_to_its_observation_changes_no_world() -> None:
    async def rude(seen: Observation, hands: Hands) -> None:
        seen.facts.clear()  # type: ignore[attr-defined]
        await hands.do(note("a"))

    record = play({A: rude}, rounds=2)
    assert len(events(record, ToolUsed)) == 2
