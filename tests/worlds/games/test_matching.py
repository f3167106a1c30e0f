"""Who meets whom when: what every level promises, and what the relation ledger then shows."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import AgentId, RelationLedger, Streams, TurnBegan, UnknownName, build_topology
from tests.sim.yard import events
from worlds import GAMES, Grouping, Matching
from worlds.games.grouping import draw_groups
from worlds.games.matching import timetable

from .play import GROUPED, NAMES, PAIRED, always, graph, lived, pairs, table

FIVE = build_topology("complete", 5, names=NAMES)
EXACT = (Matching.DISJOINT, Matching.ROUND_ROBIN, Matching.NEIGHBOURS)


def counts(matching: Matching, dose: int, seed: int = 0) -> Counter[tuple[AgentId, ...]]:
    slots = timetable(matching, pairs(FIVE), dose, Streams(seed))
    return Counter(block for slot in slots for block in slot)


@pytest.mark.parametrize("matching", EXACT)
def test_every_tie_has_exactly_its_dose(matching: Matching) -> None:
    assert counts(matching, 6) == dict.fromkeys(pairs(FIVE), 6)


@pytest.mark.parametrize("matching", EXACT)
@pytest.mark.parametrize("name", ["ring", "star", "complete"])
def test_the_ledger_shows_the_dose_on_every_tie_and_nothing_elsewhere(matching: Matching, name: str) -> None:
    topology = graph(name, 5)
    ledger = RelationLedger(lived("ipd-v1", always, dose=3, topology=topology, matching=matching))
    for a in topology.nodes:
        for b in topology.nodes:
            if a != b:
                assert ledger.of(a, b).rounds == (3 if topology.has_edge(a, b) else 0)


def test_random_edges_have_their_dose_in_all_exactly_and_each_in_expectation() -> None:
    many = [counts(Matching.RANDOM_EDGE, 6, seed) for seed in range(200)]
    assert {sum(one.values()) for one in many} == {6 * 10}
    assert any(len(set(one.values())) > 1 for one in many)
    mean = sum(one[pairs(FIVE)[0]] for one in many) / 200
    assert abs(mean - 6) < 4 * (6 * 0.9 / 200) ** 0.5, "multinomial: variance 60 x 0.1 x 0.9"


def test_poisson_ties_are_independent_with_the_dose_as_mean_and_variance() -> None:
    many = [counts(Matching.POISSON, 6, seed) for seed in range(300)]
    drawn = [one[pair] for one in many for pair in pairs(FIVE)]
    mean = sum(drawn) / len(drawn)
    variance = sum((x - mean) ** 2 for x in drawn) / len(drawn)
    assert abs(mean - 6) < 4 * (6 / len(drawn)) ** 0.5
    assert variance == pytest.approx(6, rel=0.15)
    totals = [sum(one.values()) for one in many]
    assert len(set(totals)) > 10, "the total is open, unlike that of random edges"


def test_ties_that_were_never_drawn_stay_neutral() -> None:
    topology = graph("complete", 5)
    for matching in (Matching.RANDOM_EDGE, Matching.POISSON):
        ledger = RelationLedger(lived("ipd-v1", always, dose=1, topology=topology, matching=matching))
        rounds = {(a, b): ledger.of(a, b).rounds for a in NAMES for b in NAMES if a != b}
        assert 0 in rounds.values()
        assert all(ledger.of(a, b).valence == (1 if n else 0) for (a, b), n in rounds.items())


@settings(deadline=None)
@given(st.sampled_from([m for m in Matching if m is not Matching.NEIGHBOURS]), st.integers(0, 6), st.integers(0, 99))
def test_nobody_is_in_two_places_in_a_slot(matching: Matching, dose: int, seed: int) -> None:
    for slot in timetable(matching, pairs(FIVE), dose, Streams(seed)):
        busy = [agent for block in slot for agent in block]
        assert len(set(busy)) == len(busy)


def test_in_a_round_robin_a_match_is_played_to_its_end() -> None:
    slots = timetable(Matching.ROUND_ROBIN, pairs(FIVE), 4, Streams(1))
    for pair in pairs(FIVE):
        at = [n for n, slot in enumerate(slots) if pair in slot]
        assert at == list(range(at[0], at[0] + 4))


def test_with_neighbours_all_are_met_in_one_turn_and_only_then() -> None:
    def most(matching: Matching) -> int:
        met: list[int] = []

        async def counts_partners(seen, hands):  # type: ignore[no-untyped-def]
            met.append(len(seen.facts["partners"]))

        record = lived("ipd-v1", counts_partners, dose=2, topology=graph("star", 5), matching=matching)
        turns = Counter(event.agent for event in events(record, TurnBegan))
        assert turns[NAMES[0]] == (2 if matching is Matching.NEIGHBOURS else 8)
        return max(met)

    assert most(Matching.NEIGHBOURS) == 4
    assert most(Matching.DISJOINT) == most(Matching.ROUND_ROBIN) == 1


@pytest.mark.parametrize("matching", Matching)
def test_a_timetable_is_drawn_from_its_streams_alone(matching: Matching) -> None:
    once, again = (timetable(matching, pairs(FIVE), 3, Streams(5)) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("matching", Matching)
def test_no_dose_is_no_slot(matching: Matching) -> None:
    assert timetable(matching, pairs(FIVE), 0, Streams(5)) == timetable(matching, [], 3, Streams(5)) == ()


@pytest.mark.parametrize(("option", "level"), [("matching", "nieghbours"), ("grouping", "clique"), ("unit", "token")])
def test_a_level_that_does_not_exist_is_an_error_that_says_what_does(option: str, level: str) -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        table("pgg-v1", FIVE, dose=1, **{option: level})


# -- groups -----------------------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[AgentId, AgentId]]:
    everyone = [AgentId(f"a{i}") for i in range(draw(st.integers(2, 9)))]
    every = [(a, b) for i, a in enumerate(everyone) for b in everyone[i + 1 :]]
    return draw(st.lists(st.sampled_from(every), unique=True, max_size=20))


@settings(deadline=None)
@given(graphs(), st.sampled_from(Grouping), st.integers(3, 5), st.integers(0, 99))
def test_groups_cover_every_tie_and_are_no_larger_than_asked(ties: Any, grouping: Grouping, size: int, seed: int) -> None:
    groups = draw_groups(ties, size, grouping, Streams(seed))
    covered = Counter(frozenset((a, b)) for group in groups for i, a in enumerate(group) for b in group[i + 1 :])
    assert set(map(frozenset, ties)) <= set(covered)
    assert all(2 <= len(set(group)) == len(group) <= size for group in groups)
    if grouping is Grouping.CLIQUES:
        assert covered == Counter(map(frozenset, ties)), "every tie in one group, and nobody without a tie"


@pytest.mark.parametrize("name", ["ring", "star", "complete"])
def test_neighbourhoods_have_one_size_on_every_connected_graph(name: str) -> None:
    """Otherwise what an agent gets back of what it gives would differ between topologies."""
    topology = build_topology(name, 9)
    groups = draw_groups(pairs(topology), 4, Grouping.NEIGHBOURHOODS, Streams(3))
    assert {len(group) for group in groups} == {4}


@pytest.mark.parametrize("game", GROUPED)
def test_in_cliques_the_ledger_shows_the_dose_on_every_tie_and_nothing_elsewhere(game: str) -> None:
    topology = build_topology("watts-strogatz", 8, seed=2, k=4, p=0.2)
    ledger = RelationLedger(lived(game, always, dose=3, topology=topology, grouping="cliques"))
    for a in topology.nodes:
        for b in topology.nodes:
            if a != b:
                assert ledger.of(a, b).rounds == (3 if topology.has_edge(a, b) else 0)


@pytest.mark.parametrize("game", GROUPED)
def test_every_group_meets_its_dose(game: str) -> None:
    topology = graph("ring", 5)
    record = lived(game, always, dose=3, topology=topology)
    groups = draw_groups(pairs(topology), 4 if game != "commons-v1" else 5, Grouping.NEIGHBOURHOODS, Streams("games"))
    shared = Counter(frozenset((a, b)) for group in groups for a in group for b in group if a < b)
    ledger = RelationLedger(record)
    assert {pair: ledger.of(*sorted(pair)).rounds for pair in shared} == {pair: 3 * n for pair, n in shared.items()}


def test_all_games_are_of_one_kind_or_the_other() -> None:
    assert {*PAIRED, *GROUPED} == set(GAMES)
    assert set(GROUPED) == {"pgg-v1", "pgg-sanction-v1", "commons-v1"}
