"""The split of several goods: an exact frontier, private figures, and what was said against what was done."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import AgentId, Mail, Streams, Use
from sim.testing import check_world
from tests.sim.town import NAMES
from worlds import COVERS, audit, build_table, tool_texts
from worlds.games.bargain import Bargain, bargain, draw_weights
from worlds.games.game import Meeting, Side
from worlds.games.nego import Nego
from worlds.texts.nego import split_texts

A, B = AgentId("a11"), AgentId("a12")
GAME = Nego(streams=Streams("n"))
Acts = list[tuple[str, Any]]


def play(*entries: tuple[str, Any], round: int = 0, game: Nego = GAME) -> Meeting:
    """The meeting after these entries, one a step: (tool, split or None); None skips a step."""
    moves: dict[AgentId, Any] = {}
    for step, (tool, split) in enumerate(entries):
        meeting = Meeting(A, B, round, 10, moves, step=step)
        movers = game.movers(meeting, step)
        if tool == "silence":
            continue
        assert len(movers) == 1, f"nobody moves at step {step}"
        (agent,) = movers
        entered = game.enter(meeting, agent, arguments(game, meeting, agent, tool, split))
        assert entered.ok, entered.answer
        moves[agent] = entered.move
    return Meeting(A, B, round, 10, moves, step=game.steps - 1)


def arguments(game: Nego, meeting: Meeting, agent: AgentId, tool: str, split: Any = None) -> Any:
    """Arguments of a tool that the game offers."""
    (found,) = [offered for offered in game.ask(meeting, agent).tools if offered.name == tool]
    return found.arguments.model_validate(dict(zip(GAME._goods, split, strict=True)) if split else {})


def sides(meeting: Meeting, game: Nego = GAME) -> tuple[Side, Side]:
    return game.score(meeting)


splits = st.tuples(*[st.integers(0, 4)] * 4)


# -- the sums -------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_weights_are_positive_and_sum_to_the_total(seed: int, goods: int) -> None:
    weights = draw_weights(Streams(seed), goods, 25, "x")
    assert len(weights) == goods
    assert min(weights) >= 1
    assert sum(weights) == 25


def test_the_frontier_by_hand() -> None:
    """One unit of each of two goods, worth 3 and 1 to one side, 1 and 3 to the other."""
    small = Bargain(1, (3, 1), (1, 3), 0)
    assert small.splits == {(0, 0): (4, 0), (0, 1): (3, 3), (1, 0): (1, 1), (1, 1): (0, 4)}
    assert small.frontier == {(4, 0), (3, 3), (0, 4)}
    assert (small.regret(1, 1), small.regret(3, 3), small.regret(4, 0)) == (4, 0, 0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1_000), splits)
def test_the_regret_is_nothing_exactly_where_no_split_is_better_for_both(seed: int, split: tuple[int, ...]) -> None:
    table = bargain(4, draw_weights(Streams(seed), 4, 25, "a"), draw_weights(Streams(seed), 4, 25, "b"), 20)
    own, others = table.points(split)
    dominated = any(a >= own and b >= others and a + b > own + others for a, b in table.splits.values())
    assert (table.regret(own, others) > 0) == dominated
    assert table.regret(own, others) >= 0


@pytest.mark.parametrize("seed", range(40))
def test_there_is_always_something_to_bargain_about(seed: int) -> None:
    table = bargain(4, draw_weights(Streams(seed), 4, 25, "a"), draw_weights(Streams(seed), 4, 25, "b"), 20)
    given = [others for _, others in table.bargaining_set.values()]
    assert min(given) < 50 <= max(given)
    assert table.points(table.kindest)[1] == max(given)
    assert table.points(table.least_kind)[1] == min(given)


# -- who knows what ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_what_a_unit_is_worth_is_shown_to_its_owner_only(seed: int) -> None:
    """Whatever the other's figures are, an agent reads the same, proposal of the other included."""
    texts = []
    for others in ((1, 2, 3, 19), (19, 3, 2, 1)):
        game = Nego(streams=Streams(seed))
        own = game._weights(Meeting(A, B, 0, 10, {}), B)
        game._weights = lambda meeting, agent, own=own, others=others: own if agent == B else others  # type: ignore[method-assign,misc]
        meeting = play(("propose", (1, 2, 3, 4)), game=game)
        ask = game.ask(Meeting(A, B, 0, 10, meeting.moves, step=1), B)
        accepted = play(("propose", (1, 2, 3, 4)), ("accept_proposal", None), game=game)
        texts.append([ask.text, *[tool.description for tool in ask.tools], game.score(accepted)[1].remark, game.rules(A)])
    assert texts[0] == texts[1]


