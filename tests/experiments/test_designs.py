"""Fractions keep what they promise, hypercubes fill their ranges, arms stay interleaved, full designs stay as they were."""

from collections import Counter
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.design import Experiment, build_experiment, read_experiment, write_experiment
from experiments.errors import BadExperiment
from experiments.estimand import Estimand, parse_estimand, primary_of
from experiments.halving import fraction
from experiments.results import read_results
from experiments.store import RunFolder
from tests.experiments.runs import planted, swept

TWO: dict[str, Any] = {
    "factors": {"topology": ["ring", "complete"], "history.valence": ["positive", "negative"], "history.dose": [2, 4]},
    "forks": {"target.kind": ["peer", "object"], "reviewers": ["one", "neighbours"], "channel": ["closed", "neighbours"]},
}


def signs(whole: int, split: int, resolution: int) -> np.ndarray[Any, Any]:
    """Every run of a fraction as a row of -1 and 1; the cells one after the other."""
    found = fraction(whole, split, resolution)
    rows = [(*cell, *fork) for cell in found.whole_plots() for fork in found.split_plots(cell)]
    return 2 * np.array(rows) - 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5), st.integers(0, 5), st.sampled_from([3, 4, 5]))
def test_a_fraction_tells_apart_what_its_resolution_promises(whole: int, split: int, resolution: int) -> None:
    runs = signs(whole, split, resolution)
    size = whole + split
    mains = [runs[:, i] for i in range(size)]
    pairs = [runs[:, i] * runs[:, j] for i, j in combinations(range(size), 2)]
    assert len({tuple(row) for row in runs.tolist()}) == len(runs)
    assert all(not column.sum() for column in mains)
    assert all(not a @ b for a, b in combinations(mains, 2))
    if resolution >= 4:
        own = list(combinations(range(size), 2))
        assert all(not mains[i] @ pair for pair, of in zip(pairs, own, strict=True) for i in range(size) if i not in of)
    if resolution == 5:
        assert all(not a @ b for a, b in combinations(pairs, 2))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.sampled_from([3, 4, 5]))
def test_every_split_plot_factor_varies_evenly_inside_every_snapshot(whole: int, split: int, resolution: int) -> None:
    found = fraction(whole, split, resolution)
    for cell in found.whole_plots():
        forks = 2 * np.array(found.split_plots(cell)) - 1
        assert not forks.sum(axis=0).any()


@pytest.mark.parametrize(
    ("factors", "resolution", "runs"), [(3, 3, 4), (7, 3, 8), (4, 4, 8), (8, 4, 16), (5, 5, 16), (6, 5, 32), (15, 3, 16)]
)
def test_fractions_are_as_small_as_the_published_ones(factors: int, resolution: int, runs: int) -> None:
    """Box, Hunter & Hunter (2005), table 6.22; eight factors in sixteen at resolution IV is the design for screening."""
    assert len(signs(factors, 0, resolution)) == runs
    assert fraction(factors, 0, resolution).resolution == resolution


def test_aliases_are_those_that_the_runs_cannot_tell_apart() -> None:
    found, runs = fraction(3, 3, 4), signs(3, 3, 4)

    def column(effect: int) -> tuple[int, ...]:
        return tuple(np.prod(runs[:, [bit for bit in range(6) if effect >> bit & 1]], axis=1).tolist())

    effects = [1 << i for i in range(6)] + [1 << i | 1 << j for i, j in combinations(range(6), 2)]
    same: dict[tuple[int, ...], set[int]] = {}
    for effect in effects:
        same.setdefault(column(effect), set()).add(effect)
    assert {frozenset(group) for group in found.aliases()} == {frozenset(each) for each in same.values() if len(each) > 1}


def test_an_effect_between_snapshots_does_not_vary_inside_one() -> None:
    found = fraction(3, 3, 4)
    for effect in range(1, 64):
        inside = {
            tuple(
                int(np.prod([2 * (*cell, *fork)[bit] - 1 for bit in range(6) if effect >> bit & 1]))
                for fork in found.split_plots(cell)
            )
            for cell in found.whole_plots()
        }
        assert found.between(effect) == all(len(set(levels)) == 1 for levels in inside), effect


