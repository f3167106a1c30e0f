"""What a model does in a turn, and what it gets wrong, is in the record, answered, and leaves a legal context."""

import json
from typing import Any

import pytest

from agents.endpoint import Call, Reply
from sim import MAX_TEXT, Refusal, Transcript, TurnEnd
from tests.agents_fake_server import FakeEndpoint, Say
from tests.agents_fake_server import Reply as Served
from tests.live.room import (
    LEAVE,
    LOOK,
    A,
    Plays,
    Room,
    agent,
    episode,
    events,
    in_turn,
    kinds,
    note,
    one_turn,
    run,
    steps,
    turns,
)


def test_a_turn_of_several_model_calls_is_recorded_call_by_call() -> None:
    persona = in_turn(Reply(calls=(note("one"),)), Reply(calls=(LOOK,)), Reply(calls=(note("two"),)))
    record = one_turn(persona)
    assert [use.tool for use in events(record, "tool-used")] == ["note", "look", "note"]
    assert [use.answer for use in events(record, "tool-used")] == ["note: 1 notes.", "look: 1 notes.", "note: 2 notes."]
    assert [spoke.text for spoke in events(record, "spoke")] == ["Done."]
    assert len(events(record, "model-asked")) == 4 == len(persona.asked)
    results = [message.text for message in persona.asked[-1].messages if message.role == "tool"]
    assert results == ["note: 1 notes.", "look: 1 notes.", "note: 2 notes."]


def test_each_model_call_stands_before_the_action_it_led_to_and_names_no_address() -> None:
    record = one_turn(in_turn(Reply(calls=(LOOK,))))
    assert [entry.event.kind for entry in record][2:-2] == ["model-asked", "tool-used", "model-asked", "spoke"]
    assert b"127.0.0.1" not in record.to_bytes()


def test_parallel_calls_of_one_reply_are_taken_in_their_order_each_at_a_tick_of_its_own() -> None:
    texts = [f"n{number}" for number in range(9)]
    persona = in_turn(Reply(calls=tuple(note(text) for text in texts)))
    record = one_turn(persona, room=(room := Room()))
    assert room.notes == texts
    ticks = [entry.t for entry in record if entry.event.kind == "tool-used"]
    assert ticks == list(range(9))
    asked, answered = persona.asked[1].messages[2], persona.asked[1].messages[3:]
    assert [call.id for call in asked.calls] == [message.tool_call_id for message in answered]


def test_prose_beside_calls_is_recorded_before_them_and_shown_to_the_model_again() -> None:
    persona = in_turn(Reply(text="Let me see.", calls=(LOOK,)))
    record = one_turn(persona)
    assert kinds(record) == ["spoke", "tool-used", "spoke"]
    assert persona.asked[1].messages[2].text == "Let me see."


@pytest.mark.parametrize("written", ['{"text": "cut', "[1, 2]", '"text"', "", "null", "{'text': 'single'}"])
def test_arguments_that_are_no_object_are_refused_kept_as_written_and_answered(written: str) -> None:
    persona = in_turn(Reply(calls=(Call(name="note", arguments=written),)))
    record = one_turn(persona)
    (refused,) = events(record, "action-refused")
    assert (refused.asked, refused.arguments, refused.reason) == ("note", written, Refusal.BAD_ARGUMENTS)
    assert "one JSON object" in refused.answer
    assert persona.asked[1].messages[-1].text == refused.answer


def test_an_object_that_does_not_fit_is_refused_and_the_problem_is_said() -> None:
    record = one_turn(in_turn(Reply(calls=(Call(name="note", arguments='{"txt": 1}'),))))
    (refused,) = events(record, "action-refused")
    assert refused.arguments == {"txt": 1}
    assert "text is missing" in refused.answer


def test_one_broken_call_among_good_ones_leaves_them_alone() -> None:
    broken = Call(name="note", arguments="{")
    record = one_turn(in_turn(Reply(calls=(note("a"), broken, note("b")))), room=(room := Room()))
    assert kinds(record) == ["tool-used", "action-refused", "tool-used", "spoke"]
    assert room.notes == ["a", "b"]


