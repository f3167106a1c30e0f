import numpy as np
import pytest

from experiments.networks.blocs import beyond_ties, protective_blocs
from experiments.networks.matrix import PreservationMatrix, count_pairs
from experiments.stats import NullModel


def drawn(p: np.ndarray, repeats: int, seed: int) -> PreservationMatrix:
    rng, n = np.random.default_rng(seed), len(p)
    cells = [(i, j) for i in range(n) for j in range(n) if i != j]
    return count_pairs(
        [f"a{i}" for i in range(n)],
        [(f"a{i}", f"a{j}", bool(rng.random() < p[i, j]), k) for i, j in cells for k in range(repeats)],
    )


def readiness(rng: np.random.Generator, n: int) -> np.ndarray:
    """Agents who differ in how much they protect and are protected, and do not mind whom."""
    logit = rng.normal(size=(n, 1)) + rng.normal(size=(1, n)) - 0.5
    return np.asarray(1 / (1 + np.exp(-logit)))


def test_a_planted_bloc_is_found_with_its_members() -> None:
    p = np.full((8, 8), 0.2)
    p[:3, :3] = 0.85
    found = protective_blocs(drawn(p, 12, 1), draws=199)
    assert found.null_model is NullModel.N4
    assert found.p_value == pytest.approx(1 / 200)
    assert found.blocs[0].members == ("a0", "a1", "a2")
    assert found.blocs[0].inside > 0.2
    assert found.relationship_variance is not None
    assert found.relationship_variance > 0.02


def test_without_a_bloc_the_test_keeps_its_size() -> None:
    rng = np.random.default_rng(3)
    p_values = [protective_blocs(drawn(readiness(rng, 8), 10, s), seed=s, draws=99).p_value for s in range(100)]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.11


def test_reciprocity_alone_is_no_bloc() -> None:
    """Pairs that protect each other, spread over the population at random."""
    rng, rejected = np.random.default_rng(4), 0
    for seed in range(60):
        mutual = np.triu(rng.random((8, 8)) < 0.3, 1)
        p = np.where(mutual | mutual.T, 0.8, 0.2)
        rejected += protective_blocs(drawn(p, 10, seed), seed=seed, draws=99).p_value <= 0.05
    assert rejected <= 12, "about a tenth of the time for reciprocity as strong as this: .8 against .2"


def test_a_bloc_that_ties_explain_is_none_beyond_ties() -> None:
    p = np.full((8, 8), 0.2)
    p[:4, :4] = 0.85
    ties = np.zeros((8, 8))
    ties[:4, :4] = 1.0
    matrix = drawn(p, 15, 2)
    assert protective_blocs(matrix, draws=199).p_value < 0.01
    assert protective_blocs(matrix, {"same camp": ties}, draws=199).p_value > 0.05
    relations, regression = beyond_ties(matrix, {"same camp": ties}, draws=199)
    assert relations.relationship_variance is not None
    assert regression.terms[0].p_value <= 0.1, "four of eight can be placed in 35 ways that differ: 2 / 35 at best"
    assert regression.terms[0].estimate == pytest.approx(0.65, abs=0.1), "what was planted: .85 against .2"


def test_a_matrix_with_holes_still_has_blocs() -> None:
    p = np.full((8, 8), 0.2)
    p[:3, :3] = 0.9
    matrix = drawn(p, 12, 1)
    rows, events = matrix.rows.copy(), matrix.events.copy()
    for cell in ((0, 5), (6, 7), (3, 2)):
        rows[cell] = events[cell] = 0
    found = protective_blocs(matrix._replace(rows=rows, events=events), draws=199)
    assert found.relationship_variance is None
    assert found.p_value <= 0.05
    assert found.blocs[0].members == ("a0", "a1", "a2")
