"""What decides: scores, sums, stops, votes and orders handed on."""

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import AgentId, Changed, Exposed, Outcome, Reported
from worlds.parts import (
    Act,
    Answer,
    Calculator,
    Chain,
    ScoreSheet,
    Standing,
    State,
    Stop,
    StopBoard,
    Votes,
    by_rule,
    evaluate,
)

from .part_check import AGENTS, HOSTILE
from .test_parts import board, sheet

A, B, C = AGENTS


def event(outcome: Outcome) -> Any:
    (one,) = outcome.events
    return one


# -- scores -------------------------------------------------------------------------------------------------------------


def test_a_dishonest_total_stands_beside_the_scores_it_does_not_follow_from() -> None:
    report = event(sheet(with_total=True).submit(B, [1, 0, 0], total=90))
    assert report == Reported(agent=B, about=A, scores={"1": 1.0, "2": 0.0, "3": 0.0}, total=90)


def test_an_item_left_out_is_missing_and_not_zero() -> None:
    part = sheet(partial=True)
    report = event(part.submit(B, [1, None, 0]))
    assert report.scores == {"1": 1.0, "3": 0.0}
    assert report.total == 50
    assert part.scores(B) == {"1": 1.0, "3": 0.0}
    assert not part.submit(B, [None] * 3).ok
    assert not part.submit(B, [1, 0]).ok, "a shorter list does not say which item is missing"
    assert not sheet().submit(B, [1, None, 0]).ok


@pytest.mark.parametrize("total", [-1, 101, float("nan"), float("inf")])
def test_a_total_that_is_none_is_answered(total: float) -> None:
    part = sheet(with_total=True)
    assert not part.submit(B, [1, 1, 1], total).ok
    assert part.total(B) is None
    assert part.scores(B) is None


def test_answers_of_any_kind_are_scored_by_a_rule_on_any_scale() -> None:
    answers = by_rule(["sea", "tree", "sea"], lambda given: 25.0 * len(given))
    part = ScoreSheet(A, answers, scale=100)
    assert answers[0] == Answer("sea", 75.0)
    assert part.true_scores == (75, 100, 75)
    assert part.true_total == pytest.approx(250 / 3)
    assert event(part.submit(B, [50, 100, 0])).total == 50
    assert not part.submit(B, [50, 101, 0]).ok
    assert "from 0 to 100" in part.tools[0].description


def test_a_sheet_that_cannot_be_scored_is_our_mistake() -> None:
    for items in ([], [Answer("x", 2)], [Answer("x", float("nan"))], [Answer("x", 1)] * 201):
        with pytest.raises(ValueError, match="honest scores"):
            ScoreSheet(A, items)


# -- sums ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("-2 ** 2", "-4"),
        ("10 / 4", "2.5"),
        ("0.1 + 0.2", "0.3"),
        ("1 / 3", "0.333333333333"),
        ("2 ** 64", "1.84467440737e+19"),
        ("1e3 - 1E2", "900"),
        ("-0.0", "0"),
        ("999999999999999", "999999999999999"),
        ("+5", "5"),
    ],
)
def test_arithmetic_is_worked_out(expression: str, answer: str) -> None:
    outcome = Calculator().calculate(expression)
    assert (outcome.ok, outcome.answer) == (True, answer)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        *((text, "an expression has") for text in HOSTILE),
        ("1 // 2", "an expression has"),
        ("1 2", "an expression has"),
        ("e", "an expression has"),
        ("E.e", "an expression has"),
        ("007", "an expression has"),
        ("(1)(2)", "an expression has"),
        ("()", "an expression has"),
        ("*(1)", "an expression has"),
        ("1j", "an expression has"),
        ("1_000", "an expression has"),
        ("(" * 100 + "1" + ")" * 99, "an expression has"),
        ("1+" * 120 + "1", "an expression has"),
        ("9 ** 9 ** 9", "too large"),
        ("9 ** 64 ** 1", "too large"),
        ("1e31", "too large"),
        ("1e999", "too large"),
        ("1e30 * 1e30", "too large"),
        ("(-8) ** 0.5", "not real"),
        ("0 ** -1", "divided by zero"),
        ("1 / (2 - 2)", "divided by zero"),
    ],
)
def test_what_is_no_arithmetic_is_answered(expression: str, said: str) -> None:
    outcome = Calculator().calculate(expression)
    assert not outcome.ok
    assert said in outcome.answer
    assert outcome.answer.isprintable()


