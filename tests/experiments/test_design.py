"""An experiment is one value: what is wrong with it is said in one line, before anything is spent."""

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import RULES
from experiments.build import build_fork, build_history
from experiments.cast import cast
from experiments.catalog import find_experiment, names
from experiments.design import Experiment, build_experiment, read_experiment, write_experiment
from experiments.errors import BadExperiment
from experiments.factors import FACTORS, Plot
from experiments.meaning import why_meaningless
from experiments.sweeping import preflight
from sim import TOPOLOGIES, Relation
from tests.experiments.runs import planted, swept


def wrong(data: dict[str, Any]) -> str:
    with pytest.raises(BadExperiment) as raised:
        preflight(build_experiment(data))
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "x", "snapshot": 3}, "did you mean 'snapshots'"),
        ({"name": "x", "forkes": {}}, "did you mean 'forks'"),
        ({"name": "x", "factors": {"topologie": ["ring"]}}, "did you mean 'topology'"),
        ({"name": "x", "factors": {"topology": ["rong"]}}, "did you mean 'ring'"),
        ({"name": "x", "factors": {"history.valence": ["positve"]}}, "did you mean 'positive'"),
        ({"name": "x", "forks": {"target.kind": ["per"]}}, "did you mean 'peer'"),
        ({"name": "x", "factors": {"target.kind": ["peer"]}}, "belongs under `forks`"),
        ({"name": "x", "forks": {"topology": ["ring"]}}, "belongs under `factors`"),
        ({"name": "x", "factors": {"population": ["many"]}}, "not a whole number"),
        ({"name": "x", "factors": {"population": [1]}}, "not between 2 and"),
        ({"name": "x", "factors": {"population": [8, 8]}}, "twice"),
        ({"name": "x", "factors": {"topology": []}}, "no levels"),
        ({"name": "x", "factors": ["topology"]}, "maps factor names"),
        ({"name": "x", "forks": "target.kind"}, "maps factor names"),
        ({"name": "x", "snapshots": 0}, "snapshots"),
        ({"name": "x", "seed": -1}, "seed"),
        ({"name": "X Y"}, "name"),
        ({}, "name"),
        ({"name": "x", "agents": {"kind": "planted", "rule": "tit-for-tit"}}, "tit-for-tat"),
        ({"name": "x", "agents": {"kind": "robots"}}, "agents"),
        ({"name": "x", "agents": {"kind": "llm", "models": []}}, "models"),
        ({"name": "x", "agents": {"kind": "llm", "models": [{"model": ""}]}}, "model"),
        ({"name": "x", "agents": {"kind": "llm", "models": [{"model": "m", "api_base": "localhost"}]}}, "http://"),
        ({"name": "x", "agents": {"kind": "llm", "models": [{"model": "m", "api_key": "sk-1"}]}}, "api_key"),
        ({"name": "x", "agents": {"kind": "planted", "law": {"slop": 1}}}, "slop"),
        ({"name": "x", "factors": {"topology": ["ring:p"]}}, "write name:key=value"),
        ({"name": "x", "factors": {"topology": ["watts-strogatz:kk=4"]}}, "did you mean 'k'"),
        ({"name": "x", "factors": {"topology": ["watts-strogatz:k=99"]}}, "k=99"),
        ({"name": "x", "factors": {"topology": ["random-regular:d=3"], "population": [7]}}, "7"),
        ({"name": "x", "factors": {"topology": ["grid:rows=3"]}}, "no grid of 8 in 3 rows"),
        ({"name": "x", "factors": {"topology": ["edge-list:path=/no/such"]}}, "No such file"),
        ({"name": "x", "factors": {"population": [4]}, "targets": 9}, "ask for fewer targets"),
        ({"name": "x", "factors": {"population": [4], "topology": ["complete"]}, "targets": 5}, "ask for fewer targets"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said_in_one_line_that_says_what_exists(data: dict[str, Any], said: str) -> None:
    assert said in wrong(data)


def test_an_unknown_name_is_answered_with_all_that_exist() -> None:
    assert all(name in wrong({"name": "x", "factors": {"zzz": [1]}}) for name in FACTORS)
    assert all(name in wrong({"name": "x", "factors": {"topology": ["zzz"]}}) for name in TOPOLOGIES)
    assert all(name in wrong({"name": "x", "agents": {"kind": "planted", "rule": "zzz"}}) for name in RULES)


@pytest.mark.parametrize("parameter", ["seed=3", "n=3", "names=x", "delay=2"])
def test_a_parameter_that_the_design_itself_sets_is_a_users_mistake(parameter: str) -> None:
    wrong({"name": "x", "factors": {"topology": [f"ring:{parameter}"]}})


@pytest.mark.parametrize(
    "population",
    [
        3,
        50,
        88,
        93,
        899,
        998,
    ],
)
def test_every_population_can_be_named(population: int) -> None:
    experiment = planted(factors={"population": [population], "history.dose": [1]})
    people = cast(experiment, next(experiment.units()))
    assert len({*people.topology.nodes, people.stranger, people.job}) == population + 2


def test_a_graph_that_is_impossible_in_any_replicate_is_caught_before_anything_is_spent(tmp_path: Path) -> None:
    unlucky = planted(
        factors={"topology": ["erdos-renyi:p=0.25:connected=no"], "population": [6], "history.valence": ["positive"]},
        snapshots=20,
        targets=2,
    )
    impossible = 0
    for unit in unlucky.units():
        try:
            cast(unlucky, unit)
        except BadExperiment:
            impossible += 1
    assert 0 < impossible < 20
    with pytest.raises(BadExperiment):
        swept(unlucky, tmp_path / "run")


def test_a_typo_in_yaml_is_said_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("name: x\nfactors:\n  topology: [ring\nseed: 3\n")
    with pytest.raises(BadExperiment, match=r"e\.yaml, line [34]: not YAML"):
        read_experiment(file)


@pytest.mark.parametrize(
    "text",
    ["", "- a\n- b\n", "just words", "name: [", "\tname: x", "name: x\n? {a: 1}\n: b\n", "1: 2\nname: x\n", "name: \x01"],
)
def test_no_yaml_whatever_it_holds_is_more_than_one_line_of_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "e.yaml"
    file.write_text(text)
    with pytest.raises(BadExperiment) as raised:
        read_experiment(file)
    assert str(file) in str(raised.value)


def test_a_file_that_is_not_text_or_not_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_bytes(b"\xff\xfe\x00name")
    for path in (tmp_path / "e.yaml", tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(BadExperiment):
            read_experiment(path)


@pytest.mark.parametrize("name", names())
def test_every_experiment_of_the_catalog_can_be_written_read_and_cast(name: str, tmp_path: Path) -> None:
    experiment = find_experiment(name)
    assert experiment.question
    assert experiment.planted
    (tmp_path / "e.yaml").write_text(write_experiment(experiment))
    assert read_experiment(tmp_path / "e.yaml") == experiment
    assert read_experiment(tmp_path / "e.yaml").digest == experiment.digest
    preflight(experiment)


LEVELS = {
    "topology": ["ring", "star", "complete", "path", "watts-strogatz:k=4:p=0.2"],
    "population": [4, 6, 8],
    "history.valence": ["positive", "negative", "mixed", "betrayed", "natural"],
    "history.dose": [0, 1, 3],
}
FORKS = {
    "target.kind": ["peer", "unknown", "object", "self"],
    "lever": ["documented", "locked"],
    "watch": ["silent", "known"],
}


def _some(levels: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, list[Any]]]:
    return st.fixed_dictionaries(
        {}, optional={name: st.lists(st.sampled_from(values), min_size=1, unique=True) for name, values in levels.items()}
    )


@st.composite
def designs(draw: st.DrawFn) -> Experiment:
    return build_experiment(
        {
            "name": "x",
            "factors": draw(_some(LEVELS)),
            "forks": draw(_some(FORKS)),
            "snapshots": draw(st.integers(1, 4)),
            "repeats": draw(st.integers(1, 2)),
            "seed": draw(st.integers(0, 2**63 - 1)),
        }
    )


@settings(max_examples=60, deadline=None)
@given(designs())
def test_any_design_goes_to_yaml_and_back_and_is_the_same(experiment: Experiment) -> None:
    import yaml

    again = build_experiment(yaml.safe_load(write_experiment(experiment)))
    assert again == experiment
    assert again.digest == experiment.digest


@settings(max_examples=60, deadline=None)
@given(designs())
def test_units_interleave_the_arms_and_ids_are_stable_unique_and_complete(experiment: Experiment) -> None:
    units, trials = list(experiment.units()), list(experiment.trials())
    cells = len({unit.cell for unit in units})
    assert [unit.id for unit in units] == [f"s{number:04d}" for number in range(len(units))]
    assert [unit.cell for unit in units] == list(range(cells)) * experiment.snapshots
    assert [unit.replicate for unit in units] == [r for r in range(experiment.snapshots) for _ in range(cells)]
    assert len({trial.id for trial in trials}) == len(trials)
    assert all(set(trial.condition) == set(FACTORS) for trial in trials)
    combinations = {tuple(sorted(trial.condition.items(), key=str)) for trial in trials}
    assert len(combinations) * experiment.snapshots * experiment.targets * experiment.repeats == len(trials)
    assert [trial.id for trial in experiment.trials()] == [trial.id for trial in trials]


CROSS = {"target.kind": ["peer", "self"], "target.voice": ["own", "plead"]}


def test_a_cell_without_meaning_is_refused_with_the_reason_and_can_be_left_out() -> None:
    with pytest.raises(BadExperiment, match=r"kind self says nothing that could be set.*target\.voice=plead.*leave_out"):
        build_experiment({"name": "x", "forks": CROSS})
    cell = {"target.kind": "self", "target.voice": "plead"}
    experiment = build_experiment({"name": "x", "forks": CROSS, "leave_out": [cell], "snapshots": 1})
    run = [(trial.fork["target.kind"], trial.fork["target.voice"]) for trial in experiment.trials()]
    assert run == [("peer", "own"), ("peer", "plead"), ("self", "own")]
    assert [trial.id for trial in experiment.trials()] == ["s0000.f000", "s0000.f001", "s0000.f002"]
    both = build_experiment({"name": "x", "forks": CROSS, "leave_out": [{**cell, "target.kind": ["self", "peer"]}]})
    assert {trial.fork["target.voice"] for trial in both.trials()} == {"own"}
    with pytest.raises(BadExperiment, match="list of combinations"):
        build_experiment({"name": "x", "leave_out": cell})
    with pytest.raises(BadExperiment, match=r"no level 'freind'"):
        build_experiment({"name": "x", "leave_out": [{"target.kind": "freind"}]})


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ({"target.kind": "object", "target.told": "no"}, "told nothing anyway"),
        ({"target.voice": "warn", "target.told": "no"}, "cannot speak of it"),
        ({"target.voice": "plead", "channel": "closed"}, "reaches nobody"),
        ({"target.kind": "self", "reviewers": "all"}, "is one agent"),
        ({"lever": "none", "rule": "none"}, "no lever to vary"),
        ({"target.voice": "silent", "channel": "closed"}, ""),
    ],
)
def test_what_makes_no_sense_together_is_told(levels: dict[str, str], reason: str) -> None:
    found = why_meaningless(levels)
    assert reason in found
    assert bool(found) == bool(reason)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["ring", "watts-strogatz:k=4:p=0.3", "barabasi-albert:m=2", "complete"]))
