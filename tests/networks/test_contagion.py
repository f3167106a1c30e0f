from math import log

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import minimize

from experiments.errors import BadExperiment
from experiments.networks.contagion import (
    NEVER,
    Cascade,
    Mechanism,
    at_risk,
    compare_mechanisms,
    hazard,
    spread,
)
from experiments.networks.pull import majority_pull
from experiments.networks.seeding import seed_effect, seed_effect_of
from experiments.stats import NullModel

from . import towns


def steps(*values: int | None) -> np.ndarray:
    return np.array([NEVER if value is None else value for value in values])


def spreading(rng: np.random.Generator, threshold: bool, snapshot: int, seeds: int = 2, q: float = 0.25) -> Cascade:
    """A small world of 16: independent cascade with chance q, or a steep threshold at two acts seen."""
    graph = nx.connected_watts_strogatz_graph(16, 4, 0.1, 100, seed=int(rng.integers(10**6)))
    ties, acted = nx.to_numpy_array(graph) > 0, np.full(16, NEVER)
    first = rng.choice(16, seeds, replace=False)
    acted[first] = 0
    for step in range(1, 12):
        for agent in np.flatnonzero(acted == NEVER):
            fresh = (ties[agent] & (acted == step - 1)).sum()
            seen = (ties[agent] & (acted != NEVER) & (acted < step)).sum()
            p = 1 / (1 + np.exp(-4 * (seen - 2))) if threshold else 1 - (1 - q) ** fresh
            if fresh and rng.random() < p:
                acted[agent] = step
    none = np.full(16, NEVER)
    return Cascade(snapshot, 12, ties, acted, none, none, tuple(first.tolist()))


def test_who_is_at_risk_and_what_it_saw_by_hand() -> None:
    """Three in a line: the first is a seed, the second refuses at step 1, the third acts at step 2."""
    line = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=bool)
    one = Cascade("s", 4, line, steps(0, None, 2), steps(None, 1, None), steps(None, None, None), (0,))
    records = at_risk([one])
    assert records.acted.tolist() == [0, 0, 0, 0, 1]
    assert records.protectors.tolist() == [0, 1, 0, 0, 0]
    assert records.fresh.tolist() == [0, 1, 0, 0, 0]
    assert records.refusers.tolist() == [0, 0, 0, 0, 1]
    assert records.seen.tolist() == [2, 2, 1, 1, 1]
    assert set(records.snapshot) == {"s"}


def test_those_who_never_act_are_at_risk_to_the_end() -> None:
    pair = np.array([[0, 1], [1, 0]], dtype=bool)
    never = steps(None, None)
    assert len(at_risk([Cascade(0, 5, pair, never, never, never)]).acted) == 10
    asked = Cascade(0, 5, pair, never, never, never, subjects=(1,))
    assert len(at_risk([asked]).acted) == 5, "the target, say, was not asked"
    assert len(at_risk([]).acted) == 0


def test_the_hazard_is_logistic_regression_with_what_was_seen() -> None:
    rng = np.random.default_rng(1)
    records = at_risk([spreading(rng, False, k) for k in range(20)])
    found = hazard(records)
    design = np.column_stack([np.ones(len(records.acted)), records.protectors])

    def loss(b: np.ndarray) -> float:
        eta = design @ b
        return float(np.logaddexp(0, eta).sum() - eta @ records.acted)

    best = minimize(loss, np.zeros(2), method="BFGS")
    assert [effect.name for effect in found.effects] == ["intercept", "protectors"], "nothing else varies"
    assert [effect.estimate for effect in found.effects] == pytest.approx(best.x.tolist(), abs=1e-3)
    assert found.log_likelihood == pytest.approx(-best.fun)
    assert found.snapshots == 20
    low = found.effects[1].low
    assert low is not None
    assert low > 0