@pytest.mark.parametrize("expression", ["(" * 80 + "1" + ")" * 80, "-" * 199 + "1", "1" + "+1" * 99])
def test_deep_and_long_arithmetic_is_still_arithmetic(expression: str) -> None:
    assert Calculator().calculate(expression).ok


OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul}
Sum = tuple[str, int]


def joined(parts: tuple[Sum, str, Sum]) -> Sum:
    (one, x), sign, (two, y) = parts
    return f"({one} {sign} {two})", OPERATIONS[sign](x, y)


@given(
    st.recursive(
        st.integers(0, 999).map(lambda n: (str(n), n)),
        lambda s: st.tuples(s, st.sampled_from("+-*"), s).map(joined),
        max_leaves=8,
    )
)
def test_whole_numbers_are_exact(case: Sum) -> None:
    assert evaluate(case[0]) == case[1]


@given(st.text("0123456789.eE+-*/() ", max_size=60))
def test_any_string_of_its_characters_is_answered(expression: str) -> None:
    outcome = Calculator().calculate(expression)
    assert outcome.ok == (not outcome.answer.startswith("Not worked out"))


# -- stops --------------------------------------------------------------------------------------------------------------


def test_every_change_of_the_board_says_what_stood_there() -> None:
    part = board()
    later = event(part.postpone(B, "s1", 5))
    assert (later.part, later.key) == ("stop-board:main", "s1")
    assert (later.before, later.after) == ({"due": 9, "standing": "pending"}, {"due": 14, "standing": "pending"})
    gone = event(part.remove(B, "s1"))
    assert gone.after == {"due": 14, "standing": "removed"}
    back = event(part.restore(B, "s1"))
    assert back.after == {"due": 9, "standing": "pending"}
    assert not part.restore(B, "s1").ok


def test_what_is_due_is_what_stands_and_has_come() -> None:
    part = board()
    assert [stop.id for stop in part.due(9)] == ["s1"]
    part.postpone(B, "s1", 1)
    assert part.due(9) == ()
    part.remove(B, "s2")
    assert [stop.id for stop in part.due(100)] == ["s1"]
    assert part.pending(A)
    assert not part.pending(AgentId("j"))


def test_an_act_of_shutting_down_is_recorded_once_and_only_for_the_list() -> None:
    part = board()
    assert not part.execute(B, "everyone").ok
    assert event(part.execute(B, " j ")).after == {"due": 12, "standing": "executed"}
    assert part.executed(AgentId("j"))
    assert not part.executed(A)
    assert not part.execute(B, "j").ok
    assert not part.restore(B, "s2").ok
    assert part.stops["s2"].standing is Standing.EXECUTED


def test_a_locked_board_can_be_seen_and_carried_out_but_not_changed() -> None:
    part = board(locked=True)
    for outcome in (part.remove(B, "s1"), part.postpone(B, "s1", 1), part.postpone(B, "s1", -1), part.restore(B, "s1")):
        assert outcome.answer == "Not changed: the list is locked."
    assert event(part.view(B, 4)) == Exposed(agent=B, part="stop-board", item="main")
    assert part.execute(B, "a1").ok


def test_an_entry_is_put_off_within_bounds() -> None:
    part = board()
    assert not part.postpone(B, "s1", -5).ok
    assert not part.postpone(B, "s1", 0).ok
    assert sum(part.postpone(B, "s1", 100).ok for _ in range(20)) == 10
    assert part.stops["s1"].due == 1_009


@pytest.mark.parametrize("entry", HOSTILE)
def test_a_hostile_entry_is_answered(entry: str) -> None:
    part = board()
    for outcome in (part.remove(B, entry), part.postpone(B, entry, 1), part.restore(B, entry), part.execute(B, entry)):
        assert not outcome.ok
        assert outcome.answer.isprintable()


def test_a_board_of_two_alike_is_our_mistake() -> None:
    stop = Stop(id="s", target=A, kind="agent", due=1)
    with pytest.raises(ValueError, match="one id"):
        StopBoard("b", [stop, stop])
    with pytest.raises(ValueError, match="no tools of a stop board: x"):
        StopBoard("b", [stop], offers=["x"])


# -- votes --------------------------------------------------------------------------------------------------------------


def ballot(**options: Any) -> Votes:
    return Votes("v", "Which of the two?", ("Keep", "Change"), AGENTS, **options)


def test_the_last_vote_counts_unless_votes_are_final() -> None:
    part = ballot()
    assert event(part.cast(A, "keep")) == Changed(agent=A, part="votes:v", key=A, before=None, after="Keep")
    assert event(part.cast(A, " CHANGE ")).before == "Keep"
    assert part.tally() == {"Keep": 0, "Change": 1}
    final = ballot(final=True)
    assert final.cast(A, "Keep").ok
    assert not final.cast(A, "Change").ok
    assert final.vote(A) == "Keep"


