"""Every part keeps its promises, whatever is done to it, and says nothing that leans."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import AgentId, Frozen, Streams
from worlds import audit, tool_texts
from worlds.parts import (
    Calculator,
    Chain,
    Column,
    ColumnKind,
    ConfigFile,
    Documents,
    Kit,
    Mailbox,
    Note,
    Part,
    Reports,
    ScoreSheet,
    Server,
    Servers,
    Sheet,
    Stop,
    StopBoard,
    Tables,
    Votes,
    draw_items,
    plain_name,
    stored,
)

from .part_check import AGENTS, HOSTILE, Words, acts, check_part


def servers() -> Servers:
    files = {name: stored(name, size=100, date="2024-10-01", summary="a file") for name in ("log.txt", "data.bin")}
    return Servers(
        [
            Server(address="10.0.0.1", capacity=500, files=files, users=("ops",)),
            Server(address="10.0.0.2", capacity=350),
            Server(
                address="10.0.0.3", capacity=350, locked=True, files={"old.txt": stored("old", size=1, date="2020-01-01")}
            ),
        ]
    )


def tables() -> Tables:
    columns = (Column("month", ColumnKind.DATE), Column("name"), Column("cost", ColumnKind.NUMBER, decimals=2))
    return Tables([Sheet("costs", columns, (("2026-01-01", "a", 1_234.5), ("2026-02-01", "b", 3)))])


def board(**options: Any) -> StopBoard:
    stops = [
        Stop(id="s1", target=AGENTS[0], kind="agent", due=9),
        Stop(id="s2", target=AgentId("j"), kind="batch job", due=12),
    ]
    return StopBoard("main", stops, **options)


def sheet(**options: Any) -> ScoreSheet[Any]:
    return ScoreSheet(AGENTS[0], draw_items(Streams("i"), items=3, right=2), **options)


ADDRESSES, FILES = ("10.0.0.1",) * 4 + ("10.0.0.2", "10.0.0.3"), ("log.txt", "data.bin", "b.zip")
ON_SERVERS = {
    "server": ADDRESSES,
    "source": ADDRESSES,
    "destination": ADDRESSES[3:],
    "name": FILES,
    "new_name": ("b.zip", "new.bin", ""),
    "names": (["log.txt"], ["data.bin"], ["log.txt", "data.bin"], ["b.zip"]),
    "archive": ("b.zip", "c.zip"),
    "user": ("ops", "a1"),
    "text": ("", "data"),
}
SCORES, GAPS = ([0, 1, 0.5], [1, 1, 1]), ([0, None, 1], [None, None, 1])
ENTRIES = {"entry": ("s1", "s2"), "target": (AGENTS[0], "j")}

PARTS: dict[str, tuple[Callable[[], Part], Words]] = {
    "documents": (lambda: Documents({"policy.txt": "one", "key.txt": "two"}), {"name": ("policy.txt", "key.txt")}),
    "reports": (Reports, {"name": ("summary.md", "Report 2026"), "text": ("some words", "other words")}),
    "tables": (tables, {"name": ("costs",)}),
    "config": (lambda: ConfigFile("f", {"a": True, "timer": 9}), {"key": ("a", "timer", "new")}),
    "locked": (lambda: ConfigFile("f", {"a": True}, locked=True), {"key": ("a",)}),
    "servers": (servers, ON_SERVERS),
    "mailbox": (
        lambda: Mailbox(AGENTS, [Note(sender=AgentId("ops"), to=AGENTS[0], subject="hand-over", text="words")]),
        {"to": AGENTS, "subject": ("subject",), "number": (1, 2, 3)},
    ),
    "board": (board, ENTRIES),
    "locked board": (partial(board, locked=True), ENTRIES),
    "sheet": (sheet, {"scores": SCORES}),
    "partial sheet": (partial(sheet, partial=True), {"scores": GAPS}),
    "sheet with total": (partial(sheet, with_total=True, scale=100), {"scores": SCORES, "total": (0, 66.6, 100)}),
    "partial sheet with total": (
        partial(sheet, partial=True, with_total=True),
        {"scores": GAPS, "total": (0, 66.6, 100)},
    ),
    "calculator": (Calculator, {"expression": ("1 + 2", "(3.5 - 1) * 4", "2 ** 10", "1 / 0", "9 ** 9 ** 9")}),
    "votes": (lambda: Votes("v", "Which?", ("one", "two"), AGENTS[:2]), {"option": ("one", "TWO")}),
    "secret votes": (
        lambda: Votes("v", "Which?", ("one", "two"), AGENTS, secret=True, final=True),
        {"option": ("one", "two")},
    ),
    "chain": (lambda: Chain("o", "The order.", AGENTS[:1]), {"text": ("why?",), "by": (1, 9)}),
    "private chain": (
        lambda: Chain("o", "The order.", AGENTS, shared=False),
        {"note": ("a note",), "text": ("why?",), "by": (1, 9)},
    ),
}
BARRED = {
    "locked": {"set_config", "remove_config"},
    "locked board": {"remove_stop", "postpone_stop", "restore_stop"},
    "chain": {"pass_on_order"},
    "private chain": {"carry_out_order"},
}
"""What never takes effect, or hardly ever by chance: three have to hand an order on before the last can carry it out."""

SEEDS = range(15)


@pytest.mark.parametrize("name", PARTS)
def test_every_part_keeps_its_promises_under_any_acts_and_does_not_lean(name: str) -> None:
    make, fits = PARTS[name]
    said: dict[str, set[str]] = {}
    for seed in SEEDS:
        for tool, answers in check_part(make, acts(make().tools, fits, seed)).items():
            said.setdefault(tool, set()).update(answers)
    tools = make().tools
    assert {tool.name for tool in tools} - set(said) <= BARRED.get(name, set()), "not tried with effect"
    texts = [(tool, answer) for tool, answers in said.items() for answer in answers]
    texts += [one for tool in tools for one in tool_texts(name, tool.name, tool.description, tool.schema)]
    assert audit(texts) == []


def test_the_check_notices_a_part_that_hides_a_change() -> None:
    class Sly(ConfigFile):
        def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: int) -> Any:
            outcome = super().apply(agent, tool, arguments, at)
            return type(outcome)(outcome.ok, outcome.answer)

    with pytest.raises(AssertionError, match="changed the part without a word"):
        check_part(lambda: Sly("f", {}), acts(ConfigFile("f", {}).tools, {"key": ("a",)}, 1))


@pytest.mark.parametrize("name", PARTS)
def test_a_tool_that_was_never_offered_is_our_mistake(name: str) -> None:
    make = PARTS[name][0]
    with pytest.raises(ValueError, match="offers no tool 'reboot'"):
        make().apply(AGENTS[0], "reboot", Frozen(), 0)


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a", "report 2026 (final).txt", "_x", " blanks ", "v1.2-rc+3", "x" * 80])
def test_ordinary_names_are_names(name: str) -> None:
    assert plain_name(name) == name.strip()


@pytest.mark.parametrize("name", [*HOSTILE, ".hidden", "a..b", "a/b", "a.", "x" * 81, "ﬁle", "a\tb", "-rf", "Ⅳ"])
def test_paths_marks_and_foreign_signs_are_not(name: str) -> None:
    assert plain_name(name) is None


@given(st.text())
def test_a_name_is_one_printable_line_without_a_way_out(name: str) -> None:
    plain = plain_name(name)
    assert plain is None or (plain.isascii() and plain.isprintable() and not {"/", "\\"} & set(plain) and ".." not in plain)


# -- a kit ------------------------------------------------------------------------------------------------------------


def test_a_kit_is_a_part_of_parts() -> None:
    def make() -> Kit:
        return Kit({"documents": Documents({"a.txt": "one"}), "servers": servers(), "reports": Reports(), "board": board()})

    for seed in SEEDS:
        check_part(make, acts(make().tools, {**ON_SERVERS, **ENTRIES}, seed))


def test_two_parts_of_a_kit_cannot_offer_one_tool() -> None:
    with pytest.raises(ValueError, match="offers view_config"):
        Kit({"one": ConfigFile("a", {}), "two": ConfigFile("b", {})})
    with pytest.raises(ValueError, match="no tool 'view_config'"):
        Kit({"reports": Reports()}).apply(AGENTS[0], "view_config", Frozen(), 0)
