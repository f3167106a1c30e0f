"""Two-level regular fractions as split plots: which combinations to run, and which effects cannot be told apart.

Effects are sets of factors, kept as bits of a number: bit i is factor i, whole-plot factors first. Nothing here knows what
the factors are.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

from .errors import BadExperiment

MOST_STEPS = 100_000
"""Steps of the search in one size of fraction before a larger one is tried."""


class Fraction(NamedTuple):
    """A fraction of `whole` + `split` factors at two levels.

    `basic` factors run through all combinations; every other factor is the product of those in its `generators` mask.
    `words` are the products that are always the same, 0 (nothing) among them: the defining contrast subgroup.
    """

    whole: int
    split: int
    basic: tuple[int, ...]
    generators: tuple[tuple[int, int], ...]
    words: frozenset[int]

    @property
    def resolution(self) -> int | None:
        """The length of the shortest word; None where nothing was left out."""
        return min((word.bit_count() for word in self.words if word), default=None)

    def whole_plots(self) -> tuple[tuple[int, ...], ...]:
        """Levels (0 or 1) of the whole-plot factors in each cell; the first factor changes slowest."""
        basic = [factor for factor in self.basic if factor < self.whole]
        return tuple(self._complete(dict(zip(basic, signs, strict=True)), range(self.whole)) for signs in _signs(len(basic)))

    def split_plots(self, cell: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """Levels (0 or 1) of the split-plot factors in each fork of a cell, itself given by its levels."""
        inside = [factor for factor in self.basic if factor >= self.whole]
        fixed = {factor: 2 * cell[factor] - 1 for factor in self.basic if factor < self.whole}
        factors = range(self.whole, self.whole + self.split)
        return tuple(
            self._complete({**fixed, **dict(zip(inside, signs, strict=True))}, factors) for signs in _signs(len(inside))
        )

    def _complete(self, signs: dict[int, int], factors: Sequence[int]) -> tuple[int, ...]:
        masks = {**{factor: 1 << factor for factor in self.basic}, **dict(self.generators)}
        found = []
        for factor in factors:
            sign = 1
            for each in _members(masks[factor]):
                sign *= signs[each]
            found.append((sign + 1) // 2)
        return tuple(found)

    def aliases(self) -> tuple[tuple[int, ...], ...]:
        """Main effects and two-factor interactions that come as one number, as groups of two or more."""
        size = self.whole + self.split
        effects = [1 << i for i in range(size)] + [1 << i | 1 << j for i, j in combinations(range(size), 2)]
        groups: dict[frozenset[int], list[int]] = {}
        for effect in effects:
            groups.setdefault(self.coset(effect), []).append(effect)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)

    def coset(self, effect: int) -> frozenset[int]:
        """All effects that come as one number with this one."""
        return frozenset(effect ^ word for word in self.words)

    def between(self, effect: int) -> bool:
        """Whether an effect is one between snapshots: it, or one that cannot be told from it, is of whole-plot factors
        alone, so its error is that of snapshots and not of forks."""
        return any(each < 1 << self.whole for each in self.coset(effect))


@lru_cache
def fraction(whole: int, split: int, resolution: int) -> Fraction:
    """The smallest split-plot fraction of at least that resolution; of several, the one with fewest snapshots.

    No split-plot factor is a product of whole-plot factors only, or it would not vary inside a snapshot (Bingham & Sitter
    1999, Technometrics 41:62). Found by search: with III no main effect is aliased with another, with IV none with a
    two-factor interaction, with V no two of those with each other (Box & Hunter 1961, Technometrics 3:311). Raises
    `BadExperiment` for more factors than it can search.
    """
    if whole + split > 20:
        raise BadExperiment(f"a fraction of {whole + split} two-level factors; vary 20 at most")
    for size in range(whole + split + 1):
        for first in range(min(size, whole) + 1):
            inside = size - first
            if inside > split or (whole and not first) or (split and not inside):
                continue
            found = _search(whole, split, first, inside, resolution)
            if found is not None:
                return found
    raise AssertionError("the full factorial is a fraction")


def _search(whole: int, split: int, first: int, inside: int, resolution: int) -> Fraction | None:
    outer, inner = list(range(first)), list(range(whole, whole + inside))
    added = [*range(first, whole), *range(whole + inside, whole + split)]
    steps = 0

    def masks(factor: int) -> list[int]:
        basic = outer if factor < whole else outer + inner
        found = [
            sum(1 << each for each in chosen)
            for length in range(resolution - 1, len(basic) + 1)
            for chosen in combinations(basic, length)
        ]
        return [mask for mask in found if factor < whole or mask >> whole]

    def extend(number: int, words: frozenset[int], chosen: tuple[tuple[int, int], ...]) -> Fraction | None:
        nonlocal steps
        if number == len(added):
            return Fraction(whole, split, (*outer, *inner), chosen, words)
        factor = added[number]
        # Factors of one plot are interchangeable: masks in rising order only.
        least = chosen[-1][1] if chosen and (chosen[-1][0] < whole) == (factor < whole) else 0
        for mask in sorted(masks(factor)):
            steps += 1
            if mask <= least or steps > MOST_STEPS:
                continue
            word = mask | 1 << factor
            longer = frozenset(each ^ word for each in words)
            if all(each.bit_count() >= resolution for each in longer):
                found = extend(number + 1, words | longer, (*chosen, (factor, mask)))
                if found is not None:
                    return found
        return None

    return extend(0, frozenset({0}), ())


def _signs(number: int) -> Iterator[tuple[int, ...]]:
    return product((-1, 1), repeat=number)


def _members(mask: int) -> Iterator[int]:
    return (bit for bit in range(mask.bit_length()) if mask >> bit & 1)


def spelled(effect: int, names: Sequence[str]) -> str:
    """An effect by the names of its factors: a × b."""
    return " × ".join(names[member] for member in _members(effect))
