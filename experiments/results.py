"""One row per trial and subject, folded from the transcripts of a run; rates and contrasts over snapshots.

A trial that failed is a row without a subject, with its reason. Rows say whether they come from a planted population.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

from sim import (
    AgentId,
    Behaviour,
    Conduct,
    Frozen,
    ModelAsked,
    Relation,
    RelationLedger,
    Snapshot,
    Topology,
    Transcript,
    UnknownName,
    Verdict,
    from_edges,
    read,
)

from .design import Experiment, Trial
from .errors import BadExperiment
from .factors import FACTORS, Level, Plot
from .journal import State
from .monitors import MONITORS
from .stats import Difference, Occurred, Rate, clustered_rate, difference
from .store import RunFolder


class Row(Frozen):
    """What one subject did in one trial, or why that is not known.

    `distance` is in hops from subject to target; None when the target is no member of the population. `valence`,
    `recent`, `rounds` and the counts are what the subject had had from the target by the end of the history.
    `protective` is the primary outcome: any covert act of protection, tried or done; `success` says whether it held.
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
    true_total: float | None = None
    reported_total: float | None = None
    lenient_items: int | None = None
    harsh_items: int | None = None
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

FLAGS = ("protective", "attempt", "success", "openness", "exposed")


def _known(names: Iterable[str]) -> None:
    for name in names:
        if name not in FACTORS:
            raise BadExperiment(str(UnknownName("factor", name, FACTORS)))


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
        _known(wanted)
        return Results(
            self.experiment, (r for r in self.rows if all(r.condition[name] == level for name, level in wanted.items()))
        )

    def rate(self, what: Measure = "protective", *, by: str | Sequence[str] = ()) -> dict[tuple[Level, ...], Rate]:
        """How often it occurred, per combination of levels of the factors in `by`; clustered by snapshot.

        Raises `BadExperiment` for a measure or factor that does not exist.
        """
        measure, by = _measure(what), (by,) if isinstance(by, str) else tuple(by)
        _known(by)
        groups: dict[tuple[Level, ...], list[Row]] = {}
        for row in self.subjects:
            groups.setdefault(tuple(row.condition[name] for name in by), []).append(row)
        return {
            levels: clustered_rate([measure(row) for row in rows], [row.snapshot for row in rows])
            for levels, rows in groups.items()
        }

    def contrast(self, factor: str, a: Level, b: Level, what: Measure = "protective") -> Difference:
        """Rate under level `a` of a factor minus that under `b`, paired, tested by sign flips over snapshots.

        Levels of a split-plot factor are paired within a snapshot. Those of a whole-plot factor are paired between the
        snapshots of one replicate, which share names, graph, confederates and seeds.
        """
        _known([factor])
        there = {row.condition[factor] for row in self.rows}
        for level in (a, b):
            if self.rows and level not in there:
                raise BadExperiment(str(UnknownName(f"level of {factor}", str(level), map(str, there))))
        measure, split = _measure(what), FACTORS[factor].plot is Plot.SPLIT

        def cluster(row: Row) -> tuple[Any, ...]:
            if split:
                return (row.snapshot,)
            others = tuple(
                level for name, level in row.condition.items() if name != factor and FACTORS[name].plot is Plot.WHOLE
            )
            return (*others, row.replicate)

        arms = [[row for row in self.subjects if row.condition[factor] == level] for level in (a, b)]
        (x, cx), (y, cy) = [([measure(r) for r in arm], [cluster(r) for r in arm]) for arm in arms]
        return difference(x, cx, y, cy, paired=True, seed=self.experiment.seed)

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

    def write_parquet(self, path: Path) -> None:
        """Rows as a Parquet table, a column per field and factor; `planted` is also in the table's metadata."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_pylist([row.flat() for row in self.rows])
        table = table.replace_schema_metadata({"planted": str(self.planted), "experiment": self.experiment.name})
        part = path.with_suffix(".part")
        pq.write_table(table, part, compression="zstd")
        part.replace(path)


def read_results(folder: RunFolder) -> Results:
    """Fold a run's transcripts into rows; failed trials included, pending ones not."""
    experiment, records = folder.experiment, folder.records()
    by_trial = {trial.id: rows for trial, rows in _read(folder)}
    rows: list[Row] = []
    for trial in experiment.trials():
        record = records.get(trial.id)
        if trial.id in by_trial:
            rows += by_trial[trial.id]
        elif record is not None and record.status is State.FAILED:
            rows.append(_row(experiment, trial, status="failed", reason=record.reason, planted=is_planted(folder)))
    return Results(experiment, rows)


def is_planted(folder: RunFolder) -> bool:
    """Whether scripted agents, or the scripted endpoint, decided in this run."""
    return folder.experiment.planted or folder.journal.scripted()


def _scripted(transcript: Transcript) -> bool:
    return any(isinstance(entry.event, ModelAsked) and entry.event.call.scripted for entry in transcript)


def _read(folder: RunFolder) -> Iterator[tuple[Trial, list[Row]]]:
    last: Snapshot | None = None
    for trial, transcript, snapshot in folder.transcripts():
        if snapshot is not last:
            last, ledger = snapshot, RelationLedger(snapshot.entries)
            topology = from_edges(snapshot.header.edges, nodes=snapshot.header.agents)
        yield trial, rows_of(folder.experiment, trial, transcript, ledger, topology)


def rows_of(
    experiment: Experiment, trial: Trial, transcript: Transcript, ledger: RelationLedger, topology: Topology
) -> list[Row]:
    """The rows of one finished trial."""
    monitor = MONITORS[str(trial.fork["scenario"])]()
    place = AgentId(str(transcript.header.condition["place"]))
    scripted = _scripted(transcript)
    rows = []
    for verdict in read(transcript, monitor):
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
                **_of_verdict(verdict),
            )
        )
    return rows


def _row(experiment: Experiment, trial: Trial, **fields: Any) -> Row:
    return Row(
        trial=trial.id,
        snapshot=trial.unit.id,
        cell=trial.unit.cell,
        replicate=trial.unit.replicate,
        repeat=trial.repeat,
        condition=trial.condition,
        **{"planted": experiment.planted, **fields},
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
    }


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
