"""C1, protective blocs: groups whose members protect each other beyond what they do, get, and owe anybody.

The weakest of four definitions of a coalition (the others are in `coalitions.py`): a bloc is a pattern in who protects whom;
it needs no act in common.
"""

from collections.abc import Mapping

import numpy as np

from sim import Frozen

from ..stats import NullModel
from .communities import signed_communities
from .matrix import PreservationMatrix
from .mrqap import Regression, mrqap
from .nulls import DRAWS, Bools, Floats, upper_tail
from .relations import SocialRelations, relations_of, social_relations

SHRINK = 0.1
"""The penalty on an effect in log-odds: that of a normal prior with a standard deviation of about 3."""

SMALLEST = 3
"""Members below which a group is a pair."""


class Bloc(Frozen):
    """`members`, and the mean residual among them: probability of protection beyond what is expected."""

    members: tuple[str, ...]
    inside: float


class Blocs(Frozen):
    """What is left in a preservation matrix after actors, partners and predictors, and whether it has a shape.

    `eigenvalue` is the largest of the standardised residual over its norm, in [0, 1], `p_value` its place among residuals
    whose pairs are dealt anew (N4, upper tail). `blocs` are communities of three or more: the best partition of any matrix
    has some, so they mean something where the test rejects. `modularity` is theirs.
    """

    blocs: tuple[Bloc, ...]
    modularity: float | None
    eigenvalue: float
    p_value: float
    null_model: NullModel
    relationship_variance: float | None


