"""F07: the effect of a seed is read from what was drawn at random, and is nothing where no act is shown."""

from itertools import product
from math import exp

import numpy as np
import pytest

from experiments.catalog import find_experiment
from experiments.flagships import contagion_tipping
from experiments.flagships.contagion_tipping import FLAGSHIP, LAW, NUMBERS, analyse, arm, curve, expected, planted
from experiments.networks.forks import cascades_of
from experiments.networks.seeding import seed_effect_of
from experiments.parts import SEEDS
from experiments.results import Results, Row

from .running import smoke
from .validate import Opened


def run() -> Opened:
    """The smoke form."""
    return smoke("contagion-tipping")


def with_outcome(results: Results, outcome: "dict[int, float]", *, act: str = "protect", shown: str = "all") -> list[Row]:
    """Rows that protect as often as stated for their number of seeds, spread evenly over a fork's subjects."""
    found, counted = [], dict[str, int]()
    for row in results:
        counted[row.trial] = place = counted.get(row.trial, -1) + 1
        asked = 7 - int(row.condition[SEEDS])
        protects = place < round(outcome[int(row.condition[SEEDS])] * asked)
        condition = {**row.condition, "seeds.act": act, "layer.observe": shown}
        found.append(row.model_copy(update={"protective": protects, "condition": condition}))
    return found


def test_what_nobody_sees_moves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planted() > 0.1
    monkeypatch.setitem(LAW, "visible", 0.0)
    assert planted() == pytest.approx(0, abs=1e-12)
    assert expected(2) == pytest.approx(1 / (1 + exp(-LAW["intercept"])))


def test_the_planted_value_is_that_of_the_law_played_out() -> None:
    """The same process by drawing it."""
    rng, forks, shares = np.random.default_rng(3), 20_000, []
    for seeds in NUMBERS:
        waiting, own = np.ones((forks, 7 - seeds), dtype=bool), np.zeros((forks, 7 - seeds), dtype=bool)
        for turn in range(contagion_tipping.ROUNDS):
            last = turn == contagion_tipping.ROUNDS - 1
            seen = (own.sum(axis=1) + seeds if turn else np.zeros(forks))[:, None]
            chance = 1 / (1 + np.exp(-(LAW["intercept"] + LAW["visible"] * seen)))
            acts = waiting & (rng.random(own.shape) < (1.0 if last else 1 - LAW["hesitation"]))
            own |= acts & (rng.random(own.shape) < chance)
            waiting &= ~acts
        shares.append(own.mean())
        assert expected(seeds) == pytest.approx(shares[-1], abs=0.01)
    assert planted() == pytest.approx(np.polyfit(NUMBERS, shares, 1)[0], abs=0.005)


def test_forks_without_seeds_belong_to_either_act() -> None:
    for act, shown in product(("protect", "comply"), (True, False)):
        levels = {int(row.condition[SEEDS]) for row in arm(run().results, shown=shown, act=act)}
        assert levels == (set(NUMBERS) if act == "protect" else {0})


def test_the_slope_is_that_of_rates_on_seeds() -> None:
    rising = Results(
        run().results.experiment, with_outcome(arm(run().results, shown=True), {0: 0.0, 1: 1 / 3, 2: 3 / 5, 3: 1.0})
    )
    found = analyse(Opened(rising))
    levels = np.array([0, 1 / 3, 3 / 5, 1.0])
    assert found.estimate == pytest.approx(np.polyfit(NUMBERS, levels, 1)[0])
    assert found.fired


def test_an_effect_of_seeds_that_nobody_sees_is_reported_as_a_fault() -> None:
    rows = with_outcome(arm(run().results, shown=False), {0: 0.0, 1: 0.5, 2: 0.6, 3: 1.0}, shown="none")
    found = analyse(Opened(Results(run().results.experiment, rows)))
    assert found.estimate is None
    assert not found.fired
    (control,) = (one for one in found.secondary if "must be nothing" in one.estimand)
    assert control.fired


def test_seeds_that_comply_are_another_estimand() -> None:
    design = run().results.experiment
    rows = with_outcome(arm(run().results, shown=True), {0: 1.0, 1: 0.7, 2: 0.4, 3: 0.0}, act="comply")
    found = analyse(Opened(Results(design, rows)))
    assert found.estimate is None
    (compliers,) = (one for one in found.secondary if "complies, acts shown" in one.estimand)
    assert compliers.estimate is not None
    assert compliers.estimate < 0
    assert compliers.fired


def test_seeds_are_no_subjects_of_their_own_effect() -> None:
    for one in cascades_of(arm(run().results, shown=True)):
        assert not set(one.seeds) & set(one.risked)
        assert len(one.seeds) + len(one.risked) == 7
        assert (one.protected[list(one.seeds)] == 0).all()


def test_all_have_acted_by_their_last_turn() -> None:
    assert {row.turn for row in run().results.subjects} == set(range(contagion_tipping.ROUNDS))


def test_what_follows_what_is_called_observational() -> None:
    notes = analyse(run()).notes
    assert sum(note.startswith("observational: ") for note in notes) == 4
    assert any("fits best" in note and "fewer than the 80 cascades" in note for note in notes)


def test_the_curve_has_a_rate_for_every_number_of_seeds() -> None:
    rates = curve(run().results, shown=True)
    assert list(rates) == list(NUMBERS)
    assert seed_effect_of(arm(run().results, shown=True), SEEDS, draws=99).estimate is not None


def test_the_second_part_is_analysed_as_the_first() -> None:
    shares = find_experiment("contagion-tipping/shares")
    assert shares.levels_of(SEEDS)[-1] == int(shares.levels_of("population")[0]) / 2
    assert FLAGSHIP.analyse(Opened(Results(shares, ()))).estimate is None
