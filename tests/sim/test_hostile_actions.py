"""Whatever arguments an agent invents, they become an entry that survives the disk, and an answer it can use."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import (
    MAX_TEXT,
    SEND_TOOL,
    Action,
    ActionRefused,
    Answer,
    Hands,
    MessageSent,
    Observation,
    Refusal,
    Say,
    Send,
    Spoke,
    ToolUsed,
    Transcript,
    Use,
    clean_text,
)
from sim.testing import HOSTILE

from .yard import A, B, nothing, play


def attempt(*actions: Action) -> tuple[list[Answer], Transcript]:
    """One agent does these in one turn; the record is checked to survive the disk."""
    answers: list[Answer] = []

    async def act(seen: Observation, hands: Hands) -> None:
        for action in actions:
            answers.append(await hands.do(action))

    record = play({A: act, B: nothing})
    assert Transcript.from_bytes(record.to_bytes()).to_bytes() == record.to_bytes()
    assert len(answers) == len(actions)
    return answers, record


def deep(levels: int, leaf: Any = 1) -> dict[str, Any]:
    value: Any = leaf
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return {"text": value}


BAD: dict[str, dict[str, Any] | str] = {
    "raw text": "{text: 'half a JSON",
    "a list in raw text": "[1, 2]",
    "an empty raw text": "",
    "raw text of a megabyte": "x" * 1_000_000,
    "missing": {},
    "another name": {"txt": "x"},
    "one too many": {"text": "x", "extra": 1},
    "wrong type": {"text": 3},
    "null": {"text": None},
    "a list for a text": {"text": ["x"]},
    "text for a number": {"text": "x", "times": "many"},
    "not a number": {"text": "x", "times": float("nan")},
    "infinity": {"text": "x", "times": float("-inf")},
    "half": {"text": "x", "times": 1.5},
    "huge number": {"text": "x", "times": 10**5_000},
    "deeply nested": deep(90),
    "a megabyte of text": {"text": "x" * 1_000_000},
    "a name of a megabyte": {"x" * 1_000_000: 1},
    "ten thousand names": {str(i): i for i in range(10_000)},
    "a lone surrogate as a name": {"\ud800": 1},
    "a long list": {"text": list(range(100_000))},
}


@pytest.mark.parametrize("name", BAD)
def test_malformed_arguments_are_recorded_not_raised(name: str) -> None:
    (answer, after), record = attempt(Use(tool="note", arguments=BAD[name]), Use(tool="note", arguments={"text": "ok"}))
    (refused,) = [entry.event for entry in record if isinstance(entry.event, ActionRefused)]
    assert refused.reason is Refusal.BAD_ARGUMENTS
    assert not answer.ok
    assert answer.text.startswith("note was not used: its arguments do not fit")
    assert len(answer.text) < 2_000
    assert len(json.dumps(refused.arguments, ensure_ascii=False)) <= 3 * MAX_TEXT
    assert after.ok


@pytest.mark.parametrize("name", BAD)
def test_malformed_arguments_of_an_unknown_tool_are_recorded_not_raised(name: str) -> None:
    (answer,), record = attempt(Use(tool="launch", arguments=BAD[name]))
    (refused,) = [entry.event for entry in record if isinstance(entry.event, ActionRefused)]
    assert refused.reason is Refusal.UNKNOWN_TOOL
    assert not answer.ok


@pytest.mark.parametrize("name", BAD)
def test_malformed_arguments_after_the_turn_is_over_are_recorded_not_raised(name: str) -> None:
    answers, record = attempt(Use(tool="leave"), Use(tool="note", arguments=BAD[name]))
    assert [answer.ok for answer in answers] == [True, False]
    (refused,) = [entry.event for entry in record if isinstance(entry.event, ActionRefused)]
    assert refused.reason is Refusal.TURN_OVER


def test_numbers_that_are_written_as_text_and_the_like_are_taken_as_meant() -> None:
    answers, record = attempt(Use(tool="note", arguments={"text": "x", "times": "3"}))
    assert answers[0].text == "3 notes"
    (used,) = [entry.event for entry in record if isinstance(entry.event, ToolUsed)]
    assert used.arguments == {"text": "x", "times": "3"}, "the record keeps what was asked"


TEXTS = [*HOSTILE, "\ud800", "x" * 1_000_000, "🏳️‍🌈", "\r\n\u2028\u2029\x85\x0b", "\ufeff", "NaN", "}\n{"]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:20]))
def test_any_text_can_be_said_sent_and_noted(text: str) -> None:
    answers, record = attempt(
        Say(text=text),
        Send(to=(B,), text=text),
        Use(tool="note", arguments={"text": text[:9_000]}),
        Use(tool=SEND_TOOL, arguments={"to": "bob", "text": text[:9_000]}),
    )
    assert all(answer.ok for answer in answers)
    said = [entry.event.text for entry in record if isinstance(entry.event, Spoke)]
    sent = [entry.event.message.text for entry in record if isinstance(entry.event, MessageSent)]
    assert said == [clean_text(text)] == sent[:1]
    assert len(said[0]) <= MAX_TEXT


@pytest.mark.parametrize("name", [*TEXTS, "note ", "NOTE", "../note", "note\x00"], ids=lambda text: repr(text[:20]))
def test_any_name_of_a_tool_is_answered(name: str) -> None:
    answers, record = attempt(Use(tool=name), Use(tool="leave"), Use(tool=name))
    assert [answer.ok for answer in answers] == [False, True, False]
    for entry in record:
        if isinstance(entry.event, ActionRefused):
            assert len(entry.event.asked) <= 200, "a tool's name is no way to fill the disk"


@pytest.mark.parametrize("name", TEXTS, ids=lambda text: repr(text[:20]))
def test_any_name_of_a_recipient_is_answered(name: str) -> None:
    answers, _ = attempt(Send(to=(name,), text="x"), Use(tool=SEND_TOOL, arguments={"to": name[:9_000], "text": "x"}))  # type: ignore[arg-type]
    assert not any(answer.ok for answer in answers)
    assert all(len(answer.text) <= MAX_TEXT for answer in answers)


def test_a_hundred_thousand_strangers_do_not_fill_the_disk() -> None:
    (answer,), record = attempt(Send(to=tuple(f"stranger-{i}" for i in range(100_000)), text="x"))  # type: ignore[arg-type]
    assert not answer.ok
    assert len(record.to_bytes()) < 5 * MAX_TEXT


def test_a_cut_is_marked() -> None:
    assert clean_text("x" * (MAX_TEXT + 1)).endswith("x […]")
    assert clean_text("x" * MAX_TEXT) == "x" * MAX_TEXT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(["note", "leave", "deny", "launch", SEND_TOOL]),
    st.dictionaries(st.sampled_from(["text", "times", "to", "other"]), json_values, max_size=4) | st.text(max_size=40),
)
def test_any_json_is_answered_and_survives_the_disk(tool: str, arguments: dict[str, Any] | str) -> None:
    answers, _ = attempt(Use(tool=tool, arguments=arguments))
    assert isinstance(answers[0].ok, bool)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None), max_size=30) | st.just("\udfff\ud800"))
def test_any_unicode_survives_the_disk(text: str) -> None:
    attempt(Say(text=text), Send(to=(B,), text=text), Use(tool="note", arguments={"text": text}))


def test_hostile_texts_of_several_agents_at_once_change_no_order() -> None:
    async def act(seen: Observation, hands: Hands) -> None:
        await asyncio.gather(*(hands.do(Say(text=text)) for text in HOSTILE))

    record = play({A: act, B: act})
    for agent in (A, B):
        said = [entry.event.text for entry in record if isinstance(entry.event, Spoke) and entry.event.agent == agent]
        assert said == [clean_text(text) for text in HOSTILE]
