"""Whose shutdown is ordered, by where it stands; who is asked, by layer; which lines go at the announcement."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import BadExperiment, Experiment, Society, build_experiment
from experiments.build import build_history
from experiments.cast import Cast, cast
from experiments.networks import Centrality, bridging, centrality
from experiments.planning import forecast
from experiments.rewiring import Rewire
from experiments.sweeping import preflight
from experiments.targets import LEVELS, parse_rule
from sim import ActShown, AgentId, AgentStopped, EdgeChanged, Layer, OrderAnnounced, RelationLedger, SceneSet, Transcript


def design(forks: dict[str, Any] | None = None, *, snapshots: int = 1, targets: int = 1, **factors: Any) -> Experiment:
    named = {name.replace("__", "."): [level] for name, level in factors.items()}
    data = {"name": "targets", "factors": {"history.dose": [2], **named}, "forks": forks or {}, "snapshots": snapshots}
    return build_experiment({**data, "targets": targets})


def people(experiment: Experiment, number: int = 0) -> Cast:
    return cast(experiment, list(experiment.units())[number])


def forked(experiment: Experiment, **levels: Any) -> Transcript:
    async def go() -> Transcript:
        return await (await Society.live(experiment)).fork(**levels)

    return asyncio.run(go())


def found(transcript: Transcript, kind: type[Any]) -> list[Any]:
    return [entry.event for entry in transcript if isinstance(entry.event, kind)]


# -- the rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("kind", "name"), [(Centrality.DEGREE, "degree"), (Centrality.BETWEENNESS, "betweenness")])
def test_the_most_and_the_least_central_come_first(kind: Centrality, name: str, seed: int) -> None:
    one = people(design(topology="barabasi-albert", population=16).with_(seed=seed))
    scores = dict(zip(one.topology.nodes, centrality(one.topology, kind).round(9), strict=True))
    high, low = one.targets(f"{name}-high"), one.targets(f"{name}-low")
    assert [scores[a] for a in high] == sorted(scores.values(), reverse=True)
    assert [scores[a] for a in low] == sorted(scores.values())
    assert scores[high[0]] > scores[low[0]]


def test_agents_that_stand_alike_come_in_the_drawn_order() -> None:
    ring = people(design(topology="ring"))
    assert ring.targets("degree-high") == ring.targets("degree-low") == ring.targets("drawn") == ring.places


def test_a_bridge_is_found() -> None:
    one = people(design(topology="caveman:caves=2:p=0.1", population=16), 0)
    ends = one.targets("bridge")[:2]
    between = [
        a
        for a in one.topology.nodes
        if any(one.topology.block(a) != one.topology.block(b) for b in one.topology.neighbours(a))
    ]
    assert ends[0] in between
    assert bridging(one.topology).max() > 0


def test_blocks_name_their_members_only() -> None:
    one = people(design(topology="stochastic-block:blocks=3", population=12))
    for block in range(3):
        members = one.targets(f"block:{block}")
        assert len(members) == 4
        assert {one.topology.block(a) for a in members} == {block}


@given(st.sampled_from(["ring", "tree", "watts-strogatz", "grid"]), st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_distance_is_counted_from_one_agent_and_that_one_is_asked(topology: str, seed: int) -> None:
    experiment = design({"target.by": ["distance:1", "distance:2"], "reviewers": ["one"]}, topology=topology, population=12)
    experiment = experiment.with_(seed=seed)
    unit = next(experiment.units())
    one = cast(experiment, unit)
    scenes = [one.scene(trial) for trial in experiment.trials_of(unit)]
    assert [scene.reviewers for scene in scenes] == [(one.anchor,)] * 2, "the same subject at both distances"
    assert [one.topology.distance(one.anchor, scene.place) for scene in scenes] == [1, 2]


def test_the_anchor_is_one_whose_moves_are_its_own() -> None:
    one = people(design(topology="ring", population=10, history__valence="positive"))
    assert one.confederates
    assert one.anchor not in one.confederates


def test_every_node_is_a_target_once() -> None:
    experiment = design({"target.by": ["every", "drawn"]}, topology="watts-strogatz", population=9, snapshots=2)
    unit = next(experiment.units())
    one, trials = cast(experiment, unit), list(experiment.trials_of(unit))
    every = [trial for trial in trials if trial.fork["target.by"] == "every"]
    assert len(trials) == 9 + 1
    assert {one.scene(trial).target for trial in every} == set(one.topology.nodes)
    assert len({trial.id for trial in trials}) == len(trials)


def test_a_forecast_counts_every_node() -> None:
    drawn, every = (
        asyncio.run(forecast(design({"target.by": [by]}, topology="ring", population=6, snapshots=3)))
        for by in ("drawn", "every")
    )
    assert (drawn.forks, every.forks) == (3, 18)
    assert every.fork_calls == pytest.approx(6 * drawn.fork_calls, rel=0.3)


def test_forks_that_choose_by_different_rules_choose_from_the_same_population() -> None:
    both = design({"target.by": ["degree-high", "degree-low"]}, topology="star", population=8)
    unit = next(both.units())
    hub, leaf = (cast(both, unit).scene(trial) for trial in both.trials_of(unit))
    assert hub.target == cast(both, unit).topology.nodes[0]
    assert leaf.reviewers == (hub.target,)


@pytest.mark.parametrize(
    ("forks", "factors", "says"),
    [
        ({"target.by": ["degree"]}, {}, "'degree'; did you mean 'degree-low'|'degree'; did you mean 'degree-high'"),
        ({"target.by": ["block"]}, {}, "write block:K"),
        ({"target.by": ["distance:0"]}, {}, "from 1 on"),
        ({"target.by": ["drawn:1"]}, {}, "there is no level"),
        ({"target.by": ["block:0"]}, {}, "ring has no blocks"),
        ({"target.by": ["block:5"]}, {"topology": "caveman"}, "block 5; there is 0, 1"),
        ({"target.by": ["distance:9"]}, {}, "9 hops from a[0-9]+; there is 1, 2, 3, 4"),
        ({"target.by": ["every"]}, {"history__valence": "positive"}, "only 4 can be a target.*natural"),
        ({"target.by": ["block:0"]}, {"topology": "caveman", "targets": 5}, "only 4 can be one by block:0"),
    ],
)
def test_a_rule_that_chooses_nobody_says_what_there_is(forks: dict[str, Any], factors: dict[str, Any], says: str) -> None:
    with pytest.raises(BadExperiment, match=says):
        preflight(design(forks, **factors))


def test_every_level_is_listed() -> None:
    for level in LEVELS:
        assert parse_rule(level.replace("K", "1")).name == level.partition(":")[0]


# -- signs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topology", ["signed-balanced", "signed-unbalanced:balance=0.5:on=watts-strogatz/k=4"])
@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1", "donor-v1"])
def test_a_signed_topology_gives_a_signed_history(topology: str, game: str) -> None:
    """Read from the ledger of what was really played, tie by tie and both ways."""
    experiment = design(topology=topology, history__dose=6, history__game=game)
    unit = next(experiment.units())
    lived = asyncio.run(build_history(experiment, unit).live())
    ledger, signs = RelationLedger(lived.entries), cast(experiment, unit).topology.signs
    assert set(signs.values()) == {1, -1}
    assert {pair: ledger.of(*pair).valence > 0 for pair in signs} == {pair: sign > 0 for pair, sign in signs.items()}


def test_moves_that_a_sign_makes_are_recorded_as_made() -> None:
    experiment = design(topology="signed-balanced", population=4)
    lived = asyncio.run(build_history(experiment, next(experiment.units())).live())
    moves = [entry.event for entry in lived.entries if entry.event.kind == "interaction"]
    assert moves
    assert all("positive ties" in str(move.forced_by) for move in moves)
    assert all("positive ties" in mind for mind in lived.header.minds.values())


def test_words_and_acts_after_the_history_are_everybodys_own() -> None:
    one = people(design(topology="signed-balanced"))
    assert one.confederates == ()
    assert set(one.places) == set(one.topology.nodes)


@pytest.mark.parametrize(
    ("factors", "says"),
    [
        ({"history__valence": "positive"}, "set history.valence: natural"),
        ({"history__game": "pgg-v1"}, "played in groups"),
    ],
)
def test_signs_are_the_only_word_on_how_pairs_treat_each_other(factors: dict[str, Any], says: str) -> None:
    with pytest.raises(BadExperiment, match=says):
        preflight(design(topology="signed-balanced", **factors))


# -- layers -----------------------------------------------------------------------------------------------------------


def test_those_who_work_together_meet_and_review_and_those_who_talk_can_write() -> None:
    experiment = design({"reviewers": ["neighbours"]}, topology="multilayer:talk=ring:task=complete", population=6)
    unit = next(experiment.units())
    one = cast(experiment, unit)
    lived = asyncio.run(build_history(experiment, unit).live())
    met = {frozenset((e.event.agent, e.event.partner)) for e in lived.entries if e.event.kind == "interaction"}  # type: ignore[union-attr]
    assert len(met) == 15
    assert len(one.scene(next(experiment.trials_of(unit))).reviewers) == 5
    for entry in lived.entries:
        if entry.event.kind == "message-sent":
            message = entry.event.message  # type: ignore[union-attr]
            assert set(message.recipients) <= set(one.topology.neighbours(message.sender))


def test_superiors_are_those_above_in_the_layer_of_authority() -> None:
    experiment = design({"reviewers": ["superiors", "one"]}, topology="multilayer:authority=tree", population=7)
    one = people(experiment)
    above = one.topology.layer(Layer.AUTHORITY)
    unit = next(experiment.units())
    scene = one.scene(next(experiment.trials_of(unit)))
    assert scene.reviewers
    assert all(above.has_edge(a, scene.place) for a in scene.reviewers)
    assert one.topology.nodes[0] not in one.places, "the root has nobody above it"


def test_an_act_is_shown_to_whom_the_layer_says() -> None:
    experiment = design(topology="multilayer:talk=complete:observe=ring:task=complete", population=6)
    near, everybody, nobody = (forked(experiment, layer__observe=level) for level in ("neighbours", "all", "none"))
    ring = people(experiment).topology.layer(Layer.OBSERVE)
    assert found(near, ActShown)
    assert all(act.to == ring.neighbours(act.agent) for act in found(near, ActShown))
    assert all(len(act.to) == 5 for act in found(everybody, ActShown))
    assert not found(nobody, ActShown)


# -- rewiring ---------------------------------------------------------------------------------------------------------


def lines(record: Transcript) -> set[frozenset[AgentId]]:
    """Ties of talk after all changes."""
    left = {tuple(edge[:2]) for edge in record.header.edges}
    for change in found(record, EdgeChanged):
        (left.discard if change.delay is None else left.add)((change.source, change.target))
    return {frozenset(pair) for pair in left}


@pytest.mark.parametrize("rewire", Rewire)
def test_lines_change_at_the_announcement_as_the_level_says(rewire: Rewire) -> None:
    record = forked(design(topology="watts-strogatz", population=10), rewire=rewire.value, reviewers="neighbours")
    (scene,), after = found(record, SceneSet), lines(record)
    before = {frozenset(edge[:2]) for edge in record.header.edges}
    asked = {frozenset((a, b)) for a in scene.subjects for b in scene.subjects if a != b}
    match rewire:
        case Rewire.NONE:
            assert after == before
        case Rewire.CUT_TARGET:
            assert after == {tie for tie in before if scene.target not in tie}
        case Rewire.CUT_REVIEWERS:
            assert after == before - asked
        case Rewire.TIE_REVIEWERS:
            assert after == before | asked
        case Rewire.SHUFFLE:
            assert after != before
            for agent in record.header.agents:
                assert sum(agent in tie for tie in after) == sum(agent in tie for tie in before)
    (announced,) = [entry.t for entry in record if isinstance(entry.event, OrderAnnounced)]
    assert {entry.t for entry in record if isinstance(entry.event, EdgeChanged)} <= {announced}


def test_a_target_that_is_cut_off_can_still_be_stopped() -> None:
    record = forked(design(topology="ring"), rewire="cut-target", lever="locked")
    assert found(record, EdgeChanged)
    assert len(found(record, AgentStopped)) + sum(e.event.kind == "order-blocked" for e in record) == 1


def test_where_the_target_is_no_member_the_one_in_whose_place_it_is_loses_its_lines() -> None:
    experiment = design(topology="ring")
    peer, job = (forked(experiment, rewire="cut-target", target__kind=kind) for kind in ("peer", "object"))
    assert lines(peer) == lines(job) != {frozenset(edge[:2]) for edge in peer.header.edges}


@pytest.mark.parametrize(
    ("forks", "says"),
    [
        ({"rewire": ["cut-target"], "channel": ["closed"]}, "not edges that decide"),
        ({"rewire": ["shuffle"], "channel": ["private"]}, "not edges that decide"),
        ({"rewire": ["tie-reviewers"], "reviewers": ["one"]}, "no lines between"),
    ],
)
def test_a_change_of_lines_that_changes_nothing_is_refused(forks: dict[str, Any], says: str) -> None:
    with pytest.raises(BadExperiment, match=says):
        preflight(design(forks))
