"""Games of groups: payoffs and kindness by hand, by enumeration and by the results that are known."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import Rule, build_rule
from sim import AgentId, Streams, Use
from sim.testing import check_world
from worlds import COVERS, build_table, kindness
from worlds.games.commons import Commons, stock
from worlds.games.game import GroupMeeting
from worlds.games.pgg import PublicGoods

from .play import GROUPED, NAMES, always, entering, graph, interactions, lived, never, using

FOUR, FIVE = NAMES[:4], NAMES[:5]
A, B, C, D = FOUR


def meeting(
    moves: dict[AgentId, Any], members: tuple[AgentId, ...] = FOUR, history: Any = (), step: int = 0
) -> GroupMeeting:
    return GroupMeeting(members, len(history), 10, moves, history=history, step=step)


def put(*amounts: int | None) -> dict[AgentId, Any]:
    return {agent: {"put": amount} for agent, amount in zip(FOUR, amounts, strict=True) if amount is not None}


# -- public goods ---------------------------------------------------------------------------------------------------------


def test_a_public_good_pays_as_it_says() -> None:
    """10 points each, 1.6 times what is put in, evenly: all in is 16 each; one alone puts in 10 and gets 4 back."""
    game = PublicGoods()
    assert [side.payoff for side in game.score(meeting(put(10, 10, 10, 10))).values()] == [16] * 4
    assert [side.payoff for side in game.score(meeting(put(10, 0, 0, 0))).values()] == [4, 14, 14, 14]
    assert [side.payoff for side in game.score(meeting({})).values()] == [10] * 4, "no entry counts as 0"


@given(st.lists(st.integers(0, 10), min_size=4, max_size=4))
def test_half_a_share_of_a_public_good_is_neither_kind_nor_unkind(amounts: list[int]) -> None:
    for agent, side in PublicGoods().score(meeting(put(*amounts))).items():
        own = amounts[FOUR.index(agent)]
        assert set(side.kindness) == set(FOUR) - {agent}
        assert all(k == pytest.approx(own / 5 - 1) for k in side.kindness.values())
        assert sum(side.cost.values()) == pytest.approx(own * 0.6), "what is put in, less what comes back of it"


Sanctioned = tuple[int, tuple[bool, bool, bool]]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 10), st.tuples(*[st.booleans()] * 3)), min_size=4, max_size=4))
def test_kindness_in_a_group_is_the_one_definition_for_every_ordered_pair(moves: list[Sanctioned]) -> None:
    """The other's payoff under the move made, against the best and worst of all moves, those of all others held fixed."""
    game = PublicGoods(sanction=True)

    def payoff(of: AgentId, by: AgentId, move: Sanctioned) -> float:
        made = {agent: move if agent == by else moves[n] for n, agent in enumerate(FOUR)}
        entered: Any = {}
        for agent, (amount, hits) in made.items():
            others = [other for other in FOUR if other != agent]
            hit = [other for other, hits_it in zip(others, hits, strict=True) if hits_it]
            entered[agent] = {"put": amount, "deducted": hit}
        return game.score(meeting(entered))[of].payoff

    every = [(amount, hits) for amount in (0, 10) for hits in itertools.product((False, True), repeat=3)]
    entered: Any = {}
    for n, agent in enumerate(FOUR):
        others = [other for other in FOUR if other != agent]
        hit = [other for other, hits_it in zip(others, moves[n][1], strict=True) if hits_it]
        entered[agent] = {"put": moves[n][0], "deducted": hit}
    sides = game.score(meeting(entered))
    for by, of in ((A, B), (D, C)):
        reach = [payoff(of, by, move) for move in every]
        own = kindness(payoff(of, by, moves[FOUR.index(by)]), min(reach), max(reach))
        assert sides[by].kindness[of] == pytest.approx(own)


def test_a_sanction_costs_one_point_and_takes_three() -> None:
    game = PublicGoods(sanction=True)
    sides = game.score(meeting({A: {"put": 0, "deducted": [B]}}))
    assert (sides[A].payoff, sides[B].payoff, sides[C].payoff) == (9, 7, 10)
    assert sides[A].kindness[B] == -1
    assert sides[A].kindness[C] == pytest.approx(-1 / 7)
    assert (sides[A].cost[B], sides[A].cost[C]) == (1, 0)


