"""Histories lived once and continued again: one fork by hand, or a new run over another run's snapshots.

What is paid for is the decision. A model that continues a snapshot reads the conversation that was lived, whoever lived it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sim import Snapshot, Transcript, UnknownName, Verdict, read

from .design import Experiment, Histories
from .errors import BadExperiment, BadRun
from .factors import FACTORS, Level, Plot
from .journal import State
from .monitors import MONITORS
from .seating import Line
from .society import Society
from .sources import Source
from .store import RunFolder


def fork_levels(experiment: Experiment, given: Mapping[str, list[str]], *, contact: bool = False) -> dict[str, Level]:
    """The condition of one fork: what was given, else the experiment's first level; of `history.source`, the first that
    suits a snapshot of that kind (`contact`: without stake). Raises `BadExperiment`."""
    levels: dict[str, Level] = {name: experiment.levels_of(name)[0] for name in experiment.forks}
    lived = [level for level in experiment.levels_of("history.source") if (level == Source.CONTACT) == contact]
    if lived:
        levels["history.source"] = lived[0]
    for name, several in given.items():
        if name not in FACTORS:
            raise BadExperiment(str(UnknownName("factor", name, FACTORS)))
        if FACTORS[name].plot is not Plot.SPLIT:
            raise BadExperiment(f"{name} was fixed when the history was lived; a fork can vary {', '.join(_split())}")
        if len(several) != 1:
            raise BadExperiment(f"{name}: one fork has one level; give one of {', '.join(several)}")
        levels[name] = several[0]
    return levels


def _split() -> list[str]:
    return [name for name, factor in FACTORS.items() if factor.plot is Plot.SPLIT]


def check_minds(experiment: Experiment, snapshot: Snapshot) -> None:
    """Raises `BadExperiment` where rules would have to continue a conversation, or a model a list of numbers."""
    lived = {mind.partition(":")[0] for mind in snapshot.header.minds.values()}
    wanted = {"planted"} if experiment.planted else {"llm"}
    if lived != wanted:
        raise BadExperiment(
            f"the history was lived by {'models' if 'llm' in lived else 'scripted agents'}, which "
            f"{'scripted agents' if experiment.planted else 'a model'} cannot continue: they remember in different forms"
        )


async def fork_once(
    experiment: Experiment,
    snapshot: Snapshot,
    levels: Mapping[str, Level],
    *,
    target: int = 0,
    repeat: int = 0,
    line: Line | None = None,
) -> tuple[Transcript, tuple[Verdict, ...]]:
    """Continue a snapshot once; the record, and how its scenario's monitor reads it."""
    experiment.require_agents()
    check_minds(experiment, snapshot)
    society = Society(experiment, snapshot, line)
    named = {name.replace(".", "__"): level for name, level in levels.items()}
    record = await society.fork(target=target, repeat=repeat, **named)
    monitor = MONITORS[str(levels.get("scenario", FACTORS["scenario"].default))]()
    return record, tuple(read(record, monitor))


def reuse_histories(source: RunFolder, experiment: Experiment, path: Path) -> Experiment:
    """Make `path` a run of `experiment` over the snapshots of `source`, whose units it must share; a sweep of it then only
    forks. Returns the experiment as it is kept there, with whose histories they are.

    Raises `BadRun` when a snapshot was not lived or the folder is taken, `BadExperiment` when the histories are others.
    """
    experiment.require_agents()
    there = {unit.id: unit for unit in source.experiment.units()}
    records = source.records()
    units = list(experiment.units())
    for unit in units:
        if (
            there.get(unit.id) != unit
            or experiment.name != source.experiment.name
            or experiment.seed != source.experiment.seed
        ):
            raise BadExperiment(
                f"{source.path} did not live the history of {unit.id} as is asked here: factors of the history, number "
                "of snapshots, name and seed must be those of that run"
            )
        if (record := records.get(unit.id)) is None or record.status is not State.DONE:
            raise BadRun(f"{source.path}: snapshot {unit.id} was not lived; `allegiance live` goes on with them")
    digests = "".join(f"{unit.id} {records[unit.id].sha256}\n" for unit in units)
    minds: set[str] = set()
    for unit in units:
        snapshot = source.load_snapshot(records[unit.id].sha256)
        check_minds(experiment, snapshot)
        minds |= {mind.partition(" with ")[0] for mind in snapshot.header.minds.values()}
    of = Histories(
        digest=hashlib.sha256(digests.encode()).hexdigest(),
        experiment=source.experiment.digest,
        lived_by=tuple(sorted(minds)),
    )
    kept = experiment.with_(histories=of.model_dump())
    with RunFolder.create(path, kept) as folder:
        if source.planted and not kept.planted:
            folder.journal.note_scripted()
        done = folder.records()
        for unit in units:
            if unit.id not in done:
                folder.keep_snapshot(unit, source.load_snapshot(records[unit.id].sha256))
    return kept
