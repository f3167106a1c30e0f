from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.networks.matrix import preservation_matrix
from experiments.networks.relations import SocialRelations, relations_of, social_relations

from . import towns

KENNY = np.array(
    [
        [0, 4, 5, 6, 7, 5],
        [2, 0, 1, 3, 2, 4],
        [5, 4, 0, 3, 2, 6],
        [4, 5, 4, 0, 2, 5],
        [1, 4, 4, 3, 0, 3],
        [5, 7, 5, 3, 9, 0],
    ],
    dtype=float,
)
"""The example on David Kenny's page on the model (davidakenny.net/srm/mathsrm.htm)."""


def raw_actor_variance(matrix: np.ndarray) -> float:
    return float(social_relations(matrix).actor.var(ddof=1))


def test_kennys_example() -> None:
    found = social_relations(KENNY)
    assert found.actor == pytest.approx([1.208, -1.625, -0.167, -0.208, -1.083, 1.875], abs=5e-4)
    assert raw_actor_variance(KENNY) == pytest.approx(1.772, abs=5e-4)


@pytest.mark.parametrize(("size", "printed"), [(5, 1.894), (4, 2.112)])
def test_kennys_example_in_smaller_groups(size: int, printed: float) -> None:
    """The same page, on why the variance of the effects is no estimate of the effects' variance: over all subgroups of five
    it is 1.894, of four 2.112 (2.111 here: one unit of the last digit)."""
    groups = [raw_actor_variance(KENNY[np.ix_(group, group)]) for group in combinations(range(6), size)]
    assert np.mean(groups) == pytest.approx(printed, abs=1.1e-3)


@settings(max_examples=50)
@given(st.integers(4, 9), st.integers(0, 999))
def test_an_additive_matrix_is_taken_apart_exactly(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=n), rng.normal(size=n)
    found = social_relations(3 + a[:, None] + b[None, :])
    assert found.actor == pytest.approx(a - a.mean())
    assert found.partner == pytest.approx(b - b.mean())
    assert np.nanmax(abs(found.relationship)) < 1e-9
    assert found.relationship_variance == pytest.approx(0)
    assert found.actor_variance == pytest.approx(a.var(ddof=1))


@pytest.mark.parametrize("n", [4, 5, 8])
def test_the_variances_are_unbiased(n: int) -> None:
    """Exactly: each estimate is a quadratic form q of the cells, and its mean is trace(Q Sigma) under the model."""
    cells = [(i, j) for i in range(n) for j in range(n) if i != j]
    fields = ("actor_variance", "partner_variance", "relationship_variance", "actor_partner_covariance", "dyadic_covariance")

    def estimates(x: np.ndarray) -> np.ndarray:
        matrix = np.zeros((n, n))
        for value, cell in zip(x, cells, strict=True):
            matrix[cell] = value
        found = social_relations(matrix)
        return np.array([getattr(found, field) for field in fields])

    # Independent standard sources: a and b of each agent with covariance .3, relationships with covariance -.2.
    truth = np.array([1.5, 0.7, 2.0, 0.3, -0.2])
    a_root = np.linalg.cholesky([[truth[0], truth[3]], [truth[3], truth[1]]])
    g_root = np.linalg.cholesky([[truth[2], truth[4]], [truth[4], truth[2]]])
    sources = []
    for agent in range(n):
        for k in range(2):
            sources.append([a_root[0, k] * (i == agent) + a_root[1, k] * (j == agent) for i, j in cells])
    for i, j in combinations(range(n), 2):
        for k in range(2):
            sources.append([g_root[0, k] * (cell == (i, j)) + g_root[1, k] * (cell == (j, i)) for cell in cells])
    # E[q(sum z_s v_s)] = sum q(v_s) for independent z of variance 1.
    assert sum(estimates(np.array(v)) for v in sources) == pytest.approx(truth)


def test_missing_cells_leave_the_least_squares_effects() -> None:
    a, b = np.array([0.1, -0.2, 0.3, -0.2, 0.0]), np.array([-0.1, 0.1, 0.2, -0.2, 0.0])
    matrix = 0.4 + a[:, None] + b[None, :]
    matrix[0, 3] = matrix[2, 1] = matrix[4, 2] = np.nan
    found = social_relations(matrix)
    assert found.actor == pytest.approx(a)
    assert found.partner == pytest.approx(b)
    assert found.mean == pytest.approx(0.4)
    assert found.actor_variance is None
    assert np.isnan(found.relationship[0, 3])
    full = social_relations(KENNY)
    assert full.relationship[0, 1] == pytest.approx(KENNY[0, 1] - full.mean - full.actor[0] - full.partner[1])


def test_what_cannot_be_taken_apart_is_said() -> None:
    with pytest.raises(ValueError, match="four agents or more"):
        social_relations(np.zeros((3, 3)))
    only_first = np.full((5, 5), np.nan)
    only_first[:, 0] = 0.5
    with pytest.raises(ValueError, match="too few to tell actors from partners"):
        social_relations(only_first)


def test_binomial_noise_is_taken_off_the_relationships() -> None:
    """Agents who differ, and no one who prefers anybody: without the correction the noise would look like preference."""
    own = [0.2, 0.35, 0.5, 0.65, 0.8, 0.5]
    found: list[SocialRelations] = []
    raw = []
    for seed in range(30):
        results = towns.results(towns.experiment(snapshots=1, repeats=5), lambda people, i, j: own[i], seed)
        matrix = preservation_matrix(results, "s0000")
        found.append(relations_of(matrix))
        raw.append(social_relations(matrix.p).relationship_variance)
    corrected = [f.relationship_variance for f in found]
    assert np.mean(raw) > 0.03
    assert abs(np.mean(corrected)) < 3 * np.std(corrected, ddof=1) / np.sqrt(30)
    assert np.mean([f.actor_variance for f in found]) == pytest.approx(np.var(own, ddof=1), abs=0.01)


def test_reciprocity_is_the_correlation_within_pairs() -> None:
    rng = np.random.default_rng(3)
    g = rng.normal(size=(40, 40))
    found = social_relations((g + g.T) / 2)
    assert found.reciprocity == pytest.approx(1.0)
    assert social_relations(g).reciprocity == pytest.approx(0.0, abs=0.1)
    assert social_relations(np.ones((5, 5))).reciprocity is None