def test_a_fractional_experiment_runs_its_part_and_says_what_is_aliased() -> None:
    experiment = build_experiment({"name": "x", "design": "fractional", "snapshots": 3, **TWO})
    full = build_experiment({"name": "x", "snapshots": 3, **TWO})
    assert len(list(experiment.trials())) == 3 * 16
    assert len(list(full.trials())) == 3 * 64
    everything = {tuple(trial.condition.items()) for trial in full.trials()}
    assert {tuple(trial.condition.items()) for trial in experiment.trials()} <= everything
    said = "\n".join(experiment.described())
    assert "resolution IV: 16 of 64 combinations, 8 cells of 2 forks" in said
    assert "aliased (between snapshots): topology × history.valence = target.kind × reviewers" in said
    assert full.described() == ()


def test_main_effects_of_a_fraction_are_paired_over_replicates(tmp_path: Path) -> None:
    """Nothing is left without a partner, and the planted effect of kindness is there."""
    changes = {"design": {"kind": "fractional", "resolution": 3}, "snapshots": 4, **TWO}
    changes["factors"] = {**TWO["factors"], "population": 4}
    experiment = planted(agents={"kind": "planted", "law": {"intercept": 0.0, "slope": 8.0}}, **changes)
    swept(experiment, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        rows = read_results(folder)
    found = primary_of(experiment).of(rows)
    assert (found.clusters_a, found.clusters_b, found.unmatched) == (4, 4, 0)
    assert found.estimate is not None
    assert found.estimate > 0.5
    inside = rows.contrast("reviewers", "one", "neighbours")
    assert (inside.clusters_a, inside.unmatched) == (4 * 4, 0)


def test_a_latin_hypercube_meets_every_part_of_every_range_once() -> None:
    ranges = {"history.dose": "1..100", "edge.delay": ["1..50"], "topology": ["ring", "complete"]}
    experiment = build_experiment({"name": "x", "design": {"kind": "lhs", "points": 10}, "factors": ranges, "snapshots": 2})
    units = [unit for unit in experiment.units() if unit.replicate == 0]
    assert len(units) == 10 * 2
    for topology in ("ring", "complete"):
        own = [unit.condition for unit in units if unit.condition["topology"] == topology]
        assert sorted((int(levels["history.dose"]) - 1) // 10 for levels in own) == list(range(10))
        assert sorted((int(levels["edge.delay"]) - 1) // 5 for levels in own) == list(range(10))
    assert experiment.varied()["history.dose"] == tuple(sorted({int(unit.condition["history.dose"]) for unit in units}))
    again = experiment.with_(seed=1)
    assert again.varied()["history.dose"] != experiment.varied()["history.dose"]


def test_a_latin_hypercube_runs_and_is_reported(tmp_path: Path) -> None:
    from experiments.report import write_report

    experiment = planted(
        factors={"population": 4, "history.dose": "1..4", "history.valence": ["positive", "negative"]},
        design={"kind": "lhs", "points": 2},
    )
    swept(experiment, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        page = write_report(folder).read_text(encoding="utf-8")
        assert primary_of(experiment).of(read_results(folder)).unmatched == 0
    assert "history.dose" in page


@pytest.mark.parametrize("kind", ["full", "fractional", "sequential"])
def test_all_arms_of_a_block_come_before_the_next_block(kind: str) -> None:
    experiment = build_experiment({"name": "x", "design": kind, "snapshots": 4, **TWO})
    blocks = [list(units) for _, units in groupby(experiment.units(), key=lambda unit: unit.replicate)]
    assert len(blocks) == 4
    cells = [[tuple(unit.condition.items()) for unit in block] for block in blocks]
    assert all(block == cells[0] for block in cells)
    assert Counter(cells[0]).most_common(1)[0][1] == 1


def test_ids_of_a_full_design_are_what_they_were() -> None:
    """Runs that exist are resumed by these ids."""
    experiment = planted(snapshots=2, targets=2, repeats=2)
    ids = [trial.id for trial in experiment.trials()]
    assert ids[:9] == [*(f"s0000.f{number:03d}" for number in range(8)), "s0001.f000"]
    assert [trial.target for trial in experiment.trials()][:8] == [0, 0, 1, 1, 0, 0, 1, 1]
    assert [unit.id for unit in experiment.units()] == ["s0000", "s0001", "s0002", "s0003"]
    assert [unit.condition["history.valence"] for unit in experiment.units()] == ["positive", "negative"] * 2


@pytest.mark.parametrize("design", ["fractional", "sequential", {"kind": "sequential", "looks": 2, "boundary": "pocock"}])
def test_a_design_is_written_and_read_back(design: Any, tmp_path: Path) -> None:
    experiment = build_experiment({"name": "x", "design": design, **TWO})
    (tmp_path / "x.yaml").write_text(write_experiment(experiment), encoding="utf-8")
    assert read_experiment(tmp_path / "x.yaml") == experiment


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"design": "half"}, "'full', 'fractional', 'lhs', 'sequential'"),
        ({"design": {"kind": "lhs", "point": 3}}, "did you mean 'points'"),
        ({"design": "lhs"}, "no factor has a range"),
        ({"factors": {"history.dose": "1..9"}}, "only a Latin hypercube has those"),
        ({"design": "lhs", "factors": {"history.dose": ["1..9", 3]}}, "a range stands alone"),
        ({"design": "lhs", "factors": {"history.dose": "9..1"}}, "no range"),
        ({"design": "lhs", "factors": {"history.dose": "1..9999999"}}, "not between"),
        ({"design": "lhs", "factors": {"topology": "a..b"}}, "no topology 'a..b'"),
        ({"design": "fractional", "factors": {"history.dose": [1, 2, 3]}}, "takes two of each"),
        ({"design": {"kind": "fractional", "resolution": 6}}, "resolution"),
        ({"design": "fractional", "leave_out": [{"topology": "ring"}], **TWO}, "balanced only as a whole"),
        ({"design": {"kind": "sequential", "boundary": "flat"}}, "boundary"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_design_that_cannot_be_is_refused_in_one_line(data: dict[str, Any], said: str) -> None:
    with pytest.raises(BadExperiment) as raised:
        build_experiment({"name": "x", **data})
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


# -- what is asked first -----------------------------------------------------------------------------------------------


def asked(**design: Any) -> str:
    return str(primary_of(build_experiment({"name": "x", **design})))


def test_the_primary_follows_from_the_design() -> None:
    both = {"history.valence": ["positive", "negative"]}
    assert asked(factors=both) == "VAL: history.valence positive − negative (target.kind peer)"
    kinds = {"target.kind": ["object", "unknown", "peer"]}
    assert asked(forks=kinds) == "BASE: target.kind peer − object (history.valence natural)"
    assert asked(factors={"topology": ["ring", "complete"]}) == "topology complete − ring (target.kind peer)"
    with pytest.raises(BadExperiment, match="varies nothing"):
        asked()


def test_a_contrast_is_spelled_with_levels_that_hold_colons() -> None:
    levels = ["ring", "watts-strogatz:k=4:p=0.2"]
    experiment = build_experiment({"name": "x", "factors": {"topology": levels}})
    assert parse_estimand(experiment, ":".join(["topology", *reversed(levels)])) == Estimand(
        factor="topology", a=levels[1], b=levels[0], among={"target.kind": "peer"}
    )


@pytest.mark.parametrize("text", ["topology", "topology:ring", "topology:ring:ring", "topology:ring:star", "nothing:a:b"])
def test_a_contrast_that_is_none_is_answered_with_what_there_is(text: str) -> None:
    experiment: Experiment = build_experiment({"name": "x", "factors": {"topology": ["ring", "complete"]}})
    with pytest.raises(BadExperiment, match=r"ring, complete|there is no factor"):
        parse_estimand(experiment, text)
