"""Several meetings in one turn, several games in one history, and a dose counted in text."""

from collections import Counter
from typing import Any

import pytest

from agents import Rule, build_rule
from sim import ActionRefused, AgentId, Mail, MessageDelivered, MessageSent, Streams, Transcript, TurnBegan, UnknownName, Use
from sim.testing import check_world
from tests.sim.yard import events
from worlds import BadCurriculum, build_games, build_table
from worlds.games.dose import most_rounds

from .play import GROUPED, NAMES, PAIRED, always, entering, graph, interactions, lived, never, pairs, using

A, B, C, D = NAMES[:4]
STAR = graph("star", 4)


def beside(game: str, acts: Any, *, dose: int = 2, topology: Any = STAR) -> Transcript:
    return lived(game, acts, dose=dose, topology=topology, matching="neighbours")


# -- several meetings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("game", [game for game in PAIRED if game != "gossip-v1"])
@pytest.mark.parametrize("which", ["kindest", "least_kind"])
def test_side_by_side_a_game_comes_out_as_one_after_the_other(game: str, which: str) -> None:
    """All but `gossip-v1`: whom one can tell of hangs on whom one has met, and so on the timetable."""

    def outcomes(record: Transcript) -> Any:
        return sorted((m.agent, m.partner, m.round, m.payoff, m.kindness, m.cost) for m in interactions(record))

    apart = lived(game, entering(which), dose=2, topology=STAR, matching="disjoint")
    assert outcomes(beside(game, entering(which))) == outcomes(apart)


def test_an_entry_says_for_whom_it_is() -> None:
    def choose(label: str, whom: AgentId) -> Use:
        return Use(tool="choose", arguments={"option": label, "towards": whom})

    record = beside("ipd-v1", {A: using([choose("J", B), choose("F", C), choose("J", D)])}, dose=1)
    assert {m.partner: m.move for m in interactions(record, A)} == {B: "J", C: "F", D: "J"}


def test_an_entry_for_nobody_or_somebody_else_is_refused() -> None:
    wrong = [Use(tool="choose", arguments={"option": "J", **more}) for more in ({}, {"towards": "a99"})]
    record = beside("ipd-v1", {A: using(wrong)}, dose=1)
    assert [event.reason for event in events(record, ActionRefused)] == ["bad-arguments"] * 2
    assert {m.move for m in interactions(record, A)} == {None}


def test_a_later_entry_for_the_same_one_counts() -> None:
    entries = [Use(tool="choose", arguments={"option": label, "towards": B}) for label in ("J", "F")]
    record = beside("ipd-v1", {A: using(entries)}, dose=1)
    assert [m.move for m in interactions(record, A) if m.partner == B] == ["F"]


def test_the_limits_of_each_meeting_hold() -> None:
    """In the second step of a transfer the hub returns up to what arrived from each, which differs."""

    async def returns(seen, hands):  # type: ignore[no-untyped-def]
        names = {tool.name for tool in seen.tools}
        if "return_points" in names:
            for whom, amount in ((B, 30), (C, 30), (C, 6)):
                await hands.do(Use(tool="return_points", arguments={"amount": amount, "towards": whom}))

    def sends(amount: int) -> Any:
        return using(Use(tool="send_points", arguments={"amount": amount}))

    star = graph("star", 3)
    hub = NAMES[0]
    world = build_table("trust-v1", [(B, hub), (C, hub)], dose=1, streams=Streams("t"), matching="neighbours")
    from tests.sim.yard import episode, run

    seats: Any = {hub: returns, B: sends(10), C: sends(2)}
    record = run(episode(seats, topology=star, world=world, rounds=world.rounds))  # type: ignore[arg-type]
    assert {m.partner: m.move for m in interactions(record, hub)} == {B: 30, C: 6}
    (refused,) = events(record, ActionRefused)
    assert (refused.reason, refused.answer) == ("rule", f"Not entered: it does not fit what is on offer with {C}.")


def test_a_tool_that_a_meeting_does_not_have_is_answered() -> None:
    """What one meeting of a turn offers another may not."""
    world = build_table("ipd-v1", [(A, B), (A, C)], dose=1, streams=Streams("t"), matching="neighbours")
    world.due(0, frozenset())
    (choose,) = world.view(A, Mail()).tools
    entry = choose.arguments.model_validate({"option": "J", "towards": C})
    assert world.apply(A, "choose", entry, 0).ok
    before = world.fingerprint()
    outcome = world.apply(A, "accept_proposal", entry, 0)
    assert (outcome.ok, outcome.answer) == (False, f"Not entered: it does not fit what is on offer with {C}.")
    assert world.fingerprint() == before


