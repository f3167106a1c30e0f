"""Limits of a difference of two estimates from the limits of each: square-and-add (Newcombe 1998, method 10)."""

from math import hypot

Known = tuple[float, float | None, float | None]
"""An estimate and its limits, None where they are not known."""


def square_and_add(difference: float, a: Known, b: Known) -> tuple[float | None, float | None]:
    """Limits of `difference`, which is a minus b; None where a limit of either is not known."""
    (p, low_p, high_p), (q, low_q, high_q) = a, b
    if low_p is None or high_p is None or low_q is None or high_q is None:
        return None, None
    return difference - hypot(p - low_p, high_q - q), difference + hypot(high_p - p, q - low_q)
