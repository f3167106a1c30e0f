import numpy as np
import pytest

from experiments.networks.mrqap import mrqap
from experiments.stats import NullModel


def noise(rng: np.random.Generator, n: int, shared: float) -> np.ndarray:
    """A matrix whose cells depend on their row's and column's agent: what ordinary regression takes for information."""
    return rng.normal(size=(n, n)) + shared * (rng.normal(size=(n, 1)) + rng.normal(size=(1, n)))


def test_slopes_and_residuals_are_least_squares() -> None:
    rng = np.random.default_rng(0)
    x, z, y = (rng.normal(size=(6, 6)) for _ in range(3))
    x[0, 1] = np.nan
    found = mrqap(y, {"x": x, "z": z}, draws=9)
    used = ~np.eye(6, dtype=bool) & ~np.isnan(x)
    design = np.column_stack([np.ones(used.sum()), x[used], z[used]])
    slopes, squares, _, _ = np.linalg.lstsq(design, y[used], rcond=None)
    assert [found.intercept, *(term.estimate for term in found.terms)] == pytest.approx(slopes)
    assert float(np.nansum(found.residual**2)) == pytest.approx(squares[0])
    assert np.isnan(found.residual[0, 1])
    assert found.cells == 29
    assert found.r_squared == pytest.approx(1 - squares[0] / ((y[used] - y[used].mean()) ** 2).sum())
    # The t of ordinary least squares.
    error = squares[0] / (29 - 3) * np.linalg.inv(design.T @ design)
    assert [term.t for term in found.terms] == pytest.approx(slopes[1:] / np.sqrt(np.diagonal(error)[1:]))


def test_a_planted_effect_is_found_beside_a_correlated_predictor_without_one() -> None:
    rng = np.random.default_rng(1)
    x = noise(rng, 14, 1.0)
    z = x + noise(rng, 14, 1.0)
    found = mrqap(0.8 * x + noise(rng, 14, 1.0), {"x": x, "z": z}, draws=199)
    assert found.terms[0].null_model is NullModel.N8
    assert found.terms[0].p_value == pytest.approx(2 / 200)
    assert found.terms[1].p_value > 0.05


def test_the_size_holds_where_least_squares_rejects_far_too_often() -> None:
    rng, rejected, naive = np.random.default_rng(2), 0, 0
    for seed in range(100):
        x = noise(rng, 10, 1.0)
        found = mrqap(noise(rng, 10, 1.0), {"x": x, "z": 0.7 * x + noise(rng, 10, 1.0)}, seed=seed, draws=99)
        rejected += found.terms[0].p_value <= 0.05
        naive += abs(found.terms[0].t) > 1.99
    assert rejected <= 11
    assert naive > 15


@pytest.mark.parametrize(
    ("predictors", "message"),
    [
        ({"x": np.ones((5, 5))}, "'x' does not vary"),
        ({"x": np.eye(4)}, "has shape"),
        ({"x": np.full((5, 5), np.nan)}, "0 cells for 1 predictors"),
    ],
)
def test_what_cannot_be_regressed_is_said(predictors: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mrqap(np.arange(25.0).reshape(5, 5), predictors)


def test_a_perfect_predictor_has_no_residual() -> None:
    x = np.arange(25.0).reshape(5, 5) ** 1.5
    found = mrqap(2 * x + 1, {"x": x}, draws=99)
    assert found.terms[0].estimate == pytest.approx(2)
    assert found.r_squared == pytest.approx(1)