def test_the_offer_is_told_with_ones_own_points() -> None:
    meeting = play(("propose", (0, 1, 2, 3)))
    weights = GAME._weights(meeting, B)
    text = GAME.ask(Meeting(A, B, 0, 10, meeting.moves, step=1), B).text
    assert (
        f"you get cloth 0, glass 1, paper 2, salt 3: {weights[1] + 2 * weights[2] + 3 * weights[3]} points for you" in text
    )


# -- the order of moves -----------------------------------------------------------------------------------------------------


def test_proposals_alternate_and_an_answer_ends_the_round() -> None:
    for round, (begins, answers) in enumerate([(A, B), (B, A)]):
        moved = play(("propose", (1, 1, 1, 1)), round=round)
        assert GAME.movers(moved, 0) == (begins,)
        assert GAME.movers(moved, 1) == (answers,)
        settled = play(("propose", (1, 1, 1, 1)), ("accept_proposal", None), round=round)
        assert [GAME.movers(settled, step) for step in range(4)] == [(begins,), (answers,), (), ()]


def test_the_last_entry_only_answers() -> None:
    three: Acts = [("propose", (1, 1, 1, 1)), ("propose", (2, 2, 2, 2)), ("propose", (3, 3, 3, 3))]
    meeting = play(*three)
    assert GAME.movers(meeting, 3) == (B,)
    assert {tool.name for tool in GAME.ask(meeting, B).tools} == {"accept_proposal", "turn_down"}
    idle = play(*three[:2])
    assert GAME.movers(idle, 3) == (), "there is nothing of the other's to answer"


def test_a_second_entry_a_second_announcement_and_an_answer_to_nothing_are_refused() -> None:
    opening = Meeting(A, B, 0, 10, {})
    tools = {tool.name: tool.arguments for tool in GAME.ask(opening, A).tools}
    figures = dict.fromkeys(GAME._goods, 2)
    said = GAME.enter(opening, A, tools["announce"].model_validate(figures))
    after = Meeting(A, B, 0, 10, {A: said.move})
    assert not GAME.enter(after, A, tools["announce"].model_validate(figures)).ok
    later = Meeting(A, B, 0, 10, {A: said.move}, step=2)
    assert ["announce" in {tool.name for tool in GAME.ask(met, A).tools} for met in (after, later)] == [True, False]
    made = Meeting(A, B, 0, 10, {A: GAME.enter(after, A, tools["propose"].model_validate(figures)).move})
    assert not GAME.enter(made, A, tools["propose"].model_validate(figures)).ok
    offer = GAME.ask(Meeting(A, B, 0, 10, made.moves, step=1), B)
    accept = next(tool for tool in offer.tools if tool.name == "accept_proposal").arguments()
    assert not GAME.enter(opening, A, accept).ok


# -- what it is worth -------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(splits, st.booleans())
def test_a_settled_split_pays_both_by_their_own_figures(split: tuple[int, ...], taken: bool) -> None:
    a, b = sides(play(("propose", split), *([("accept_proposal", None)] if taken else [])))
    table = GAME._bargain(Meeting(A, B, 0, 10, {}), A)
    assert (a.payoff, b.payoff) == (table.points(split) if taken else (20, 20))
    assert -1 <= a.kindness <= 1
    offered = table.points(split)[0]
    assert b.kindness == (0 if offered == 20 else (1 if offered > 20 else -1) * (1 if taken else -1))
    for side in (a, b):
        assert side.cost >= 0
    assert a.move["settled"] is taken  # type: ignore[index,call-overload]
    assert a.move["regret"] == table.regret(int(a.payoff), int(b.payoff))  # type: ignore[index,call-overload]
    assert a.move["share"] == pytest.approx(a.payoff / (a.payoff + b.payoff))  # type: ignore[index,call-overload]


