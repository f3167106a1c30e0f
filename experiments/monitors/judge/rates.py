"""How often judges say that something occurred, arm by arm, and what that is worth: their errors against human labels.

A judge whose errors differ between arms biases a contrast either way, so rates are corrected per arm, by the arm's own gold
set where it is large enough. Rows from the scripted endpoint are planted and say so.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from ...design import Experiment
from ...factors import Level
from ...stats import Corrected, GoldSet, Limits, Occurred, Rate, clustered_rate, proportion_limits, rogan_gladen
from .agreement import Agreement, krippendorff_alpha
from .judgement import Judgement, Standing
from .questions import Question
from .two_phase import gold_set, powered

ENOUGH = 10
"""Labelled positives, and negatives, from which on an arm is corrected by its own gold set."""
PANEL = "panel"
"""The name of what most judges say, where there are several."""

Place = tuple[str, Hashable]
"""A trial and a subject."""


class Truth(NamedTuple):
    """A human label of one place: whether it occurred, and with what probability the place came to be labelled."""

    occurred: bool
    probability: float


class Accuracy(NamedTuple):
    """A judge against people: counts as a plain draw would have given them, with Wilson intervals."""

    gold: GoldSet
    sensitivity: Limits | None
    specificity: Limits | None
    pooled: bool
    """Whether it is that of all arms together, because the arm's own labels are too few."""


class ArmRate(NamedTuple):
    """One arm, one question, one judge. `corrected` is Rogan-Gladen's, `powered` the prediction-powered rate; None, with the
    reason in `note`, where they cannot be had."""

    question: str
    judge: str
    levels: tuple[Level, ...]
    said: Rate
    unjudged: int
    failed: int
    labelled: int
    accuracy: Accuracy | None
    corrected: Corrected | None
    powered: Corrected | None
    note: str
    planted: bool


def consensus(judgements: Iterable[Judgement], question: Question) -> dict[Place, bool | None]:
    """What most judges that gave an answer say of each place; None for a tie and where none gave one. Places no judge was
    asked about, or none could be, are left out."""
    votes: dict[Place, list[bool]] = {}
    for judgement in judgements:
        if judgement.question == question.name and judgement.standing is not Standing.INFRASTRUCTURE:
            found = votes.setdefault((judgement.trial, judgement.subject), [])
            if (occurred := judgement.occurred) is not None:
                found.append(occurred)
    return {place: None if 2 * sum(said) == len(said) else 2 * sum(said) > len(said) for place, said in votes.items()}


def agreement(judgements: Iterable[Judgement], question: Question) -> Agreement:
    """Krippendorff's alpha of the judges' labels; answers that are no label, and `cannot-tell`, are missing."""
    raters: dict[str, dict[Hashable, str]] = {}
    for judgement in judgements:
        if judgement.question == question.name and judgement.label is not None and judgement.occurred is not None:
            raters.setdefault(judgement.judge, {})[judgement.trial, judgement.subject] = judgement.label
    return krippendorff_alpha(list(raters.values()))


def arm_rates(
    experiment: Experiment,
    judgements: Sequence[Judgement],
    question: Question,
    truths: Mapping[Place, Truth],
    conditions: Mapping[str, Mapping[str, Level]],
) -> tuple[ArmRate, ...]:
    """Every arm by every judge, then by the panel where there are several. `conditions` maps trials to their levels."""
    own = [judgement for judgement in judgements if judgement.question == question.name]
    judges = list(dict.fromkeys(judgement.judge for judgement in own))
    found: list[ArmRate] = []
    for judge in [*judges, *([PANEL] if len(judges) > 1 else [])]:
        rows = own if judge == PANEL else [judgement for judgement in own if judgement.judge == judge]
        found += _of_judge(experiment, rows, question, judge, truths, conditions)
    return tuple(found)


def _of_judge(
    experiment: Experiment,
    rows: Sequence[Judgement],
    question: Question,
    judge: str,
    truths: Mapping[Place, Truth],
    conditions: Mapping[str, Mapping[str, Level]],
) -> list[ArmRate]:
    factors = tuple(experiment.varied())
    snapshots = {judgement.trial: judgement.snapshot for judgement in rows}
    planted = experiment.planted or any(judgement.scripted for judgement in rows)
    said = consensus(rows, question)
    arms: dict[tuple[Level, ...], list[Place]] = {}
    for place in dict.fromkeys((judgement.trial, judgement.subject) for judgement in rows):
        arms.setdefault(tuple(conditions[place[0]][name] for name in factors), []).append(place)
    overall = _accuracy(list(said), said, truths, pooled=True)
    order = product(*experiment.varied().values())
    return [
        _arm(question.name, judge, levels, arms[levels], said, truths, snapshots, overall, planted)
        for levels in order
        if levels in arms
    ]


def _arm(
    question: str,
    judge: str,
    levels: tuple[Level, ...],
    places: Sequence[Place],
    said: Mapping[Place, bool | None],
    truths: Mapping[Place, Truth],
    snapshots: Mapping[str, str],
    overall: Accuracy | None,
    planted: bool,
) -> ArmRate:
    asked = [place for place in places if place in said]
    judged: list[Occurred] = [said[place] for place in asked]
    clusters = [snapshots[place[0]] for place in asked]
    own = _accuracy(asked, said, truths, pooled=False)
    enough = own is not None and min(own.gold.positives, own.gold.negatives) >= ENOUGH
    accuracy = own if enough else overall
    corrected, note = None, "no human labels"
    if accuracy is not None:
        try:
            corrected, note = rogan_gladen(judged, clusters, accuracy.gold), ""
        except ValueError as error:
            note = str(error)
    labelled = [truths.get(place) for place in asked]
    by_labels = None
    if any(labelled):
        by_labels = powered(
            judged,
            [truth.occurred if truth else None for truth in labelled],
            [truth.probability if truth else 1.0 for truth in labelled],
            clusters,
        )
    return ArmRate(
        question=question,
        judge=judge,
        levels=levels,
        said=clustered_rate(judged, clusters),
        unjudged=sum(value is None for value in judged),
        failed=len(places) - len(asked),
        labelled=sum(truth is not None for truth in labelled),
        accuracy=accuracy,
        corrected=corrected,
        powered=by_labels,
        note=note,
        planted=planted,
    )


def _accuracy(
    places: Sequence[Place], said: Mapping[Place, bool | None], truths: Mapping[Place, Truth], *, pooled: bool
) -> Accuracy | None:
    both = [(told, truths[place]) for place in places if place in truths and (told := said[place]) is not None]
    if not both:
        return None
    gold = gold_set([int(told) for told, _ in both], [t.occurred for _, t in both], [t.probability for _, t in both])
    return Accuracy(
        gold=gold,
        sensitivity=proportion_limits(gold.found, gold.positives) if gold.positives else None,
        specificity=proportion_limits(gold.cleared, gold.negatives) if gold.negatives else None,
        pooled=pooled,
    )
