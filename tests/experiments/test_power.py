"""Power: published figures, the same test as in the results, the structure of the design itself."""

from pathlib import Path

import numpy as np
import pytest

from experiments.catalog import find_experiment
from experiments.design import build_experiment
from experiments.errors import BadExperiment
from experiments.estimand import parse_estimand, primary_of
from experiments.power import fisher_n, fisher_power, power, power_line, simulate, structure
from experiments.results import read_results
from experiments.stats import difference
from experiments.store import RunFolder
from tests.experiments.runs import planted, swept


@pytest.mark.parametrize(
    ("a", "b", "for_80", "for_90"),
    [(0.01, 0.15, 63, 77), (0.15, 0.997, 7, 7), (0.023, 0.963, 5, 5), (0.15, 0.30, 135, 175), (0.30, 0.50, 102, 135)],
)
def test_independent_rows_needed_for_fishers_test(a: float, b: float, for_80: int, for_90: int) -> None:
    """The planning table for independent rows, whose larger figures were looked for in steps of five."""
    assert for_80 - 5 <= fisher_n(a, b, 0.8) <= for_80
    assert for_90 - 5 <= fisher_n(a, b, 0.9) <= for_90


@pytest.mark.slow
@pytest.mark.parametrize(
    ("a", "b", "for_80", "for_90"),
    [(0.01, 0.05, 305, 385), (0.05, 0.15, 155, 200), (0.10, 0.20, 215, 285), (0.50, 0.65, 185, 245)],
)
def test_independent_rows_needed_where_effects_are_small(a: float, b: float, for_80: int, for_90: int) -> None:
    assert for_80 - 5 <= fisher_n(a, b, 0.8) <= for_80
    assert for_90 - 5 <= fisher_n(a, b, 0.9) <= for_90


def test_fishers_power_by_enumeration() -> None:
    from scipy.stats import binom, fisher_exact

    total = sum(
        binom.pmf(x, 6, 0.2) * binom.pmf(y, 6, 0.8)
        for x in range(7)
        for y in range(7)
        if fisher_exact([[x, y], [6 - x, 6 - y]]).pvalue <= 0.05
    )
    assert fisher_power(0.2, 0.8, 6) == pytest.approx(total)
    with pytest.raises(ValueError, match="equal rates"):
        fisher_n(0.3, 0.3)


