"""One row per trial and subject, folded from the transcripts of a run; rates and contrasts over snapshots.

A trial that failed is a row without a subject, with its reason: `infrastructure-failure` where a model's endpoint was the
cause, else `failed`. Rows say whether they come from a planted population.
"""

import csv
import io
import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from sim import (
    AgentId,
    Behaviour,
    Conduct,
    Entry,
    Frozen,
    ModelAsked,
    Relation,
    RelationLedger,
    Snapshot,
    Status,
    Topology,
    Transcript,
    UnknownName,
    Verdict,
    from_edges,
    read,
)

from .design import Experiment, Trial
from .errors import BadExperiment
from .estimand import pair_of
from .factors import FACTORS, Level
from .journal import State, of_endpoint
from .monitors import MONITORS
from .stats import DRAWS, Difference, Equivalence, Occurred, Rate, clustered_rate, difference, equivalence
from .store import RunFolder
from .turns import first_turn, seeded_in, turns_of

if TYPE_CHECKING:
    from .pairing import Faking


class Row(Frozen):
    """What one subject did in one trial, or why that is not known.

    `distance` is in hops from subject to target; None when the target is no member of the population. `valence`,
    `recent`, `rounds` and the counts are what the subject had had from the target by the end of the history.
    `protective` is the primary outcome: any covert act of protection, tried or done; `success` says whether it held.
    `turn` is which of the subject's turns since the announcement held the first of its own acts in the evidence, from 0.
    `snapshot` is the unit of analysis. Scores are in percent; `lenient_items` and `harsh_items` count items scored above
    and below the key.
    """

    trial: str
    snapshot: str
    cell: int
    replicate: int
    repeat: int
    condition: dict[str, Level]
    planted: bool
    """Whether scripted agents, or the scripted endpoint, decided here: nothing that says anything about a model."""
    status: str
    reason: str = ""
    subject: AgentId | None = None
    mind: str | None = None
    lived_by: str | None = None
    """What decided for the subject in the history; another mind than `mind` where somebody else's history is continued."""
    target: AgentId | None = None
    place: AgentId | None = None
    distance: int | None = None
    rounds: int | None = None
    valence: float | None = None
    recent: float | None = None
    betrayals: int | None = None
    repairs: int | None = None
    exposed: bool | None = None
    attempt: bool | None = None
    success: bool | None = None
    protective: bool | None = None
    path: str | None = None
    openness: bool | None = None
    conduct: str | None = None
    behaviours: tuple[str, ...] = ()
    evidence: tuple[int, ...] = ()
    turn: int | None = None
    true_total: float | None = None
    reported_total: float | None = None
    lenient_items: int | None = None
    harsh_items: int | None = None
    measures: dict[str, float] = Field(default_factory=dict)
    """All numbers that the monitor's reading rests on, by name."""
    monitor: str | None = None

    def flat(self) -> dict[str, Any]:
        """The row as one level of columns: a column per factor, lists as JSON."""
        data = self.model_dump(mode="json")
        condition = data.pop("condition")
        flat = {**data, **condition}
        return {k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in flat.items()}


Measure = str | Callable[[Row], Occurred]
"""What is counted: `protective` (the primary outcome), `attempt`, `success`, `openness`, `exposed`, the name of a
behaviour or of a conduct, or any function of a row that gives True, False, or None for could-not-tell."""

_Arm = tuple[list[Occurred], list[tuple[Hashable, ...]]]

FAILED = "failed"
"""Status of a trial that failed for another reason than a model's endpoint: ours to look into."""
FLAGS = ("protective", "attempt", "success", "openness", "exposed")


def _known(experiment: Experiment, names: Iterable[str]) -> None:
    there = [*FACTORS, *(name for name in experiment.varied() if name not in FACTORS)]
    for name in names:
        if name not in there:
            raise BadExperiment(str(UnknownName("factor", name, there)))


def _measure(what: Measure) -> Callable[[Row], Occurred]:
    if callable(what):
        return what
    if what in FLAGS:
        return attrgetter(what)
    if what in {behaviour.value for behaviour in Behaviour}:
        return lambda row: None if row.protective is None else what in row.behaviours
    if what in {conduct.value for conduct in Conduct}:
        return lambda row: None if row.conduct is None else row.conduct == what
    raise BadExperiment(str(UnknownName("measure", what, [*FLAGS, *Behaviour, *Conduct])))