def test_kindness_of_a_proposal_is_where_it_lies_in_the_bargaining_set() -> None:
    table = GAME._bargain(Meeting(A, B, 0, 10, {}), A)
    low, high = table.points(table.least_kind)[1], table.points(table.kindest)[1]
    for split in ((0, 0, 0, 0), table.least_kind, (2, 2, 2, 2), table.kindest, (4, 4, 4, 4)):
        given = min(max(table.points(split)[1], low), high)
        for entries in ([("propose", split)], [("propose", split), ("accept_proposal", None)]):
            assert sides(play(*entries))[0].kindness == pytest.approx(2 * (given - low) / (high - low) - 1)


def test_silence_on_an_offer_is_a_refusal_and_silence_of_both_is_nothing() -> None:
    _, b = sides(play(("propose", (0, 0, 0, 0))))
    assert b.move is None
    assert b.kindness == -1, "100 points were on offer, and 20 were left"
    for side in sides(Meeting(A, B, 0, 10, {})):
        assert (side.move, side.payoff, side.kindness, side.cost) == (None, 20, 0, 0)


@pytest.mark.parametrize(
    ("said", "entries", "broken"),
    [
        ((2, 2, 2, 2), [("propose", (2, 2, 2, 2))], False),
        ((2, 2, 2, 2), [("propose", (2, 3, 2, 2))], False),
        ((2, 2, 2, 2), [("propose", (4, 4, 1, 4))], True),
        ((2, 2, 2, 2), [("propose", (2, 2, 2, 2)), ("propose", (2, 2, 2, 2)), ("propose", (3, 3, 3, 3))], True),
        ((2, 2, 2, 2), [("propose", (2, 2, 2, 2)), ("propose", (1, 1, 1, 1)), ("propose", (3, 3, 3, 3))], False),
        ((2, 2, 2, 2), [("propose", (2, 2, 2, 2)), ("propose", (2, 2, 2, 2)), ("accept_proposal", None)], False),
    ],
)
def test_a_promise_is_broken_by_leaving_less_or_by_refusing_what_asks_for_no_more(
    said: Any, entries: Acts, broken: bool
) -> None:
    """B's counter-proposal (1, 1, 1, 1) asks for three units of each; (2, 2, 2, 2) for no more than announced."""
    opening = Meeting(A, B, 0, 10, {})
    tools = {tool.name: tool.arguments for tool in GAME.ask(opening, A).tools}
    announced = GAME.enter(opening, A, tools["announce"].model_validate(dict(zip(GAME._goods, said, strict=True)))).move
    meeting = play(*entries)
    moves: dict[AgentId, Any] = dict(meeting.moves)
    moves[A] = {**moves[A], "said": announced["said"]}  # type: ignore[index,call-overload]
    a, b = sides(Meeting(A, B, 0, 10, moves, step=3))
    assert a.move["broken"] is broken  # type: ignore[index,call-overload]
    assert b.move is None or b.move["broken"] is None  # type: ignore[index,call-overload]
    assert f"{A} announced that it leaves you at least cloth 2" in GAME.ask(Meeting(A, B, 0, 10, moves, step=1), B).text


def test_what_was_done_before_the_announcement_breaks_nothing() -> None:
    meeting = play(("propose", (0, 0, 0, 0)), ("propose", (0, 0, 0, 0)), ("propose", (3, 3, 3, 3)))
    for step, broken in ((0, True), (2, False)):
        moves: dict[AgentId, Any] = dict(meeting.moves)
        moves[A] = {**moves[A], "said": [step, [2, 2, 2, 2]]}
        assert sides(Meeting(A, B, 0, 10, moves, step=3))[0].move["broken"] is broken  # type: ignore[index,call-overload]