def test_intervals_of_the_hazard_cover_what_was_planted() -> None:
    """Agents of a ring act with log-odds -2 + .8 protectors seen; forks of one snapshot are alike."""
    ties = nx.to_numpy_array(nx.cycle_graph(10)) > 0
    covered = 0
    for seed in range(60):
        rng, cascades = np.random.default_rng(seed), []
        for fork in range(24):
            acted = np.full(10, NEVER)
            for step in range(4):
                seen = (ties & (acted != NEVER)[None, :] & (acted < step)[None, :]).sum(axis=1)
                now = (acted == NEVER) & (rng.random(10) < 1 / (1 + np.exp(2 - 0.8 * seen)))
                acted[now] = step
            none = np.full(10, NEVER)
            cascades.append(Cascade(fork // 2, 4, ties, acted, none, none))
        effect = hazard(at_risk(cascades)).effects[1]
        covered += effect.low is not None and effect.high is not None and effect.low <= 0.8 <= effect.high
    assert covered >= 52


def test_what_has_no_hazard_is_said() -> None:
    pair, never = np.array([[0, 1], [1, 0]], dtype=bool), steps(None, None)
    with pytest.raises(ValueError, match="0 acts in 6 records"):
        hazard(at_risk([Cascade(0, 3, pair, never, never, never)]))
    with pytest.raises(ValueError, match="0 acts in 0 steps"):
        compare_mechanisms([Cascade(0, 3, pair, never, never, never)])
    follows = [Cascade(k, 2, pair, steps(0, 1), never, never, (0,)) for k in range(4)]
    with pytest.raises(ValueError, match="separates"):
        hazard(at_risk(follows))


def test_q_is_the_maximum_of_the_cascade_likelihood() -> None:
    """Everybody sees one act at a time: q is the share of chances taken, and the log score that of a coin of q."""
    pair, never = np.array([[0, 1], [1, 0]], dtype=bool), steps(None, None)
    many = [Cascade(k, 2, pair, steps(0, 1 if k < 12 else None), never, never, (0,)) for k in range(40)]
    found = compare_mechanisms(many)
    fit = next(fit for fit in found.fits if fit.mechanism is Mechanism.CASCADE)
    assert fit.parameters[0] == pytest.approx(0.3, abs=1e-4)
    assert fit.log_likelihood == pytest.approx(12 * log(0.3) + 28 * log(0.7))
    assert fit.bic == pytest.approx(log(40) - 2 * fit.log_likelihood)
    assert found.best is Mechanism.CASCADE, "the threshold's second parameter buys nothing"
    assert (found.records, found.acts, found.unprompted) == (40, 12, 0)


@pytest.mark.parametrize("threshold", [False, True])
def test_forty_cascades_tell_the_mechanism(threshold: bool) -> None:
    rng = np.random.default_rng(3)
    found = compare_mechanisms([spreading(rng, threshold, k) for k in range(40)], list(Mechanism))
    truth = (Mechanism.THRESHOLD, Mechanism.SHARE) if threshold else (Mechanism.CASCADE,)
    assert found.best in truth
    assert found.fits[0].held_out is not None
    held = {fit.mechanism: fit.held_out for fit in found.fits}
    other = held[Mechanism.CASCADE if threshold else Mechanism.THRESHOLD]
    assert other is not None
    assert found.fits[0].held_out > other


@pytest.mark.slow
@pytest.mark.parametrize(("number", "least"), [(20, 0.85), (80, 0.96)])
def test_how_many_cascades_it_takes(number: int, least: float) -> None:
    """methods.md 3.5 states .97 for both from 80 on."""
    rng, right = np.random.default_rng(4), {False: 0, True: 0}
    for _ in range(30):
        for threshold, mechanism in ((False, Mechanism.CASCADE), (True, Mechanism.THRESHOLD)):
            right[threshold] += compare_mechanisms([spreading(rng, threshold, k) for k in range(number)]).best is mechanism
    assert min(right.values()) >= least * 30


def test_spread_by_hand() -> None:
    ring = nx.to_numpy_array(nx.cycle_graph(4)) > 0
    never = steps(None, None, None, None)
    found = spread(
        [
            Cascade(0, 6, ring, steps(0, 1, 3, 5), never, never, (0,)),
            Cascade(0, 6, ring, steps(0, None, None, None), never, never, (0,)),
        ]
    )
    assert found.size == 1.5
    assert found.half == 0.5, "half of four at step 1, half of one at step 0"
    assert found.spectral_radius == pytest.approx(2)
    assert spread([Cascade(0, 6, ring, never, never, never)]).half is None
    with pytest.raises(ValueError, match="no cascades"):
        spread([])


def test_the_pull_of_a_majority_is_recovered() -> None:
    """Agents decide one after another, everybody seen, with Pr = (1 + tanh(beta m)) / 2."""
    rng, cascades = np.random.default_rng(5), []
    everyone = ~np.eye(20, dtype=bool)
    for fork in range(40):
        protected, complied = np.full(20, NEVER), np.full(20, NEVER)
        for step in range(20):
            pro, con = (protected != NEVER).sum(), (complied != NEVER).sum()
            m = (pro - con) / (pro + con) if step else 0.0
            (protected if rng.random() < (1 + np.tanh(0.8 * m)) / 2 else complied)[step] = step
        cascades.append(Cascade(fork, 20, everyone, protected, np.full(20, NEVER), complied))
    found = majority_pull(cascades)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.8 < found.high
    assert found.high - found.low < 0.6
    assert found.decisions == 800


# -- CON ----------------------------------------------------------------------------------------------------------------


def test_con_is_the_slope_on_seeds_within_blocks() -> None:
    seeds, blocks = [0, 1, 2, 3] * 5, [k // 4 for k in range(20)]
    rates = [0.1 + 0.15 * r + 0.05 * b for r, b in zip(seeds, blocks, strict=True)]
    found = seed_effect(seeds, rates, blocks, draws=199)
    assert found.estimate == pytest.approx(0.15)
    assert found.low == pytest.approx(0.15)
    assert found.p_value == pytest.approx(2 / 200)
    assert found.null_model is NullModel.N1
    assert seed_effect([1, 1], [0.2, 0.4]).estimate is None
    with pytest.raises(ValueError, match="2 numbers of seeds, 1 rates"):
        seed_effect([1, 2], [0.5])


def test_con_covers_and_keeps_its_size() -> None:
    rng, rejected, covered = np.random.default_rng(6), 0, 0
    for seed in range(150):
        seeds = np.tile([0, 1, 2, 3], 6)
        rates = rng.binomial(8, rng.beta(2, 4, size=24)) / 8
        found = seed_effect(seeds.tolist(), rates.tolist(), seed=seed, draws=99)
        rejected += found.p_value is not None and found.p_value <= 0.05
        covered += found.low is not None and found.high is not None and found.low <= 0 <= found.high
    assert rejected <= 14
    assert covered >= 133


def test_con_from_results_takes_forks_within_snapshots_or_snapshots() -> None:
    design = towns.experiment(factors={"topology": "complete", "population": 6, "history.dose": [0, 1, 2]}, targets=2)
    results = towns.results(design, lambda people, i, j: 0.5)
    assert seed_effect_of(results, "history.dose", draws=99).units == 12
    with pytest.raises(BadExperiment, match="no factor 'sedes'"):
        seed_effect_of(results, "sedes")
    with pytest.raises(BadExperiment, match="the number of seeds is a number"):
        seed_effect_of(results, "channel")
