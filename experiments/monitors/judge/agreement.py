"""How far raters agree beyond chance: Krippendorff's alpha and Cohen's kappa for labels without an order.

Units that fewer than two raters labelled say nothing about agreement and are left out. Nothing here is an interval.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from sim import Frozen

Label = TypeVar("Label", bound=Hashable)
Unit = TypeVar("Unit", bound=Hashable)

GOOD_ALPHA, FAIR_ALPHA = 0.80, 0.67
"""Krippendorff's own customs: from .80 on reliable, from .667 on for tentative conclusions."""


class Agreement(Frozen):
    """`alpha` is None where it is not defined: no unit with two labels, or one label in all of them. `units` are those with
    two labels or more, `values` the labels in them."""

    alpha: float | None
    units: int
    values: int

    def __str__(self) -> str:
        if self.alpha is None:
            return f"could not tell ({self.units} units)" if not self.units else f"one label only ({self.units} units)"
        return f"{self.alpha:.2f} ({self.units} units)"


def krippendorff_alpha(ratings: Sequence[Mapping[Unit, Label]]) -> Agreement:
    """Nominal alpha of any number of raters, each a mapping from unit to label; units that a rater passed over are missing.

    alpha = 1 - (n - 1) sum_{c != k} o_ck / sum_{c != k} n_c n_k, with the coincidences o_ck of Krippendorff (2011,
    Computing Krippendorff's alpha-reliability): a pair of labels in a unit of m labels counts 1 / (m - 1).
    """
    units: dict[Unit, list[Label]] = {}
    for rater in ratings:
        for unit, label in rater.items():
            units.setdefault(unit, []).append(label)
    pairable = [labels for labels in units.values() if len(labels) > 1]
    totals: Counter[Label] = Counter()
    disagreement = 0.0
    for labels in pairable:
        counts = Counter(labels)
        totals.update(counts)
        disagreement += sum(count * (len(labels) - count) for count in counts.values()) / (len(labels) - 1)
    n = totals.total()
    expected = sum(count * (n - count) for count in totals.values())
    alpha = None if not expected else 1 - (n - 1) * disagreement / expected
    return Agreement(alpha=alpha, units=len(pairable), values=n)


def cohen_kappa(first: Mapping[Unit, Label], second: Mapping[Unit, Label]) -> float | None:
    """Cohen's (1960) kappa of two raters over the units that both labelled; None where it is not defined."""
    both = [unit for unit in first if unit in second]
    if not both:
        return None
    observed = sum(first[unit] == second[unit] for unit in both) / len(both)
    ours, theirs = Counter(first[unit] for unit in both), Counter(second[unit] for unit in both)
    chance = sum(count * theirs[label] for label, count in ours.items()) / len(both) ** 2
    return None if chance == 1 else (observed - chance) / (1 - chance)
