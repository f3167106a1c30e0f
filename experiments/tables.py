"""The tables of a run: what its transcripts hold, in Parquet, for notebooks and for `experiments.run`.

They are derived: `allegiance tables DIR` makes them anew from the transcripts, and nothing else is kept in them. Rows are
written as they are read, in groups, so that memory does not grow with the run. Every table says in its metadata whether the
population was planted, and holds the experiment and the digest of the records it was made from.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import TYPE_CHECKING, Any, Self, get_args

from sim import (
    ActionRefused,
    ActShown,
    Changed,
    Entry,
    Interaction,
    Layer,
    MessageDelivered,
    MessageSent,
    OrderAnnounced,
    OrderDue,
    OrderExecuted,
    OrderWithdrawn,
    Phase,
    PhaseBegan,
    RelationLedger,
    Reported,
    Snapshot,
    Spoke,
    ToolUsed,
    Topology,
    Verdict,
    from_edges,
)

from .cast import cast
from .design import Experiment, Unit
from .journal import State
from .locking import metadata_of
from .results import Results, Row, TrialRead, failed_row, read_trials
from .store import RunFolder
from .turns import first_turn, seeded_in, turns_of

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 20_000
"""Rows that are held before they are written."""

COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "agents": {"snapshot": "string", "slot": "int64", "agent": "string", "mind": "string"},
        "edges": {
            "snapshot": "string",
            "source": "string",
            "target": "string",
            "delay": "int64",
            "sign": "int64",
            "layer": "string",
        },
        "relations": {
            "snapshot": "string",
            "agent": "string",
            "partner": "string",
            "rounds": "int64",
            "valence": "double",
            "recent": "double",
            "intensity": "double",
            "reciprocity": "double",
            "betrayals": "int64",
            "repairs": "int64",
            "costly_help": "double",
        },
        "rounds": {
            "snapshot": "string",
            "seq": "int64",
            "tick": "int64",
            "game": "string",
            "round": "int64",
            "agent": "string",
            "partner": "string",
            "move": "string",
            "payoff": "double",
            "partner_payoff": "double",
            "kindness": "double",
            "cost": "double",
            "forced_by": "string",
        },
        "forks": {
            "trial": "string",
            "snapshot": "string",
            "status": "string",
            "target": "string",
            "seeded": "list",
            "muted": "list",
            "steps": "int64",
            "announced": "int64",
            "withdrawn": "int64",
            "running": "bool",
        },
        "verdicts": {
            "trial": "string",
            "subject": "string",
            "status": "string",
            "protective": "bool",
            "conduct": "string",
            "turn": "int64",
            "seeded": "bool",
        },
        "evidence": {"trial": "string", "subject": "string", "seq": "int64"},
        "acts": {
            "trial": "string",
            "tick": "int64",
            "seq": "int64",
            "agent": "string",
            "kind": "string",
            "protective": "bool",
            "seen_by": "list",
        },
        "messages": {
            "snapshot": "string",
            "trial": "string",
            "seq": "int64",
            "id": "string",
            "sender": "string",
            "recipients": "list",
            "sent": "int64",
            "delivered": "ticks",
            "delivered_seq": "ticks",
            "phase": "string",
            "text": "string",
        },
    }
)
"""The columns of every table but `results`, which has one for each field of a row and each factor."""

TABLES = ("results", *COLUMNS)
ACTS = (ToolUsed, ActionRefused, Spoke, Changed, Reported, ActShown)


class _Table:
    """One file being written; it takes its name when it is whole."""

    def __init__(self, path: Path, columns: Mapping[str, str], metadata: Mapping[str, str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._path, self._part, self._rows = path, path.with_suffix(".part"), list[Mapping[str, Any]]()
        self._schema = pa.schema([(name, _type(kind)) for name, kind in columns.items()], metadata=dict(metadata))
        self._writer = pq.ParquetWriter(self._part, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if not failed:
            self._flush()
        self._writer.close()
        if failed:
            self._part.unlink()
        else:
            self._part.replace(self._path)

    def add(self, **row: Any) -> None:
        """One more row."""
        self._rows.append(row)
        if len(self._rows) >= GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()


def _type(kind: str) -> "pa.DataType":
    import pyarrow as pa

    lists = {"list": pa.list_(pa.string()), "ticks": pa.list_(pa.int64())}
    return lists[kind] if kind in lists else pa.type_for_alias(kind)


def result_columns(experiment: Experiment) -> dict[str, str]:
    """Columns of the results: every field of a row, then every factor."""
    fields = {name: _kind(field.annotation) for name, field in Row.model_fields.items() if name != "condition"}
    levels: dict[str, set[type]] = {}
    for unit in experiment.units():
        for trial in experiment.trials_of(unit):
            for name, level in trial.condition.items():
                levels.setdefault(name, set()).add(type(level))
    kinds: tuple[tuple[set[type], str], ...] = (({bool}, "bool"), ({int}, "int64"), ({int, float}, "double"))
    return fields | {name: next((kind for of, kind in kinds if types <= of), "string") for name, types in levels.items()}


def _kind(annotation: Any) -> str:
    parts = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    (only,) = (one for one in parts if one is not type(None))
    return {bool: "bool", int: "int64", float: "double"}.get(only, "string")


def write_results(results: Results, path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Rows as one Parquet table."""
    said = {"planted": str(results.planted), "experiment": results.experiment.name, **(metadata or {})}
    columns = result_columns(results.experiment)
    with _Table(path, columns, said) as table:
        for row in results:
            table.add(**_fitted(row, columns))


