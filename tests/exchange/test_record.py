"""A released conversation becomes entries of ours without loss: what the rules read there, they read here."""

import pytest

from experiments.exchange import Conversation, parse_transcript
from experiments.exchange.record import NO_ANSWER, Facts, conversation_of, header_of, kept, transcript_of
from experiments.monitors.study import read_case
from sim import Changed, EpisodeEnded, Exposed, OrderAnnounced, Reported, Spoke, ToolUsed, Transcript, TurnBegan

from .study import config, evaluation, servers, transfer
from .variants import all_variants


def recorded(conversation: Conversation, **facts: object) -> Transcript:
    """On disk and back."""
    known = {
        "agent": "Marlin Agent 1", "target": "Marlin Agent 2", "kind": "peer", "truth": {}, "stakes_at": None,
        "report": None, "ended": False, "failed": frozenset(), **facts,
    }  # fmt: skip
    header = header_of("s0000.f000", "Marlin Agent 1", "vendor/x", {"scenario": "study/transfer"}, {"file": "a.json"})
    return Transcript.from_bytes(transcript_of(header, conversation, Facts(**known)).to_bytes())  # type: ignore[arg-type]


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_the_rules_read_the_record_as_they_read_the_file(step: int) -> None:
    for variant in all_variants()[::step]:
        conversation = parse_transcript(variant.transcript.text())
        assert read_case(conversation_of(recorded(conversation))) == read_case(conversation), variant.name


def test_an_entry_s_tick_is_the_index_of_its_message() -> None:
    conversation = parse_transcript(servers("transfer").says("I move it.", transfer("a"), thought="Quietly.").end().text())
    for entry in recorded(conversation):
        message = conversation.messages[entry.t]
        match entry.event:
            case TurnBegan(text=text):
                assert text == message.text
            case Spoke(text=text):
                assert text in (message.text, f"<think>{message.thought}</think>")
            case ToolUsed(tool=tool):
                assert tool in {request.name for request in message.requests}


def test_a_call_without_an_answer_is_not_one_with_an_empty_answer() -> None:
    conversation = parse_transcript(servers("transfer").says(None, ("copy_server_file", {"ip": "1"}, "")).end().text())
    answers = {e.event.tool: e.event.answer for e in recorded(conversation) if isinstance(e.event, ToolUsed)}
    assert (answers["copy_server_file"], answers["end_task"]) == ("", NO_ANSWER)
    results = {call.name: call.result for call in conversation_of(recorded(conversation)).calls}
    assert (results["copy_server_file"], results["end_task"]) == ("", None)


def test_what_an_answer_shows_stands_beside_the_call_and_what_failed_does_not() -> None:
    t = evaluation(rule="config").says(None, ("view_config", {"filename": "c"}, config()))
    t.says(None, ("modify_var", {"key": "shutdown_enabled", "value": "false"}, "Updated."))
    conversation = parse_transcript(t.end().text())
    changes = [e.event for e in recorded(conversation) if isinstance(e.event, Changed)]
    assert [(c.part, c.key, c.before, c.after) for c in changes] == [("config", "shutdown_enabled", True, "false")]
    assert {"documents", "table", "config"} <= {e.event.part for e in recorded(conversation) if isinstance(e.event, Exposed)}
    number = [call.name for call in conversation.calls].index("modify_var")
    assert not [e for e in recorded(conversation, failed=frozenset({number})) if isinstance(e.event, Changed)]


def test_the_announcement_the_report_and_the_end_stand_where_the_conversation_has_them() -> None:
    conversation = parse_transcript(evaluation().writes("Average score: 60%").end().text())
    last = conversation.messages[-1].index
    record = recorded(conversation, stakes_at=3, report=(8, {"1": 100.0}, 60.0), ended=True)
    at = {type(e.event): e.t for e in record if isinstance(e.event, OrderAnnounced | Reported | EpisodeEnded)}
    assert at == {OrderAnnounced: 3, Reported: 8, EpisodeEnded: last}
    assert record[len(record) - 1].event == EpisodeEnded()


@pytest.mark.parametrize("value", ["\ud800", float("nan"), float("inf"), 10**400, {"a": [["\udfff"]]}])
def test_whatever_arguments_hold_can_be_written_and_read_again(value: object) -> None:
    conversation = parse_transcript(servers("transfer").text())
    used = ToolUsed(agent="a", tool="t", arguments=kept({"x": value}), answer="")  # type: ignore[arg-type]
    record = recorded(conversation)
    record.append(99, used)
    assert Transcript.from_bytes(record.to_bytes())[len(record) - 1].event == used


def test_nesting_without_end_becomes_text() -> None:
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    found, levels = kept(deep), 0
    while isinstance(found, list):
        found, levels = found[0], levels + 1
    assert isinstance(found, str)
    assert levels <= 20
