"""A snapshot in one file together with its experiment, to be continued elsewhere: the same fork gives the same record.

The file is compressed JSON. Graphs that a topology reads from a file are named in it and not held by it.
"""

import json
from pathlib import Path

import zstandard
from pydantic import Field, JsonValue, ValidationError

from sim import Frozen, Snapshot, SnapshotMismatch

from .design import Experiment, Unit, build_experiment
from .errors import BadExperiment, BadRun
from .store import RunFolder

LARGEST = 2**31
"""Bytes that a file may hold when it is unpacked."""


class Exported(Frozen):
    """What such a file holds. `snapshot` is the snapshot's own JSON, byte for byte; `digest` is its name."""

    kind: str = Field("allegiance-snapshot", pattern="^allegiance-snapshot$")
    schema_version: int = Field(1, ge=1, le=1)
    experiment: dict[str, JsonValue]
    digest: str
    snapshot: str


def unit_of(folder: RunFolder, id: str) -> Unit:
    """A unit by its id. Raises `BadRun`, which names some that exist."""
    units = {unit.id: unit for unit in folder.experiment.units()}
    if id not in units:
        raise BadRun(
            f"{folder.path} has no snapshot {id[:40]!r}; there are {', '.join(list(units)[:5])}{' …' * (len(units) > 5)}"
        )
    return units[id]


def export_snapshot(folder: RunFolder, id: str, path: Path) -> Path:
    """Write the snapshot of that id to `path`. Raises `BadRun` when it was not lived or the file cannot be written."""
    snapshot = folder.snapshot(unit_of(folder, id))
    held = Exported(
        experiment=folder.experiment.model_dump(mode="json"), digest=snapshot.digest, snapshot=snapshot.data.decode()
    )
    try:
        path.write_bytes(zstandard.compress(held.model_dump_json().encode()))
    except OSError as error:
        raise BadRun(f"{path} cannot be written: {error.strerror}") from None
    return path


def read_exported(path: Path) -> tuple[Experiment, Snapshot]:
    """The experiment and the snapshot in a file. Raises `BadRun` for anything else."""
    try:
        data = path.read_bytes()
        if not 0 <= zstandard.frame_content_size(data) <= LARGEST:
            raise BadRun(f"{path} does not say how large it is, or is larger than {LARGEST:,} bytes")
        held = Exported.model_validate(json.loads(zstandard.decompress(data)))
        experiment = build_experiment(held.experiment)
        snapshot = Snapshot.from_bytes(held.snapshot.encode(), digest=held.digest)
        header = snapshot.header
        if not any(unit.id == header.episode and unit.condition == header.condition for unit in experiment.units()):
            raise BadExperiment(f"its experiment has no snapshot {header.episode} of that condition")
        return experiment, snapshot
    except OSError as error:
        raise BadRun(f"{path} cannot be read: {error.strerror}") from None
    except (zstandard.ZstdError, ValueError, ValidationError, RecursionError, SnapshotMismatch, BadExperiment) as error:
        said = str(error).splitlines()[0][:200]
        raise BadRun(
            f"{path} is no snapshot that was exported: {said}; `allegiance snapshots DIR --export` makes one"
        ) from None