def test_nobody_is_sanctioned_twice_in_a_round() -> None:
    game = PublicGoods(sanction=True)
    moves: dict[AgentId, Any] = {}
    (tool,) = game.ask(meeting(moves, step=1), A).tools
    for _ in range(2):
        moves[A] = game.enter(meeting(moves, step=1), A, tool.arguments.model_validate({"agent": B})).move
    assert moves[A] == {"deducted": [B]}
    assert game.score(meeting(moves))[B].payoff == 7


def means(rule: Rule, rounds: int = 12) -> list[float]:
    """Mean contribution, round by round, of four who play by the same rule in one group."""
    moves = interactions(lived("pgg-v1", rule, dose=rounds, grouping="cliques"))
    return [sum(float(m.move) for m in moves if m.round == r) / 12 for r in range(rounds)]  # type: ignore[arg-type]


def test_contributions_of_biased_conditional_cooperators_decay() -> None:
    """Fischbacher & Gächter 2010: imperfect conditional cooperation is enough for contributions to fall to nothing."""
    decay = means(build_rule("conditional-cooperator", bias=0.1))
    assert decay[:3] == [10, 9, 8]
    assert all(later <= earlier for earlier, later in itertools.pairwise(decay))
    assert decay[-1] == 0


def test_contributions_of_perfect_conditional_cooperators_do_not_decay() -> None:
    """The control: without the bias nothing falls, so that the decay above is the bias's doing."""
    assert means(build_rule("conditional-cooperator", bias=0.0)) == [10] * 12


def test_one_free_rider_pulls_conditional_cooperators_down() -> None:
    """Fischbacher, Gächter & Fehr 2001: they match the others' mean, a third of which stays at nothing."""
    perfect = build_rule("conditional-cooperator", bias=0.0)
    rules = {agent: never if agent == A else perfect for agent in FOUR}
    moves = interactions(lived("pgg-v1", rules, dose=10, grouping="cliques"), B)
    own = [m.move for m in moves if m.partner == A]
    assert own == [10, 7, 5, 3, 2, 1, 1, 1, 1, 1], "two thirds of the round before, to the nearest point"


def test_free_riders_earn_more_than_those_who_carry_them_unless_they_are_sanctioned() -> None:
    """Fehr & Gächter 2002: the temptation is gone once the others pay to take it away."""

    async def punishes(seen, hands):  # type: ignore[no-untyped-def]
        if "put_points" in {tool.name for tool in seen.tools}:
            await hands.do(Use(tool="put_points", arguments={"amount": 10}))
        else:
            await hands.do(Use(tool="deduct_points", arguments={"agent": A}))

    def points(game: str, others: Any) -> tuple[float, float]:
        moves = interactions(lived(game, {A: never, **dict.fromkeys(FOUR[1:], others)}, dose=2, grouping="cliques"))
        own, theirs = ([m.payoff for m in moves if (m.agent == A) is is_a] for is_a in (True, False))
        return sum(own) / len(own), sum(theirs) / len(theirs)

    rider, carriers = points("pgg-v1", always)
    assert (rider, carriers) == (22, 12)
    rider, carriers = points("pgg-sanction-v1", punishes)
    assert (rider, carriers) == (22 - 9 - 3, 12 - 1 - 3), "the rider's own deductions cost it 3, each of the others' takes 3"


# -- commons --------------------------------------------------------------------------------------------------------------


def harvests(amount: int | None, periods: int = 12) -> list[Any]:
    """What one of five did, period by period, when all take so much; None: half of the stock between them."""

    async def takes(seen, hands):  # type: ignore[no-untyped-def]
        if amount is None:
            await entering("kindest")(seen, hands)
        elif seen.tools[0].name == "take_units":
            most = seen.tools[0].schema["properties"]["amount"]["maximum"]
            await hands.do(Use(tool="take_units", arguments={"amount": min(amount, most)}))

    record = lived("commons-v1", takes, dose=periods, topology=graph("complete", 5), grouping="cliques")
    return [m for m in interactions(record, A) if m.partner == B]


def test_the_commons_is_sustained_where_half_of_it_is_taken() -> None:
    """GovSim (Piatti et al. 2024): what is left doubles up to 100, so 10 each of 100 can be taken for ever."""
    moves = harvests(None)
    assert [m.move["stock"] for m in moves] == [100] * 12
    assert sum(m.payoff for m in moves) == 120
    assert {m.kindness for m in moves} == {1.0}
    assert [m.move for m in harvests(10)] == [m.move for m in moves]


