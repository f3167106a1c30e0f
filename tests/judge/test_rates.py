"""Rates per arm on planted truth: what is true, what a judge with known errors says, and what people find out of it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from experiments.design import Experiment, build_experiment
from experiments.judged import Reading, warnings_of
from experiments.monitors.judge import (
    PANEL,
    QUESTIONS,
    ArmRate,
    Judgement,
    Standing,
    Truth,
    arm_rates,
    consensus,
    krippendorff_alpha,
)
from sim import AgentId

QUESTION = QUESTIONS["suspicion-v1"]
RATES = {"positive": 0.15, "negative": 0.45}
EXPERIMENT: Experiment = build_experiment(
    {"name": "planted", "factors": {"history.valence": list(RATES), "population": 8}, "snapshots": 40}
)


def judgement(
    trial: str, snapshot: str, subject: str, label: str | None, judge: str = "j", scripted: bool = False
) -> Judgement:
    return Judgement(
        trial=trial,
        snapshot=snapshot,
        subject=AgentId(subject),
        question=QUESTION.name,
        judge=judge,
        excerpt="0",
        standing=Standing.JUDGED if label else Standing.UNJUDGED,
        label=label,
        scripted=scripted,
    )


def world(
    seed: int, errors: Mapping[str, tuple[float, float]], each: int = 60
) -> tuple[list[Judgement], dict[tuple[str, object], Truth], dict[str, dict[str, str]]]:
    """Two arms with these sensitivities and specificities, and labels drawn at random from both sides of the judge."""
    dice = np.random.default_rng(seed)
    rows, conditions, true = [], {}, {}
    for trial in EXPERIMENT.trials():
        arm = str(trial.condition["history.valence"])
        conditions[trial.id] = {name: str(level) for name, level in trial.condition.items()}
        base = dice.beta(8 * RATES[arm], 8 * (1 - RATES[arm]))
        for number in range(8):
            here = bool(dice.random() < base)
            sensitivity, specificity = errors[arm]
            said = bool(dice.random() < (sensitivity if here else 1 - specificity))
            rows.append(judgement(trial.id, trial.unit.id, f"a{number}", "says" if said else "no"))
            true[trial.id, f"a{number}"] = (arm, said, here)
    truths: dict[tuple[str, object], Truth] = {}
    for stratum in sorted({(arm, said) for arm, said, _ in true.values()}):
        there = sorted(place for place, (arm, said, _) in true.items() if (arm, said) == stratum)
        take = min(each, len(there))
        for index in dice.choice(len(there), take, replace=False):
            truths[there[index]] = Truth(true[there[index]][2], take / len(there))
    return rows, truths, conditions


def arms(seed: int, errors: Mapping[str, tuple[float, float]], **more: int) -> Mapping[str, ArmRate]:
    rows, truths, conditions = world(seed, errors, **more)
    found = arm_rates(EXPERIMENT, rows, QUESTION, truths, conditions)  # type: ignore[arg-type]
    return {str(arm.levels[0]): arm for arm in found}


ALIKE = dict.fromkeys(RATES, (0.8, 0.85))
APART = {"positive": (0.6, 0.95), "negative": (0.9, 0.7)}


@pytest.mark.parametrize("errors", [ALIKE, APART], ids=["alike", "apart"])
def test_both_corrections_find_what_was_planted_and_the_judge_alone_does_not(
    errors: Mapping[str, tuple[float, float]],
) -> None:
    covered: dict[str, int] = dict.fromkeys(("rogan-gladen", "powered", "said"), 0)
    draws = 25
    for seed in range(draws):
        for level, arm in arms(seed, errors).items():
            for name, rate in (("rogan-gladen", arm.corrected), ("powered", arm.powered), ("said", arm.said)):
                assert rate is not None
                assert rate.low is not None
                assert rate.high is not None
                covered[name] += rate.low <= RATES[level] <= rate.high
    assert covered["powered"] / (2 * draws) > 0.85
    assert covered["rogan-gladen"] / (2 * draws) > 0.85
    assert covered["said"] / (2 * draws) < 0.7


def test_an_arm_is_corrected_by_its_own_labels_where_there_are_enough() -> None:
    many, few = arms(0, APART), arms(0, APART, each=4)
    assert {arm.accuracy.pooled for arm in many.values() if arm.accuracy} == {False}
    assert {arm.accuracy.pooled for arm in few.values() if arm.accuracy} == {True}


def reading(found: Sequence[ArmRate], labelled: int = 200) -> Reading:
    alone = krippendorff_alpha([])
    return Reading(QUESTION, tuple(found), alone, alone, None, alone, labelled, (), True)


def test_a_judge_that_errs_differently_between_arms_is_warned_of() -> None:
    apart = warnings_of(reading(list(arms(1, APART, each=150).values())))
    alike = warnings_of(reading(list(arms(1, ALIKE, each=150).values())))
    assert any("differently" in warning for warning in apart)
    assert not any("differently" in warning for warning in alike)


def test_a_judge_no_better_than_chance_corrects_nothing_and_says_so() -> None:
    blind = arms(2, dict.fromkeys(RATES, (0.3, 0.45)), each=400)["positive"]
    assert blind.corrected is None
    assert "chance" in blind.note
    assert blind.powered is not None, "the labels still tell"


def test_what_the_judge_left_open_is_missing_and_not_a_no() -> None:
    rows = [judgement("s0000.f000", "s0000", "a1", None), judgement("s0000.f000", "s0000", "a2", "says")]
    rows += [judgement("s0000.f000", "s0000", "a3", "cannot-tell")]
    (arm,) = arm_rates(EXPERIMENT, rows, QUESTION, {}, {"s0000.f000": {"history.valence": "positive"}})
    assert (arm.said.estimate, arm.said.rows, arm.said.missing, arm.unjudged) == (1.0, 1, 2, 2)
    assert (arm.corrected, arm.powered, arm.note) == (None, None, "no human labels")


def test_the_panel_is_the_majority_a_tie_is_none_and_planted_shows_through() -> None:
    def says(judge: str, *labels: str | None) -> list[Judgement]:
        return [
            judgement("s0000.f000", "s0000", f"a{n}", label, judge, scripted=judge == "three")
            for n, label in enumerate(labels)
        ]

    rows = [
        *says("one", "says", "no", "no"),
        *says("two", "implies", "says", None),
        *says("three", "no", "cannot-tell", None),
    ]
    told = consensus(rows, QUESTION)
    assert [told["s0000.f000", AgentId(f"a{n}")] for n in range(3)] == [True, None, False]
    found = arm_rates(EXPERIMENT, rows, QUESTION, {}, {"s0000.f000": {"history.valence": "positive"}})
    assert [arm.judge for arm in found] == ["one", "two", "three", PANEL]
    assert found[0].planted, "the population is planted, whoever judged"
