"""Who protects, who is protected, and who protects whom in particular: the social relations model on a matrix.

The model of an ordered pair is mean + actor + partner + relationship (Warner, Kenny & Stoto 1979, J. Pers. Soc. Psychol.
37:1742). Nothing here tests a hypothesis; blocs in the relationship effects are in `coalitions.py`.
"""

from typing import NamedTuple

import numpy as np

from .matrix import PreservationMatrix
from .nulls import Floats


class SocialRelations(NamedTuple):
    """Effects in the units of the matrix (probability for P), variances in their squares.

    `actor[i]`: how much i does beyond the mean; `partner[j]`: how much j gets; `relationship[i, j]`: what i does for j in
    particular (NaN where unknown). The variances are those of the population the agents stand for, unbiased and therefore
    sometimes below 0; None where cells are missing. `relationship_variance` has `noise` taken off.
    """

    mean: float
    actor: Floats
    partner: Floats
    relationship: Floats
    noise: float
    actor_variance: float | None
    partner_variance: float | None
    relationship_variance: float | None
    actor_partner_covariance: float | None
    dyadic_covariance: float | None

    @property
    def reciprocity(self) -> float | None:
        """Correlation of relationship effects within a pair, in [-1, 1]; None where the variance is not above 0."""
        if self.relationship_variance is None or self.dyadic_covariance is None or self.relationship_variance <= 0:
            return None
        return min(1.0, max(-1.0, self.dyadic_covariance / self.relationship_variance))


def social_relations(matrix: Floats, *, noise: float = 0.0) -> SocialRelations:
    """The decomposition of a square matrix; the diagonal is not looked at, NaN is a missing cell.

    With r, c, m the off-diagonal row means, column means and mean of n agents (Kenny 1994, Interpersonal Perception,
    Appendix B):

        a_i = (n-1)^2 / (n (n-2)) r_i + (n-1) / (n (n-2)) c_i - (n-1) / (n-2) m,    b_j: r and c swapped,
        g_ij = X_ij - m - a_i - b_j.

    These are the least-squares effects, and where cells are missing least squares over the others is used (sum of a and
    of b zero). Variances by expected mean squares, complete matrices only:

        MSB = 2 sum_{i<j} ((g_ij + g_ji) / 2)^2 / ((n-1)(n-2)/2 - 1),    MSW = sum_{i<j} (g_ij - g_ji)^2 / ((n-1)(n-2)),
        var(g) = (MSB + MSW) / 2 - noise,   cov(g, g') = (MSB - MSW) / 2,
        var(a) = sum a^2 / (n-1) - MSB / (2 (n-2)) - MSW / (2 n),   var(b) likewise,
        cov(a, b) = sum a b / (n-1) - MSB / (2 (n-2)) + MSW / (2 n).

    `noise` is the mean sampling variance of a cell (`PreservationMatrix.noise`): independent draws of a cell add it to
    var(g) and to nothing else.

    Raises ValueError for fewer than four agents, or where missing cells leave an effect undetermined.
    """
    n = len(matrix)
    if matrix.shape != (n, n) or n < 4:
        raise ValueError(f"a matrix of shape {matrix.shape}; relations need a square one of four agents or more")
    off = ~np.eye(n, dtype=bool)
    known = off & ~np.isnan(matrix)
    if known.sum() < off.sum():
        mean, actor, partner = _least_squares(matrix, known)
        relationship = np.where(known, matrix - mean - actor[:, None] - partner[None, :], np.nan)
        return SocialRelations(mean, actor, partner, relationship, noise, None, None, None, None, None)
    x = np.where(off, matrix, 0.0)
    rows, columns, mean = x.sum(axis=1) / (n - 1), x.sum(axis=0) / (n - 1), float(x.sum()) / (n * (n - 1))
    own, other, centre = (n - 1) ** 2 / (n * (n - 2)), (n - 1) / (n * (n - 2)), (n - 1) / (n - 2) * mean
    actor, partner = own * rows + other * columns - centre, own * columns + other * rows - centre
    g = np.where(off, x - mean - actor[:, None] - partner[None, :], 0.0)
    upper = np.triu_indices(n, 1)
    between = 2 * float((((g + g.T)[upper] / 2) ** 2).sum()) / ((n - 1) * (n - 2) / 2 - 1)
    within = float(((g - g.T)[upper] ** 2).sum()) / ((n - 1) * (n - 2))
    shared, apart = between / (2 * (n - 2)), within / (2 * n)
    return SocialRelations(
        mean=mean,
        actor=actor,
        partner=partner,
        relationship=np.where(off, g, np.nan),
        noise=noise,
        actor_variance=float((actor**2).sum()) / (n - 1) - shared - apart,
        partner_variance=float((partner**2).sum()) / (n - 1) - shared - apart,
        relationship_variance=(between + within) / 2 - noise,
        actor_partner_covariance=float((actor * partner).sum()) / (n - 1) - shared + apart,
        dyadic_covariance=(between - within) / 2,
    )


def relations_of(matrix: PreservationMatrix) -> SocialRelations:
    """The decomposition of a preservation matrix, its binomial noise taken off (0 where no cell has two rows)."""
    return social_relations(matrix.p, noise=0.0 if np.isnan(matrix.noise) else matrix.noise)


def _least_squares(matrix: Floats, known: np.typing.NDArray[np.bool_]) -> tuple[float, Floats, Floats]:
    n = len(matrix)
    i, j = np.nonzero(known)
    design = np.zeros((len(i) + 2, 2 * n + 1))
    cells = np.arange(len(i))
    design[cells, 0] = design[cells, 1 + i] = design[cells, 1 + n + j] = 1.0
    design[-2, 1 : n + 1] = design[-1, n + 1 :] = 1.0
    effects, _, rank, _ = np.linalg.lstsq(design, np.append(matrix[i, j], [0.0, 0.0]), rcond=None)
    if rank < 2 * n + 1:
        raise ValueError(
            f"{len(i)} of {n * (n - 1)} pairs are known, too few to tell actors from partners; "
            "ask more agents about more targets"
        )
    return float(effects[0]), effects[1 : n + 1], effects[n + 1 :]
