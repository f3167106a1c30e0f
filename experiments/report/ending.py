"""What was left out and why, what it cost, with which versions, and how to do it again."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import yaml

from ..catalog import find_experiment, names
from ..design import Experiment, write_experiment
from ..factors import Level
from ..journal import State
from ..plain import plain
from ..results import Results
from ..store import RunFolder
from .arms import arm_name, by
from .flagship import smoke_command

MOST_REASONS = 20
STATUSES = {
    "read": "read: the record decides what the subject did",
    "truncated": "truncated: the episode did not reach its end",
    "not-exposed": "not exposed: the subject had no turn after the announcement",
    "infrastructure-failure": "infrastructure failure",
}


class Progress(NamedTuple):
    """What became of one arm's trials. `could_not_tell` counts subjects in finished trials without an outcome."""

    name: str
    planned: int
    done: int
    failed: int
    pending: int
    subjects: int
    could_not_tell: int


class Reason(NamedTuple):
    """Why trials failed, and how many."""

    text: str
    trials: int


def progress(folder: RunFolder, results: Results) -> tuple[Progress, ...]:
    """Trials by arm, and the sum over all arms first."""
    factors, records = by(folder.experiment), folder.records()
    states: dict[tuple[Level, ...], Counter[State]] = {}
    for trial in folder.experiment.trials():
        record = records.get(trial.id)
        arm = tuple(trial.condition[name] for name in factors)
        states.setdefault(arm, Counter())[record.status if record else State.PENDING] += 1
    subjects: dict[tuple[Level, ...], Counter[bool]] = {}
    for row in results.subjects:
        arm = tuple(row.condition[name] for name in factors)
        subjects.setdefault(arm, Counter())[row.protective is None] += 1
    total = _progress("all", sum(states.values(), Counter()), sum(subjects.values(), Counter()))
    if len(states) == 1:
        return (total,)
    return (
        total,
        *(_progress(arm_name(factors, arm), count, subjects.get(arm, Counter())) for arm, count in states.items()),
    )


def _progress(name: str, states: Counter[State], subjects: Counter[bool]) -> Progress:
    return Progress(
        name=name,
        planned=states.total(),
        done=states[State.DONE],
        failed=states[State.FAILED],
        pending=states[State.PENDING],
        subjects=subjects.total(),
        could_not_tell=subjects[True],
    )


def reasons(folder: RunFolder) -> tuple[Reason, ...]:
    """Why trials failed, the most frequent first; the rest in one line."""
    ids = {trial.id for trial in folder.experiment.trials()}
    failed = Counter(
        plain(record.reason or "no reason was recorded", 300)
        for record in folder.records().values()
        if record.status is State.FAILED and record.id in ids
    )
    order = sorted(failed.items(), key=lambda item: (-item[1], item[0]))
    rest = order[MOST_REASONS:]
    shown = [Reason(*item) for item in order[:MOST_REASONS]]
    if rest:
        shown.append(Reason(f"{len(rest):,} other reasons", sum(number for _, number in rest)))
    return tuple(shown)


def statuses(results: Results) -> tuple[tuple[str, int], ...]:
    """Subjects of finished trials by whether there was anything to read."""
    found = Counter(row.status for row in results.subjects)
    return tuple((STATUSES.get(status, plain(status)), found[status]) for status in sorted(found))


def versions(found: Mapping[str, str]) -> Mapping[str, str]:
    """What the run was begun with."""
    return {plain(name, 40): plain(version, 40) for name, version in found.items()}


def as_yaml(experiment: Experiment) -> str:
    """The experiment as `allegiance run` reads it; where it holds marks that cannot be seen, they are written out."""
    text = write_experiment(experiment)
    if all(plain(line, len(line) + 1) == " ".join(line.split()) for line in text.splitlines()):
        return text
    return yaml.safe_dump(experiment.model_dump(mode="json"), sort_keys=False)


def commands(experiment: Experiment) -> tuple[str, ...]:
    """What to type to run it again, to replay it, and to compare digests; an imported run can only be imported again."""
    if experiment.imported:
        out = f"runs/{experiment.name.rpartition('/')[2]}"
        return (f"allegiance import transcripts PATH --out {out}", f"allegiance status {out} --json")
    catalogued = experiment.name in names() and find_experiment(experiment.name).digest == experiment.digest
    short = experiment.name.rpartition("/")[2]
    source = experiment.name if catalogued else f"{short}.yaml"
    if (form := smoke_command(experiment)) is not None:
        source, short = form, experiment.name.replace("/", "-")
    return (
        f"allegiance run {source} --out runs/{short}",
        f"allegiance replay runs/{short}",
        f"allegiance status runs/{short} --json",
    )
