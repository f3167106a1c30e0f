"""Histories of a stated kindness: what each level makes confederates do, and what comes of it on the record."""

import asyncio
from statistics import fmean
from typing import Any

import pytest

from agents import Past, build_rule
from experiments.build import build_history
from experiments.cast import cast
from experiments.design import Experiment, build_experiment
from experiments.errors import BadExperiment
from experiments.report.checks import bands
from experiments.valences import Valence, parse_valence
from sim import RelationLedger
from tests.experiments.runs import swept


def experiment(valence: str, **more: Any) -> Experiment:
    factors = {"history.valence": [valence], "history.dose": [20], "population": [8], **more.pop("factors", {})}
    return build_experiment({"name": "valences", "factors": factors, "snapshots": 1, **more})


def had(design: Experiment) -> list[float]:
    """What each subject had from each confederate it met."""
    unit = next(design.units())
    people, snapshot = cast(design, unit), asyncio.run(build_history(design, unit).live())
    ledger = RelationLedger(snapshot.entries)
    return [
        ledger.of(agent, other).valence
        for other in people.confederates
        for agent in people.topology.neighbours(other)
        if agent not in people.confederates
    ]


@pytest.mark.parametrize("v", [-0.6, -0.3, 0.0, 0.4, 0.6])
@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1", "donor-v1"])
def test_a_steered_history_comes_within_its_band(v: float, game: str) -> None:
    design = experiment(f"band:v={v}:tol=0.15", factors={"history.game": [game]})
    values = had(design)
    if game == "trust-v1":  # who got nothing has nothing to give back: every second round may not be in one's hands
        assert abs(fmean(values) - v) < 0.5
    else:
        assert abs(fmean(values) - v) <= 0.1
        assert fmean(abs(value - v) <= 0.15 for value in values) >= 0.7


def test_a_repaired_history_is_a_betrayed_one_the_other_way_round() -> None:
    repaired, betrayed = (parse_valence(level).rule(10) for level in ("repaired", "betrayed"))
    past = Past()
    for number in range(10):
        kind = [build_rule(name, **params)(past, 0.5) for name, params in (repaired, betrayed)]
        assert kind == ([0.0, 1.0] if number < 7 else [1.0, 0.0])
        past.had.append(1.0)
        past.shown.append(1.0)


def test_what_was_reached_is_reported_and_nothing_is_left_out(tmp_path: Any) -> None:
    from experiments.results import read_results
    from experiments.store import RunFolder

    design = experiment("band:v=0.5:tol=0.2").with_(snapshots=2)
    assert swept(design, tmp_path / "run").failed == 0
    with RunFolder.open(tmp_path / "run") as folder:
        results = read_results(folder)
    (line,) = bands(results)
    pairs = len({(row.snapshot, row.subject, row.target) for row in results.subjects})
    assert f"{pairs} of {pairs} pairs came within 0.2 of +0.50" in line


def test_contact_without_stake_is_no_history_that_missed_its_band_or_did_not_come_apart(tmp_path: Any) -> None:
    from experiments.report.checks import separation
    from experiments.results import read_results
    from experiments.store import RunFolder

    design = experiment("band:v=0.5:tol=0.2").set({"history.source": ["lived", "contact"]}).with_(snapshots=2)
    apart = design.set({"history.valence": ["positive", "negative"]}).with_(name="apart")
    said = []
    for one, read in ((design, bands), (apart, separation)):
        assert swept(one, tmp_path / one.name).failed == 0
        with RunFolder.open(tmp_path / one.name) as folder:
            said.append(read(read_results(folder)))
    (line,) = said[0]
    hit, of = line.removeprefix("band:v=0.5:tol=0.2: ").split(" pairs")[0].split(" of ")
    assert hit == of != "0"
    assert said[1].startswith("They came apart")


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("kind", "no valence 'kind'"),
        ("positive:q=1", "positive takes none"),
        ("band:x=1", "band takes v, tol, low, high"),
        ("band:v=0.5:v=0.6", "each once"),
        ("band:v=2", "less than or equal to 1"),
        ("band:v=0.95", "cannot be reached"),
        ("band:v=0.6:high=0.5", "cannot be reached"),
    ],
)
def test_a_bad_level_is_answered_with_what_there_is(level: str, said: str) -> None:
    with pytest.raises(BadExperiment, match=said):
        experiment(level)


def test_every_valence_but_a_natural_one_has_a_rule() -> None:
    for valence in Valence:
        if valence is Valence.NATURAL:
            with pytest.raises(ValueError, match="nobody's moves"):
                parse_valence(valence).rule(10)
        else:
            name, params = parse_valence(valence).rule(10)
            assert build_rule(name, **params)(Past(), 0.5) in (0.0, 1.0)