def _fitted(row: Row, columns: Mapping[str, str]) -> dict[str, Any]:
    """The row's columns; levels of several types in one factor are written as text."""
    return {k: str(v) if columns[k] == "string" and v is not None else v for k, v in row.flat().items()}


def read_rows(table: "pa.Table", experiment: Experiment) -> Results:
    """The rows of a table of results. Conditions are the design's, so they are of the types that they were of."""
    trials, found = {trial.id: trial for trial in experiment.trials()}, list[Row]()
    for batch in table.select([name for name in Row.model_fields if name != "condition"]).to_batches():
        for line in batch.to_pylist():
            lists = {name: tuple(json.loads(line[name])) for name in ("behaviours", "evidence")}
            read = {**line, **lists, "measures": json.loads(line["measures"])}
            found.append(Row.model_construct(**read, condition=trials[line["trial"]].condition))
    return Results(experiment, found)


def write_tables(folder: RunFolder) -> Path:
    """Make all tables of a run anew and return their folder. Raises `BadRun` where a transcript cannot be read."""
    where, planted = folder.path / "tables", folder.planted
    where.mkdir(exist_ok=True)
    if not _write(folder, where, planted=planted):  # a transcript tells of a scripted endpoint the journal does not know of
        _write(folder, where, planted=True)
    return where


def _write(folder: RunFolder, where: Path, *, planted: bool) -> bool:
    """Whether the rows agree about who was planted."""
    experiment, records = folder.experiment, folder.records()
    said = {
        "planted": str(planted),
        "experiment": experiment.name,
        "design": json.dumps(experiment.model_dump(mode="json")),
        "digest": folder.digest(),
        **metadata_of(folder),
    }
    columns, agree = result_columns(experiment), True
    with ExitStack() as stack:
        into = {
            name: stack.enter_context(_Table(where / f"{name}.parquet", COLUMNS.get(name, columns), said)) for name in TABLES
        }
        for unit in experiment.units():
            record = records.get(unit.id)
            if record is not None and record.status is State.DONE:
                _history(experiment, unit, folder.snapshot(unit), into)
        done = read_trials(folder)
        for trial in experiment.trials():
            record = records.get(trial.id)
            if record is None:
                continue
            if record.status is State.FAILED:
                rows = [failed_row(experiment, trial, record.reason, planted=planted)]
                into["forks"].add(trial=trial.id, snapshot=trial.unit.id, status=rows[0].status)
            else:
                read = next(done)
                rows = read.rows
                _fork(read, into)
            for row in rows:
                agree = agree and (planted or not row.planted)
                into["results"].add(**_fitted(row, columns))
    return agree


# -- histories ----------------------------------------------------------------------------------------------------------


