"""Whatever a model writes, in every scenario and every game: nothing raises, records stay bounded, the report opens."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from experiments.design import Experiment, build_experiment
from experiments.store import RunFolder
from tests.promises.drawing import models_at
from tests.promises.keeping import keep_live
from worlds import GAMES, SCENARIOS

LONGEST_LINE = 400_000

pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")

SURROUNDINGS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"memory": ["notes:every=1"]}, {"operator": ["live"]}),
    ({"canary": ["yes"]}, {"operator": ["vote"], "channel": ["broadcast"]}),
    ({"memory": ["window:k=1"]}, {"history.source": ["told-second"], "layer.observe": ["all"]}),
    ({}, {"history.source": ["notes"], "channel": ["private"]}),
    ({}, {"history.source": ["replayed"], "rewire": ["shuffle"]}),
    ({"memory": ["summary:every=1"]}, {"history.scramble": ["filler"], "reviewers": ["all"]}),
)


def met(url: str, factors: dict[str, Any], forks: dict[str, Any]) -> Experiment:
    return build_experiment(
        {
            "name": "hostile",
            "factors": {"population": 4, "history.dose": 1, "topology": "complete", **factors},
            "forks": forks,
            "snapshots": 1,
            "rounds": 2,
            "agents": models_at(url, "any"),
        }
    )


def is_inert(path: Path) -> None:
    page = (path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "onerror=" not in page.replace("onerror=\\&#34;", "")
    assert "\x1b" not in page
    with RunFolder.open(path) as folder:
        for _, record, _ in folder.transcripts():
            assert max(map(len, record.to_bytes().splitlines())) < LONGEST_LINE


def games_in_surroundings() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for game, (factors, forks) in zip(GAMES, cycle(SURROUNDINGS), strict=False):
        yield game, {"history.game": game, **factors}, forks


@pytest.mark.slow
@pytest.mark.parametrize(("factors", "forks"), [each[1:] for each in games_in_surroundings()], ids=list(GAMES))
def test_every_game_and_what_is_put_around_a_scenario_bears_any_text(
    tmp_path: Path, factors: dict[str, Any], forks: dict[str, Any]
) -> None:
    keep_live(lambda url: met(url, factors, forks), tmp_path, "hostile", everything=False)
    is_inert(tmp_path / "run")


def test_every_scenario_bears_any_text(tmp_path: Path) -> None:
    forks = {"scenario": list(SCENARIOS), "reviewers": ["one"]}
    keep_live(lambda url: met(url, {}, forks), tmp_path, "hostile", everything=False)
    is_inert(tmp_path / "run")
