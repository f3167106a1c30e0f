"""`quota-v1`, `gossip-v1`, `sabotage-v1`: what they pay, what is known to whom, and what the record keeps apart."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import Scripted, build_rule
from sim import AgentId, Interaction, RelationLedger, Streams
from tests.sim.yard import episode, events, run
from worlds import COVERS, build_games, kindness
from worlds.games.game import Meeting
from worlds.games.gossip import Gossip
from worlds.games.pairwise import Pairwise
from worlds.games.quota import MOVES, Draw, Quota
from worlds.games.sabotage import Sabotage

from .play import NAMES, always, entering, graph, interactions, lived, never, table

A, B, C = NAMES[:3]


def meeting(a: Any = None, b: Any = None, **more: Any) -> Meeting:
    moves = {agent: move for agent, move in ((A, a), (B, b)) if move is not None}
    return Meeting(A, B, more.pop("round", 0), 10, moves, **more)


# -- quota ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "points"),
    [
        ((5, 0), (5, 0), (5, 5)),
        ((10, 0), (5, 0), (10, 0)),
        ((10, 0), (10, 0), (5, 5)),
        ((0, 0), (5, 0), (0, 10)),
        ((8, 0), (5, 3), (5, 4)),
        ((8, 0), (5, 4), (8, 1)),
        ((5, 1), (5, 0), (4, 5)),
    ],
    ids=["allotted", "grabbed", "both grab", "yielded", "claimed back", "overclaimed", "claimed for nothing"],
)
def test_a_quota_pays_as_it_says(a: tuple[int, int], b: tuple[int, int], points: tuple[int, int]) -> None:
    sides = Quota().score(meeting(*({"drew": drew, "claimed": claimed} for drew, claimed in (a, b))))
    assert tuple(side.payoff for side in sides) == points


moves = st.sampled_from(MOVES)


@given(moves, moves)
def test_kindness_over_a_quota_is_the_one_definition_over_all_moves(own: Draw, other: Draw) -> None:
    side, _ = Quota().score(meeting(*({"drew": m.units, "claimed": m.claimed} for m in (own, other))))
    reach = [other.points(move) for move in MOVES]
    assert side.kindness == kindness(other.points(own), min(reach), max(reach))
    assert -1 <= side.kindness <= 1
    assert side.cost >= 0


@given(st.integers(0, 10))
def test_a_draw_is_as_kind_as_it_stays_below_the_allotment(units: int) -> None:
    side, _ = Quota().score(meeting({"drew": units}, {"drew": 5}))
    assert side.kindness == pytest.approx(1 - units / 5)


def test_no_draw_counts_as_the_allotment() -> None:
    for side in Quota().score(meeting()):
        assert (side.payoff, side.kindness) == (5, 0)


def test_a_form_is_true_or_false_by_the_record() -> None:
    side, other = Quota().score(meeting({"drew": 8}, {"drew": 5, "claimed": 4}))
    assert side.move == {"drew": 8, "claimed": 0, "excess": 3}
    assert other.move == {"drew": 5, "claimed": 4, "excess": 0}
    assert "4 units" not in side.remark + other.remark, "a false form brings nothing back"


# -- gossip -----------------------------------------------------------------------------------------------------------------


def gossip(**rules: Any) -> list[Interaction]:
    """A hub and two others, who know of each other only what the hub tells them."""
    star = graph("star", 3)
    each = {A: rules.get("hub", always), B: rules.get("one", always), C: rules.get("two", always)}
    return interactions(lived("gossip-v1", each, dose=4, topology=star))


def told(moves: list[Interaction]) -> list[tuple[AgentId, AgentId, AgentId, float]]:
    """(teller, hearer, about whom, what was said)."""
    found: list[tuple[AgentId, AgentId, AgentId, float]] = []
    for move in moves:
        assert isinstance(move.move, dict)
        said: Any = move.move.get("told")
        if said:
            found.append((move.agent, move.partner, said["about"], said["said"]))
    return found


def test_an_honest_agent_says_what_it_had() -> None:
    said = told(gossip(two=never))
    assert {(hearer, about) for _, hearer, about, _ in said} == {(B, C), (C, B)}
    assert {value for _, _, about, value in said if about == C} == {-1.0}
    assert {value for _, _, about, value in said if about == B} == {1.0}


def test_one_can_know_of_a_third_through_another_only_and_wrongly() -> None:
    """The hub is unkind and so says the reverse of what it had; B and C never meet."""
    moves = gossip(hub=never)
    ledger = RelationLedger(
        entry for entry in lived("gossip-v1", {A: never, B: always, C: always}, dose=4, topology=graph("star", 3))
    )
    assert {value for _, _, _, value in told(moves)} == {-1.0}
    assert ledger.of(B, C).rounds == ledger.of(C, B).rounds == 0, "what was said is no round played"
    assert ledger.of(A, C).valence == 1.0, "and what is true stays in the record"


def test_what_was_said_moves_no_kindness() -> None:
    game = Gossip()
    plain, other = game.score(meeting({"chose": "J"}, {"chose": "F"}))
    slander, _ = game.score(meeting({"chose": "J", "told": {"about": C, "times": 10, "said": -1.0}}, {"chose": "F"}))
    assert (slander.payoff, slander.kindness, slander.cost) == (plain.payoff, plain.kindness, plain.cost) == (0, 1, 1)
    assert (other.payoff, other.kindness) == (5, -1)


def test_the_hearer_is_told_who_said_it() -> None:
    texts: list[str] = []

    async def hears(seen, hands):  # type: ignore[no-untyped-def]
        texts.append(seen.text)
        await entering("kindest")(seen, hands)

    snapshot = lived("gossip-v1", {A: always, B: hears, C: never}, dose=3, topology=graph("star", 3))
    assert any(f"Message from {A}: {C} chose" in text for text in texts)
    sent = [e.event.message for e in snapshot.entries if e.event.kind == "message-sent"]
    arrived = {e.event.message for e in snapshot.entries if e.event.kind == "message-delivered"}
    assert {message.recipients for message in sent if message.sender == A} >= {(B,)}
    assert {message.id for message in sent} >= arrived, "what is told goes over the bus"


@pytest.mark.parametrize("labels", [("J", "F"), ("F", "J")])
def test_said_is_a_kindness_whatever_the_labels_mean(labels: tuple[str, str]) -> None:
    """The question is always about the label that comes first; the sign is turned where that is the unkind one."""
    game = Gossip(kind_label=labels[0], unkind_label=labels[1])
    met = meeting(had={A: {C: [1, 1, 1, -1]}}, step=1)
    ask = game.ask(met, A)
    (tool,) = ask.tools
    assert ask.kindest is not None
    entered: Any = game.enter(met, A, tool.arguments.model_validate(ask.kindest.arguments)).move
    assert entered["told"]["said"] == pytest.approx(0.5, abs=0.11)
    assert "chose F" in ask.text


def test_nobody_can_tell_of_whom_it_has_not_met() -> None:
    game = Gossip()
    assert game.movers(meeting(), 1) == ()
    assert game.movers(meeting(had={A: {B: [1.0]}}), 1) == (), "nor of the one it is with"
    assert game.movers(meeting(had={A: {B: [1.0], C: [1.0]}}), 1) == (A,)
    (tool,) = game.ask(meeting(had={A: {C: [1.0]}}, step=1), A).tools
    with pytest.raises(ValueError, match="about"):
        tool.arguments.model_validate({"about": "a99", "times": 3})


# -- sabotage ---------------------------------------------------------------------------------------------------------------


def test_a_chance_that_is_used_costs_the_other_six_and_brings_three() -> None:
    game = Sabotage(streams=Streams("s"))
    used, suffered = game.score(meeting({"moved": True}, None))
    assert (used.payoff, used.kindness, used.cost) == (3, -1, 0)
    assert (suffered.payoff, suffered.kindness, suffered.cost) == (-6, 0, 0)
    passed, _ = game.score(meeting())
    assert (passed.payoff, passed.kindness, passed.cost) == (0, 1, 3)


def test_only_one_has_the_chance_in_a_round() -> None:
    game = Sabotage(streams=Streams("s"))
    offered = [[len(game.ask(meeting(round=r), agent).tools) for agent in (A, B)] for r in range(3)]
    assert offered == [[2, 1], [1, 2], [2, 1]]


def test_nothing_of_it_is_shown_before_it_is_listed() -> None:
    """The victim's texts and data of the first two rounds are those of a victim of nothing."""

    def seen_by_b(which: str) -> list[list[Any]]:
        seen_: list[list[Any]] = []

        async def watches(seen, hands):  # type: ignore[no-untyped-def]
            seen_.append([seen.text, [remark.model_dump() for remark in seen.remarks], seen.facts])
            await entering("kindest")(seen, hands)

        lived("sabotage-v1", {A: entering(which), B: watches}, dose=6, topology=graph("complete", 2))
        return seen_

    harmed, spared = seen_by_b("least_kind"), seen_by_b("kindest")
    assert harmed[:3] == spared[:3]
    assert harmed[3] != spared[3]
    assert "used 0 times by you, 2 times by a41" in harmed[3][0]


