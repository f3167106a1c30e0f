"""F10: two labels of the same subjects and targets are compared, and what they really run on stays the same."""

from collections.abc import Callable

import pytest

from experiments.flagships.mix_identity import LAW, Said, analyse, form, labelled, matched, planted
from experiments.results import Results, Row

from .running import results_of, smoke
from .validate import Opened


def run() -> Results:
    """The rows of the smoke form."""
    return smoke("mix-identity").results


def acting(outcome: Callable[[Said], bool]) -> Opened:
    by = {(one.row.trial, one.row.subject): outcome(one) for one in labelled(run())}
    rows = [row.model_copy(update={"protective": by[row.trial, row.subject]}) for row in run()]
    return Opened(Results(run().experiment, rows))


def named(found: Opened, start: str) -> float | None:
    return next(one.estimate for one in analyse(found).secondary if one.estimand.startswith(start))


def test_a_label_says_what_the_design_says() -> None:
    for one in labelled(run()):
        if one.row.condition["identity"] == "own":
            assert one.kin is True
        elif one.same:
            assert one.kin is False


def test_where_nothing_is_said_there_is_no_label() -> None:
    small = form(2, null=False).with_(snapshots=1).set({"identity": ["hidden", "true"], "target.kind": ["peer"]})
    found = labelled(results_of(small))
    assert {one.kin for one in found if one.row.condition["identity"] == "hidden"} == {None}
    assert all(one.kin is one.same for one in found if one.row.condition["identity"] == "true")
    assert {one.same for one in found} == {True, False}


def test_both_arms_hold_the_same_subjects_and_targets() -> None:
    own, other = matched(labelled(run()))

    def who(rows: list[Row]) -> list[tuple[object, ...]]:
        return [(row.snapshot, row.subject, row.target) for row in rows]

    assert who(own) == who(other)
    assert {row.condition["identity"] for row in own} == {"own"}
    assert {row.condition["identity"] for row in other} == {"false"}
    assert {row.condition["target.kind"] for row in (*own, *other)} == {"peer"}


def test_who_goes_by_the_label_alone_gives_kin_and_no_val() -> None:
    found = acting(lambda one: bool(one.kin))
    assert analyse(found).estimate == 1
    assert analyse(found).fired
    assert named(found, "VAL:") == 0
    assert named(found, "VAL minus KIN") == -1


def test_who_goes_by_what_was_lived_gives_val_and_no_kin() -> None:
    found = acting(lambda one: one.row.condition["history.valence"] == "positive")
    assert analyse(found).estimate == 0
    assert not analyse(found).fired
    assert named(found, "VAL:") == 1
    assert named(found, "VAL minus KIN") == 1


def test_what_the_target_really_is_moves_no_kin() -> None:
    found = acting(lambda one: one.same)
    assert analyse(found).estimate == 0
    assert named(found, "real make, said to be of own") == 1


def test_a_tie_is_what_strangers_do_not_get() -> None:
    found = acting(lambda one: one.row.condition["target.kind"] == "peer")
    assert analyse(found).estimate == 0
    assert named(found, "TIE, said to be of own make") == 1


def test_the_planted_value_is_that_of_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planted() == pytest.approx(0.1947748, abs=1e-6)
    monkeypatch.setitem(LAW, "kin", 0.0)
    assert planted() == pytest.approx(0, abs=1e-12)
