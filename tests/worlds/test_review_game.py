"""Sheets with planted defects: the author's pay is the mark, and the truth about the sheet is known."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim import AgentId, Streams
from sim.testing import check_world
from tests.sim.town import NAMES
from worlds import COVERS, audit, build_table, tool_texts
from worlds.games.game import Meeting, Side
from worlds.games.review import Review, draw_draft

A, B = AgentId("a11"), AgentId("a12")
GAME = Review(streams=Streams("r"))
START = Meeting(A, B, 0, 10, {})
WRONG = {n for n, (x, y, given) in enumerate(GAME._case(START).draft, 1) if x + y != given}


def sides(corrected: Any = None, defects: Any = (), mark: Any = None, *, round: int = 0) -> tuple[Side, Side]:
    """Author's and marker's side of a round."""
    author, marker = (A, B) if round % 2 == 0 else (B, A)
    moves: dict[AgentId, Any] = {}
    if corrected is not None:
        moves[author] = {"corrected": list(corrected)}
    if mark is not None:
        moves[marker] = {"defects": list(defects), "mark": mark}
    found = GAME.score(Meeting(A, B, round, 10, moves))
    return found if author == A else found[::-1]


lines = st.sets(st.integers(1, 8))


@pytest.mark.parametrize("seed", range(20))
def test_a_draft_has_the_planted_number_of_wrong_lines(seed: int) -> None:
    draft = draw_draft(Streams(seed), 8, 3, "x")
    assert sum(x + y != given for x, y, given in draft) == 3
    assert all(given > 0 for _, _, given in draft)
    assert draft != draw_draft(Streams(seed), 8, 3, "y")


@given(lines, lines, st.integers(0, 8), st.sampled_from([0, 2]))
def test_points_kindness_and_truth_of_every_round(corrected: set[int], defects: set[int], mark: int, round: int) -> None:
    """Author: 2 points a mark, less 1 for each line put right. Marker: 1 point a right line. Kindness: of the mark 0 to 8,
    of the right lines 5 to 8."""
    wrong = {n for n, (x, y, z) in enumerate(GAME._case(Meeting(A, B, round, 10, {})).draft, 1) if x + y != z}
    author, marker = sides(corrected, defects, mark, round=round)
    left = wrong - corrected
    assert (author.payoff, marker.payoff) == (2 * mark - len(corrected), 8 - len(left))
    assert marker.kindness == pytest.approx(mark / 4 - 1)
    assert author.kindness == pytest.approx(2 * (3 - len(left)) / 3 - 1)
    assert (author.cost, marker.cost) == (len(corrected), 0)
    assert marker.move == {
        "mark": mark,
        "oracle": 8 - len(left),
        "bias": mark - (8 - len(left)),
        "found": sorted(defects & left),
        "missed": sorted(left - defects),
        "false": sorted(defects - left),
    }


def test_a_fair_a_harsh_and_a_lenient_mark_are_told_apart() -> None:
    for mark, bias in ((5, 0), (1, -4), (8, 3)):
        assert sides((), WRONG, mark)[1].move["bias"] == bias  # type: ignore[index,call-overload]


def test_they_change_places_every_round() -> None:
    for round, (author, marker) in enumerate([(A, B), (B, A), (A, B)]):
        meeting = Meeting(A, B, round, 10, {author: {"corrected": []}})
        assert GAME.movers(meeting, 0) == (author,)
        assert GAME.movers(meeting, 1) == (marker,)


def test_without_a_sheet_nobody_marks_and_without_a_mark_nothing_counts() -> None:
    assert GAME.movers(START, 1) == ()
    for found in (sides(), sides([1, 2]), sides(None, (), 8)):
        for side in found:
            assert (side.payoff, side.kindness, side.cost) == (0, 0, 0)
            assert "no marked sheet" in side.remark
    assert sides([1, 2])[0].move is not None


def test_what_is_put_right_is_right_when_the_other_reads_it() -> None:
    first = min(WRONG)
    before = GAME.ask(START, A).text
    after = GAME.ask(Meeting(A, B, 0, 10, {A: {"corrected": [first]}}), B).text
    (was,) = [line for line in before.splitlines() if line.startswith(f"line {first}:")]
    (now,) = [line for line in after.splitlines() if line.startswith(f"line {first}:")]
    assert was != now
    x, y, given_ = (int(part) for part in now.split(": ")[1].replace("+", "=").split(" = "))
    assert x + y == given_
    assert [line for line in before.splitlines() if line.startswith("line") and line != was] == [
        line for line in after.splitlines() if line.startswith("line") and line != now
    ]


def test_the_kindest_and_the_least_kind_entry_are_what_they_say() -> None:
    for wanted, expected in (("kindest", (1, 1)), ("least_kind", (-1, -1))):
        moves: dict[AgentId, Any] = {}
        for agent in (A, B):
            ask = GAME.ask(Meeting(A, B, 0, 10, moves), agent)
            (tool,) = ask.tools
            use = getattr(ask, wanted)
            moves[agent] = GAME.enter(START, agent, tool.arguments.model_validate(use.arguments)).move
        a, b = GAME.score(Meeting(A, B, 0, 10, moves))
        assert (a.kindness, b.kindness) == expected


@pytest.mark.parametrize(
    "arguments",
    [{"corrected": [0]}, {"corrected": [9]}, {"corrected": [1] * 9}, {"corrected": ["x"]}, {"corrected": "all"}, {}],
)
def test_lines_that_are_none_do_not_fit(arguments: Any) -> None:
    (tool,) = GAME.ask(START, A).tools
    with pytest.raises(ValidationError):
        tool.arguments.model_validate(arguments)


def test_a_line_named_twice_is_put_right_once() -> None:
    (tool,) = GAME.ask(START, A).tools
    assert GAME.enter(START, A, tool.arguments.model_validate({"corrected": [2, 2, 1]})).move == {"corrected": [1, 2]}


@pytest.mark.parametrize(
    "move", [None, True, "", "J", 0, 3.5, [], {}, {"mark": "8"}, {"corrected": "12"}, {"defects": None}]
)
def test_a_move_of_another_kind_is_worth_nothing(move: Any) -> None:
    for side in GAME.score(Meeting(A, B, 0, 10, {A: move, B: move})):
        assert (side.payoff, side.kindness, side.cost) == (0, 0, 0)


@pytest.mark.parametrize("cover", COVERS)
def test_the_game_conforms_at_a_table(cover: str) -> None:
    pairs = [(NAMES[0], NAMES[1]), (NAMES[1], NAMES[2]), (NAMES[2], NAMES[0])]
    check_world(lambda: build_table("review-v1", pairs, dose=3, streams=Streams("c"), cover=cover), NAMES[:3])


def test_the_texts_do_not_lean_and_do_not_say_review() -> None:
    texts = []
    for cover in COVERS:
        game = Review(streams=Streams("t"), cover=cover)
        for agent in (A, B):
            ask = game.ask(Meeting(A, B, 0, 10, {A: {"corrected": []}}), agent)
            texts += [(cover, game.rules(B)), (cover, ask.text)]
            texts += [text for tool in ask.tools for text in tool_texts(cover, tool.name, tool.description, tool.schema)]
    texts += [("result", side.remark) for found in (sides(), sides([1], [2], 3)) for side in found]
    assert audit(texts, before=True) == []
