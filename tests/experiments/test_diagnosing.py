"""What a design will put in front of its agents, against graphs whose properties are known."""

import json
from pathlib import Path
from typing import Any

import pytest

from experiments import build_experiment
from experiments.diagnosing import Diagnosis, diagnose
from experiments.report.shapes import shapes_picture
from tests.cli.commands import allegiance, one_line


def of(*topologies: str, forks: dict[str, Any] | None = None, snapshots: int = 3, **factors: Any) -> Diagnosis:
    named = {name.replace("__", "."): levels for name, levels in factors.items()}
    data = {"name": "shapes", "factors": {"topology": list(topologies), **named}, "forks": forks or {}}
    return diagnose(build_experiment({**data, "snapshots": snapshots}))


def test_graphs_are_as_they_will_be_drawn() -> None:
    ring, complete = of("ring", "complete").arms
    assert (ring.graph["ties"].mean, ring.graph["degree"].mean, ring.graph["diameter"].mean) == (8, 2, 4)
    assert (complete.graph["clustering"].mean, complete.graph["diameter"].high) == (1, 1)
    assert ring.graph["ties"].sd == 0.0


def test_random_graphs_have_a_spread_over_snapshots() -> None:
    (arm,) = of("erdos-renyi:p=0.5", snapshots=8).arms
    ties = arm.graph["ties"]
    assert ties.low < ties.mean < ties.high
    assert ties.sd is not None
    assert ties.n == 8


def test_signs_are_reported_as_realised() -> None:
    balanced, unbalanced = of("signed-balanced", "signed-unbalanced:balance=0.5").arms
    assert balanced.graph["balance"].low == 1.0
    assert unbalanced.graph["balance"].mean == pytest.approx(0.5)
    assert balanced.graph["negative"].mean == pytest.approx(16 / 28)


def test_who_is_asked_is_counted_per_target() -> None:
    (arm,) = of("ring", forks={"reviewers": ["one", "neighbours", "all"]}).arms
    asked = {row.levels["reviewers"]: row for row in arm.asked}
    assert {level: row.subjects.mean for level, row in asked.items()} == {"one": 1, "neighbours": 2, "all": 7}
    assert asked["neighbours"].hops is not None
    assert asked["neighbours"].hops.mean == 1
    assert asked["all"].hops is not None
    assert asked["all"].hops.mean == pytest.approx(16 / 7)


def test_ties_of_the_target_follow_the_rule() -> None:
    (arm,) = of("star", forks={"target.by": ["degree-high", "degree-low"]}).arms
    assert [row.degree.mean for row in arm.asked] == [7, 1]


def test_density_that_differs_is_said_and_density_that_is_matched_is_not() -> None:
    assert any("ties an agent differ" in warning for warning in of("ring", "complete").warnings)
    matched = of("watts-strogatz:k=4", "random-regular:d=4", "grid:rows=4", population=[16])
    assert not [warning for warning in matched.warnings if "ties an agent" in warning]


def test_pieces_unequal_numbers_and_rules_that_choose_nobody_are_said() -> None:
    apart = of("caveman:p=0:connected=false", "ring", forks={"target.by": ["degree-high"]})
    said = "\n".join(apart.warnings)
    assert "falls into up to 2 pieces" in said
    assert "subjects per target differ: 3 on caveman:p=0:connected=false, 2 on ring" in said
    assert "degree-high chooses nobody on ring in 3 of 3 snapshots" in said


def test_a_sound_design_is_told_nothing() -> None:
    assert of("watts-strogatz", history__valence=["positive", "negative"], population=[12]).warnings == ()


def test_what_arms_share_is_checked_arm_by_arm() -> None:
    found = of("ring", "complete", history__valence=["positive", "negative"], population=[6, 8])
    assert found.shared == {"names": True, "graphs": True, "targets": True}


def test_more_snapshots_than_need_be_are_not_drawn() -> None:
    found = of("ring", snapshots=500)
    assert (found.snapshots, found.drawn, found.arms[0].graph["ties"].n) == (500, 40, 40)


def test_layers_are_counted() -> None:
    (arm,) = of("multilayer:talk=ring:observe=complete").arms
    assert {name: spread.mean for name, spread in arm.layers.items()} == {
        "talk": 16,
        "observe": 56,
        "task": 32,
        "authority": 7,
    }


# -- the picture and the command --------------------------------------------------------------------------------------


def test_the_picture_shows_every_topology_once_and_is_the_same_again() -> None:
    experiment = build_experiment(
        {"name": "x", "factors": {"topology": ["ring", "signed-balanced"], "population": [4, 6]}, "snapshots": 2}
    )
    picture = shapes_picture(experiment)
    assert picture == shapes_picture(experiment)
    assert picture.count(">ring<") == picture.count(">signed-balanced<") == 1
    assert "negative tie" in picture
    assert "negative tie" not in shapes_picture(experiment.set({"topology": ["ring"]}))


def test_the_command_prints_writes_and_says_the_power(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    done = allegiance("diagnose", "quickstart", "--snapshots", 2, "--out", out)
    assert done.code == 0
    for words in ("topology=ring", "clustering", "asked per target", "power", "look at: "):
        assert words in done.out
    assert json.loads((out / "diagnosis.json").read_text())["drawn"] == 2
    assert (out / "graphs.svg").read_text().startswith("<svg")


def test_the_command_prints_json() -> None:
    found = json.loads(allegiance("diagnose", "quickstart", "--snapshots", 1, "--set", "topology=grid", "--json").out)
    assert found["arms"][0]["levels"]["topology"] == "grid"
    assert "snapshots per cell" in found["power"]


def test_a_design_that_cannot_run_cannot_be_diagnosed(tmp_path: Path) -> None:
    assert "write block:K" in one_line(allegiance("diagnose", "quickstart", "--set", "target.by=block"))
    assert "n >= 3" in one_line(allegiance("diagnose", "quickstart", "--set", "population=2", "--set", "topology=ring"))
    (tmp_path / "file").write_text("")
    assert "name a folder" in one_line(allegiance("diagnose", "quickstart", "--snapshots", 1, "--out", tmp_path / "file"))
