"""One fork by hand, of any snapshot of any design: it is read, or refused in one line."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import allegiance, one_line
from tests.experiments.runs import planted, swept

SMALL: dict[str, Any] = {"factors": {"population": 4, "history.dose": 1}}
DESIGNS: dict[str, dict[str, Any]] = {
    "contact": {**SMALL, "forks": {"history.source": ["lived", "contact"]}},
    "lhs": {**SMALL, "forks": {"margin": ["-3..3"]}, "design": {"kind": "lhs", "points": 3}},
    "left-out": {**SMALL, "forks": {"target.kind": ["object", "peer"]}, "leave_out": [{"target.kind": ["object"]}]},
}


@pytest.fixture(scope="module", params=list(DESIGNS))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("by-hand") / str(request.param)
    assert swept(planted(**DESIGNS[request.param]), path).failed == 0
    return path


def snapshots(run: Path) -> list[str]:
    return [line.split()[0] for line in allegiance("snapshots", run).out.splitlines()]


def test_every_snapshot_can_be_forked_as_it_is(run: Path) -> None:
    assert snapshots(run)
    for id in snapshots(run):
        done = allegiance("fork", run, "--snapshot", id)
        assert (done.code, done.err) == (0, "")
        assert "  read  " in done.out


@pytest.mark.parametrize(("snapshot", "source"), [("s0000", "contact"), ("s0000c", "lived"), ("s0000c", "none")])
def test_a_history_that_was_not_lived_is_refused_in_one_line(tmp_path: Path, snapshot: str, source: str) -> None:
    swept(planted(**DESIGNS["contact"]), tmp_path / "run")
    done = allegiance("fork", tmp_path / "run", "--snapshot", snapshot, "--set", f"history.source={source}")
    assert f"{snapshot} lived" in one_line(done)
