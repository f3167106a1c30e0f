"""What cannot be run is refused before a folder is made, and what can be run can be audited and planned as it is."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents import ModelSpec
from experiments.auditing import shown
from experiments.errors import BadExperiment
from experiments.planning import forecast
from tests.cli.commands import allegiance
from tests.experiments.runs import planted, swept

ONE_CELL: dict[str, Any] = {"factors": {"population": 4, "history.dose": 1}, "forks": {}}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"factors": {"population": 4, "mix": 2}}, "mix=2: the experiment has 1"),
        ({"forks": {"identity": ["true", "false"]}}, "identity=false: with one make"),
        ({**ONE_CELL, "design": "sequential", "snapshots": 2}, "varies nothing"),
    ],
    ids=["mix", "identity", "looks"],
)
def test_what_could_only_fail_later_leaves_no_folder(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadExperiment, match=reason):
        swept(planted(**changes), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_false_make_that_is_left_out_where_there_is_one_is_no_mistake(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "factors": {"population": 4, "history.dose": 1, "mix": [1, 2]},
        "forks": {"identity": ["true", "false"]},
        "leave_out": [{"mix": [1], "identity": ["false"]}],
        "agents": {"kind": "planted", "makes": 2},
    }
    assert swept(planted(**changes), tmp_path / "run").failed == 0


@pytest.mark.parametrize(
    "agents",
    [
        {"kind": "planted", "makes": 2},
        {"kind": "llm", "models": [ModelSpec(model=name, api_base="http://127.0.0.1:1/v1") for name in ("one", "two")]},
    ],
    ids=["planted", "models"],
)
def test_two_makes_stay_two_where_scripted_agents_stand_in(agents: dict[str, Any]) -> None:
    experiment = planted(factors={"population": 4, "history.dose": 1, "mix": 2}, forks={"identity": "false"}, agents=agents)
    assert experiment.makes == 2
    assert not asyncio.run(shown(experiment)).findings
    assert asyncio.run(forecast(experiment)).calls > 0


def test_a_table_that_is_to_be_scored_is_sent_where_it_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "table.parquet").write_bytes(b"PAR1\xff\xfe")
    done = allegiance("score", tmp_path / "table.parquet", "--json")
    assert "allegiance import transcripts" in done.out
