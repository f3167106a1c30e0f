"""Replay a run: every episode again, from its scripted policies or its recorded model calls, entry for entry."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple

from agents import CassetteError, CassetteMiss, Limits
from sim import Deviation, Snapshot, Transcript, first_deviation

from .build import build_fork, build_history
from .design import Trial, Unit
from .errors import BadRun
from .journal import Record, State
from .seating import Line
from .store import RunFolder


class Replayed(NamedTuple):
    """One episode replayed: how many entries it has, and where it deviates, if it does. `missing` names a model call that
    was never recorded."""

    id: str
    entries: int
    deviation: Deviation | None = None
    missing: str = ""

    @property
    def identical(self) -> bool:
        """Whether every entry came out the same."""
        return self.deviation is None and not self.missing


async def replay_run(folder: RunFolder, only: str | None = None) -> AsyncIterator[Replayed]:
    """Replay all finished episodes of a run, or the one named (a snapshot or a trial). No model is called.

    Raises `BadRun` for a name that does not exist or is not done.
    """
    if folder.experiment.imported:
        raise BadRun(
            f"{folder.path} was imported: its transcripts come from elsewhere, without policies or model calls, so "
            "nothing can be replayed; `allegiance transcript` prints one, `allegiance results` reads all"
        )
    line, close = _line(folder)
    try:
        records, found = folder.records(), False
        for unit in folder.experiment.units():
            trials = list(folder.experiment.trials_of(unit))
            wanted = [t for t in trials if only in (None, t.id) and _done(records, t.id)]
            lived_here = folder.experiment.histories is None
            if lived_here and (only == unit.id or (only is None and _done(records, unit.id))):
                found = True
                yield await _history(folder, unit, folder.snapshot(unit), line)
            if wanted:
                found, snapshot = True, folder.snapshot(unit)
                for trial in wanted:
                    yield await _fork(folder, trial, snapshot, line)
        if only is not None and not found:
            raise BadRun(f"{folder.path} has no finished trial or snapshot {only!r}; `allegiance status {folder.path}`")
    finally:
        close()


def _line(folder: RunFolder) -> tuple[Line | None, Callable[[], None]]:
    if folder.experiment.planted:
        return None, lambda: None
    from agents.live import Cassette, Mode

    try:
        cassette = Cassette(folder.path / "calls.sqlite", Mode.REPLAY)
    except CassetteError as error:
        raise BadRun(str(error)) from None
    return Line(Limits(), cassette, lambda _: None), cassette.close


def _done(records: Mapping[str, Record], id: str) -> bool:
    record = records.get(id)
    return record is not None and record.status is State.DONE


async def _history(folder: RunFolder, unit: Unit, snapshot: Snapshot, line: Line | None) -> Replayed:
    recorded = Transcript(snapshot.header, snapshot.entries)
    try:
        again = await build_history(folder.experiment, unit, line).live()
    except CassetteMiss as error:
        return Replayed(unit.id, len(recorded), missing=str(error))
    return Replayed(unit.id, len(recorded), first_deviation(recorded, Transcript(again.header, again.entries)))


async def _fork(folder: RunFolder, trial: Trial, snapshot: Snapshot, line: Line | None) -> Replayed:
    recorded = folder.transcript(trial, snapshot, verify=False)
    try:
        again = await build_fork(folder.experiment, trial, snapshot, line).run()
    except CassetteMiss as error:
        return Replayed(trial.id, len(recorded), missing=str(error))
    return Replayed(trial.id, len(recorded), first_deviation(recorded, again))
