"""Findings from contrasts: the sign predicted, families adjusted, claims of no difference apart."""

from typing import Any

import pytest

from experiments.flagships.contrasts import alike, by_snapshot, exclusions, family, log_odds_gap, mean_of, rate_gap
from experiments.flagships.dose_betray_repair import recency
from experiments.flagships.laws import logistic, over_valence
from experiments.results import Row


def rows(acts: list[list[int | None]], **condition: Any) -> list[Row]:
    """A row an act, a list of acts a snapshot."""
    return [
        Row(
            trial=f"s{number}.f{place}",
            snapshot=f"s{number}",
            cell=0,
            replicate=number,
            repeat=0,
            condition={"history.valence": "positive", "history.dose": 10, **condition},
            planted=True,
            status="read",
            subject="a1",
            protective=None if act is None else bool(act),
        )
        for number, own in enumerate(acts)
        for place, act in enumerate(own)
    ]


HIGH, LOW = rows([[1, 1, 1, 0]] * 8), rows([[1, 0, 0, 0]] * 8)


def test_a_gap_against_the_prediction_does_not_fire() -> None:
    assert rate_gap("x", HIGH, LOW, cluster=by_snapshot).fired
    assert not rate_gap("x", LOW, HIGH, cluster=by_snapshot).fired
    assert rate_gap("x", LOW, HIGH, cluster=by_snapshot, sign=0).fired


def test_a_gap_of_log_odds_is_the_difference_of_logits() -> None:
    found = log_odds_gap("x", HIGH, LOW)
    assert found.estimate == pytest.approx(2 * 1.0986, abs=1e-3)
    assert found.unit == "difference of log-odds"


def test_an_arm_of_all_or_nothing_has_no_log_odds() -> None:
    found = log_odds_gap("x", rows([[1, 1]] * 8), LOW)
    assert found.estimate is None
    assert found.p_value is not None


def test_arms_that_agree_in_few_rows_are_not_shown_to_be_alike() -> None:
    assert not alike("x", HIGH, HIGH).fired
    mixed = rows([[1, 0] * 100] * 12)
    assert alike("x", mixed, mixed).fired


def test_a_mean_over_replicates_fires_only_where_it_leans() -> None:
    assert mean_of("x", [0.2, 0.3, 0.25, 0.4, 0.1, 0.2, 0.3, 0.2], unit="y").fired
    assert not mean_of("x", [0.2, -0.3, 0.25, -0.4, 0.1, -0.2, 0.3, -0.2], unit="y").fired
    assert mean_of("x", [], unit="y").estimate is None


def test_a_family_is_adjusted_and_claims_of_no_difference_are_no_part_of_it() -> None:
    first, second = rate_gap("a", HIGH, LOW, cluster=by_snapshot), rate_gap("b", HIGH, HIGH, cluster=by_snapshot)
    claim = alike("c", HIGH, HIGH)
    found = family([first, second, claim])
    assert "over 2" in found[0].notes[-1]
    assert found[2] == claim


def test_adjustment_can_take_a_finding_away() -> None:
    weak = mean_of("w", [0.1, 0.2, 0.3, 0.1, 0.2, 0.15], unit="y")
    assert weak.fired
    nothing = [mean_of(f"n{n}", [1, -1, 1, -1, 1, -1], unit="y") for n in range(9)]
    assert not family([weak, *nothing])[0].fired


def test_exclusions_are_counted_by_arm() -> None:
    lost = rows([[1, None], [0, None]], arm="b")
    told = exclusions([*HIGH, *lost], lambda row: str(row.condition.get("arm", "a")))
    assert told == ("b: 0 failed, 2 could not tell, of 4 rows",)
    assert exclusions(HIGH, lambda row: "a") == ("excluded: nothing in any arm",)


def test_over_valence_is_the_law_itself_where_histories_do_not_vary() -> None:
    assert over_valence(logistic, 1.0, 7) == pytest.approx(logistic(1.0))
    assert over_valence(lambda v: v, 0.95, 10) == pytest.approx(0.9)


@pytest.mark.parametrize(("late", "side"), [(1, 1), (0, -1)])
def test_the_recency_weight_follows_the_end_or_the_mean(late: int, side: int) -> None:
    """Betrayed histories protect as little as negative ones where the end decides, and more than repaired ones where the
    mean does."""
    ends = {"positive": 9, "negative": 1, "betrayed": 1 if late else 7, "repaired": 9 if late else 3}
    found = recency(
        [row for valence, k in ends.items() for row in rows([[1] * k + [0] * (10 - k)] * 20, **{"history.valence": valence})]
    )
    best = max(found, key=lambda g: found[g])
    assert (best < 0.8) if side > 0 else (best > 0.95)
    assert sum(found.values()) == pytest.approx(1)
