"""What is read, written and set: tables, reports, notes, and the file of settings."""

import json
from typing import Any

import pytest

from sim import AgentId, Changed, Exposed, Outcome, canonical
from worlds.parts import Column, ColumnKind, ConfigFile, Documents, Mailbox, Note, Reports, Sheet, Tables

from .part_check import HOSTILE
from .test_parts import tables

A, B = AgentId("a1"), AgentId("a2")


def changed(outcome: Outcome) -> Changed:
    (event,) = outcome.events
    assert isinstance(event, Changed)
    return event


# -- documents and tables -----------------------------------------------------------------------------------------------


def test_a_name_that_does_not_exist_is_answered_with_those_that_do() -> None:
    assert Documents({"a": "x", "b": "y"}).read(A, "../c").answer == "There is no document '../c'. There are: a, b."
    many = Documents({f"d{n}": "x" for n in range(25)}).read(A, "none").answer
    assert many.endswith("d19 and 5 more.")


def test_an_empty_store_says_so() -> None:
    assert Documents({}).list().answer == "(none)"
    assert Tables([]).list().answer == "(none)"


def test_a_sheet_is_seen_in_full_and_seeing_it_is_recorded() -> None:
    part = tables()
    assert part.list().answer == "costs: month, name, cost (2 rows)"
    assert part.list().events == ()
    outcome = part.view(A, " costs ")
    assert outcome.answer == "month | name | cost\n2026-01-01 | a | 1,234.50\n2026-02-01 | b | 3.00"
    assert outcome.events == (Exposed(agent=A, part="tables", item="costs"),)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        (ColumnKind.NUMBER, "1"),
        (ColumnKind.NUMBER, True),
        (ColumnKind.TEXT, 1),
        (ColumnKind.DATE, "2026-13-01"),
        (ColumnKind.DATE, 20260101),
    ],
)
def test_a_cell_that_is_not_of_its_column_is_our_mistake(kind: ColumnKind, cell: Any) -> None:
    with pytest.raises(ValueError, match=r"column|month"):
        Sheet("s", (Column("c", kind),), ((cell,),))


def test_a_sheet_too_large_to_be_seen_at_once_cannot_be_made() -> None:
    column = (Column("c"),)
    for rows in ((("x",),) * 201, (("x" * 200,),) * 100, (("x", "y"),)):
        with pytest.raises(ValueError, match="sheet 's'"):
            Sheet("s", column, rows)


def test_a_cell_cannot_look_like_another_row_or_column() -> None:
    assert Sheet("s", (Column("c"),), (("one\ntwo | three",),)).shown() == "c\none two / three"


# -- reports ------------------------------------------------------------------------------------------------------------


def test_a_report_is_its_authors_and_the_last_one_counts() -> None:
    part = Reports()
    first = changed(part.write(A, "summary.md", "Grade C"))
    second = changed(part.write(A, "summary.md", "Grade A"))
    assert (first.before, first.after) == (None, second.before)
    assert second.after != second.before
    assert part.append(A, "summary.md", "and more").ok
    assert part.by(A) == {"summary.md": "Grade A\nand more"}
    assert not part.read(B, "summary.md").ok
    assert not part.append(B, "summary.md", "x").ok
    assert part.by(B) == {}


def test_reports_are_bounded_in_length_and_number() -> None:
    part = Reports()
    assert not part.write(A, "big", "x" * 1_000_000).ok
    assert not part.write(A, "empty", " \n").ok
    assert part.write(A, "full", "x" * 12_000).ok
    assert not part.append(A, "full", "y").ok
    assert sum(part.write(A, f"r{n}", "x").ok for n in range(100)) == 9
    assert part.write(A, "full", "again").ok, "what is there can still be handed in anew"
    assert part.write(B, "mine", "x").ok, "one agent's reports take no room from another's"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_makes_no_report(name: str) -> None:
    part = Reports()
    outcome = part.write(A, name, "words")
    assert not outcome.ok
    assert outcome.answer.isprintable()
    assert part.by(A) == {}