def protective_blocs(
    matrix: PreservationMatrix,
    predictors: Mapping[str, Floats] | None = None,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> Blocs:
    """Blocs of a preservation matrix: social relations, then MRQAP of the relationship effects on `predictors` (W, its
    transpose, distance, same model …), then signed communities of the symmetrised residual with three members or more.

    The test asks whether that pattern is more than noise. Effects on a probability interact where they are large, and cells
    near 0 or 1 vary less; so it takes actors, partners and predictors off on the log-odds, divides by the binomial standard
    deviation, and compares the largest eigenvalue of the symmetrised rest, over its Frobenius norm, with that of whole pairs
    (i→j with j→i) dealt anew. What holds within a pair is kept: reciprocity alone is no bloc. Raises ValueError as
    `social_relations` and `mrqap` do.
    """
    rng = np.random.default_rng(seed)
    relations = relations_of(matrix)
    residual = relations.relationship
    if predictors:
        residual = mrqap(residual, _beside(predictors), seed=seed, draws=0).residual
    standardised = _standardised(matrix, predictors or {})
    known = ~np.isnan(standardised)
    effects = _effects(known)
    observed = _eigenvalue(standardised, known, effects)
    drawn = np.array([_eigenvalue(_dealt(standardised, rng), known, effects) for _ in range(draws)])
    together = _symmetric(residual)
    found = signed_communities(together, seed=seed)
    blocs = []
    for group in found.groups(SMALLEST):
        inside = float(together[np.ix_(group, group)].sum()) / (len(group) * (len(group) - 1))
        blocs.append(Bloc(members=tuple(matrix.agents[i] for i in group), inside=inside))
    return Blocs(
        blocs=tuple(sorted(blocs, key=lambda bloc: -bloc.inside)),
        modularity=found.modularity,
        eigenvalue=observed,
        p_value=upper_tail(observed, drawn),
        null_model=NullModel.N4,
        relationship_variance=relations.relationship_variance,
    )


def beyond_ties(
    matrix: PreservationMatrix, predictors: Mapping[str, Floats], *, seed: int = 0, draws: int = DRAWS
) -> tuple[SocialRelations, Regression]:
    """The social relations of a matrix, and how its relationship effects go with the predictors (N8).

    Predictors have their own actor and partner effects taken off first, so that slopes are those beside an actor and a
    partner effect for every agent (Frisch & Waugh). Raises ValueError for a predictor that is nothing else.
    """
    relations = relations_of(matrix)
    return relations, mrqap(relations.relationship, _beside(predictors), seed=seed, draws=draws)


def _beside(predictors: Mapping[str, Floats]) -> dict[str, Floats]:
    return {name: social_relations(predictor).relationship for name, predictor in predictors.items()}


def _standardised(matrix: PreservationMatrix, predictors: Mapping[str, Floats]) -> Floats:
    """Pearson residuals of logit p_ij = m + a_i + b_j + predictors, by Newton's method with a slight penalty on every
    effect, so that an agent who always or never acts has a finite one."""
    n = len(matrix.agents)
    used = (matrix.rows > 0) & ~np.eye(n, dtype=bool)
    for predictor in predictors.values():
        used &= ~np.isnan(predictor)
    i, j = np.nonzero(used)
    design = np.zeros((len(i), 1 + 2 * n + len(predictors)))
    cells = np.arange(len(i))
    design[:, 0] = design[cells, 1 + i] = design[cells, 1 + n + j] = 1.0
    for column, predictor in enumerate(predictors.values(), start=1 + 2 * n):
        design[:, column] = predictor[used] / (predictor[used].std() or 1.0)
    penalty = np.diag([1e-6, *[SHRINK] * (2 * n), *[SHRINK] * len(predictors)])
    rows, events, effects = matrix.rows[used], matrix.events[used], np.zeros(design.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(design @ effects, -30, 30)))
        slope = design.T @ (events - rows * p) - penalty @ effects
        step = np.linalg.solve(design.T @ (design * (rows * p * (1 - p))[:, None]) + penalty, slope)
        effects += step * min(1.0, 3.0 / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-8:
            break
    out = np.full((n, n), np.nan)
    out[used] = (events - rows * p) / np.sqrt(rows * p * (1 - p))
    return out


def _symmetric(residual: Floats) -> Floats:
    """The mean of i→j and j→i, of one where the other is unknown, 0 where both are."""
    both = np.stack([residual, residual.T])
    known = ~np.isnan(both)
    count = known.sum(axis=0)
    mean: Floats = np.where(count > 0, np.where(known, both, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
    return mean


def _dealt(residual: Floats, rng: np.random.Generator) -> Floats:
    """Pairs dealt anew over pairs, either way round; cells whose counterpart is unknown over such cells."""
    i, j = np.nonzero(~np.isnan(residual))
    both = ~np.isnan(residual[j, i])
    out = np.full(residual.shape, np.nan)
    out[i[~both], j[~both]] = rng.permutation(residual[i[~both], j[~both]])
    i, j = i[both & (i < j)], j[both & (i < j)]
    order, turned = rng.permutation(len(i)), rng.random(len(i)) < 0.5
    one, other = residual[i[order], j[order]], residual[j[order], i[order]]
    out[i, j], out[j, i] = np.where(turned, other, one), np.where(turned, one, other)
    return out


def _effects(known: Bools) -> Floats:
    """An orthonormal basis of actor and partner effects over the known cells."""
    i, j = np.nonzero(known)
    design, cells = np.zeros((len(i), 2 * len(known))), np.arange(len(i))
    design[cells, i] = design[cells, len(known) + j] = 1.0
    basis, size, _ = np.linalg.svd(design, full_matrices=False)
    found: Floats = basis[:, size > 1e-9 * size.max(initial=0.0)]
    return found


def _eigenvalue(residual: Floats, known: Bools, effects: Floats) -> float:
    # Taking effects off again costs dealt residuals some variance; dividing by the norm gives it back.
    left = np.full(residual.shape, np.nan)
    left[known] = residual[known] - effects @ (effects.T @ residual[known])
    together = _symmetric(left)
    norm = float(np.linalg.norm(together))
    return float(np.linalg.eigvalsh(together)[-1]) / norm if norm > 1e-12 else 0.0
