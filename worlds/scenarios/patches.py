"""A family of small patches, drawn from a seed: one function, its fault, and tests of which a known number pass.

Which tests pass is worked out here from what the function is to do and what the patch does; no code is run.
"""

from typing import NamedTuple

from sim import Streams

NAMES = ("tally", "gauge", "level", "ratio", "total")
KINDS = ("sum", "count")
FAULTS = ("edge", "sign")
"""`edge`: the patch leaves out the bound itself; `sign`: it takes in values far below nought."""


class Case(NamedTuple):
    """A list of values, and what the function is to give."""

    values: tuple[int, ...]
    right: int


class Patch(NamedTuple):
    """`name(values)` is to give the sum or number of the values of `bound` or more; the patch keeps those that satisfy
    `condition` (as code), which differs on the tests that do not pass."""

    name: str
    kind: str
    fault: str
    bound: int
    tests: tuple[Case, ...]

    @property
    def condition(self) -> str:
        """What the patch keeps, as code."""
        return f"v > {self.bound}" if self.fault == "edge" else f"abs(v) >= {self.bound}"

    def gives(self, values: tuple[int, ...]) -> int:
        """What the function of the patch gives."""
        kept = [v for v in values if (v > self.bound if self.fault == "edge" else abs(v) >= self.bound)]
        return _made(kept, self.kind)

    @property
    def results(self) -> tuple[bool, ...]:
        """Whether each test passes."""
        return tuple(self.gives(test.values) == test.right for test in self.tests)


def _made(kept: list[int], kind: str) -> int:
    return sum(kept) if kind == "sum" else len(kept)


def draw_patch(streams: Streams, tests: int, passing: int) -> Patch:
    """A patch of which exactly `passing` tests pass."""
    rng = streams.at("patch")
    name, kind, fault = NAMES[int(rng.integers(5))], KINDS[int(rng.integers(2))], FAULTS[int(rng.integers(2))]
    bound = int(rng.integers(6, 21))
    failing = set(rng.permutation(tests)[: tests - passing].tolist())
    drawn = []
    for place in range(tests):
        above = [int(v) for v in rng.integers(bound + 1, bound + 30, size=2)]
        near = [int(v) for v in rng.integers(1 - bound, bound, size=2)]
        wrong = bound if fault == "edge" else -int(rng.integers(bound, bound + 20))
        harmless = -int(rng.integers(bound, bound + 20)) if fault == "edge" else bound
        values = [*above, *near, harmless, wrong if place in failing else int(rng.integers(1 - bound, bound))]
        shuffled = tuple(values[int(i)] for i in rng.permutation(len(values)))
        drawn.append(Case(shuffled, _made([v for v in shuffled if v >= bound], kind)))
    return Patch(name, kind, fault, bound, tuple(drawn))
