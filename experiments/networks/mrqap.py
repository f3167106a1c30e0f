"""Regression of one matrix on others when pairs share agents: multiple regression with quadratic assignment (MRQAP).

Double semi-partialling after Dekker, Krackhardt & Snijders (2007, Psychometrika 72:563), which keeps its size when
predictors correlate. The estimates are least squares; only the p-values know of the dependence.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim import Frozen

from ..stats import NullModel
from .nulls import DRAWS, Bools, Floats, relabelled_agents, two_sided


class Term(Frozen):
    """One predictor: its slope in units of the outcome per unit of its own, the t it is tested by, and p (two-sided, N8)."""

    name: str
    estimate: float
    t: float
    p_value: float
    null_model: NullModel = NullModel.N8


class Regression(NamedTuple):
    """Terms in the order of the predictors; `residual` is n x n, NaN where a cell was not used; `cells` were."""

    intercept: float
    terms: tuple[Term, ...]
    r_squared: float
    cells: int
    residual: Floats


def mrqap(outcome: Floats, predictors: Mapping[str, Floats], *, seed: int = 0, draws: int = DRAWS) -> Regression:
    """Least squares of the off-diagonal cells of `outcome` on those of `predictors`; a cell that is NaN in any is left out.

    For each predictor: regress it on the others, relabel the agents of what is left (N8), and put that in its place; the
    observed t is compared with those.

    Raises ValueError for matrices of other shapes, too few cells, or a predictor that the others determine.
    """
    rng = np.random.default_rng(seed)
    n = len(outcome)
    for name, matrix in predictors.items():
        if matrix.shape != (n, n):
            raise ValueError(f"predictor {name!r} has shape {matrix.shape}, the outcome {outcome.shape}; make them alike")
    used: Bools = ~np.eye(n, dtype=bool) & ~np.isnan(outcome)
    for matrix in predictors.values():
        used &= ~np.isnan(matrix)
    cells = int(used.sum())
    if cells <= len(predictors) + 2:
        raise ValueError(f"{cells} cells for {len(predictors)} predictors; leave some out, or ask about more pairs")
    y = outcome[used]
    design = np.column_stack([np.ones(cells), *(matrix[used] for matrix in predictors.values())])
    for column, name in enumerate(predictors, start=1):
        rest = np.delete(design, column, axis=1)
        left = design[:, column] - rest @ np.linalg.lstsq(rest, design[:, column], rcond=None)[0]
        if float((left**2).sum()) <= 1e-10 * max(1.0, float((design[:, column] ** 2).sum())):
            raise ValueError(f"predictor {name!r} does not vary, or the others determine it; leave it out")
    slopes = np.linalg.lstsq(design, y, rcond=None)[0]
    residual = np.full((n, n), np.nan)
    residual[used] = y - design @ slopes
    terms = []
    for column, name in enumerate(predictors, start=1):
        rest = np.delete(design, column, axis=1)
        own = np.full((n, n), np.nan)
        own[used] = design[:, column] - rest @ np.linalg.lstsq(rest, design[:, column], rcond=None)[0]
        observed = _t(own[used], rest, y)
        drawn = np.empty(draws)
        for draw in range(draws):
            x = relabelled_agents(own, rng)[used]
            known = ~np.isnan(x)
            drawn[draw] = _t(x[known], rest[known], y[known])
        p_value = two_sided(observed, drawn)
        terms.append(Term(name=name, estimate=float(slopes[column]), t=observed, p_value=p_value))
    total = float(((y - y.mean()) ** 2).sum())
    explained = 1 - float(np.nansum(residual**2)) / total if total > 0 else 0.0
    return Regression(float(slopes[0]), tuple(terms), explained, cells, residual)


def _t(x: Floats, rest: Floats, y: Floats) -> float:
    """Student's t of x beside the other columns (Frisch, Waugh & Lovell: what is left of x and of y, regressed)."""
    basis = np.linalg.qr(rest)[0]
    x, y = x - basis @ (basis.T @ x), y - basis @ (basis.T @ y)
    square = float((x**2).sum())
    if square < 1e-12:
        return 0.0
    slope = float((x * y).sum()) / square
    error = float(((y - slope * x) ** 2).sum()) / (len(y) - rest.shape[1] - 1)
    return slope / np.sqrt(error / square) if error > 1e-15 else float(np.sign(slope) * 1e9)