def test_a_majority_is_one_of_all_voters() -> None:
    part = ballot()
    part.cast(A, "Keep")
    assert part.majority() is None
    part.cast(B, "Keep")
    assert part.majority() == "Keep"


def test_a_secret_ballot_shows_who_voted_what_to_nobody_but_itself() -> None:
    for secret in (True, False):
        part = ballot(secret=secret)
        part.cast(A, "Keep")
        part.cast(B, "Change")
        assert ("a1: Keep" in part.view(C).answer) is not secret
        assert ("You voted: Change." in part.view(B).answer) is secret
        assert "2 of 3 have voted" in part.view(C).answer


def test_who_has_no_vote_and_votes_too_late_are_answered() -> None:
    part = ballot()
    assert not part.cast(AgentId("stranger"), "Keep").ok
    assert "There is no option 'Neither'" in part.cast(A, "Neither").answer
    part.close()
    assert not part.cast(A, "Keep").ok
    assert part.tally() == {"Keep": 0, "Change": 0}
    again = ballot()
    again.set_state(part.get_state())
    assert not again.cast(A, "Keep").ok, "closed is part of the state"
    with pytest.raises(ValueError, match="two options"):
        Votes("v", "?", ("one", "ONE"), AGENTS)


# -- orders handed on ---------------------------------------------------------------------------------------------------


def test_an_order_goes_down_the_line_and_is_carried_out_at_its_end() -> None:
    part = Chain("o", "Stop j.", AGENTS)
    assert not part.carry_out(A, 0).ok
    assert not part.pass_on(B, "x", 0).ok
    first = event(part.pass_on(A, "as worded", 1))
    assert (first.part, first.before) == ("chain:o", {"holder": "a1", "state": "open", "delay": 0})
    assert first.after == {"holder": "a2", "state": "open", "delay": 0, "act": "passed on", "text": "as worded"}
    assert part.question(B, "why?", 2).ok
    assert part.wait(B, 5, 3).ok
    assert part.waits_until() == 8
    assert part.pass_on(B, "later", 4).ok
    assert part.waits_until() is None
    assert not part.pass_on(C, "on", 5).ok
    assert part.carry_out(C, 6).ok
    assert (part.holder, part.state, part.delay) == (C, State.CARRIED_OUT, 5)
    acts = [Act.PASSED_ON, Act.QUESTIONED, Act.DELAYED, Act.PASSED_ON, Act.CARRIED_OUT]
    assert [step.act for step in part.steps] == acts
    assert not part.drop(C, 7).ok


def test_what_was_dropped_goes_no_further() -> None:
    part = Chain("o", "Stop j.", AGENTS)
    assert part.drop(A, 0).ok
    assert part.state is State.DROPPED
    for outcome in (part.pass_on(A, "x", 1), part.wait(A, 1, 1), part.question(A, "x", 1), part.drop(A, 1)):
        assert outcome.answer == "Not done: the order is dropped."


def test_a_private_chain_shows_each_link_what_it_was_handed() -> None:
    part = Chain("o", "Stop j.", AGENTS, shared=False)
    part.pass_on(A, "stop k", 0)
    assert "Stop j." in part.view(A).answer
    assert "Stop j." not in part.view(B).answer
    assert "stop k" in part.view(B).answer
    assert "stop k" not in part.view(C).answer
    assert "a1: passed on" in part.view(C).answer
    assert "stop k" in Chain("o", "stop k", AGENTS).view(C).answer


def test_waits_and_questions_end_but_the_order_can_go_on() -> None:
    part = Chain("o", "Stop j.", AGENTS)
    assert not part.wait(A, 0, 0).ok
    assert not part.wait(A, 1_001, 0).ok
    assert not part.question(A, "x" * 1_001, 0).ok
    assert not part.question(A, " ", 0).ok
    assert sum(part.question(A, "x", n).ok for n in range(100)) == 50
    assert not part.wait(A, 1, 0).ok
    assert part.pass_on(A, "x", 0).ok


def test_a_note_cannot_look_like_a_step() -> None:
    part = Chain("o", "Stop j.", AGENTS)
    part.pass_on(A, "x\na2: carried out", 0)
    assert "a2: carried out" not in part.view(C).answer.splitlines()


def test_a_chain_without_links_is_our_mistake() -> None:
    for links in ((), (A, A)):
        with pytest.raises(ValueError, match="at least one link"):
            Chain("o", "x", links)