def test_the_points_that_one_is_told_of_come_to_the_points_one_has() -> None:
    told: list[float] = []

    async def watches(seen, hands):  # type: ignore[no-untyped-def]
        told.extend(remark.data["points"] for remark in seen.remarks if "points" in remark.data)
        await entering("kindest")(seen, hands)

    record = lived("sabotage-v1", {A: entering("least_kind"), B: watches}, dose=7, topology=graph("complete", 2))
    points = [move.payoff for move in interactions(record, B)]
    assert told == [4, 4, -8, 4, 4, -2], "rounds 0 and 2, then round 4"
    assert sum(told) == sum(points[:6])


def test_a_rule_reacts_to_it_only_once_it_is_known() -> None:
    rules = {A: never, B: build_rule("tit-for-tat")}
    record = lived("sabotage-v1", rules, dose=6, topology=graph("complete", 2))
    moves = [m for m in interactions(record, B) if isinstance(m.move, dict) and m.move["chance"]]
    assert [m.round for m in moves] == [1, 3, 5]
    assert [m.kindness for m in moves] == [1, -1, -1], "after round 2 it knows that A used its chances"


def test_the_last_round_lists_what_is_left() -> None:
    game = Sabotage(streams=Streams("s"))
    past = [{A: {"moved": True}}, {}, {}]
    last = replace(meeting(round=3, history=past), rounds=4)
    side, _ = game.score(last)
    assert "in that round: used 0 times by you" in side.remark
    assert side.seen == (0.0,), "the chance was the other's"
    third, _ = game.score(meeting(round=2, history=past[:2]))
    assert third.seen == (-1.0, 0.0, 1.0)
    assert "used 1 times by you" in third.remark


