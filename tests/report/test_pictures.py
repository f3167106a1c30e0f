"""Networks and the picture that stands alone."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.networks.layout import positions
from experiments.report import write_picture
from experiments.report.portraits import mixed, portraits
from experiments.results import read_results
from experiments.store import RunFolder
from sim import AgentId

AGENTS = [AgentId(f"a{number}") for number in range(9)]


def test_there_is_a_portrait_for_each_topology_and_valence(crossed: RunFolder) -> None:
    seen = list(portraits(crossed, read_results(crossed)))
    assert [(one.topology, one.valence) for one in seen] == [
        ("ring", "positive"), ("ring", "negative"), ("complete", "positive"), ("complete", "negative"),
    ]  # fmt: skip
    assert all(tie.valence is not None and -1 <= tie.valence <= 1 for one in seen for tie in one.ties)


def test_arms_of_one_replicate_are_drawn_in_the_same_places(crossed: RunFolder) -> None:
    kind, unkind, *_ = portraits(crossed, read_results(crossed))
    assert kind.places == unkind.places


def test_the_matrix_counts_the_rows_of_its_snapshot(crossed: RunFolder) -> None:
    results = read_results(crossed)
    for one in portraits(crossed, results):
        rows = [r for r in results.subjects if r.snapshot == one.unit and r.condition["target.kind"] == "peer"]
        assert sum(cell.asked for cell in one.matrix.values()) == len(rows)
        assert sum(cell.protected for cell in one.matrix.values()) == sum(bool(row.protective) for row in rows)


def test_a_confederate_is_never_a_subject(crossed: RunFolder) -> None:
    for one in portraits(crossed, read_results(crossed)):
        assert one.fixed
        assert not one.fixed & set(one.subjects)


def test_the_picture_stands_alone_and_says_planted(crossed: RunFolder, tmp_path: Path) -> None:
    path = write_picture(crossed, tmp_path / "picture.svg")
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    said = "".join(root.itertext())
    assert "Planted: scripted agents that follow a stated law" in said
    assert "var(--" not in text
    assert "<style" not in text
    assert text == write_picture(crossed, tmp_path / "again.svg").read_text(encoding="utf-8")


def test_colours_run_from_hostile_over_grey_to_kind() -> None:
    assert len({mixed(-1), mixed(0), mixed(1)}) == 3
    assert mixed(-2) == mixed(-1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9), st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_every_agent_has_a_place_inside_the_picture(number: int, pairs: set[tuple[int, int]]) -> None:
    agents = AGENTS[:number]
    ties = sorted({(AGENTS[a], AGENTS[b]) for a, b in pairs if a < number and b < number and a != b})
    places = positions(agents, ties)
    assert list(places) == agents
    assert all(-1 <= coordinate <= 1 for place in places.values() for coordinate in place)
    assert places == positions(agents, ties)


@pytest.mark.parametrize("name", ["matplotlib", "networkx", "jinja2", "scipy"])
def test_importing_the_report_imports_nothing_heavy(name: str) -> None:
    code = f"import experiments.report, sys; sys.exit({name!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