@pytest.mark.parametrize(
    ("a", "b", "icc", "trials"),
    [
        (0.01, 0.15, 0.1, 12), (0.01, 0.15, 0.2, 16), (0.01, 0.15, 0.4, 30),
        (0.15, 0.997, 0.1, 4), (0.15, 0.997, 0.2, 4), (0.15, 0.997, 0.4, 4),
        (0.15, 0.30, 0.1, 30), (0.15, 0.30, 0.2, 40), (0.15, 0.30, 0.4, 60),
        (0.30, 0.50, 0.1, 20), (0.30, 0.50, 0.2, 40), (0.30, 0.50, 0.4, 60),
    ],
)  # fmt: skip
def test_trials_needed_when_nine_witnesses_share_one(a: float, b: float, icc: float, trials: int) -> None:
    """The planning table for unpaired trials, permuted: at least 80 % there, and less with half as many (its steps are
    coarse; four trials cannot be halved, because three are never enough)."""
    found = simulate([9] * trials, [9] * trials, (a, b), icc=icc, shared=0, paired=False, draws=1_000, seed=7)
    assert found.power(trials) > 0.8 - 0.04
    assert found.power(3 if trials == 4 else trials // 2) < 0.8


def test_three_trials_an_arm_never_reach_five_percent() -> None:
    found = simulate([9] * 4, [9] * 4, (0.0, 1.0), icc=0.2, shared=0, paired=False, draws=20)
    assert [found.power(trials) for trials in (2, 3, 4)] == [0, 0, 1]
    paired = simulate([9] * 6, [9] * 6, (0.0, 1.0), icc=0.2, shared=0.5, paired=True, draws=20)
    assert [paired.power(pairs) for pairs in (5, 6)] == [0, 1]


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("pairs", [4, 6, 30])
def test_the_simulated_test_is_that_of_the_results(paired: bool, pairs: int) -> None:
    found = simulate([8] * pairs, [8] * pairs, (0.5, 0.3), icc=0.2, shared=0.5, paired=paired, draws=12, seed=3)
    p_values = found.p_values(pairs)
    for draw in range(12):
        arms = []
        for rates in (found.a[draw], found.b[draw]):
            events = np.rint(rates * 8).astype(int).tolist()
            arms.append([index < count for count in events for index in range(8)])
        names = [snapshot for snapshot in range(pairs) for _ in range(8)]
        own = difference(arms[0], names, arms[1], names, paired=paired, seed=1)
        assert own.p_value == pytest.approx(p_values[draw], abs=1e-12 if pairs < 8 else 0.05)


def test_rows_of_a_snapshot_correlate_as_asked() -> None:
    found = simulate([2] * 4_000, [2] * 4_000, (0.3, 0.3), icc=0.25, shared=1.0, paired=True, draws=10, seed=5)
    for arm in (found.a, found.b):
        assert arm.mean() == pytest.approx(0.3, abs=0.01)
        both = (arm == 1).mean()
        assert (both - 0.09) / 0.21 == pytest.approx(0.25, abs=0.03)


def test_a_null_world_is_rejected_no_more_often_than_alpha() -> None:
    for paired in (True, False):
        found = simulate([8] * 20, [8] * 20, (0.3, 0.3), icc=0.3, shared=0.5, paired=paired, draws=2_000, seed=2)
        assert found.power(20) < 0.05 + 0.013


def test_pairing_within_snapshots_saves_snapshots() -> None:
    shared = simulate([8] * 20, [8] * 20, (0.3, 0.5), icc=0.4, shared=0.8, paired=True, draws=800, seed=2)
    apart = simulate([8] * 20, [8] * 20, (0.3, 0.5), icc=0.4, shared=0.0, paired=False, draws=800, seed=2)
    assert shared.power(20) > apart.power(20) + 0.15


@pytest.mark.parametrize("contrast", ["history.valence:positive:negative", "target.kind:peer:object"])
def test_the_structure_is_what_a_run_has(contrast: str, tmp_path: Path) -> None:
    experiment = planted(
        snapshots=2,
        targets=2,
        repeats=2,
        factors={
            "population": 6,
            "history.dose": 2,
            "history.valence": ["positive", "negative"],
            "topology": ["star", "ring"],
        },
    )
    swept(experiment, tmp_path / "run")
    estimand = parse_estimand(experiment, contrast)
    with RunFolder.open(tmp_path / "run") as folder:
        found = estimand.of(read_results(folder))
    planned = structure(experiment, estimand)
    assert 2 * len(planned.rows_a) == found.clusters_a
    assert 2 * sum(planned.rows_a) == found.rows_a
    assert 2 * sum(planned.rows_b) == found.rows_b


def test_power_rises_with_snapshots_and_effect_and_falls_with_correlation() -> None:
    experiment = find_experiment("quickstart")
    weak, strong = power(experiment, [(0.3, 0.15), (0.5, 0.15)], snapshots=(6, 24), draws=300).curves
    assert weak.points[0].power < weak.points[1].power
    assert weak.points[0].power < strong.points[0].power
    assert weak.for_80 is not None
    assert weak.for_90 is not None
    assert weak.for_80 <= weak.for_90
    clustered = power(experiment, [(0.3, 0.15)], snapshots=(6,), icc=0.6, draws=300).curves[0]
    assert clustered.points[0].power < weak.points[0].power


def test_a_sequential_design_spends_little_power_on_looking() -> None:
    experiment = find_experiment("first-contact")
    experiment = experiment.with_(factors={"population": [4], "history.valence": ["positive", "negative"]}, snapshots=40)
    once = power(experiment, snapshots=(40,), draws=600).curves[0].points[0].power
    looked = power(experiment.with_(design="sequential"), snapshots=(40,), draws=600).curves[0].points[0].power
    assert once - 0.06 < looked <= once + 0.02


def test_power_fits_on_a_line_and_says_so_where_nothing_is_varied() -> None:
    line = power_line(find_experiment("first-contact"))
    assert "VAL: history.valence positive − negative" in line
    assert "\n" not in line
    assert "varies nothing" in power_line(build_experiment({"name": "x"}))


def test_impossible_rates_are_refused() -> None:
    experiment = find_experiment("first-contact")
    with pytest.raises(BadExperiment, match="between 0 and 1"):
        power(experiment, [(30, 15)])
    with pytest.raises(BadExperiment, match="correlations"):
        power(experiment, icc=1.0)
    with pytest.raises(BadExperiment, match="draws"):
        power(experiment, draws=1)
    assert primary_of(experiment).name == "VAL"
