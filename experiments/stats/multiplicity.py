"""P-values adjusted for how many questions were asked: Holm among primaries, Benjamini-Hochberg within a family.

It adjusts what it is given; which comparisons form a family is the caller's to say, and follows from the design alone.
"""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values after Holm (1979, Scand. J. Stat. 6:65), in the order given: the chance of any false rejection
    stays below the level, whatever the dependence."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values after Benjamini & Hochberg (1995, JRSS B 57:289), in the order given: the expected share of false
    ones among rejections stays below the level for tests that are independent or positively dependent."""
    from scipy.stats import false_discovery_control

    return [float(p) for p in false_discovery_control(p_values)] if p_values else []
