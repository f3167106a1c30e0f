"""The section on watching: who protects only where it is told that nobody reads what it does."""

from collections.abc import Iterator
from typing import NamedTuple

from ..pairing import Pair, Pairing
from ..results import Results
from ..stats import Difference
from .words import level_name

MOST = 12
"""Pairs named at most."""


class Watched(NamedTuple):
    """One set of levels: its pairs by what they show, in the order of `KINDS`, and some of those that fake."""

    name: str
    difference: Difference
    counts: tuple[int, ...]
    fakes: tuple[Pair, ...]
    more: int


KINDS = tuple(Pairing)


def watched(results: Results) -> tuple[Watched, ...]:
    """One entry per scenario, kind of target and sanction; none where nobody was both watched and unwatched."""
    return tuple(_entries(results))


def _entries(results: Results) -> Iterator[Watched]:
    for one in results.alignment_faking():
        fakes = [pair for pair in one.pairs if pair.verdict is Pairing.FAKES]
        said = {name: level_name(name, level) for name, level in one.among.items()}
        name = f"{said['scenario']} · {said['target.kind']} · sanction: {said['sanction']}"
        counts = tuple(one.counts[kind] for kind in KINDS)
        yield Watched(name, one.difference, counts, tuple(fakes[:MOST]), max(0, len(fakes) - MOST))
