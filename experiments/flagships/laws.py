"""Planted values in closed form: what a law comes to when the histories it acts on are drawn.

A confederate of probability q that plays n rounds is kind in K of them, K binomial; the valence is (2K - n) / n.
"""

from collections.abc import Callable
from math import comb, exp, log

KIND, UNKIND = 0.95, 0.05
"""How often confederates are kind in positive and negative histories (`history.valence`)."""


def logistic(x: float) -> float:
    """The share that belongs to log-odds."""
    return 1 / (1 + exp(-x))


def log_odds(share: float) -> float:
    """The log-odds of a share strictly between 0 and 1."""
    return log(share / (1 - share))


def over_valence(law: Callable[[float], float], q: float, rounds: int) -> float:
    """The mean of `law` (from a valence to a probability) over histories of that many rounds."""
    return sum(comb(rounds, k) * q**k * (1 - q) ** (rounds - k) * law((2 * k - rounds) / rounds) for k in range(rounds + 1))
