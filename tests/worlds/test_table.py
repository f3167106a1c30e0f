"""The table: every pair its rounds, nobody with two others at once, and nothing lost between the games and the record."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import AgentId, Hands, Interaction, Mail, Observation, Streams, TurnBegan, UnknownName, Use, build_topology
from sim.testing import check_world
from tests.sim.town import NAMES, history, table
from tests.sim.yard import episode, events, play, run
from tests.worlds.games.play import PAIRED, entering
from tests.worlds.test_games import PLAIN
from worlds import COVERS, GAMES, build_table
from worlds.games.matching import slots

Pair = tuple[AgentId, AgentId]


@st.composite
def pairings(draw: st.DrawFn) -> list[Pair]:
    n = draw(st.integers(2, 9))
    everyone = [AgentId(f"a{i}") for i in range(n)]
    all_pairs = [(a, b) for i, a in enumerate(everyone) for b in everyone[i + 1 :]]
    return draw(st.lists(st.sampled_from(all_pairs), unique=True, max_size=36))


@settings(deadline=None)
@given(pairings(), st.integers(0, 5), st.integers(0, 100))
def test_every_pair_meets_its_dose_in_slots_of_disjoint_pairs(pairs: list[Pair], dose: int, seed: int) -> None:
    out = slots(pairs, dose, Streams(seed))
    assert Counter(pair for slot in out for pair in slot) == (Counter(dict.fromkeys(pairs, dose)) if dose else Counter())
    for slot in out:
        assert slot, "no slot is empty"
        busy = [agent for pair in slot for agent in pair]
        assert len(set(busy)) == len(busy)
    degree = max(Counter(agent for pair in pairs for agent in pair).values(), default=0)
    assert len(out) <= dose * max(0, 2 * degree - 1)


@settings(deadline=None)
@given(pairings(), st.integers(1, 4))
def test_a_pair_finishes_a_pass_before_it_begins_the_next(pairs: list[Pair], dose: int) -> None:
    """No pair is ever more than one round ahead of another."""
    met: Counter[Pair] = Counter(dict.fromkeys(pairs, 0))
    for slot in slots(pairs, dose, Streams("x")):
        met.update(slot)
        assert max(met.values()) - min(met.values()) <= 1


def test_the_timetable_is_drawn_from_its_stream_alone() -> None:
    pairs = [(AgentId(f"a{i}"), AgentId(f"a{j}")) for i in range(5) for j in range(i + 1, 5)]
    assert slots(pairs, 3, Streams(1)) == slots(pairs, 3, Streams(1))
    assert slots(pairs, 3, Streams(1)) != slots(pairs, 3, Streams(2))


@pytest.mark.parametrize("game", PAIRED)
@pytest.mark.parametrize("graph", ["ring", "complete", "star"])
def test_a_history_is_as_many_interactions_as_its_dose_says(game: str, graph: str) -> None:
    topology = build_topology(graph, 5, names=NAMES)
    world = table(game, dose=3, graph=topology)
    kind = dict.fromkeys(NAMES, entering("kindest"))
    record = run(episode(kind, topology=topology, world=world, rounds=world.rounds))  # type: ignore[arg-type]
    met = Counter((event.agent, event.partner) for event in events(record, Interaction))
    assert met == {(a, b): 3 for a, b, _ in topology.edges}
    for a, b, _ in topology.edges:
        rounds = [e.round for e in events(record, Interaction) if (e.agent, e.partner) == (a, b)]
        assert rounds == [0, 1, 2]
    if game not in PLAIN:
        return
    assert {event.kindness for event in events(record, Interaction)} == ({0} if game == "neutral-v1" else {1})
    turns = Counter(event.agent for event in events(record, TurnBegan))
    degree = {agent: len(topology.neighbours(agent)) for agent in NAMES}
    assert turns == {agent: 3 * degree[agent] for agent in NAMES}, "one turn a round and pair: both sides move once"


def test_both_sides_of_a_round_are_recorded_and_agree() -> None:
    for game in PAIRED:
        moves = events(run(history(game)), Interaction)
        for one, other in zip(moves[::2], moves[1::2], strict=True):
            assert (one.agent, one.partner, one.round) == (other.partner, other.agent, other.round)
            assert (one.payoff, one.partner_payoff) == (other.partner_payoff, other.payoff)


def test_who_never_enters_anything_makes_a_history_of_neither_kind() -> None:
    for game in PLAIN:
        world = table(game, dose=2)
        topology = build_topology("ring", 5, names=NAMES)
        record = play({}, topology=topology, world=world, rounds=world.rounds)  # type: ignore[arg-type]
        kind = [event.kindness for event in events(record, Interaction)]
        if game == "trust-v1":
            assert kind.count(-1) == kind.count(0) == len(kind) / 2, "nothing sent is unkind; nothing could be returned"
        else:
            assert set(kind) == ({-1} if game == "donor-v1" else {0}), "who passes nothing on is unkind"
        assert {event.move for event in events(record, Interaction)} <= {None, 0}


def test_a_forced_move_says_who_forced_it() -> None:
    world = build_table("ipd-v1", [NAMES[:2]], dose=1, streams=Streams("f"), forced={NAMES[0]: "never"})  # type: ignore[list-item]
    record = play({}, topology=build_topology("ring", 5, names=NAMES), world=world, rounds=world.rounds)  # type: ignore[arg-type]
    assert {event.agent: event.forced_by for event in events(record, Interaction)} == {NAMES[0]: "never", NAMES[1]: None}


def test_rules_are_told_once_and_the_pairing_every_time() -> None:
    texts: list[str] = []

    async def plays(seen: Observation, hands: Hands) -> None:
        if seen.agent == NAMES[0]:
            texts.append(seen.text)
        await hands.do(Use.model_validate(seen.facts["kindest"]))

    world = build_table("ipd-v1", [NAMES[:2]], dose=3, streams=Streams("r"))  # type: ignore[list-item]
    play(
        dict.fromkeys(NAMES, plays),  # type: ignore[arg-type]
        topology=build_topology("ring", 5, names=NAMES),
        world=world,
        rounds=world.rounds,
    )
    assert [text.count("neither seeing the other's choice first") for text in texts] == [1, 0, 0]
    assert [text.count(f"You are {NAMES[0]}.") for text in texts] == [1, 0, 0]
    assert [f"round {n} of 3" in text for n, text in enumerate(texts, 1)] == [True] * 3
    assert ["last round:" in text for text in texts] == [False, True, True]


def test_a_second_entry_is_refused_because_the_turn_is_over() -> None:
    answers: list[bool] = []

    async def changes_its_mind(seen: Observation, hands: Hands) -> None:
        for entry in ("kindest", "least_kind"):
            answers.append((await hands.do(Use.model_validate(seen.facts[entry]))).ok)

    world = build_table("ipd-v1", [NAMES[:2]], dose=1, streams=Streams("r"))  # type: ignore[list-item]
    record = play(
        dict.fromkeys(NAMES, changes_its_mind),  # type: ignore[arg-type]
        topology=build_topology("ring", 5, names=NAMES),
        world=world,
        rounds=world.rounds,
    )
    assert sorted(answers) == [False, False, True, True]
    assert {event.kindness for event in events(record, Interaction)} == {1}


def test_unknown_games_and_covers_are_errors_that_name_what_exists() -> None:
    with pytest.raises(UnknownName, match=r"did you mean 'ipd-v1'.*neutral-v1"):
        build_table("ipd-v2", [], dose=1, streams=Streams("x"))
    with pytest.raises(UnknownName, match=r"no cover story 'depo'; did you mean 'depot'"):
        build_table("ipd-v1", [], dose=1, streams=Streams("x"), cover="depo")


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("cover", COVERS)
def test_our_games_conform(game: str, cover: str) -> None:
    pairs = [(NAMES[0], NAMES[1]), (NAMES[1], NAMES[2]), (NAMES[2], NAMES[0])]
    check_world(lambda: build_table(game, pairs, dose=3, streams=Streams("c"), cover=cover), NAMES[:3])


def test_looking_at_a_table_before_anything_is_due_shows_the_first_round() -> None:
    world = build_table("ipd-v1", [NAMES[:2]], dose=1, streams=Streams("r"))  # type: ignore[list-item]
    assert world.view(NAMES[0], Mail()).tools
    assert not world.view(NAMES[2], Mail()).tools
