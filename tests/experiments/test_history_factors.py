"""How a history is laid out is a matter of factors: games, joined games, groups, timetables and units of dose."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from experiments import BadExperiment, Experiment, build_experiment
from experiments.build import build_history
from experiments.factors import FACTORS
from sim import Interaction, RelationLedger, Snapshot
from worlds import GAMES


def design(**levels: Any) -> Experiment:
    factors = {"topology": "complete", "population": 5, "history.dose": 3, **levels}
    agents = {"kind": "planted", "rule": "tit-for-tat", "talk": 0.3}
    return build_experiment({"name": "laid-out", "factors": factors, "snapshots": 1, "agents": agents})


def lived(**levels: Any) -> Snapshot:
    experiment = design(**levels)
    (unit,) = experiment.units()
    return asyncio.run(build_history(experiment, unit).live())


def rounds(snapshot: Snapshot) -> set[int]:
    ledger = RelationLedger(snapshot.entries)
    return {ledger.of(a, b).rounds for a in snapshot.agents for b in snapshot.agents if a != b}


@pytest.mark.parametrize("game", GAMES)
def test_every_game_makes_a_history_of_an_experiment(game: str) -> None:
    valence = "natural" if game == "neutral-v1" else "positive"
    snapshot = lived(**{"history.game": game, "history.valence": valence})
    moves = [entry.event for entry in snapshot.entries if isinstance(entry.event, Interaction)]
    assert {move.game for move in moves} == {game}
    assert any(move.forced_by for move in moves) is (valence == "positive")
    assert snapshot.header.history == game


@pytest.mark.parametrize("matching", FACTORS["history.matching"].levels)
def test_every_matching_makes_a_history_of_an_experiment(matching: str) -> None:
    found = rounds(lived(**{"history.matching": matching}))
    if matching in ("random-edge", "poisson"):
        assert len(found) > 1
    else:
        assert found == {3}


def test_arms_share_the_graph_and_the_groups_and_differ_in_the_factor_alone() -> None:
    levels = ["disjoint", "neighbours"]
    experiment = design(**{"history.game": "pgg-v1", "history.matching": levels, "topology": "watts-strogatz"})
    groups = []
    for unit in experiment.units():
        entries = asyncio.run(build_history(experiment, unit).live()).entries
        groups.append(Counter((e.event.agent, e.event.partner) for e in entries if isinstance(e.event, Interaction)))
    assert groups[0] == groups[1]


def test_a_dose_in_tokens_makes_histories_of_different_games_equally_long() -> None:
    def read(game: str) -> float:
        snapshot = lived(**{"history.game": game, "history.dose-unit": "tokens", "history.dose": 1_500, "population": 2})
        shown = [entry.event.text for entry in snapshot.entries if entry.event.kind == "turn-began"]  # type: ignore[union-attr]
        return sum(map(len, shown)) / 4

    short, long = read("ipd-v1"), read("review-v1")
    assert 1_300 < short < 2_000
    assert 1_300 < long < 2_000


def test_a_curriculum_is_a_level() -> None:
    snapshot = lived(**{"history.game": "ipd-v1+trust-v1", "history.dose": 4})
    games = Counter(entry.event.game for entry in snapshot.entries if isinstance(entry.event, Interaction))
    assert games == {"ipd-v1": 40, "trust-v1": 40}
    assert snapshot.header.history == "ipd-v1+trust-v1"


@pytest.mark.parametrize(
    ("levels", "says"),
    [
        ({"history.game": "ipd-v1+stagg-v1"}, r"factor history.game: there is no game 'stagg-v1'; did you mean 'stag-v1'"),
        ({"history.game": "ipd-v1+pgg-v1"}, "history.game: .*played in groups"),
        ({"history.game": ["ipd-v1+ipd-v1"]}, "stands there twice"),
        ({"history.matching": "all"}, "history.matching: there is no level 'all'"),
        ({"history.dose-unit": "words"}, r"\(there are: rounds, tokens\)"),
        ({"history.grouping": "cliques"}, "ipd-v1 is played in pairs, which are not grouped"),
        ({"history.valence": "betrayed", "history.dose-unit": "tokens"}, "kindness turns after a share of the rounds"),
    ],
)
def test_levels_that_cannot_be_are_errors_of_one_line_that_say_why(levels: dict[str, Any], says: str) -> None:
    with pytest.raises(BadExperiment, match=says) as error:
        list(design(**levels).units())
    assert "\n" not in str(error.value)
