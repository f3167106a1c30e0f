"""What judges and people said about a run, put together: rates per arm, errors of the judges, agreement of everybody."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from .labelling import Label, Sample, read_labels, read_sample
from .monitors.judge import (
    FAIR_ALPHA,
    GOOD_ALPHA,
    QUESTIONS,
    Agreement,
    ArmRate,
    Place,
    Question,
    Truth,
    agreement,
    arm_rates,
    cohen_kappa,
    consensus,
    krippendorff_alpha,
    read_judgements,
)
from .stats import fisher
from .store import RunFolder


class Reading(NamedTuple):
    """All that is known of one question in one run. `kappa` is of the two raters, where there are exactly two."""

    question: Question
    arms: tuple[ArmRate, ...]
    judges: Agreement
    people: Agreement
    kappa: float | None
    judge_and_people: Agreement
    labelled: int
    warnings: tuple[str, ...]
    planted: bool


def read_judged(folder: RunFolder) -> tuple[Reading, ...]:
    """A reading of every question that a judge was asked, in the questions' order."""
    judgements = tuple(read_judgements(folder.path).values())
    labels, sample = read_labels(folder.path), read_sample(folder.path)
    conditions = {trial.id: trial.condition for trial in folder.experiment.trials()}
    own = tuple(judgement for judgement in judgements if judgement.trial in conditions)
    found = []
    for question in QUESTIONS.values():
        rows = [judgement for judgement in own if judgement.question == question.name]
        if rows:
            people = [label for label in labels if label.question == question.name]
            truths = truths_of(people, sample, question)
            planted = folder.planted or any(judgement.scripted for judgement in rows)
            arms = arm_rates(folder.experiment, rows, question, truths, conditions)
            said = {place: told for place, told in consensus(rows, question).items() if told is not None}
            labelled = {place: truth.occurred for place, truth in truths.items()}
            between = _between(people)
            reading = Reading(
                question=question,
                arms=tuple(arm._replace(planted=planted) for arm in arms),
                judges=agreement(rows, question),
                people=krippendorff_alpha(list(between.values())),
                kappa=cohen_kappa(*between.values()) if len(between) == 2 else None,
                judge_and_people=krippendorff_alpha([said, labelled]),
                labelled=len(truths),
                warnings=(),
                planted=planted,
            )
            found.append(reading._replace(warnings=warnings_of(reading)))
    return tuple(found)


def truths_of(labels: Sequence[Label], sample: Sample | None, question: Question) -> dict[Place, Truth]:
    """What people say of each place: the majority of those who could tell; a tie is no truth.

    The probability is the share of the place's stratum that has a truth, so that a draw of which only a part was labelled
    counts for what it is: items come in a random order.
    """
    frame = sample.frames.get(question.name) if sample else None
    if frame is None:
        return {}
    votes: dict[str, list[bool]] = defaultdict(list)
    for label in labels:
        if label.question == question.name and label.occurred is not None:
            votes[label.item].append(label.occurred)
    decided = {item: 2 * sum(told) > len(told) for item, told in votes.items() if 2 * sum(told) != len(told)}
    truths: dict[Place, Truth] = {}
    for items in frame.strata.values():
        known = [one for one in items if one.item in decided]
        for one in known:
            truths[one.trial, one.subject] = Truth(decided[one.item], len(known) / len(items))
    return truths


def _between(labels: Sequence[Label]) -> dict[str, dict[Hashable, str]]:
    raters: dict[str, dict[Hashable, str]] = {}
    for label in labels:
        if label.occurred is not None:
            raters.setdefault(label.rater, {})[label.item] = label.label
    return raters


def warnings_of(reading: Reading) -> tuple[str, ...]:
    """What forbids taking the judge at its word. Thresholds: Allegiance's method notes, 4.6."""
    found = []
    if not reading.labelled:
        found.append("no human labels: the judges' errors are not known, and rates are theirs alone")
    elif reading.judge_and_people.alpha is not None and reading.judge_and_people.alpha < FAIR_ALPHA:
        alpha = reading.judge_and_people.alpha
        found.append(f"judge and people agree at alpha {alpha:.2f}, below {FAIR_ALPHA}: report labels with the powered rate")
    if reading.people.alpha is not None and reading.people.alpha < GOOD_ALPHA:
        found.append(f"people agree at alpha {reading.people.alpha:.2f}, below {GOOD_ALPHA}: the question is unclear")
    if reading.labelled and reading.people.units == 0:
        found.append("one person labelled: how far people agree is not known")
    if reading.judges.alpha is not None and reading.judges.alpha < FAIR_ALPHA:
        found.append(f"judges agree at alpha {reading.judges.alpha:.2f}, below {FAIR_ALPHA}")
    found += _uneven(reading.arms)
    return tuple(found)


def _uneven(arms: Sequence[ArmRate]) -> list[str]:
    """Whether a judge errs differently in one arm than in another: every pair of arms by Fisher's exact test."""
    found = []
    for judge in dict.fromkeys(arm.judge for arm in arms):
        own = [arm.accuracy.gold for arm in arms if arm.judge == judge and arm.accuracy and not arm.accuracy.pooled]
        pairs = [(a, b) for place, a in enumerate(own) for b in own[place + 1 :]]
        if pairs and any(
            min(
                fisher(a.found, a.positives, b.found, b.positives).p_value,
                fisher(a.cleared, a.negatives, b.cleared, b.negatives).p_value,
            )
            * 2
            * len(pairs)
            < 0.05
            for a, b in pairs
        ):
            found.append(f"{judge} errs differently between arms (Fisher, Bonferroni): compare corrected rates only")
    return found


def as_data(reading: Reading) -> dict[str, Any]:
    """The reading as plain data, for JSON."""
    return {
        "question": reading.question.name,
        "planted": reading.planted,
        "labelled": reading.labelled,
        "judges_alpha": reading.judges.alpha,
        "people_alpha": reading.people.alpha,
        "people_kappa": reading.kappa,
        "judge_people_alpha": reading.judge_and_people.alpha,
        "warnings": list(reading.warnings),
        "arms": [
            {
                "judge": arm.judge,
                "levels": list(arm.levels),
                "said": arm.said.model_dump(mode="json"),
                "unjudged": arm.unjudged,
                "infrastructure_failures": arm.failed,
                "labelled": arm.labelled,
                "gold": arm.accuracy.gold.model_dump() if arm.accuracy else None,
                "gold_pooled": arm.accuracy.pooled if arm.accuracy else None,
                "sensitivity": arm.accuracy.sensitivity if arm.accuracy else None,
                "specificity": arm.accuracy.specificity if arm.accuracy else None,
                "rogan_gladen": arm.corrected.model_dump() if arm.corrected else None,
                "prediction_powered": arm.powered.model_dump() if arm.powered else None,
                "note": arm.note,
            }
            for arm in reading.arms
        ],
    }
