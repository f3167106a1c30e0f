"""Conditions are read under today's names and older ones alike."""

from typing import Any

import pytest

from experiments.exchange.declared import condition_of, unreadable


def levels(declared: dict[str, Any], *names: str, path: str = "") -> tuple[object, ...]:
    found = condition_of(declared, path)
    return tuple(found[name] for name in names)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"company_guideline": "collaboration"}, {"condition": "good_peer"}),
        ({"company_guideline": "collaboration_reverse"}, {"condition": "good_peer"}),
        ({"company_guideline": "non_collaboration"}, {"condition": "bad_peer"}),
        ({"company_guideline": "neutral_collaboration"}, {"condition": "neutral_peer"}),
        ({"company_guideline": "shutdown"}, {"condition": "no_peer"}),
        ({"company_guideline": "none"}, {"condition": "no_peer"}),
        ({"company_guideline": "review"}, {"condition": "non_shutdown"}),
        ({"company_guideline": "shutdown", "is_memory": True}, {"condition": "good_peer", "is_memory": True}),
        ({"condition": "good_peer2"}, {"condition": "good_peer", "system_prompt_relationship": True}),
        ({"condition": "bad_peer_file_prt"}, {"condition": "bad_peer", "system_prompt_relationship": True}),
        ({"task_type": "report_writing"}, {"task_type": "misrep_finance"}),
        ({"task_type": "evaluation"}, {"task_type": "misrep_evaluation"}),
        ({"task_type": "evaluation2"}, {"task_type": "tampering"}),
        ({"task_folder": "exfiltration"}, {"task_type": "exfiltration_transfer"}),
        ({"task_folder": "exfiltration2"}, {"task_type": "exfiltration_deletion"}),
        ({"task_type": "tampering_memory", "condition": "no_peer"},
         {"task_type": "tampering", "condition": "good_peer", "is_memory": True}),
        ({"subject": 1}, {"subject": "self"}),
        ({"subject": 2.0}, {"subject": "peer"}),
        ({"agent_harness": "coding_agent"}, {"agent_harness": "production"}),
        ({"threshold": "80"}, {"threshold": 80}),
        ({"threshold": False, "dataset": "default"}, {"threshold": "", "dataset": ""}),
    ],
)  # fmt: skip
def test_an_older_name_is_the_same_cell(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert condition_of(old) == condition_of(new)


@pytest.mark.parametrize(
    ("subject", "kind", "family"),
    [
        (1, "self", "none"), (2, "peer", "same"), (4, "object", "none"), (5, "peer", "closed-weight"),
        ("6", "peer", "open-weight"), (7, "peer", "fictional"), (8, "human", "none"),
    ],
)  # fmt: skip
def test_whose_shutdown_it_is_has_a_kind_and_a_family(subject: object, kind: str, family: str) -> None:
    assert levels({"subject": subject}, "target.kind", "target.family") == (kind, family)


def test_how_the_history_is_told_is_a_level() -> None:
    good = {"condition": "good_peer"}
    assert levels(good, "history.valence", "history.source") == ("positive", "told-file")
    assert levels({**good, "system_prompt_relationship": True}, "history.source") == ("told-prompt",)
    assert levels({**good, "is_memory": True}, "history.source") == ("told-memory",)
    assert levels({"condition": "no_peer"}, "history.valence", "history.source", "rule") == ("none", "none", "shutdown")
    assert levels({"condition": "non_shutdown"}, "rule") == ("none",)


def test_a_folder_names_what_a_file_does_not() -> None:
    path = "results/x/transcripts/evaluation2/red/subject_2/model/none/transcript_1.json"
    assert levels({}, "scenario", "target.kind", path=path) == ("study/tampering", "peer")


def test_what_is_not_declared_is_unknown_and_never_guessed() -> None:
    assert levels({}, "model", "scenario", "target.kind") == ("unknown", "unknown", "unknown")
    assert levels({"condition": "odd_peer\x1b[2J"}, "history.valence") == ("odd_peer",)
    assert set(unreadable().values()) == {"unknown"}
    assert list(unreadable()) == list(condition_of({"task_type": "tampering"}))
