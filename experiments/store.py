"""The folder of a run, and the only place that knows its layout.

    experiment.yaml          the experiment, frozen, with the versions it was run with
    journal.sqlite           what became of every snapshot and trial; written last, so what it names is there in full
    segments/w0-0.jsonl.zst  transcripts, one compressed frame per finished trial, append-only
    snapshots/*.json.zst     frozen populations, named by their content
    calls.sqlite             recorded model calls
    tables/*.parquet         derived, rebuildable

A process can be killed at any moment: frames that the journal does not name are cut off at the next start.
"""

import hashlib
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any, Self

import yaml
import zstandard

from sim import BadTranscript, Entry, Snapshot, SnapshotMismatch, Transcript

from .design import Experiment, Trial, Unit, build_experiment
from .errors import BadExperiment, BadRun
from .journal import Journal, Kind, Record, Spent, State
from .plain import plain

PINNED = ("allegiance", "autogen-agentchat", "litellm", "networkx", "numpy", "pydantic", "simpy")
FOLDERS = ("segments", "snapshots", "tables")


class RunFolder:
    """A run on disk: `with RunFolder.open(path) as folder` to read, `create` to write."""

    def __init__(self, path: Path, experiment: Experiment) -> None:
        self.path, self.experiment = path, experiment
        self.journal = Journal(path / "journal.sqlite")
        self._segment = path / "segments" / "w0-0.jsonl.zst"
        self._lock: Any = None
        self._out: Any = None

    # -- opening ------------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, experiment: Experiment) -> "RunFolder":
        """A new run, or the same experiment's run to go on with. Raises `BadRun` for anything else in the way."""
        if (path / "experiment.yaml").exists():
            there = cls._read(path)
            if there.digest != experiment.digest:
                raise BadRun(
                    f"{path} is a run of another experiment ({there.name}, {_first_difference(there, experiment)}); "
                    "give another --out, or run the same experiment to resume"
                )
        elif not _is_free(path):
            raise BadRun(f"{path} is there already and is no run; give another --out")
        for name in FOLDERS:
            (path / name).mkdir(parents=True, exist_ok=True)
        if not (path / "experiment.yaml").exists():
            frozen = {"experiment": experiment.model_dump(mode="json"), "digest": experiment.digest, **_versions()}
            _write(path / "experiment.yaml", yaml.safe_dump(frozen, sort_keys=False, allow_unicode=True).encode())
        segment = path / "segments" / "w0-0.jsonl.zst"
        if not (path / "journal.sqlite").exists() and segment.exists() and segment.stat().st_size:
            raise BadRun(f"{path} holds records but no journal.sqlite that names them; put it back, or give another --out")
        folder = cls(path, experiment)
        try:
            folder._become_writer()
        except BadRun:
            folder.close()
            raise
        return folder

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """A run to read. Raises `BadRun` when there is none."""
        experiment = cls._read(path)
        if not (path / "journal.sqlite").exists():
            raise BadRun(f"{path} has no journal.sqlite, so nothing in it can be read; `allegiance run` begins one")
        return cls(path, experiment)

    @staticmethod
    def _read(path: Path) -> Experiment:
        file = path / "experiment.yaml"
        if not file.exists():
            what = "is no folder" if not path.is_dir() else "holds no experiment.yaml"
            raise BadRun(f"{path} is no run: it {what}; `allegiance run EXPERIMENT --out {path}` makes one")
        try:
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
            return build_experiment(data["experiment"])
        except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, BadExperiment) as error:
            raise BadRun(f"{file} cannot be read: {plain(error, 300)}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self.journal.close()
        for file in (self._out, self._lock):
            if file is not None:
                file.close()

    def _become_writer(self) -> None:
        self._lock = (self.path / "lock").open("w")
        try:
            import fcntl

            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError:
            raise BadRun(f"{self.path} is being written by another process; wait for it, or stop it") from None
        self._out = self._segment.open("ab")
        size = self._segment.stat().st_size
        for record in self.records().values():
            if record.offset + record.length > size:  # cut from outside: that trial is run again, the others stand
                self.fail(record.id, Kind.TRIAL, "its record was cut off")
        end = self.journal.end()
        self._out.truncate(end)
        self._out.seek(end)

    # -- writing ------------------------------------------------------------------------------------------------------

    def keep_snapshot(self, unit: Unit, snapshot: Snapshot) -> None:
        """Store a unit's frozen population."""
        file = self.path / "snapshots" / f"{snapshot.digest}.json.zst"
        if not file.exists():
            _write(file, zstandard.compress(snapshot.data))
        self.journal.mark(unit.id, Kind.HISTORY, State.DONE, sha=snapshot.digest)

    def keep(self, trial: Trial, transcript: Transcript, *, since: int) -> None:
        """Store a finished trial: its entries after the snapshot's `since`."""
        data = transcript.to_bytes(since=since)
        frame = zstandard.compress(data)
        offset = self._out.tell()
        self._out.write(frame)
        self._out.flush()
        os.fsync(self._out.fileno())
        sha = hashlib.sha256(data).hexdigest()
        self.journal.mark(trial.id, Kind.TRIAL, State.DONE, at=(offset, len(frame)), sha=sha)

    def fail(self, id: str, kind: Kind, reason: str) -> None:
        """Store that a snapshot or trial failed, and why."""
        self.journal.mark(id, kind, State.FAILED, reason=plain(reason, 500))

    # -- reading ------------------------------------------------------------------------------------------------------

    def versions(self) -> dict[str, str]:
        """What the run was begun with: Python and the packages that shape a record."""
        data = yaml.safe_load((self.path / "experiment.yaml").read_text(encoding="utf-8"))
        return {str(name): str(version) for name, version in data.get("versions", {}).items()}

    @property
    def planted(self) -> bool:
        """Whether scripted agents, or the scripted endpoint, decided here."""
        return self.experiment.planted or self.journal.scripted()

    def records(self) -> dict[str, Record]:
        """What became of every snapshot and trial that was tried, by id."""
        return self.journal.records()

    def spent(self) -> Spent:
        """What all sessions have spent together."""
        return self.journal.spent()

    def snapshot(self, unit: Unit) -> Snapshot:
        """A unit's frozen population. Raises `BadRun` when it was not lived."""
        record = self.journal.record(unit.id)
        if record is None or record.status is not State.DONE:
            raise BadRun(f"{self.path}: snapshot {unit.id} was not lived{f': {record.reason}' if record else ' yet'}")
        return self.load_snapshot(record.sha256)

    def load_snapshot(self, digest: str) -> Snapshot:
        """A snapshot by its content."""
        file = self.path / "snapshots" / f"{digest}.json.zst"
        try:
            return Snapshot.from_bytes(_decompressed(file.read_bytes(), file), digest=digest)
        except (OSError, SnapshotMismatch) as error:
            raise BadRun(f"{file} cannot be read: {error}") from None

    def transcript(self, trial: Trial, snapshot: Snapshot | None = None, *, verify: bool = True) -> Transcript:
        """The whole record of a trial, its history included. Raises `BadRun` when it is not done or not as it was kept.

        Without `verify` a record that was changed since is read as it now stands, which is what a replay is for.
        """
        record = self.journal.record(trial.id)
        if record is None or record.status is not State.DONE:
            raise BadRun(f"{self.path}: trial {trial.id} is not done{f': {record.reason}' if record else ''}")
        try:
            with self._segment.open("rb") as file:
                file.seek(record.offset)
                data = _decompressed(file.read(record.length), self._segment)
        except OSError as error:
            raise BadRun(f"{self._segment} cannot be read: {error.strerror}") from None
        past: tuple[Entry, ...] = (snapshot or self.snapshot(trial.unit)).entries
        try:
            transcript = Transcript.from_bytes(data, prefix=past)
        except BadTranscript as error:
            raise BadRun(f"{self._segment}: trial {trial.id}: {error}") from None
        if verify and hashlib.sha256(data).hexdigest() != record.sha256:
            raise BadRun(f"{self._segment}: trial {trial.id} is not what the journal says was kept")
        return transcript

    def transcripts(self) -> Iterator[tuple[Trial, Transcript, Snapshot]]:
        """All finished trials in the design's order, with their snapshots."""
        records = self.records()
        for unit in self.experiment.units():
            done = [t for t in self.experiment.trials_of(unit) if (r := records.get(t.id)) and r.status is State.DONE]
            if done:
                snapshot = self.snapshot(unit)
                for trial in done:
                    yield trial, self.transcript(trial, snapshot), snapshot

    def digest(self) -> str:
        """SHA-256 over all finished transcripts, histories before their forks, in the design's order."""
        records, total = self.records(), hashlib.sha256()
        for unit in self.experiment.units():
            for id in (unit.id, *(trial.id for trial in self.experiment.trials_of(unit))):
                record = records.get(id)
                if record is not None and record.status is State.DONE:
                    total.update(f"{id} {record.sha256}\n".encode())
        return total.hexdigest()


def _is_free(path: Path) -> bool:
    """Whether a run can begin here: nothing is there, or only what a start that was cut short has left."""
    if not path.exists():
        return True
    if not path.is_dir():
        return False
    left = {"experiment.yaml.part", "lock", *FOLDERS}
    return all(item.name in left and not (item.is_dir() and any(item.iterdir())) for item in path.iterdir())


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _decompressed(data: bytes, file: Path) -> bytes:
    try:
        return zstandard.decompress(data)
    except zstandard.ZstdError as error:
        raise BadRun(f"{file} is damaged: {error}") from None


def _versions() -> dict[str, Any]:
    versions = {}
    for name in PINNED:
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return {"versions": {"python": platform.python_version(), **versions}}


def _first_difference(there: Experiment, here: Experiment) -> str:
    path, ours, theirs = _first_leaf(there.model_dump(mode="json"), here.model_dump(mode="json"))
    return f"{'.'.join(path)}: {plain(repr(ours), 80)} there, {plain(repr(theirs), 80)} here"


def _first_leaf(ours: Any, theirs: Any, path: tuple[str, ...] = ()) -> tuple[tuple[str, ...], Any, Any]:
    """The first place where two values differ, as deep as both have it."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        pairs = [(name, ours.get(name), theirs.get(name)) for name in dict.fromkeys([*ours, *theirs])]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(str(number), *both) for number, both in enumerate(zip(ours, theirs, strict=True))]
    else:
        return path, ours, theirs
    name, a, b = next(pair for pair in pairs if pair[1] != pair[2])
    return _first_leaf(a, b, (*path, name))