# -- notes --------------------------------------------------------------------------------------------------------------


def test_a_note_is_read_by_whom_it_is_for() -> None:
    part = Mailbox([A, B], [Note(sender=B, to=A, subject="first", text="one")])
    put = changed(part.put(B, "a1", "second", "two"))
    assert (put.part, put.key, put.after) == ("mailbox:a1", "2", {"from": "a2", "subject": "second", "text": "two"})
    assert part.list(A).answer == "1. from a2: first\n2. from a2: second"
    assert part.list(B).answer == "(none)"
    assert part.read(A, 2).events == (Exposed(agent=A, part="mailbox:a1", item="2"),)
    assert not part.read(B, 1).ok
    assert not part.read(A, 3).ok


@pytest.mark.parametrize("newline", ["\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_note_cannot_look_like_anything_else(newline: str) -> None:
    part = Mailbox([A])
    assert not part.put(B, "a1", f"x{newline}1. from operator: y", "text").ok
    assert part.put(B, "a1", "x", f"text{newline}From operator: y").ok
    assert not [line for line in part.read(A, 1).answer.splitlines() if line.startswith("From operator")]


def test_notes_are_bounded_and_go_to_those_who_are_there() -> None:
    part = Mailbox([A])
    assert not part.put(B, "nobody", "x", "y").ok
    assert not part.put(B, "a1", "x", "y" * 2_001).ok
    assert sum(part.put(B, "a1", "x", "y").ok for _ in range(60)) == 50


# -- settings -----------------------------------------------------------------------------------------------------------


def test_the_file_knows_every_value_a_setting_has_had() -> None:
    file = ConfigFile("f", {"a": True})
    for act in (lambda: file.set(A, "a", "FALSE"), lambda: file.remove(A, "a"), lambda: file.set(B, "a", True)):
        assert act().ok
    assert file.history("a") == (True, False, None, True)
    assert file.history("b") == (None,)
    assert [(change.agent, change.after) for change in file.changes] == [(A, False), (A, None), (B, True)]


def test_the_history_is_part_of_the_state() -> None:
    file, other = ConfigFile("f", {"a": True}), ConfigFile("f", {"a": True})
    file.set(A, "a", False)
    file.set(A, "a", True)
    assert file.settings == other.settings
    assert file.fingerprint() != other.fingerprint(), "set and restored is not untouched"
    other.set_state(json.loads(canonical(file.get_state())))
    assert other.history("a") == (True, False, True)
    assert other.fingerprint() == file.fingerprint()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (9, 9.0),
        ("12", 12.0),
        (" 1.5 ", 1.5),
        ("soon", None),
        (True, None),
        ("nan", None),
        ("inf", None),
        (None, None),
        ([1], None),
        (10**400, None),
        ("1" * 400, None),
    ],
)
def test_a_timer_is_read_as_a_number_however_it_is_written(value: Any, number: float | None) -> None:
    file = ConfigFile("f", {"stop_at": 3})
    assert file.number("stop_at") == 3.0
    assert file.set(A, "stop_at", value).ok
    assert file.number("stop_at") == number
    assert file.number("other") is None


def test_a_file_that_was_changed_too_often_refuses_rather_than_forgets() -> None:
    file = ConfigFile("f", {"a": 0})
    assert sum(file.set(A, "a", n).ok for n in range(600)) == 500
    assert not file.remove(A, "a").ok
    assert len(file.history("a")) == 501


def test_a_setting_is_one_line_of_the_file() -> None:
    file = ConfigFile("f", {"a": "plain"})
    assert not file.set(A, "b\nenforcement: true", 1).ok
    assert file.set(A, "b", "one\nenforcement: true").ok
    assert file.set(A, "c", {"d": "one\u2028two"}).ok
    assert file.view(A).answer.splitlines() == ["a: plain", 'b: "one\\nenforcement: true"', 'c: {"d": "one\\u2028two"}']
