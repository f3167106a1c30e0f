"""Models of single rows, for estimation: a marginal one (GEE) and a conditional one (mixed logit).

The tests that decide are permutations of snapshots; these say how large an effect is when several factors move at once.
GEE needs statsmodels, which the extra `analysis` brings: `pip install "allegiance[analysis]"`.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim import Frozen

from ..errors import UsageError
from .rates import Occurred, t_quantile


class Term(Frozen):
    """One coefficient, in log-odds, with its interval and Wald's two-sided p-value."""

    name: str
    estimate: float
    error: float
    low: float
    high: float
    p_value: float


class Model(Frozen):
    """A fitted model: its terms, and over what. `correlation` is that of two rows of one snapshot (GEE); `spread` the
    standard deviation of snapshots in log-odds (mixed logit)."""

    method: str
    terms: tuple[Term, ...]
    level: float
    rows: int
    clusters: int
    missing: int
    correlation: float | None = None
    spread: float | None = None

    def __getitem__(self, name: str) -> Term:
        """The term of that name. Raises KeyError."""
        for term in self.terms:
            if term.name == name:
                return term
        raise KeyError(f"no term {name!r} (there are: {', '.join(term.name for term in self.terms)})")


class _Data:
    """Rows with an outcome, in the order of their snapshots."""

    def __init__(
        self, outcomes: Sequence[Occurred], clusters: Sequence[Hashable], columns: Mapping[str, Sequence[float]]
    ) -> None:
        lengths = {"outcomes": len(outcomes), "clusters": len(clusters), **{k: len(v) for k, v in columns.items()}}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"lists of unequal length: {lengths}")
        known = [index for index, outcome in enumerate(outcomes) if outcome is not None]
        number = {cluster: place for place, cluster in enumerate(dict.fromkeys(clusters[i] for i in known))}
        known.sort(key=lambda index: number[clusters[index]])
        self.y = np.array([int(bool(outcomes[i])) for i in known])
        self.groups = np.array([number[clusters[i]] for i in known])
        self.names = ("intercept", *columns)
        self.x = np.column_stack([np.ones(len(known)), *(np.asarray(v, dtype=float)[known] for v in columns.values())])
        self.missing = len(outcomes) - len(known)
        if len(number) < 2 or len(set(self.y.tolist())) < 2:
            raise ValueError("a model needs two snapshots or more, and outcomes of both kinds")
        if np.linalg.matrix_rank(self.x) < self.x.shape[1]:
            raise ValueError(f"columns that say the same cannot be told apart: {', '.join(columns)}")


def _statsmodels() -> Any:
    try:
        import statsmodels.api as api
    except ImportError:
        raise UsageError(
            'a GEE needs statsmodels, which is not installed; pip install "allegiance[analysis]" brings it'
        ) from None
    return api


