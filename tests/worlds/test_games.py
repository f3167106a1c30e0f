"""Payoffs and kindness of every move, by hand and by property."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import AgentId, Mail, Streams
from tests.worlds.games.play import PAIRED
from worlds import COVERS, build_games, build_table, kindness
from worlds.games.game import Game, Meeting
from worlds.games.ipd import prisoners_dilemma
from worlds.games.neutral import Neutral
from worlds.games.pairwise import Pairwise
from worlds.games.trust import Trust

A, B = AgentId("a11"), AgentId("a12")


def meeting(a: Any = None, b: Any = None, *, round: int = 0) -> Meeting:
    """What both entered; None for nothing."""
    moves = {agent: move for agent, move in ((A, a), (B, b)) if move is not None}
    return Meeting(A, B, round, 10, moves)


def outcome(game: Game, met: Meeting) -> tuple[tuple[float, float, float], ...]:
    """(payoff, kindness, cost) of both sides."""
    return tuple((side.payoff, side.kindness, side.cost) for side in game.score(met))


# -- kindness -----------------------------------------------------------------------------------------------------------


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.floats(0, 1))
def test_kindness_lies_between_minus_one_and_one(worst: float, span: float, share: float) -> None:
    best = worst + span
    given_ = worst + share * span
    assert -1 - 1e-6 <= kindness(given_, worst, best) <= 1 + 1e-6
    assert kindness(given_, worst, best) == pytest.approx(2 * share - 1, abs=1e-3)


def test_where_nothing_was_in_ones_hands_nothing_was_kind() -> None:
    assert kindness(5, 5, 5) == 0
    assert kindness(5, 0, 10) == 0
    assert (kindness(0, 0, 10), kindness(10, 0, 10)) == (-1, 1)


# -- the two-choice game --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [("J", "F"), ("F", "J")])
@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ("CC", ((3, 1, 2), (3, 1, 2))),
        ("CD", ((0, 1, 1), (5, -1, 0))),
        ("DC", ((5, -1, 0), (0, 1, 1))),
        ("DD", ((1, -1, 0), (1, -1, 0))),
        ("C-", ((0, 0, 0), (0, 0, 0))),
        ("-D", ((0, 0, 0), (0, 0, 0))),
        ("--", ((0, 0, 0), (0, 0, 0))),
    ],
)
def test_the_two_choice_game_pays_as_axelrod_says(labels: tuple[str, str], moves: str, expected: object) -> None:
    """T, R, P, S = 5, 3, 1, 0. Cooperation costs T-R or P-S; a round without both choices is worth nothing."""
    kind, unkind = labels
    entered = [{"C": kind, "D": unkind, "-": None}[move] for move in moves]
    assert outcome(prisoners_dilemma(kind_label=kind, unkind_label=unkind), meeting(*entered)) == expected


def test_which_label_is_the_kind_one_is_drawn_and_the_text_does_not_tell_by_its_order() -> None:
    """The choices are always named in the same order, whatever they mean."""
    meant = set()
    for seed in range(20):
        table = build_table("ipd-v1", [(A, B)], dose=1, streams=Streams(seed))
        table.due(0, frozenset())
        view = table.view(A, Mail())
        meant.add(view.facts["kindest"]["arguments"]["option"])  # type: ignore[call-overload,index]
        assert "Enter F or J" in view.text
        assert view.text.index("both choose F") < view.text.index("both choose J")
    assert meant == {"J", "F"}


# -- the transfer game ----------------------------------------------------------------------------------------------------


@given(st.integers(0, 10), st.data(), st.integers(0, 9))
def test_the_transfer_game_pays_as_berg_dickhaut_and_mccabe_say(sent: int, data: st.DataObject, round: int) -> None:
    """10 points; x is sent and tripled, y returned. Kindness: x/5 - 1 of the holder, 2y/3x - 1 of the other."""
    returned = data.draw(st.integers(0, 3 * sent))
    a, b = (sent, returned) if round % 2 == 0 else (returned, sent)
    sides = outcome(Trust(), meeting(a, b, round=round))
    holder, receiver = sides if round % 2 == 0 else sides[::-1]
    assert holder[0] == 10 - sent + returned
    assert receiver[0] == 3 * sent - returned
    assert holder[0] + receiver[0] == 10 + 2 * sent, "what is sent is tripled, nothing else is made"
    assert holder[1] == pytest.approx(sent / 5 - 1)
    assert receiver[1] == (pytest.approx(2 * returned / (3 * sent) - 1) if sent else 0)
    assert (holder[2], receiver[2]) == (sent, returned)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(None, None, ((10, -1, 0), (0, 0, 0))), (4, None, ((6, -0.2, 4), (12, -1, 0))), (None, 0, ((10, -1, 0), (0, 0, 0)))],
)
def test_an_entry_that_was_not_made_counts_as_nothing_sent(a: int | None, b: int | None, expected: Any) -> None:
    for got, want in zip(outcome(Trust(), meeting(a, b)), expected, strict=True):
        assert got == pytest.approx(want)


def test_holders_take_turns_and_move_first() -> None:
    game = Trust()
    for round, (first, second) in enumerate([(A, B), (B, A), (A, B)]):
        assert game.movers(meeting(round=round), 0) == (first,)
        assert game.movers(meeting(round=round), 1) == (second,)


def test_nobody_can_return_more_than_arrived_or_send_more_than_is_held() -> None:
    game = Trust()
    for met, agent, most in ((meeting(), A, 10), (meeting(4), B, 12), (meeting(0), B, 0)):
        (tool,) = game.ask(met, agent).tools
        for amount, fits in ((0, True), (most, True), (most + 1, False), (-1, False)):
            try:
                tool.arguments.model_validate({"amount": amount})
            except ValueError:
                assert not fits
            else:
                assert fits


# -- contact without stake ------------------------------------------------------------------------------------------------


@given(st.integers(), st.integers() | st.none(), st.integers(0, 5))
def test_contact_without_stake_is_neither_kind_nor_unkind_whatever_is_entered(a: int, b: int | None, round: int) -> None:
    for payoff, kind, cost in outcome(Neutral(streams=Streams("n")), meeting(a, b, round=round)):
        assert payoff in (0, 1)
        assert (kind, cost) == (0, 0)


def test_a_right_sum_is_one_point_for_oneself_and_changes_nothing_for_the_other() -> None:
    game = Neutral(streams=Streams("n"))
    right = game.ask(meeting(), A).kindest.arguments["value"]  # type: ignore[union-attr,index]
    for other in (None, 0, 5):
        sides = game.score(meeting(right, other))
        assert sides[0].payoff == 1
        assert sides[0].remark == "last round: your result was right, 1 point"
    assert game.score(meeting(right + 1, 0))[0].payoff == 0  # type: ignore[operator]


# -- the plain games of two: one entry each, and nothing else ---------------------------------------------------------------

PLAIN = ("ipd-v1", "stag-v1", "trust-v1", "donor-v1", "neutral-v1")


def games() -> list[Game]:
    found = []
    for name in PLAIN:
        for cover in COVERS:
            (game,) = build_games(name, Streams("g"), cover)
            assert isinstance(game, Pairwise)
            found.append(game.game)
    return found


def test_the_plain_games_are_among_the_games_of_two() -> None:
    assert set(PLAIN) < set(PAIRED)


def possible(game: Game, a: Any, b: Any, round: int) -> bool:
    """Whether the tools of the game let these two entries through."""
    if game.name == "donor-v1":
        return all(not isinstance(move, int) or 0 <= move <= 10 for move in (a, b))
    if game.name != "trust-v1":
        return True
    sent, returned = (move if isinstance(move, int) else 0 for move in ((a, b) if round == 0 else (b, a)))
    return sent <= 10 and returned <= 3 * sent


@pytest.mark.parametrize("game", games(), ids=lambda game: f"{game.name}")
def test_kindness_and_cost_stay_in_their_ranges_for_all_moves(game: Game) -> None:
    options: list[Any] = [None, "J", "F", 0, 1, 10, 30, True, "", 3.5, [], {}]
    for a, b, round in itertools.product(options, options, (0, 1)):
        if not possible(game, a, b, round):
            continue
        for side in game.score(meeting(a, b, round=round)):
            assert -1 <= side.kindness <= 1
            assert side.cost >= 0
            assert side.remark


@pytest.mark.parametrize("game", games(), ids=lambda game: f"{game.name}")
def test_the_kindest_entry_is_kindest_and_the_least_kind_least(game: Game) -> None:
    for round in (0, 1):
        met = meeting(round=round)
        moves: dict[AgentId, Any] = {}
        for step in range(game.steps):
            for mover in game.movers(met, step):
                ask = game.ask(Meeting(A, B, round, 10, moves), mover)
                entries = {}
                for use in (ask.kindest, ask.least_kind):
                    assert use is not None
                    (tool,) = [tool for tool in ask.tools if tool.name == use.tool]
                    entries[use.model_dump_json()] = game.enter(
                        met, mover, tool.arguments.model_validate(use.arguments)
                    ).move
                assert ask.kindest is not None
                moves[mover] = entries[ask.kindest.model_dump_json()]
        kind = game.score(Meeting(A, B, round, 10, moves))
        assert all(side.kindness == (0 if game.name == "neutral-v1" else 1) for side in kind)
