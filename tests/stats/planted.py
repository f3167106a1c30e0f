"""Snapshots whose rate and intra-snapshot correlation are known."""

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv
from scipy.stats import norm


def rows_of(events: npt.NDArray[np.int64], rows: int) -> tuple[list[bool], list[int]]:
    """Outcomes and snapshot names for that many events of `rows` in each snapshot."""
    outcomes = [index < count for count in events.tolist() for index in range(rows)]
    return outcomes, [snapshot for snapshot in range(len(events)) for _ in range(rows)]


def beta_binomial(
    rng: np.random.Generator, rate: float, correlation: float, snapshots: int, rows: int
) -> npt.NDArray[np.int64]:
    """Events in each snapshot; rows of one snapshot correlate by `correlation`."""
    return rng.binomial(rows, _own_rates(rng.random(snapshots), rate, correlation))


def forked_beta_binomial(
    rng: np.random.Generator, rates: tuple[float, float], correlation: float, snapshots: int, rows: int
) -> tuple[npt.NDArray[np.int64], ...]:
    """Two arms of forks of the same snapshots: a snapshot that is high in one arm tends to be so in the other (.7)."""
    shared = rng.normal(size=snapshots)
    own = [np.sqrt(0.7) * shared + np.sqrt(0.3) * rng.normal(size=snapshots) for _ in rates]
    return tuple(rng.binomial(rows, _own_rates(norm.cdf(z), rate, correlation)) for z, rate in zip(own, rates, strict=True))


def _own_rates(ranks: npt.NDArray[np.float64], rate: float, correlation: float) -> npt.NDArray[np.float64]:
    """The beta quantiles at these ranks: each snapshot's own rate."""
    if correlation == 0:
        return np.full(ranks.shape, rate)
    spread = (1 - correlation) / correlation
    quantiles: npt.NDArray[np.float64] = betaincinv(rate * spread, (1 - rate) * spread, ranks)
    return quantiles