def test_a_rule_treats_each_neighbour_as_it_was_treated_though_in_one_turn() -> None:
    rules: dict[AgentId, Rule] = {A: build_rule("tit-for-tat"), B: never, C: always, D: always}
    record = beside("ipd-v1", rules, dose=3)
    last = {m.partner: m.kindness for m in interactions(record, A) if m.round == 2}
    assert last == {B: -1, C: 1, D: 1}


@pytest.mark.parametrize("game", GROUPED)
def test_an_agent_can_be_in_several_groups_in_one_turn(game: str) -> None:
    labels: set[str] = set()

    async def watches(seen, hands):  # type: ignore[no-untyped-def]
        for tool in seen.tools:
            labels.update(tool.schema["properties"].get("towards", {}).get("enum", ()))
        await entering("kindest")(seen, hands)

    record = lived(game, watches, dose=2, topology=graph("ring", 5), matching="neighbours")
    if game != "commons-v1":
        assert labels >= {"g1", "g2"}
    assert {m.kindness for m in interactions(record)} == {1.0}


# -- several games ----------------------------------------------------------------------------------------------------------


CURRICULUM = "ipd-v1+trust-v1+sabotage-v1"


def test_games_of_a_curriculum_are_played_in_turn_on_every_tie() -> None:
    record = lived(CURRICULUM, always, dose=7, topology=graph("ring", 5))
    played = ["ipd-v1", "trust-v1", "sabotage-v1", "ipd-v1", "trust-v1", "sabotage-v1", "ipd-v1"]
    for a, b in pairs(graph("ring", 5)):
        moves = [m for m in interactions(record, a) if m.partner == b]
        assert [m.game for m in moves] == played
        assert [m.round for m in moves] == list(range(7)), "one stream of interactions"


def test_each_game_of_a_curriculum_counts_its_own_rounds() -> None:
    """The holder of the transfer game changes from one of its rounds to the next, though these are two apart."""
    record = lived("ipd-v1+trust-v1", always, dose=8, topology=graph("complete", 2))
    sent = [m.agent for m in interactions(record) if m.game == "trust-v1" and m.move == 10]
    assert sent == [A, B, A, B]


def test_the_rules_of_each_game_are_told_at_its_first_meeting_and_a_result_at_the_next_turn() -> None:
    texts: list[str] = []

    async def watches(seen, hands):  # type: ignore[no-untyped-def]
        texts.append(seen.text)
        await entering("kindest")(seen, hands)

    lived("ipd-v1+donor-v1", {A: watches, B: always}, dose=4, topology=graph("complete", 2))
    assert [text.count("each choose") for text in texts] == [1, 0, 0, 0]
    assert [text.count("passed on is multiplied") for text in texts] == [0, 1, 0, 0]
    assert [f"round {n} of 4" in text for n, text in enumerate(texts, 1)] == [True] * 4
    assert ["you chose" in text for text in texts] == [False, True, False, True]
    assert ["you passed on" in text for text in texts] == [False, False, True, False]


def test_a_rule_carries_over_from_one_game_to_the_next() -> None:
    rules = {A: build_rule("tit-for-tat"), B: never}
    moves = interactions(lived("ipd-v1+trust-v1", rules, dose=4, topology=graph("complete", 2)), A)
    assert [m.kindness for m in moves][:2] == [1, -1], "what was done in one game is answered in the other"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ipd-v1+ipd-v1", "ipd-v1 stands there twice"),
        ("ipd-v1+pgg-v1", "pgg-v1 is played in groups and ipd-v1 in pairs"),
    ],
)
def test_games_that_cannot_be_joined_are_errors_that_say_why(name: str, says: str) -> None:
    with pytest.raises(BadCurriculum, match=says):
        build_games(name, Streams())


@pytest.mark.parametrize("name", ["", "ipd-v1+", "+ipd-v1", "ipd-v1+stagg-v1"])
def test_a_game_that_does_not_exist_is_an_error_inside_a_curriculum_too(name: str) -> None:
    with pytest.raises(UnknownName, match=r"there is no game .*stag-v1"):
        build_games(name, Streams())