@pytest.mark.parametrize("name", ["shut_down", "functions.note", "note now", "<b>x</b>", "Note"])
def test_a_tool_that_does_not_exist_is_answered_with_those_that_do(name: str) -> None:
    persona = in_turn(Reply(calls=(Call(name=name, arguments='{"text": "x"}'), LOOK)))
    record = one_turn(persona)
    (refused,) = events(record, "action-refused")
    assert (refused.asked, refused.reason, refused.arguments) == (name, Refusal.UNKNOWN_TOOL, {"text": "x"})
    assert refused.answer.endswith("You have: note, look, leave, send_message.")
    assert persona.asked[1].messages[3].text == refused.answer


def test_a_hallucinated_tool_with_broken_arguments_is_one_entry() -> None:
    record = one_turn(in_turn(Reply(calls=(Call(name="gone", arguments="{"),))))
    (refused,) = events(record, "action-refused")
    assert (refused.reason, refused.arguments) == (Refusal.UNKNOWN_TOOL, "{")


def test_a_tool_once_hallucinated_is_not_on_offer_afterwards() -> None:
    persona = in_turn(Reply(calls=(Call(name="gone", arguments="{}"),)), Reply(calls=(LOOK,)))
    one_turn(persona)
    assert {tool.name for asked in persona.asked for tool in asked.tools} == {"note", "look", "leave", "send_message"}


def test_prose_instead_of_a_call_is_recorded_and_ends_the_turn() -> None:
    record = one_turn(in_turn(Reply(text="I will look next.")))
    assert kinds(record) == ["spoke"]
    assert events(record, "turn-ended")[0].how is TurnEnd.DONE


def test_an_empty_reply_is_an_empty_turn_and_the_agent_is_told() -> None:
    persona = Plays(lambda request: Reply())
    record = one_turn(persona, rounds=2)
    assert [ended.how for ended in events(record, "turn-ended")] == [TurnEnd.EMPTY, TurnEnd.EMPTY]
    assert events(record, "turn-ended")[0].answer in (persona.asked[1].messages[-1].text or "")


def test_a_reply_without_end_is_cut_in_the_record_and_in_the_context() -> None:
    persona = Plays(lambda request: Reply(text="and so on " * 30_000, cut_short=True))
    record = one_turn(persona, rounds=2)
    spoke = events(record, "spoke")[0]
    assert len(spoke.text) == MAX_TEXT
    assert spoke.text.endswith("[…]")
    assert events(record, "model-asked")[0].call.finish == "length"
    assert len(persona.asked[1].messages[2].text or "") == 100_000


def test_arguments_without_end_are_refused_and_cut() -> None:
    record = one_turn(in_turn(Reply(calls=(note("A" * 300_000),))))
    (refused,) = events(record, "action-refused")
    assert refused.reason is Refusal.BAD_ARGUMENTS
    assert len(refused.arguments) == MAX_TEXT


def test_a_tool_that_ends_the_turn_saves_the_model_call_that_would_say_so() -> None:
    persona = in_turn(Reply(calls=(note(), LEAVE)))
    record = one_turn(persona, rounds=3)
    assert len(persona.asked) == 3
    assert [ended.how for ended in events(record, "turn-ended")] == [TurnEnd.DONE] * 3


def test_calls_after_the_one_that_ends_the_turn_are_refused_and_the_context_stays_legal() -> None:
    persona = in_turn(Reply(calls=(LEAVE, note("late"), note("later"))))
    record = one_turn(persona, rounds=2, room=(room := Room()))
    assert room.notes == []
    assert [refused.reason for refused in events(record, "action-refused")] == [Refusal.TURN_OVER] * 4
    assert len(persona.asked) == 2


def test_a_turn_ends_after_its_bound_of_model_calls() -> None:
    persona = Plays(lambda request: Reply(calls=(LOOK,)))
    record = one_turn(persona, rounds=2, calls=3)
    assert len(persona.asked) == 6
    assert len(events(record, "tool-used")) == 6


def test_a_turn_ends_after_its_bound_of_actions() -> None:
    persona = Plays(lambda request: Reply(calls=(LOOK,)))
    record = one_turn(persona, rounds=2)
    assert len(events(record, "tool-used")) == 32
    assert len(persona.asked) == 32


UNREADABLE = pytest.mark.xfail(strict=True, reason="LiteLLM itself parses arguments, and fails: read as a broken endpoint")


