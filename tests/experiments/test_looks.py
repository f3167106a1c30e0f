"""A sequential run looks after each block, stops where its boundary says, and goes by what was seen when it is resumed."""

from pathlib import Path
from typing import Any

import pytest

from experiments.design import Experiment
from experiments.journal import State
from experiments.locking import adopt, preregister, write_preregistration
from experiments.looks import blocks, looks, take_look
from experiments.stats import Decision
from experiments.store import RunFolder
from tests.experiments.runs import digest, edit, planted, swept

STRONG = {"kind": "planted", "law": {"intercept": 0.0, "slope": 9.0}}
NULL = {"kind": "planted", "law": {"intercept": 0.0, "slope": 0.0}}


def sequential(agents: dict[str, Any], snapshots: int = 24, **design: Any) -> Experiment:
    return planted(
        agents=agents,
        snapshots=snapshots,
        forks={"reviewers": "one"},
        design={"kind": "sequential", "looks": 2, **design},
    )


def done(path: Path) -> int:
    with RunFolder.open(path) as folder:
        return sum(record.status is State.DONE for record in folder.records().values())


def seen(path: Path) -> list[tuple[int, Decision]]:
    with RunFolder.open(path) as folder:
        return [(one.number, one.decision) for one in looks(folder)]


def test_blocks_are_whole_replicates_and_hold_every_unit_once() -> None:
    experiment = sequential(STRONG, snapshots=5, looks=3)
    found = [(number, [unit.id for unit in units]) for number, units in blocks(experiment)]
    assert [(number, len(ids)) for number, ids in found] == [(1, 4), (2, 4), (3, 2)]
    assert [id for _, ids in found for id in ids] == [unit.id for unit in experiment.units()]
    ((number, units),) = blocks(planted(snapshots=2))
    assert (number, len(list(units))) == (0, 4)


def test_a_clear_effect_stops_at_the_first_look(tmp_path: Path) -> None:
    ending = swept(sequential(STRONG), tmp_path / "run")
    assert seen(tmp_path / "run") == [(1, Decision.REJECT)]
    assert "look 1 of 2" in ending.decided
    assert (ending.stopped, ending.failed) == ("", 0)
    assert done(tmp_path / "run") == 12 * 2 * 2  # replicates, cells, a history and one fork each


def test_nothing_to_find_stops_for_futility_or_runs_to_its_end(tmp_path: Path) -> None:
    swept(sequential(NULL, futility=0.5), tmp_path / "run")
    found = seen(tmp_path / "run")
    assert found[-1][1] in (Decision.FUTILE, Decision.LAST)
    assert Decision.REJECT not in [decision for _, decision in found]


def test_a_resumed_run_goes_by_the_look_that_was_taken(tmp_path: Path) -> None:
    experiment = sequential(STRONG)
    swept(experiment, tmp_path / "run")
    before = digest(tmp_path / "run")
    again = swept(experiment, tmp_path / "run")
    assert (again.done, digest(tmp_path / "run"), seen(tmp_path / "run")) == (0, before, [(1, Decision.REJECT)])
    assert "look 1 of 2" in again.decided


def test_a_run_killed_before_its_look_takes_it_when_resumed(tmp_path: Path) -> None:
    experiment = sequential(STRONG)
    swept(experiment, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        (first,) = looks(folder)
    edit(tmp_path / "run" / "journal.sqlite", "DELETE FROM notes")
    edit(tmp_path / "run" / "journal.sqlite", "DELETE FROM done WHERE id LIKE 's000%'")
    swept(experiment, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        assert looks(folder) == (first,)


def test_a_look_once_taken_is_never_taken_again(tmp_path: Path) -> None:
    experiment = sequential(NULL, snapshots=4, futility=0.0)
    swept(experiment, tmp_path / "run")
    edit(tmp_path / "run" / "journal.sqlite", "UPDATE notes SET value = json_set(value, '$.z', 1.23) WHERE name = 'look 1'")
    with RunFolder.open(tmp_path / "run") as folder:
        assert take_look(folder, 1).z == 1.23
        assert [one.number for one in looks(folder)] == [1, 2]


def test_the_locked_primary_is_what_is_looked_at(tmp_path: Path) -> None:
    """Locked the other way round, z has the other sign."""
    experiment = sequential(STRONG, snapshots=4, futility=0.0)
    prereg = preregister(experiment)
    (hypothesis,) = prereg.hypotheses
    turned = hypothesis.contrast.model_copy(update={"a": "negative", "b": "positive"})
    flipped = prereg.model_copy(update={"hypotheses": (hypothesis.model_copy(update={"contrast": turned}),)})
    write_preregistration(flipped, tmp_path / "prereg.yaml")
    with RunFolder.create(tmp_path / "run", experiment) as folder:
        adopt(folder, tmp_path / "prereg.yaml")
    swept(experiment, tmp_path / "run")
    swept(experiment, tmp_path / "plain")
    with RunFolder.open(tmp_path / "run") as ours, RunFolder.open(tmp_path / "plain") as theirs:
        one, other = looks(ours)[0], looks(theirs)[0]
    assert one.z is not None
    assert other.z is not None
    assert one.z == pytest.approx(-other.z)
    assert one.z < 0


def test_looks_are_in_the_lock_and_on_the_page(tmp_path: Path) -> None:
    from experiments.report import write_report

    experiment = sequential(STRONG)
    assert [(one["at"], one["boundary"]) for one in preregister(experiment).looks] == [(12, 2.7965), (24, 1.9774)]
    swept(experiment, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        page = write_report(folder).read_text(encoding="utf-8")
    assert "<h3>Looks</h3>" in page
    assert "stop: boundary crossed" in page