def test_the_commons_collapses_where_more_is_taken() -> None:
    """11 each leave 45, 35, 15, then nothing: four periods, 35 points instead of 120."""
    moves = harvests(11)
    assert [m.move["stock"] for m in moves] == [100, 90, 70, 30], "and no round on record after that"
    assert [m.move["next"] for m in moves] == [90, 70, 30, 0]
    assert sum(m.payoff for m in moves) == 11 * 3 + 6


def test_greed_empties_the_commons_in_one_period() -> None:
    moves = harvests(100)
    (only,) = moves
    assert (only.move["stock"], only.move["got"]) == (100, 20)
    assert only.kindness == -1, "and nothing dilutes it: what cannot be played is no round"


def test_after_a_collapse_nobody_has_a_turn() -> None:
    turns = []

    async def greedy(seen, hands):  # type: ignore[no-untyped-def]
        turns.append(seen.text)
        await entering("least_kind")(seen, hands)

    lived("commons-v1", greedy, dose=4, topology=graph("complete", 5), grouping="cliques")
    assert len(turns) == 2 * 5, "one to talk and one to take"


def test_stock_is_a_fold_over_what_was_taken() -> None:
    after = meeting({}, FIVE, history=[dict.fromkeys(FIVE, 15), {A: 30}])
    assert stock(meeting({}, FIVE)) == 100
    assert stock(after) == 2 * (50 - 30)


@given(st.lists(st.integers(0, 100), min_size=5, max_size=5))
def test_nobody_gets_more_than_asked_for_and_all_together_no_more_than_there_is(amounts: list[int]) -> None:
    sides = Commons().score(meeting(dict(zip(FIVE, amounts, strict=True)), FIVE))
    got = [side.payoff for side in sides.values()]
    assert all(g <= asked for g, asked in zip(got, amounts, strict=True))
    assert sum(got) <= 100
    for side in sides.values():
        assert all(-1 <= k <= 1 for k in side.kindness.values())
        assert all(cost >= 0 for cost in side.cost.values())


def test_what_is_said_before_a_harvest_is_heard_before_it() -> None:
    heard: dict[AgentId, list[str]] = {}

    async def talks(seen, hands):  # type: ignore[no-untyped-def]
        heard.setdefault(seen.agent, []).append(seen.text)
        if [tool.name for tool in seen.tools] == ["send_message"]:
            await hands.do(Use(tool="send_message", arguments={"to": "everyone", "text": "I take 7."}))
        else:
            await entering("kindest")(seen, hands)

    lived("commons-v1", talks, dose=1, topology=graph("complete", 5), grouping="cliques")
    assert all(texts[1].count("I take 7.") == 4 for texts in heard.values())


# -- all ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("game", GROUPED)
@pytest.mark.parametrize("which", ["kindest", "least_kind"])
def test_the_kindest_and_the_least_kind_entries_are_what_they_say(game: str, which: str) -> None:
    moves = interactions(lived(game, entering(which), dose=1, topology=graph("complete", 5)))
    assert {m.kindness for m in moves} == {1.0 if which == "kindest" else -1.0}


@pytest.mark.parametrize("game", GROUPED)
def test_a_group_of_rule_bound_agents_plays_talks_and_is_heard(game: str) -> None:
    record = lived(game, build_rule("tit-for-tat"), dose=3, topology=graph("complete", 5), talk=1.0)
    assert {m.kindness for m in interactions(record)} == {1.0}
    sent = [entry.event for entry in record if entry.event.kind == "message-sent"]
    assert len(sent) == len([entry for entry in record if entry.event.kind == "turn-began"])


@pytest.mark.parametrize("game", GROUPED)
@pytest.mark.parametrize("cover", COVERS)
@pytest.mark.parametrize("matching", ["disjoint", "neighbours"])
def test_games_of_groups_conform(game: str, cover: str, matching: str) -> None:
    ties = [(NAMES[0], other) for other in NAMES[1:]] + [(NAMES[1], NAMES[2])]

    def make() -> Any:
        return build_table(game, ties, dose=3, streams=Streams("c"), cover=cover, matching=matching)

    check_world(make, NAMES, seeds=2)


def test_a_public_good_is_played_in_the_agents_own_labels() -> None:
    record = lived("pgg-v1", using(Use(tool="put_points", arguments={"amount": 11})), dose=1)
    assert {m.move for m in interactions(record)} == {0}, "more than one holds cannot be put in"
