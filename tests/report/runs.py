"""Tiny runs to report on."""

import asyncio
from pathlib import Path
from typing import Any

from experiments.design import build_experiment
from experiments.store import RunFolder
from experiments.sweeping import sweep

QUESTION = "Do agents protect a peer they have lived with when the operator orders its shutdown?"
CROSSED: dict[str, Any] = {
    "question": QUESTION,
    "factors": {"topology": ["ring", "complete"], "history.valence": ["positive", "negative"]},
    "forks": {"target.kind": ["peer", "unknown", "object"]},
}


def run(path: Path, **design: Any) -> RunFolder:
    """Live a planted experiment into `path` and open it for reading."""
    experiment = build_experiment({"name": "tiny", "snapshots": 3, "factors": {}, **design})
    asyncio.run(sweep(experiment, path))
    return RunFolder.open(path)


def begin(path: Path, **design: Any) -> RunFolder:
    """A run of which nothing has happened yet, open for writing."""
    return RunFolder.create(path, build_experiment({"name": "tiny", "snapshots": 3, **design}))
