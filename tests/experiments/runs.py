"""Small runs, planted and live, and what of them can be compared. No claims of its own."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agents.endpoint import ScriptedEndpoint
from agents.retry import RetryPolicy
from experiments.design import Experiment, build_experiment
from experiments.results import Row, read_results
from experiments.store import RunFolder
from experiments.sweeping import Ending, sweep

ROOT = Path(__file__).parents[2]
SMALL: Mapping[str, Any] = {
    "name": "small",
    "factors": {"population": 4, "history.dose": 2, "history.valence": ["positive", "negative"]},
    "forks": {"target.kind": ["peer", "object"]},
    "snapshots": 1,
    "seed": 11,
}


def planted(**changes: Any) -> Experiment:
    return build_experiment({**SMALL, **changes})


def live(
    url: str, *, spec: Mapping[str, Any] | None = None, models: tuple[str, ...] = ("any",), **changes: Any
) -> Experiment:
    agents = {"kind": "llm", "models": [{"model": model, "api_base": url, **(spec or {})} for model in models]}
    return build_experiment({**SMALL, "agents": agents, **changes})


def in_haste(monkeypatch: pytest.MonkeyPatch, attempts: int = 3) -> None:
    """Shorter pauses between attempts at a model call: the one thing of a sweep that has no setting."""
    policy = RetryPolicy(attempts=attempts, first_pause_s=0.01, longest_pause_s=0.05)
    monkeypatch.setattr("agents.litellm_client.RetryPolicy", lambda: policy)


def swept(experiment: Experiment, path: Path, **more: Any) -> Ending:
    return asyncio.run(sweep(experiment, path, **more))


async def swept_live(
    path: Path, *, changes: Mapping[str, Any] | None = None, concurrency: int = 8, **options: Any
) -> Ending:
    """A live sweep against an endpoint of its own with these options."""
    async with ScriptedEndpoint(**{"seed": 5, "default": "partisan", **options}) as endpoint:
        ending = await sweep(live(endpoint.url, **(changes or {})), path, concurrency=concurrency)
        assert endpoint.counts.by_kind.get("rejected", 0) == 0, "a request was refused with 400"
        return ending


def digest(path: Path) -> str:
    folder = RunFolder.open(path)
    try:
        return folder.digest()
    finally:
        folder.close()


def rows(path: Path) -> tuple[Row, ...]:
    folder = RunFolder.open(path)
    try:
        return read_results(folder).rows
    finally:
        folder.close()


def journal(path: Path, query: str) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(path / "journal.sqlite")
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def edit(database: Path, statement: str, values: tuple[Any, ...] = ()) -> None:
    db = sqlite3.connect(database)
    try:
        db.execute(statement, values)
        db.commit()
    finally:
        db.close()


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a piece of Python in a process of its own, our packages importable."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