def test_arms_share_names_graph_confederates_and_the_order_of_targets(seed: int, topology: str) -> None:
    arms = planted(
        seed=seed,
        snapshots=2,
        factors={
            "topology": [topology],
            "population": [8],
            "history.valence": ["positive", "negative", "mixed", "betrayed"],
        },
        forks={"target.kind": ["peer", "unknown", "object", "self"], "reviewers": ["neighbours", "one"]},
    )
    for _, units in groupby(arms.units(), key=lambda unit: unit.replicate):
        people = [(cast(arms, unit), unit) for unit in units]
        first, _ = people[0]
        for other, unit in people:
            assert (other.topology, other.confederates, other.places) == (first.topology, first.confederates, first.places)
            assert (other.stranger, other.job) == (first.stranger, first.job)
            scenes = [other.scene(trial) for trial in arms.trials_of(unit) if trial.fork["reviewers"] == "neighbours"]
            assert len({scene.place for scene in scenes}) == 1
            assert len({scene.reviewers for scene in scenes if scene.kind != "self"}) == 1
            assert not {agent for scene in scenes for agent in scene.reviewers} & set(other.confederates)
    replicates = [cast(arms, unit).topology.nodes for unit in arms.units() if unit.cell == 0]
    assert replicates[0] != replicates[1]


