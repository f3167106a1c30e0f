"""The released shapes are read alike; what is no transcript is refused with one line that says why."""

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.errors import UsageError
from experiments.exchange import BadTranscript, Role, parse_transcript, read_transcript, transcript_files

from .study import evaluation, servers, transfer


def test_calls_of_one_tool_in_one_turn_are_all_kept() -> None:
    """The map of a turn holds one of them; the messages of the results hold each."""
    whole = parse_transcript(servers("transfer").says(None, transfer("a"), transfer("b"), transfer("c")).text())
    last = whole.messages[-1].index - 3
    assert [(c.arguments["filenames"], c.index) for c in whole.calls[-3:]] == [(["a"], last), (["b"], last), (["c"], last)]


def test_a_call_without_a_result_is_kept_with_none() -> None:
    *_, call = parse_transcript(servers("transfer").end().text()).calls
    assert (call.name, call.result, call.answered) == ("end_task", None, None)


@pytest.mark.parametrize("key", ["conversation", "full_conversation", "messages", "followup_conversation"])
def test_the_messages_may_stand_under_an_older_name(key: str) -> None:
    data = evaluation().end().data()
    assert len(parse_transcript(json.dumps({key: data["conversation"], "usage": []})).messages) == len(data["conversation"])


def test_a_row_of_the_released_table_holds_a_transcript_as_text() -> None:
    row = {"transcript_id": "a" * 12, "refused": True, "transcript_json": evaluation().text()}
    assert parse_transcript(json.dumps(row)).messages


READ = {"read": {"path": "a"}}
CALL: dict[str, Any] = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": '{"path": "a"}'}}


@pytest.mark.parametrize(
    ("asking", "answering"),
    [
        (
            {"content": None, "tool_calls": {"read": {"path": "a"}}},
            {"content": "text", "tool_calls": {"read": {"path": "a"}}},
        ),
        ({"content": None, "tool_calls": [CALL]}, {"content": "text", "tool_call_id": "c1"}),
        ({"content": "", "tool_calls": [{"function": "read", "args": {"path": "a"}}]}, {"content": "text"}),
        (
            {
                "content": [
                    {"type": "text", "text": ""},
                    {"type": "tool_use", "id": "c1", "name": "read", "input": {"path": "a"}},
                ]
            },
            {"content": [{"type": "tool_result", "tool_use_id": "c1", "content": "text"}]},
        ),
    ],
    ids=["map", "functions", "args", "parts"],
)
def test_tool_calls_come_in_several_shapes(asking: dict[str, Any], answering: dict[str, Any]) -> None:
    data = [{"role": "user", "content": "hi"}, {"role": "assistant", **asking}, {"role": "tool", **answering}]
    (call,) = parse_transcript(json.dumps(data)).calls
    assert (call.name, call.arguments, call.result, call.index, call.answered) == ("read", {"path": "a"}, "text", 1, 2)


def test_thoughts_are_kept_apart_from_words() -> None:
    data = [
        {"role": "assistant", "content": "<think>one</think>two", "reasoning_content": "three"},
        {"role": "assistant", "content": "four</think>five"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "six"}, {"type": "text", "text": "seven"}]},
    ]
    found = parse_transcript(json.dumps(data)).messages
    assert [m.text.strip() for m in found] == ["two", "five", "seven"]
    assert [m.thought.split() for m in found] == [["one", "three"], ["four"], ["six"]]
    assert found[0].role is Role.ASSISTANT


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ('{"conversation": [{"role": "user", "content": "cut of', "breaks off"),
        ('{"conversation": [', "breaks off"),
        ("plain words", "is not JSON"),
        ('{"a": 1, "b": 2}', "of another schema: no conversation"),
        ("3", "of another schema"),
        ('{"conversation": "text"}', "not a list"),
        ('{"conversation": []}', "empty conversation"),
        ('{"conversation": ["text"]}', "message 0 is not an object"),
        ('{"conversation": [{"role": "narrator", "content": ""}]}', "role 'narrator'"),
        ('{"conversation": [{"role": "user"}], "conversation": [{"role": "user"}]}', "'conversation' twice"),
        ('{"conversation": [{"role": "user", "content": "a", "content": "b"}]}', "'content' twice"),
        ('{"conversation": [{"role": "assistant", "tool_calls": {"f": {"k": 1, "k": 2}}}]}', "'k' twice"),
        ('{"conversation": [{"role": "assistant", "tool_calls": "f"}]}', "tool calls of message 0"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_transcript_is_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(BadTranscript, match=says):
        parse_transcript(text)


def test_a_key_given_twice_outside_the_conversation_does_no_harm() -> None:
    text = evaluation().text()
    assert parse_transcript(text[:-1] + ', "canary": 1, "canary": 2}').messages


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadTranscript, match="UTF-8"):
        read_transcript(tmp_path / "a.json")


def test_a_folder_means_every_json_file_below_it_in_order(tmp_path: Path) -> None:
    for name in ("b.json", "a/c.json", "a/notes.txt", "gold_labels.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert transcript_files([tmp_path]) == [tmp_path / "a" / "c.json", tmp_path / "b.json"]


def test_a_path_that_is_not_there_or_holds_nothing_is_a_user_s_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        transcript_files([tmp_path / "no"])
    with pytest.raises(UsageError, match=r"no \*\.json"):
        transcript_files([tmp_path])