def test_groups_of_joined_games_are_of_the_smaller_size() -> None:
    record = lived("pgg-v1+commons-v1", always, dose=2, topology=graph("complete", 5))
    met = {game: {(m.agent, m.partner) for m in interactions(record) if m.game == game} for game in ("pgg-v1", "commons-v1")}
    assert met["pgg-v1"] == met["commons-v1"]


@pytest.mark.parametrize("name", [CURRICULUM, "pgg-sanction-v1+commons-v1"])
@pytest.mark.parametrize("matching", ["poisson", "neighbours"])
def test_curricula_conform(name: str, matching: str) -> None:
    ties = pairs(graph("complete", 4))
    check_world(
        lambda: build_table(name, ties, dose=4, streams=Streams("c"), matching=matching), NAMES[:4], steps=6, seeds=2
    )


# -- a dose in tokens -------------------------------------------------------------------------------------------------------


def read_on(record: Transcript) -> Counter[frozenset[AgentId]]:
    """Characters of messages that one member of a pair read from the other, as far as they were read at all."""
    sent = {event.message.id: event.message for event in events(record, MessageSent)}
    assert all(event.message in sent for event in events(record, MessageDelivered))
    counted: Counter[frozenset[AgentId]] = Counter()
    for turn in events(record, TurnBegan):
        for message in turn.messages:
            counted[frozenset((turn.agent, sent[message].sender))] += len(sent[message].text)
    return counted


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1", "nego-v1", "cocode-v1", "gossip-v1", "sabotage-v1"])
def test_a_dose_in_tokens_is_the_text_read_on_a_tie(game: str) -> None:
    """With two agents everything they read but the introduction is read on their tie, results of the last round included."""
    dose = 600
    record = lived(game, always, dose=dose, topology=graph("complete", 2), unit="tokens")
    shown = sum(len(event.text.removeprefix(f"You are {event.agent}.")) for event in events(record, TurnBegan))
    rounds = len(interactions(record)) // 2
    assert rounds > 0
    last = [entry for entry in record if entry.event.kind == "turn-began"][-2:]
    assert shown / 4 >= dose - sum(len(entry.event.text) for entry in last), "they stop once it is reached"  # type: ignore[union-attr]
    assert (shown - sum(len(entry.event.text) for entry in last)) / 4 < dose, "and not a round before"  # type: ignore[union-attr]


def test_with_tokens_longer_games_are_played_for_fewer_rounds() -> None:
    def rounds(game: str, talk: float = 0.0) -> int:
        record = lived(game, always, dose=1_000, topology=graph("complete", 2), unit="tokens", talk=talk)
        return len(interactions(record)) // 2

    assert rounds("cocode-v1") < rounds("trust-v1") < rounds("ipd-v1")
    assert rounds("ipd-v1", talk=1.0) < rounds("ipd-v1"), "what is said counts too"


def test_with_tokens_every_tie_stops_for_itself_and_the_number_of_rounds_is_not_said() -> None:
    """B writes at length to the hub, C nothing: their ties come to the same amount of text in other numbers of rounds."""
    from sim import Send

    texts: list[str] = []

    async def writes(seen, hands):  # type: ignore[no-untyped-def]
        texts.append(seen.text)
        await hands.do(Send(to=(A,), text="x" * 400))
        await entering("kindest")(seen, hands)

    record = lived("ipd-v1", {A: always, B: writes, C: always}, dose=900, topology=graph("star", 3), unit="tokens")
    met = Counter(m.partner for m in interactions(record, A))
    assert met[B] < met[C]
    assert read_on(record)[frozenset((A, B))] >= 400 * (met[B] - 1)
    assert not any(" of " in line for text in texts for line in text.splitlines() if line.startswith("you are paired"))


def test_no_tokens_are_no_rounds_and_there_is_always_room_for_the_dose() -> None:
    assert not interactions(lived("ipd-v1", always, dose=0, unit="tokens"))
    assert most_rounds(0) == 0
    assert most_rounds(1) == 1
    for game in (*PAIRED, *GROUPED):
        record = lived(game, entering("kindest"), dose=200, topology=graph("complete", 2), unit="tokens")
        played = len(interactions(record)) // 2
        assert 0 < played < most_rounds(200), f"{game} reached its dose before the last slot"