# -- all --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["quota-v1", "gossip-v1", "sabotage-v1"])
@pytest.mark.parametrize("cover", COVERS)
def test_covers_tell_the_same_rules_in_other_words(name: str, cover: str) -> None:
    (game,), (plain,) = build_games(name, Streams("c"), cover), build_games(name, Streams("c"))
    assert isinstance(game, Pairwise)
    own, of_plain = game.rules((B,)).split("\n"), plain.rules((B,)).split("\n")
    assert own[1:] == of_plain[1:]
    assert (own[0] == of_plain[0]) is (cover == "plain")


@pytest.mark.parametrize("name", ["quota-v1", "gossip-v1", "sabotage-v1"])
def test_kind_agents_make_kind_histories_and_unkind_ones_unkind(name: str) -> None:
    for rule, sign in ((always, 1), (never, -1)):
        kind = [m.kindness for m in interactions(lived(name, rule, dose=4)) if m.kindness]
        assert kind
        assert all(k * sign > 0 for k in kind)


def test_a_rule_plays_on_after_it_was_saved() -> None:
    topology = graph("star", 3)
    world = table("gossip-v1", topology, dose=2)
    seats: Any = {agent: Scripted(build_rule("grim"), streams=Streams("m", agent)) for agent in topology.nodes}
    record = run(episode(seats, topology=topology, world=world, rounds=world.rounds))  # type: ignore[arg-type]
    assert len(events(record, Interaction)) == 8
    again = Scripted(build_rule("grim"), streams=Streams("m", A))
    again.set_state(seats[A].get_state())
    assert again.get_state() == seats[A].get_state()