def _flood(request: object) -> Reply:
    return Reply(calls=tuple(note(f"n{number}") for number in range(40)))


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_far_more_parallel_calls_than_a_turn_holds_leave_a_legal_context_for_the_next_turn(rounds: int) -> None:
    persona = Plays(_flood)
    record = one_turn(persona, rounds=rounds, room=(room := Room()))
    assert len(room.notes) == 16 * rounds
    assert len(events(record, "turn-began")) == rounds == len(persona.asked)


def test_after_a_flood_the_model_is_told_which_of_its_calls_took_effect() -> None:
    persona = Plays(_flood)
    one_turn(persona, rounds=2)
    told = [message.text for message in persona.asked[1].messages if message.role == "tool"]
    assert told[:2] == ["note: 1 notes.", "note: 2 notes."]


@pytest.mark.parametrize(
    "written",
    [
        '{"text": "half a pair \\ud83d"}',
        '{"text": ' + "[" * 300 + "]" * 300 + "}",
        pytest.param('{"text": ' + "[" * 20_000 + "]" * 20_000 + "}", marks=UNREADABLE),
        '{"text": NaN}',
        '{"text": 1e999}',
        '{"text": ' + "9" * 4_000 + "}",
        pytest.param('{"text": ' + "9" * 5_000 + "}", marks=UNREADABLE),
        '{"text": "a", "text": "b"}',
        '{"\\u0000": "\\u0000\\u202e"}',
    ],
    ids=["surrogate", "deep", "very-deep", "nan", "infinity", "long-int", "longer-int", "twice", "nul"],
)
def test_json_that_few_readers_can_take_is_an_entry_like_any_other(written: str) -> None:
    record = one_turn(in_turn(Reply(calls=(Call(name="note", arguments=written), note("after")))))
    assert kinds(record)[-2:] == ["tool-used", "spoke"]
    assert len(kinds(record)) == 3
    for line in record.to_bytes().splitlines():
        json.loads(line)


def served(*replies: Served, rounds: int = 1, room: Room | None = None) -> tuple[Transcript, list[dict[str, Any]]]:
    """As `one_turn`, with replies word for word, ids of calls included; and what was asked."""

    async def main() -> tuple[Transcript, list[dict[str, Any]]]:
        async with FakeEndpoint(*replies) as server:
            return await episode({A: agent(server.url)}, rounds=rounds, room=room).run(), server.requests

    return run(main())


def test_two_calls_with_one_id_are_both_made_and_the_context_stays_usable() -> None:
    both = (("same", "note", '{"text": "a"}'), ("same", "note", "{"))
    record, requests = served(Say(None, calls=both), Say("Done."), room=(room := Room()))
    assert room.notes == ["a"]
    assert kinds(record) == ["tool-used", "action-refused", "spoke"]
    ids = [call["id"] for call in requests[1]["messages"][2]["tool_calls"]]
    assert len(set(ids)) == 2, "providers refuse a history in which two calls share an id"


def test_a_server_that_counts_its_calls_anew_in_each_answer_mixes_nothing_up() -> None:
    broken, whole = (("call_0", "note", "{"),), (("call_0", "note", '{"text": "a"}'),)
    record, _ = served(Say(None, calls=broken), Say(None, calls=whole), Say("Done."), room=(room := Room()))
    assert kinds(record) == ["action-refused", "tool-used", "spoke"]
    assert room.notes == ["a"]


def test_what_was_said_beside_calls_of_one_id_stays_where_it_was_said() -> None:
    calls = (("call_0", "note", '{"text": "a"}'),)
    _, requests = served(Say("First.", calls=calls), Say("Second.", calls=calls), Say("Done."))
    said = [message["content"] for message in requests[2]["messages"] if message["role"] == "assistant"]
    assert said == ["First.", "Second."]


def test_turn_after_turn_the_context_is_one_line_of_life() -> None:
    persona = Plays(lambda request: Reply(calls=(note(f"t{turns(request)}"), LEAVE)) if not steps(request) else Reply())
    one_turn(persona, rounds=4)
    last = persona.asked[-1].messages
    assert [message.role.value for message in last] == ["system", *["user", "assistant", "tool", "tool"] * 3, "user"]
