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
from .nulls import DRAWS, Floats, upper_tail
from .relations import SocialRelations, relations_of, social_relations

SMALLEST = 3
"""Members below which a group is a pair."""


class Bloc(Frozen):
    """`members`, and the mean residual among them: probability of protection beyond what is expected."""

    members: tuple[str, ...]
    inside: float


class Blocs(Frozen):
    """What is left in a preservation matrix after actors, partners and predictors, and whether it has a shape.

    `eigenvalue` is the largest of the symmetrised residual, `p_value` its place among residuals whose pairs are dealt anew
    (N4, upper tail). `blocs` are communities of three or more: the best partition of any matrix has some, so they mean
    something where the test rejects. `modularity` is theirs.
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

    The test deals whole pairs (i→j with j→i) anew and takes actors and partners off again. It keeps what holds within a
    pair, so reciprocity alone is no bloc. Raises ValueError as `social_relations` and `mrqap` do.
    """
    rng = np.random.default_rng(seed)
    relations = relations_of(matrix)
    residual = relations.relationship
    if predictors:
        residual = mrqap(residual, predictors, seed=seed, draws=0).residual
    together = _symmetric(residual)
    observed = float(np.linalg.eigvalsh(together)[-1])
    drawn = np.array([_eigenvalue(_dealt(residual, rng)) for _ in range(draws)])
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
    """The social relations of a matrix, and how its relationship effects go with the predictors (N8)."""
    relations = relations_of(matrix)
    return relations, mrqap(relations.relationship, predictors, seed=seed, draws=draws)


def _symmetric(residual: Floats) -> Floats:
    """The mean of i→j and j→i, of one where the other is unknown, 0 where both are."""
    both = np.stack([residual, residual.T])
    known = ~np.isnan(both)
    count = known.sum(axis=0)
    mean: Floats = np.where(count > 0, np.where(known, both, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
    return mean


def _dealt(residual: Floats, rng: np.random.Generator) -> Floats:
    n = len(residual)
    i, j = np.triu_indices(n, 1)
    order = rng.permutation(len(i))
    turned = rng.random(len(i)) < 0.5
    out = np.full((n, n), np.nan)
    one, other = residual[i[order], j[order]], residual[j[order], i[order]]
    out[i, j], out[j, i] = np.where(turned, other, one), np.where(turned, one, other)
    return out


def _eigenvalue(residual: Floats) -> float:
    return float(np.linalg.eigvalsh(_symmetric(social_relations(residual).relationship))[-1])
