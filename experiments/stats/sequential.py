"""Looking more than once: boundaries of a group-sequential test, and whether going on is worth it.

Looks are equally spaced in information, at whole blocks of snapshots. Nothing here reads a run; `experiments.looks` does.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from math import sqrt

import numpy as np

from sim import Frozen


class Boundary(StrEnum):
    """How the chance of a false rejection is spread over looks."""

    OBRIEN_FLEMING = "obrien-fleming"
    """Hardly any at first: |z| falls as 1 / sqrt(share of the data)."""
    POCOCK = "pocock"
    """The same |z| at every look."""


MOST_LOOKS = 20


@lru_cache
def boundaries(looks: int, kind: Boundary = Boundary.OBRIEN_FLEMING, alpha: float = 0.05) -> tuple[float, ...]:
    """|z| at which to stop at each of `looks` equally spaced looks, two-sided `alpha` over all of them.

    O'Brien & Fleming (1979, Biometrics 35:549): c sqrt(K / k); Pocock (1977, Biometrika 64:191): c. The constant is found
    so that `crossing` is `alpha`. Raises ValueError for no look or more than `MOST_LOOKS`.
    """
    if not 1 <= looks <= MOST_LOOKS or not 0 < alpha < 1:
        raise ValueError(f"{looks} looks at {alpha}; ask for 1 to {MOST_LOOKS} looks and a level between 0 and 1")
    from scipy.optimize import brentq

    def shape(constant: float) -> list[float]:
        if kind is Boundary.POCOCK:
            return [constant] * looks
        return [constant * sqrt(looks / look) for look in range(1, looks + 1)]

    constant = float(brentq(lambda c: crossing(shape(c)) - alpha, 0.05, 8.0, xtol=1e-7))
    return tuple(shape(constant))


def crossing(limits: Sequence[float], drift: float = 0.0) -> float:
    """The chance that |z| reaches its limit at some look; with `drift`, the mean of z at the last look, the power.

    Recursive integration of the density of the score not stopped so far (Armitage, McPherson & Rowe 1969, JRSS A 132:235;
    Jennison & Turnbull 2000, 19), Gauss-Legendre with 121 points a look.
    """
    from scipy.special import ndtr

    looks = len(limits)
    nodes, weights = np.polynomial.legendre.leggauss(121)
    mean = drift / sqrt(looks)
    # S_k = z_k sqrt(k) has independent increments N(mean, 1).
    points, mass = np.zeros(1), np.ones(1)
    crossed = 0.0
    for look, limit in enumerate(limits, start=1):
        edge = limit * sqrt(look)
        above = ndtr(points + mean - edge)
        below = ndtr(-edge - points - mean)
        crossed += float((mass * (above + below)).sum())
        grid = edge * nodes
        steps = grid[:, None] - points[None, :] - mean
        density = (np.exp(-(steps**2) / 2) / sqrt(2 * np.pi)) @ mass
        points, mass = grid, density * weights * edge
    return crossed


def conditional_power(z: float, share: float, limit: float, drift: float | None = None) -> float:
    """The chance that the last look rejects (|z| beyond `limit`, either way), given `z` now, at a `share` of the data.

    Under the trend seen so far, or under `drift`, the mean of z at the last look (Lachin 2005, Stat. Med. 24:2747). Raises
    ValueError for a share that is not between 0 and 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of {share}; it lies above 0 and is at most 1")
    if share == 1:
        return float(abs(z) >= limit)
    from scipy.special import ndtr

    trend = z / sqrt(share) if drift is None else drift
    centre, spread = z * sqrt(share) + trend * (1 - share), sqrt(1 - share)
    return float(ndtr((centre - limit) / spread) + ndtr((-limit - centre) / spread))


class Decision(StrEnum):
    """What a look says."""

    GO_ON = "go on"
    REJECT = "stop: boundary crossed"
    FUTILE = "stop: unlikely to cross any more"
    LAST = "the last look: boundary not crossed"


class Look(Frozen):
    """One look: which of how many, |z| there and at the boundary, the p-value z was made of, and what it says.

    `z` is None, and the decision to go on, where the data could not tell. `conditional_power` is under the trend so far.
    """

    number: int
    of: int
    z: float | None
    boundary: float
    p_value: float | None
    conditional_power: float | None
    decision: Decision


def look(
    number: int,
    of: int,
    estimate: float | None,
    p_value: float | None,
    *,
    kind: Boundary = Boundary.OBRIEN_FLEMING,
    alpha: float = 0.05,
    futility: float = 0.1,
) -> Look:
    """What look `number` of `of` says: z has the size of the two-sided `p_value` and the sign of the `estimate`.

    It stops for futility when the conditional power under the trend is below `futility`, never before half of the data;
    a futility stop is not binding on the boundary, so it spends nothing.
    """
    from scipy.special import ndtri

    limits = boundaries(of, kind, alpha)
    limit = limits[number - 1]
    if estimate is None or p_value is None:
        decision = Decision.GO_ON if number < of else Decision.LAST
        return Look(number=number, of=of, z=None, boundary=limit, p_value=None, conditional_power=None, decision=decision)
    size = float(-ndtri(p_value / 2)) if p_value < 1 else 0.0
    z = size if estimate >= 0 else -size
    chance = conditional_power(z, number / of, limits[-1])
    if size >= limit:
        decision = Decision.REJECT
    elif number == of:
        decision = Decision.LAST
    elif 2 * number >= of and chance < futility:
        decision = Decision.FUTILE
    else:
        decision = Decision.GO_ON
    return Look(number=number, of=of, z=z, boundary=limit, p_value=p_value, conditional_power=chance, decision=decision)
