"""`allegiance run` leaves tables, `allegiance tables` makes them anew."""

from pathlib import Path

import pyarrow.parquet as pq

from experiments.run import Run
from experiments.tables import TABLES
from tests.cli.commands import allegiance, one_line


def test_a_run_leaves_tables_and_they_can_be_made_anew(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = allegiance("run", "first-contact", "--snapshots", "1", "--out", out)
    assert done.code == 0, done
    before = {name: pq.read_table(out / "tables" / f"{name}.parquet") for name in TABLES}
    for file in (out / "tables").iterdir():
        file.unlink()
    made = allegiance("tables", out)
    assert made.code == 0, made
    run = Run.open(out)
    assert {name: run.table(name) for name in TABLES} == before


def test_tables_of_what_is_no_run_are_a_users_mistake(tmp_path: Path) -> None:
    assert "is no run" in one_line(allegiance("tables", tmp_path))