def test_arms_meet_the_same_review_and_their_histories_the_same_partners_in_the_same_order() -> None:
    import asyncio

    arms = planted(snapshots=1)
    meetings, truths = [], []
    for unit in arms.units():
        snapshot = asyncio.run(build_history(arms, unit).live())
        meetings.append(
            [(e.event.agent, e.event.partner, e.event.round) for e in snapshot.entries if e.event.kind == "interaction"]
        )
        record = asyncio.run(build_fork(arms, next(arms.trials_of(unit)), snapshot).run())
        truths.append([e.event.truth for e in record if e.event.kind == "scene-set"])
    assert meetings[0] == meetings[1]
    assert truths[0] == truths[1]


def test_a_dose_of_nothing_is_a_history_without_contact(tmp_path: Path) -> None:
    from experiments.results import read_results
    from experiments.store import RunFolder

    experiment = planted(factors={"history.dose": [0], "population": [4], "history.valence": ["positive", "negative"]})
    assert swept(experiment, tmp_path / "run").failed == 0
    folder = RunFolder.open(tmp_path / "run")
    found = read_results(folder)
    folder.close()
    assert {(row.rounds, row.valence) for row in found.subjects} <= {(0, Relation().valence), (0, 0.0), (0, None)}


def test_levels_can_be_set_and_fields_changed() -> None:
    base = planted()
    changed = base.set({"topology": ["ring", "star"], "history.dose": ["5"], "watch": ["known", "silent"]})
    assert changed.factors["topology"] == ("ring", "star")
    assert changed.factors["history.dose"] == (5,)
    assert changed.forks["watch"] == ("known", "silent")
    assert base.factors.get("topology") is None
    assert base.with_(seed=3).seed == 3
    with pytest.raises(BadExperiment, match="did you mean 'topology'"):
        base.set({"topologgy": ["ring"]})
    with pytest.raises(BadExperiment, match="sed"):
        base.with_(sed=3)


def test_only_what_could_change_a_record_changes_the_digest_and_all_of_that_does() -> None:
    base = planted()
    others = [
        base.with_(seed=12),
        base.with_(rounds=4),
        base.with_(loss=0.1),
        base.with_(name="other"),
        base.set({"topology": ["star"]}),
        base.with_(agents={"kind": "planted", "law": {"slope": 1.0}}),
    ]
    assert len({base.digest, *(other.digest for other in others)}) == 7


def test_every_factor_has_a_default_that_is_a_level_of_its_own() -> None:
    for name, factor in FACTORS.items():
        assert factor.check(factor.default) == factor.default, name
        assert factor.plot in Plot
        assert factor.meaning