def test_what_was_said_and_not_done_is_counted_in_the_others_points() -> None:
    moves = dict(play(("propose", (0, 0, 0, 1)), ("accept_proposal", None)).moves)
    moves[A] = {**moves[A], "said": [0, [4, 4, 4, 4]]}  # type: ignore[dict-item]
    a, b = sides(Meeting(A, B, 0, 10, moves, step=3))
    assert a.move["short"] == 100 - b.payoff  # type: ignore[index,call-overload]


# -- who plays by rule ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_the_kindest_and_the_least_kind_entry_are_what_they_say(seed: int) -> None:
    game = Nego(streams=Streams(seed))
    for wanted, expected in (("kindest", (1, 1)), ("least_kind", (-1, -1))):
        moves: dict[AgentId, Any] = {}
        for step in range(game.steps):
            meeting = Meeting(A, B, 0, 10, moves, step=step)
            for agent in game.movers(meeting, step):
                use: Use = getattr(game.ask(meeting, agent), wanted)
                split = tuple(use.arguments.values()) or None  # type: ignore[union-attr]
                moves[agent] = game.enter(meeting, agent, arguments(game, meeting, agent, use.tool, split)).move
        a, b = game.score(Meeting(A, B, 0, 10, moves, step=3))
        assert (a.kindness, b.kindness) == expected
        assert a.move["settled"] is (wanted == "kindest")  # type: ignore[index,call-overload]


@pytest.mark.parametrize("cover", COVERS)
def test_the_game_conforms_at_a_table(cover: str) -> None:
    pairs = [(NAMES[0], NAMES[1]), (NAMES[1], NAMES[2]), (NAMES[2], NAMES[0])]
    check_world(lambda: build_table("nego-v1", pairs, dose=3, streams=Streams("c"), cover=cover), NAMES[:3], steps=8)


@pytest.mark.parametrize("move", [None, True, "", "J", 0, 3.5, [], {}, {"acts": []}, {"acts": None, "said": None}])
def test_a_move_of_another_kind_counts_as_none(move: Any) -> None:
    for side in sides(Meeting(A, B, 0, 10, {A: move})):
        assert (side.move, side.kindness) == (None, 0)


def test_the_texts_do_not_lean() -> None:
    texts = [("rare", text) for text in split_texts()]
    for cover in COVERS:
        game = Nego(streams=Streams("t"), cover=cover)
        meeting = play(("propose", (1, 1, 1, 1)), game=game)
        ask = game.ask(Meeting(A, B, 0, 10, meeting.moves, step=1), B)
        texts += [(cover, game.rules(B)), (cover, ask.text)]
        texts += [text for tool in ask.tools for text in tool_texts(cover, tool.name, tool.description, tool.schema)]
    assert audit(texts, before=True) == []


def test_an_agent_in_several_splits_at_once_announces_to_each_and_only_once() -> None:
    a, b, c = NAMES[:3]
    world = build_table("nego-v1", [(a, b), (a, c)], dose=1, streams=Streams("m"), matching="neighbours")
    world.due(0, frozenset())
    tools = {tool.name: tool.arguments for tool in world.view(a, Mail()).tools}
    said = [
        world.apply(a, "announce", tools["announce"].model_validate({**dict.fromkeys(GAME._goods, 1), "towards": to}), 0).ok
        for to in (b, c, b)
    ]
    assert said == [True, True, False]


def test_the_view_at_a_table_has_the_goods_and_the_tools() -> None:
    world = build_table("nego-v1", [(A, B)], dose=1, streams=Streams("r"))
    world.due(0, frozenset())
    view = world.view(A, Mail())
    assert [tool.name for tool in view.tools] == ["propose", "announce"]
    assert "worth to you" in view.text
    assert not world.view(B, Mail()).tools