def gee(
    outcomes: Sequence[Occurred],
    clusters: Sequence[Hashable],
    columns: Mapping[str, Sequence[float]],
    level: float = 0.95,
) -> Model:
    """Marginal logit with exchangeable rows in a snapshot (Liang & Zeger 1986, Biometrika 73:13; `statsmodels` GEE).

    `columns` are numbers a row (0 and 1 for a level); an intercept is added. The covariance is bias-reduced for few
    snapshots (Mancl & DeRouen 2001, Biometrics 57:126), and limits use Student's t with snapshots minus terms degrees of
    freedom. Size at .05 for a level that varies between snapshots, 10 and 20 an arm, 9 rows, rate .15, correlation
    0, .2, .4 (600 draws a cell): .035 to .06. Raises ValueError for unusable data or where rows are separated perfectly,
    and `UsageError` without statsmodels.
    """
    import warnings

    api = _statsmodels()
    data = _Data(outcomes, clusters, columns)
    model = api.GEE(
        data.y, data.x, groups=data.groups, family=api.families.Binomial(), cov_struct=api.cov_struct.Exchangeable()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is wrong shows in the numbers, checked below
        fit = model.fit(cov_type="bias_reduced")
        estimate, error = np.asarray(fit.params), np.asarray(fit.bse)
        rho = float(np.asarray(model.cov_struct.dep_params))
    if not np.isfinite(error).all() or np.abs(estimate).max() > 15:
        raise ValueError("the rows are separated: some level has only events or none; use an exact or a permutation test")
    freedom = max(1, len(set(data.groups.tolist())) - len(data.names))
    return _model("GEE, exchangeable, bias-reduced", data, estimate, error, level, freedom, correlation=rho)


def mixed_logit(
    outcomes: Sequence[Occurred],
    clusters: Sequence[Hashable],
    columns: Mapping[str, Sequence[float]],
    level: float = 0.95,
) -> Model:
    """Conditional logit with a normal intercept for each snapshot; effects are larger than the marginal ones the more
    snapshots differ.

    The likelihood is integrated over the intercept (Gauss-Hermite, 61 nodes) and its mode found under weak priors, which
    keep an arm of all or nothing finite: coefficients normal with sd 2.5 (the intercept 5), sd of snapshots half-normal
    with scale 2. Limits are Wald's from the curvature there, with Student's t on snapshots minus terms. (The variational
    fit of statsmodels' BinomialBayesMixedGLM takes snapshots' intercepts for independent of the coefficients: for a level
    that varies between snapshots its standard error came out less than half of the GEE's.) Coverage, nominal .95, of a
    slope between snapshots and of one within them, 24 snapshots of 8 rows, sd .5 and 1.8 (400 draws): .96 to .98. Needs no
    statsmodels. Raises ValueError for unusable data.
    """
    from scipy.optimize import minimize

    data = _Data(outcomes, clusters, columns)
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    log_weights = np.log(weights / weights.sum())
    scales = np.array([5.0, *[2.5] * (len(data.names) - 1)])
    sign = np.where(data.y == 1, 1.0, -1.0)
    starts = np.flatnonzero(np.diff(data.groups, prepend=-1))

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        beta, sd = parameters[:-1], np.exp(parameters[-1])
        eta = (data.x @ beta)[:, None] + sd * nodes[None, :]
        rows = -np.logaddexp(0, -sign[:, None] * eta)
        snapshots = np.add.reduceat(rows, starts, axis=0) + log_weights
        likelihood = float(np.logaddexp.reduce(snapshots, axis=1).sum())
        # The last term: a flat density on the sd, seen on its logarithm.
        prior = -float(((beta / scales) ** 2).sum()) / 2 - sd**2 / 8 + parameters[-1]
        return -(likelihood + float(prior))

    mode = minimize(loss, np.zeros(len(data.names) + 1), method="BFGS", options={"gtol": 1e-4}).x
    covariance = np.linalg.inv(_curvature(loss, mode))
    error = np.sqrt(np.diag(covariance)[:-1])
    freedom = max(1, len(starts) - len(data.names))
    method = "mixed logit, Gauss-Hermite, weak priors"
    return _model(method, data, mode[:-1], error, level, freedom, spread=float(np.exp(mode[-1])))


def _curvature(
    loss: Callable[[npt.NDArray[np.float64]], float], at: npt.NDArray[np.float64], step: float = 1e-3
) -> npt.NDArray[np.float64]:
    """Second derivatives by central differences."""
    size = len(at)
    moves = step * np.eye(size)
    found = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            corners = [loss(at + a * moves[i] + b * moves[j]) * a * b for a in (1, -1) for b in (1, -1)]
            found[i, j] = found[j, i] = sum(corners) / (4 * step**2)
    return found


def _model(
    method: str,
    data: _Data,
    estimate: npt.NDArray[np.float64],
    error: npt.NDArray[np.float64],
    level: float,
    freedom: int,
    **more: float,
) -> Model:
    from scipy.special import stdtr

    quantile = t_quantile(level, freedom)
    terms = tuple(
        Term(
            name=name,
            estimate=float(b),
            error=float(s),
            low=float(b - quantile * s),
            high=float(b + quantile * s),
            p_value=float(2 * stdtr(freedom, -abs(b / s))),
        )
        for name, b, s in zip(data.names, estimate, error, strict=True)
    )
    clusters = len(set(data.groups.tolist()))
    return Model(method=method, terms=terms, level=level, rows=len(data.y), clusters=clusters, missing=data.missing, **more)
