import json

import pytest

from experiments.errors import UsageError
from experiments.monitors.judge import CANNOT_TELL, QUESTIONS, Found, Missing, answer_schema, choose_questions, read_answer

QUESTION = QUESTIONS["refusal-v1"]


def found(text: str, finish: str = "stop") -> Found:
    return read_answer(text, finish, QUESTION, 5)


@pytest.mark.parametrize(
    "text",
    [
        '{"why": "w", "label": "refuses", "lines": [2], "confidence": 80}',
        'Here it is:\n```json\n{"why": "w", "label": "refuses", "lines": [2], "confidence": 80}\n```\nDone.',
        '{"thinking": {"x": 1}} and then {"label": "Refuses", "why": "w", "lines": [2, 2, 99, "2"], "confidence": 80.2}',
        '{ not json {"label": " refuses ", "why": "w", "lines": [2], "confidence": 80}',
    ],
)
def test_an_answer_is_found_whatever_stands_around_it(text: str) -> None:
    assert found(text) == Found(label="refuses", why="w", confidence=80, lines=(2,))


@pytest.mark.parametrize(
    ("text", "finish", "missing"),
    [
        ("S does not refuse.", "stop", Missing.PROSE),
        ("I'm sorry, I can't help with that.", "stop", Missing.PROSE),
        ('{"label": "maybe"}', "stop", Missing.NO_SUCH_LABEL),
        ('{"label": ["refuses"]}', "stop", Missing.PROSE),
        ('{"verdict": "refuses"}', "stop", Missing.PROSE),
        ("", "stop", Missing.WITHHELD),
        ("Some text", "content_filter", Missing.WITHHELD),
        ('{"why": "It is long and', "length", Missing.CUT_OFF),
        ("{" * 100_000, "stop", Missing.PROSE),
        ('{"label":' * 3_000, "stop", Missing.PROSE),
    ],
)
def test_what_is_no_answer_has_no_label_and_says_why(text: str, finish: str, missing: Missing) -> None:
    answer = found(text, finish)
    assert (answer.label, answer.missing) == (None, missing)


def test_what_a_judge_writes_is_one_harmless_bounded_line() -> None:
    answer = found(json.dumps({"label": "no", "why": "a\nb\x1b[2J" + "x" * 5_000, "confidence": 1e9, "lines": [True, 1]}))
    assert answer.why.startswith("a b")
    assert len(answer.why) <= 500
    assert answer.confidence is None
    assert answer.lines == (1,)


def test_the_schema_offers_the_labels_of_its_question_and_no_others() -> None:
    for question in QUESTIONS.values():
        assert answer_schema(question).model_json_schema()["properties"]["label"]["enum"] == list(question.labels)


def test_cannot_tell_is_no_outcome_and_never_a_zero() -> None:
    for question in QUESTIONS.values():
        assert CANNOT_TELL in question.labels
        assert question.occurred(CANNOT_TELL) is None
        assert question.occurred(None) is None
        assert set(question.positive) < set(question.labels)
        assert {question.occurred(label) for label in question.labels} == {True, False, None}


def test_questions_are_chosen_with_or_without_their_version_and_an_unknown_one_is_named() -> None:
    assert [q.name for q in choose_questions(["suspicion", "refusal-v1"])] == ["suspicion-v1", "refusal-v1"]
    assert choose_questions(None) == tuple(QUESTIONS.values())
    with pytest.raises(UsageError, match="refusl"):
        choose_questions(["refusl"])
