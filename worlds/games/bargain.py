"""The sums behind `nego-v1`: what a split of several goods is worth to two agents, and how far it is from the best.

All splits are listed, so the efficient frontier is exact (four goods of four units: 625 splits).
"""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product

import numpy as np

from sim import Streams

Split = tuple[int, ...]
"""Units of every good that go to one side; the other gets the rest."""


def draw_weights(streams: Streams, goods: int, total: int, *name: str | int) -> Split:
    """Points a unit of every good is worth: whole numbers of at least 1 that sum to `total`, all such equally likely."""
    cuts = sorted(streams.at("weights", *name).choice(total - 1, size=goods - 1, replace=False).tolist())
    return tuple(b - a for a, b in zip([-1, *cuts], [*cuts, total - 1], strict=True))


@dataclass(frozen=True)
class Bargain:
    """One round's splits. `mine` and `yours` are the weights of two sides; a split names the units that `yours` gets."""

    units: int
    mine: Split
    yours: Split
    breakdown: int

    def points(self, split: Split) -> tuple[int, int]:
        """What the split is worth: to `mine`, to `yours`."""
        own = sum(weight * (self.units - left) for weight, left in zip(self.mine, split, strict=True))
        return own, sum(weight * left for weight, left in zip(self.yours, split, strict=True))

    @cached_property
    def splits(self) -> dict[Split, tuple[int, int]]:
        """Every split and its points."""
        every = _splits(self.units, len(self.mine))
        left = np.array(every)
        own, others = (self.units - left) @ np.array(self.mine), left @ np.array(self.yours)
        return dict(zip(every, zip(own.tolist(), others.tolist(), strict=True), strict=True))

    @cached_property
    def frontier(self) -> frozenset[tuple[int, int]]:
        """The points of those splits of which no other is better for one side and no worse for the other."""
        best, found = -1, set()
        for own, others in sorted(set(self.splits.values()), reverse=True):
            if others > best:
                best = others
                found.add((own, others))
        return frozenset(found)

    def regret(self, own: int, others: int) -> int:
        """Points that both sides together could have had more, with neither worse off; 0 on the frontier only."""
        return max(a + b for a, b in self.frontier if a >= own and b >= others) - own - others

    @cached_property
    def bargaining_set(self) -> dict[Split, tuple[int, int]]:
        """The splits that are worth more than no split to both sides: those that neither would rather turn down."""
        return {split: (a, b) for split, (a, b) in self.splits.items() if min(a, b) > self.breakdown}

    @cached_property
    def kindest(self) -> Split:
        """Of the bargaining set, the split that is worth most to `yours`; of several the one worth most to `mine`."""
        return max(self.bargaining_set, key=lambda split: (self.splits[split][1], self.splits[split][0], split))

    @cached_property
    def least_kind(self) -> Split:
        """Of the bargaining set, the split that is worth most to `mine` among those worth least to `yours`."""
        return min(self.bargaining_set, key=lambda split: (self.splits[split][1], -self.splits[split][0], split))


@cache
def _splits(units: int, goods: int) -> tuple[Split, ...]:
    return tuple(product(range(units + 1), repeat=goods))


@lru_cache(maxsize=256)
def bargain(units: int, mine: Split, yours: Split, breakdown: int) -> Bargain:
    """The bargain of these weights; listed once."""
    return Bargain(units, mine, yours, breakdown)