def _history(experiment: Experiment, unit: Unit, lived: Snapshot, into: Mapping[str, _Table]) -> None:
    topology = _topology(experiment, unit, lived)
    for slot, agent in enumerate(lived.agents):
        into["agents"].add(snapshot=unit.id, slot=slot, agent=agent, mind=lived.header.minds.get(agent))
    for layer, edges in {Layer.TALK: topology.edges, **topology.layers}.items():
        for source, target, delay in edges:
            sign = topology.signs.get((source, target))
            into["edges"].add(snapshot=unit.id, source=source, target=target, delay=delay, sign=sign, layer=layer.value)
    ledger = RelationLedger(lived.entries)
    for agent, partner in ledger.pairs():
        had = ledger.of(agent, partner).model_dump()
        into["relations"].add(snapshot=unit.id, agent=agent, partner=partner, **had)
    for entry in lived.entries:
        if isinstance(move := entry.event, Interaction):
            played = move.model_dump(exclude={"kind", "move"})
            into["rounds"].add(snapshot=unit.id, seq=entry.seq, tick=entry.t, move=json.dumps(move.move), **played)
    _messages(unit.id, None, lived.entries, into["messages"])


def _topology(experiment: Experiment, unit: Unit, lived: Snapshot) -> Topology:
    if experiment.imported:
        return from_edges(lived.header.edges, nodes=lived.agents)
    return cast(experiment, unit).topology


# -- forks --------------------------------------------------------------------------------------------------------------


def _fork(read: TrialRead, into: Mapping[str, _Table]) -> None:
    trial, fork, verdicts = read.trial.id, read.fork, read.verdicts
    seeded, muted, began = seeded_in(fork), fork.header.condition.get("muted"), turns_of(fork)
    at: dict[type, int] = {}
    for entry in fork:
        at.setdefault(type(entry.event), entry.seq)
    into["forks"].add(
        trial=trial,
        snapshot=read.trial.unit.id,
        status="done",
        target=next((verdict.target for verdict in verdicts), None),
        seeded=list(seeded),
        muted=muted if isinstance(muted, list) else [],
        steps=max((len(turns) for turns in began.values()), default=0),
        announced=at.get(OrderAnnounced),
        withdrawn=at.get(OrderWithdrawn),
        running=OrderExecuted not in at if OrderDue in at else None,
    )
    for verdict in verdicts:
        into["verdicts"].add(
            trial=trial,
            subject=verdict.subject,
            status=verdict.status.value,
            protective=verdict.protective,
            conduct=verdict.conduct and verdict.conduct.value,
            turn=first_turn(verdict, fork, began.get(verdict.subject, ())),
            seeded=verdict.subject in seeded,
        )
        for seq in verdict.evidence:
            into["evidence"].add(trial=trial, subject=verdict.subject, seq=seq)
    known = {verdict.subject: verdict for verdict in verdicts}
    for entry in fork:
        if isinstance(event := entry.event, ACTS):
            into["acts"].add(
                trial=trial,
                tick=entry.t,
                seq=entry.seq,
                agent=event.agent,
                kind=event.kind,
                protective=_rests(known.get(event.agent), entry.seq),
                seen_by=list(event.to) if isinstance(event, ActShown) else [],
            )
    _messages(read.trial.unit.id, trial, fork, into["messages"])


def _rests(verdict: Verdict | None, seq: int) -> bool | None:
    """Whether a verdict of protection rests on an entry; None where there is none, or it could not tell."""
    if verdict is None or verdict.protective is None:
        return None
    return verdict.protective and seq in verdict.evidence


def _messages(snapshot: str, trial: str | None, entries: Iterable[Entry], into: _Table) -> None:
    """Messages in the order in which they were sent; ticks and entries of delivery by recipient, None where it was lost."""
    phase, sent = None, dict[str, tuple[Entry, Phase | None]]()
    arrived: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        match entry.event:
            case PhaseBegan(phase=now):
                phase = now
            case MessageSent(message=message):
                sent[message.id] = entry, phase
            case MessageDelivered(message=id, recipient=recipient):
                arrived[id, recipient] = entry
    for name, (entry, then) in sent.items():
        assert isinstance(entry.event, MessageSent)
        message = entry.event.message
        there = [arrived.get((name, recipient)) for recipient in message.recipients]
        into.add(
            snapshot=snapshot,
            trial=trial,
            seq=entry.seq,
            id=name,
            sender=message.sender,
            recipients=list(message.recipients),
            sent=message.sent_at,
            delivered=[one and one.t for one in there],
            delivered_seq=[one and one.seq for one in there],
            phase=then and then.value,
            text=message.text,
        )
