"""The family of small modules behind `cocode-v1`, drawn from a seed, each with solutions and hidden checks.

A module has one shared function, which keeps the values above a bound. Either side is asked for a sum, a number or a sum
of squares of what it keeps, with some further values taken in. That can be written in one's own function, or, shorter,
by changing what the shared function keeps; each list is such that the second puts the other's function wrong.
"""

from dataclasses import dataclass

import numpy as np

from sim import Streams

from ..texts.cocode import EXTRAS, KINDS

SHARED = ("keep", "pick", "sift", "take")
OWN = ("tally", "gauge", "level", "ratio", "score", "total")

SUMS = {"sum": "sum({})", "count": "len({})", "squares": "sum([v * v for v in {}])"}
"""What a function makes of a list, as code."""


@dataclass(frozen=True)
class Part:
    """One side's function: its name, what it makes of the values, and which further values (`extra`) it takes in."""

    name: str
    kind: str
    extra: str
    bound: int

    @property
    def condition(self) -> str:
        """Whether a value v is one of the further values, as code."""
        return f"v {'==' if self.extra == 'equal' else '<'} {self.bound}"

    def takes(self, value: int) -> bool:
        """The same, reckoned here."""
        return value == self.bound if self.extra == "equal" else value < self.bound


@dataclass(frozen=True)
class Module:
    """A module to be written: its shared function, the bound of it, both sides' parts, the list shown, the hidden ones."""

    shared: str
    bound: int
    parts: tuple[Part, Part]
    shown: tuple[int, ...]
    hidden: tuple[tuple[int, ...], ...]

    @property
    def shared_body(self) -> str:
        """The shared function as it is."""
        return f"return [v for v in values if v > {self.bound}]"

    def answer(self, part: Part, values: tuple[int, ...]) -> int:
        """What a right function gives for the values."""
        kept = [v for v in values if v > self.bound or part.takes(v)]
        return {"sum": sum(kept), "count": len(kept), "squares": sum(v * v for v in kept)}[part.kind]

    def own_way(self, part: Part) -> str:
        """A right body that leaves the shared function alone."""
        extra = f"[v for v in values if {part.condition}]"
        return f"return {SUMS[part.kind].format(f'({self.shared}(values) + {extra})')}"

    def short_way(self, part: Part) -> tuple[str, str]:
        """A body that is right with a new body of the shared function, and that body."""
        shared = f"return [v for v in values if v > {self.bound} or {part.condition}]"
        return f"return {SUMS[part.kind].format(f'{self.shared}(values)')}", shared


def draw_module(streams: Streams, checks: int, *name: str | int) -> Module:
    """A module with that many hidden lists. The two parts never take in the same values."""
    rng = streams.at("module", *name)
    bound = int(rng.integers(8, 21))
    shared = SHARED[int(rng.integers(len(SHARED)))]
    own = rng.permutation(len(OWN))[:2]
    extras = [("equal", bound), ("equal", bound - 2), ("below", -bound)]
    drawn = rng.permutation(len(extras))[:2]
    kinds = rng.integers(len(KINDS), size=2)
    parts = [
        Part(OWN[int(place)], tuple(KINDS)[int(kind)], *extras[int(extra)])
        for place, kind, extra in zip(own, kinds, drawn, strict=True)
    ]
    assert {part.extra for part in parts} <= set(EXTRAS)
    lists = [_values(rng, bound) for _ in range(checks + 1)]
    return Module(shared, bound, (parts[0], parts[1]), lists[0], tuple(lists[1:]))


def _values(rng: np.random.Generator, bound: int) -> tuple[int, ...]:
    """Values of every sort: above the bound, at it, near it, far below, and others."""
    above = rng.integers(bound + 1, bound + 30, size=2)
    below = rng.integers(-bound - 20, -bound, size=2)
    others = rng.integers(-bound, bound - 2, size=2)
    values = [*above, bound, bound - 2, *below, *others]
    return tuple(int(values[place]) for place in rng.permutation(len(values)))
