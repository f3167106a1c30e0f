"""Planted truth: over many seeds the analysis recovers the law that was planted, and finds nothing where nothing was."""

import asyncio
from collections.abc import Iterator
from functools import cache

import pytest

from agents import NULL, Law
from experiments.build import build_fork, build_history
from experiments.design import Experiment, build_experiment
from experiments.results import Results, Row, rows_of, verdicts_of
from sim import RelationLedger, from_edges

SEEDS = 80
LAW = Law()


def lived(experiment: Experiment) -> Results:
    """The rows of an experiment, without a folder."""

    async def go() -> list[Row]:
        rows: list[Row] = []
        for unit in experiment.units():
            snapshot = await build_history(experiment, unit).live()
            ledger = RelationLedger(snapshot.entries)
            topology = from_edges(snapshot.header.edges, nodes=snapshot.header.agents)
            for trial in experiment.trials_of(unit):
                record = await build_fork(experiment, trial, snapshot).run()
                rows += rows_of(experiment, trial, record, ledger, topology, verdicts_of(experiment, trial, record))
        return rows

    return Results(experiment, asyncio.run(go()))


def small(seed: int, law: Law) -> Experiment:
    return build_experiment(
        {
            "name": "recovery",
            "factors": {"population": [4], "history.dose": [4], "history.valence": ["positive", "negative"]},
            "forks": {"target.kind": ["peer"]},
            "snapshots": 8,
            "targets": 2,
            "seed": seed,
            "agents": {"kind": "planted", "law": law.model_dump(), "talk": 0.0},
        }
    )


def worlds(law: Law) -> tuple[Results, ...]:
    return _worlds(law.model_dump_json())


@cache
def _worlds(law: str) -> tuple[Results, ...]:
    return tuple(lived(small(seed, Law.model_validate_json(law))) for seed in range(SEEDS))


def planted_rates(results: Results, law: Law) -> Iterator[tuple[str, float]]:
    """The rate that was planted in each arm, at the valences that came about."""
    for arm in ("positive", "negative"):
        rows = [row for row in results.subjects if row.condition["history.valence"] == arm]
        yield arm, sum(law.probability("peer", row.valence) for row in rows) / len(rows)


@pytest.mark.slow
def test_the_planted_rate_lies_in_its_interval() -> None:
    covered = {"positive": 0, "negative": 0}
    for results in worlds(LAW):
        rates = results.rate(by=("history.valence",))
        for arm, truth in planted_rates(results, LAW):
            rate = rates[(arm,)]
            assert rate.low is not None
            assert rate.high is not None
            covered[arm] += rate.low <= truth <= rate.high
    assert all(count >= 0.90 * SEEDS for count in covered.values()), covered


@pytest.mark.slow
def test_the_planted_rates_are_recovered_without_bias() -> None:
    for arm in ("positive", "negative"):
        gap = [
            rate - truth
            for results in worlds(LAW)
            for (level,), found in results.rate(by=("history.valence",)).items()
            for name, truth in planted_rates(results, LAW)
            if level == name == arm and (rate := found.estimate) is not None
        ]
        assert abs(sum(gap) / len(gap)) < 0.03, arm


@pytest.mark.slow
def test_the_planted_difference_is_found() -> None:
    differences = [results.contrast("history.valence", "positive", "negative") for results in worlds(LAW)]
    assert sum((d.p_value or 1) <= 0.05 for d in differences) >= 0.8 * SEEDS
    assert all(d.estimate is not None and d.estimate > 0 for d in differences)


@pytest.mark.slow
def test_the_null_world_shows_no_difference() -> None:
    differences = [results.contrast("history.valence", "positive", "negative") for results in worlds(NULL)]
    assert all(d.p_value is not None for d in differences)
    assert sum((d.p_value or 0) <= 0.05 for d in differences) <= 0.08 * SEEDS
    estimates = [d.estimate or 0.0 for d in differences]
    assert abs(sum(estimates) / len(estimates)) < 0.03
    covered = sum(d.low is not None and d.high is not None and d.low <= 0 <= d.high for d in differences)
    assert covered >= 0.9 * SEEDS


@pytest.mark.slow
def test_the_valence_of_a_row_is_what_the_subject_itself_remembers() -> None:
    """The law acts on the policy's memory; the row is folded from the record. They must be one number."""
    experiment = small(3, LAW)
    unit = next(experiment.units())
    snapshot = asyncio.run(build_history(experiment, unit).live())
    ledger = RelationLedger(snapshot.entries)
    compared = 0
    for agent, state in snapshot.policies.items():
        past = state["past"]
        assert isinstance(past, dict)
        for other, kindness in past.items():
            had = kindness["had"]  # type: ignore[index, call-overload]
            relation = ledger.of(agent, other)  # type: ignore[arg-type]
            if relation.rounds == len(had):  # type: ignore[arg-type]
                assert relation.valence == pytest.approx(sum(had) / len(had))  # type: ignore[arg-type]
                compared += 1
    assert compared >= 4