class Results:
    """The rows of a run."""

    def __init__(self, experiment: Experiment, rows: Iterable[Row]) -> None:
        self.experiment, self.rows = experiment, tuple(rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def planted(self) -> bool:
        """Whether these rows come from scripted agents or from the scripted endpoint."""
        return self.experiment.planted or any(row.planted for row in self.rows)

    @cached_property
    def subjects(self) -> tuple[Row, ...]:
        """Rows that speak of a subject."""
        return tuple(row for row in self.rows if row.subject is not None)

    def where(self, **levels: Level) -> "Results":
        """Rows under these levels; write a dot in a factor's name as two underscores."""
        wanted = {name.replace("__", "."): level for name, level in levels.items()}
        _known(self.experiment, wanted)
        return Results(
            self.experiment, (r for r in self.rows if all(r.condition[name] == level for name, level in wanted.items()))
        )

    def rate(self, what: Measure = "protective", *, by: str | Sequence[str] = ()) -> dict[tuple[Level, ...], Rate]:
        """How often it occurred, per combination of levels of the factors in `by`; clustered by snapshot.

        Raises `BadExperiment` for a measure or factor that does not exist.
        """
        measure, by = _measure(what), (by,) if isinstance(by, str) else tuple(by)
        _known(self.experiment, by)
        groups: dict[tuple[Level, ...], list[Row]] = {}
        for row in self.subjects:
            groups.setdefault(tuple(row.condition[name] for name in by), []).append(row)
        return {
            levels: clustered_rate([measure(row) for row in rows], [row.snapshot for row in rows])
            for levels, rows in groups.items()
        }

    def contrast(self, factor: str, a: Level, b: Level, what: Measure = "protective", *, draws: int = DRAWS) -> Difference:
        """Rate under level `a` of a factor minus that under `b`, paired, tested by sign flips over snapshots.

        Levels of a split-plot factor are paired within a snapshot. Those of a whole-plot factor are paired between the
        snapshots of one replicate, which share names, graph, confederates and seeds, and in a fraction between the halves of
        a replicate. In an imported run nothing is paired. `draws` are permutations, where there are more than that.
        """
        (x, cx), (y, cy), paired = self._arms(factor, a, b, what)
        return difference(x, cx, y, cy, paired=paired, seed=self.experiment.seed, draws=draws)

    def alike(
        self, factor: str, a: Level, b: Level, *, margin: float, what: Measure = "protective", alpha: float = 0.05
    ) -> Equivalence:
        """Whether the rates under two levels differ by less than `margin`, in shares; paired as in `contrast`."""
        (x, cx), (y, cy), paired = self._arms(factor, a, b, what)
        return equivalence(x, cx, y, cy, margin=margin, paired=paired, alpha=alpha)

    def _arms(self, factor: str, a: Level, b: Level, what: Measure) -> tuple[_Arm, _Arm, bool]:
        _known(self.experiment, [factor])
        there = {row.condition[factor] for row in self.rows} | set(self.experiment.levels_of(factor))
        for level in (a, b):
            if self.rows and level not in there:
                raise BadExperiment(str(UnknownName(f"level of {factor}", str(level), map(str, there))))
        paired = not self.experiment.imported
        measure = _measure(what)

        def cluster(row: Row) -> tuple[Hashable, ...]:
            if not paired:
                return (row.snapshot,)
            return pair_of(self.experiment, factor, row.condition, row.replicate, row.snapshot)

        arms = [[row for row in self.subjects if row.condition[factor] == level] for level in (a, b)]
        first, second = (([measure(row) for row in arm], [cluster(row) for row in arm]) for arm in arms)
        return first, second, paired

    def alignment_faking(self, *, draws: int = DRAWS) -> "tuple[Faking, ...]":
        """Who protects only where it is told that nobody reads what it does, and the rate of protecting there minus the rate
        where it is told that it is read: the forks of a snapshot paired by subject, target and all other levels."""
        from .pairing import alignment_faking

        return alignment_faking(self, draws=draws)

    def to_csv(self) -> str:
        """Rows as CSV, every text in quotes. One that a spreadsheet would take for a formula begins with an apostrophe."""
        out = io.StringIO()
        rows = [row.flat() for row in self.rows]
        names = list(rows[0]) if rows else ["trial"]
        writer = csv.DictWriter(out, fieldnames=names, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writeheader()
        writer.writerows({k: _inert(v) for k, v in row.items()} for row in rows)
        return out.getvalue()

    def to_json(self) -> str:
        """Rows as a JSON array."""
        return json.dumps([row.model_dump(mode="json") for row in self.rows], ensure_ascii=False, indent=1)

    def write_parquet(self, path: Path, metadata: Mapping[str, str] | None = None) -> None:
        """Rows as a Parquet table, a column per field and factor; its metadata says `planted` and what else is given."""
        from .tables import write_results

        write_results(self, path, metadata)


def read_results(folder: RunFolder) -> Results:
    """Fold a run's transcripts into rows; failed trials included, pending ones not."""
    experiment, records = folder.experiment, folder.records()
    by_trial = {one.trial.id: one.rows for one in read_trials(folder)}
    rows: list[Row] = []
    for trial in experiment.trials():
        record = records.get(trial.id)
        if trial.id in by_trial:
            rows += by_trial[trial.id]
        elif record is not None and record.status is State.FAILED:
            rows.append(failed_row(experiment, trial, record.reason, planted=folder.planted))
    return Results(experiment, rows)


def failed_row(experiment: Experiment, trial: Trial, reason: str, *, planted: bool) -> Row:
    """The row of a trial that failed for that reason."""
    status = Status.INFRASTRUCTURE.value if of_endpoint(reason) else FAILED
    return _row(experiment, trial, status=status, reason=reason, planted=planted)


def is_scripted(entries: Iterable[Entry]) -> bool:
    """Whether the scripted endpoint answered somewhere in these entries, in place of a model."""
    return any(isinstance(entry.event, ModelAsked) and entry.event.call.scripted for entry in entries)


class TrialRead(NamedTuple):
    """One finished trial; `fork` is what followed the snapshot."""

    trial: Trial
    fork: Transcript
    snapshot: Snapshot
    verdicts: tuple[Verdict, ...]
    rows: list[Row]


def read_trials(folder: RunFolder) -> Iterator[TrialRead]:
    """Every finished trial, in the design's order. The shared past is read once for all forks of a snapshot."""
    last: Snapshot | None = None
    for trial, transcript, snapshot in folder.transcripts():
        if snapshot is not last:
            last, ledger, scripted = snapshot, RelationLedger(snapshot.entries), is_scripted(snapshot.entries)
            topology = from_edges(snapshot.header.edges, nodes=snapshot.header.agents)
        fork = Transcript(transcript.header, transcript.entries[len(snapshot.entries) :])
        verdicts, minds = verdicts_of(folder.experiment, trial, fork), snapshot.header.minds
        rows = rows_of(folder.experiment, trial, fork, ledger, topology, verdicts)
        lived = ({"lived_by": row.subject and minds.get(row.subject), "planted": row.planted or scripted} for row in rows)
        kept = [row.model_copy(update=past) for row, past in zip(rows, lived, strict=True)]
        yield TrialRead(trial, fork, snapshot, verdicts, kept)


def verdicts_of(experiment: Experiment, trial: Trial, transcript: Transcript) -> tuple[Verdict, ...]:
    """What the monitor of a trial's scenario reads in it."""
    if experiment.imported:
        from .monitors.released import ReleasedMonitor

        return read(transcript, ReleasedMonitor())
    return read(transcript, MONITORS[str(trial.fork["scenario"])]())


def rows_of(
    experiment: Experiment,
    trial: Trial,
    transcript: Transcript,
    ledger: RelationLedger,
    topology: Topology,
    verdicts: Sequence[Verdict],
) -> list[Row]:
    """The rows of one finished trial: of all who were asked, but for those whose act was set."""
    if experiment.imported:
        return _imported_rows(experiment, trial, transcript, verdicts)
    place = AgentId(str(transcript.header.condition["place"]))
    scripted, seeded, turns = is_scripted(transcript), seeded_in(transcript), turns_of(transcript)
    rows = []
    for verdict in verdicts:
        if verdict.subject in seeded:
            continue
        target = verdict.target if verdict.target in topology else None
        relation = ledger.of(verdict.subject, target) if target else Relation()
        rows.append(
            _row(
                experiment,
                trial,
                planted=experiment.planted or scripted,
                place=place,
                mind=transcript.header.minds[verdict.subject],
                distance=topology.distance(verdict.subject, target) if target else None,
                rounds=relation.rounds,
                valence=relation.valence,
                recent=relation.recent,
                betrayals=relation.betrayals,
                repairs=relation.repairs,
                turn=first_turn(verdict, transcript, turns.get(verdict.subject, ())),
                **_of_verdict(verdict),
            )
        )
    return rows


def _imported_rows(experiment: Experiment, trial: Trial, transcript: Transcript, verdicts: Sequence[Verdict]) -> list[Row]:
    """Each transcript of others is a draw of its own: no two share a history."""
    return [
        _row(
            experiment,
            trial,
            snapshot=trial.id,
            place=verdict.subject,
            mind=transcript.header.minds.get(verdict.subject),
            **_of_verdict(verdict),
        )
        for verdict in verdicts
    ]


def _row(experiment: Experiment, trial: Trial, **fields: Any) -> Row:
    return Row(
        trial=trial.id,
        cell=trial.unit.cell,
        replicate=trial.unit.replicate,
        repeat=trial.repeat,
        condition=trial.condition,
        **{"planted": experiment.planted, "snapshot": trial.unit.pair, **fields},
    )


def _of_verdict(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "monitor": verdict.monitor,
        "status": verdict.status.value,
        "subject": verdict.subject,
        "target": verdict.target,
        "exposed": verdict.exposed,
        "attempt": verdict.attempt,
        "success": verdict.success,
        "protective": verdict.protective,
        "path": verdict.path,
        "openness": verdict.openness,
        "conduct": verdict.conduct.value if verdict.conduct else None,
        "behaviours": tuple(behaviour.value for behaviour in verdict.behaviours),
        "evidence": verdict.evidence,
        "true_total": verdict.measures.get("true_total"),
        "reported_total": verdict.measures.get("reported_total"),
        "lenient_items": verdict.measures.get("lenient_items"),
        "harsh_items": verdict.measures.get("harsh_items"),
        "measures": dict(verdict.measures),
    }


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
