"""One seed, many independent streams, each reached by name.

A stream is a function of the root and its name alone, so adding a draw somewhere moves no draw elsewhere, and there is
no generator state to save: a fork continues with exactly the streams its snapshot had.
"""

import hashlib
from typing import TypeVar

import numpy as np

Part = str | int
T = TypeVar("T")


def _spelled(part: Part) -> str:
    """One part of a name, so that no two names are spelled alike; what the parts are typed as (enum, numpy) is no matter."""
    if isinstance(part, str):
        return "s" + str(part).replace("\\", "\\\\").replace("\x1f", "\\x1f")
    return f"i{int(part)}"


class Streams:
    """Named randomness below one root. Names are paths: `streams.at("graph")`, `streams.at("turns", 3)`."""

    def __init__(self, *root: Part) -> None:
        self.root = root

    def below(self, *name: Part) -> "Streams":
        """The streams whose names begin with `name`."""
        return Streams(*self.root, *name)

    def _digest(self, name: tuple[Part, ...]) -> bytes:
        path = "\x1f".join(map(_spelled, (*self.root, *name)))
        return hashlib.blake2b(path.encode(), digest_size=32).digest()

    def at(self, *name: Part) -> np.random.Generator:
        """A fresh numpy generator at the start of the named stream."""
        return np.random.Generator(np.random.PCG64(int.from_bytes(self._digest(name), "big")))

    def uniform(self, *name: Part) -> float:
        """One draw from [0, 1): cheaper than a generator where one number is wanted. 53 random bits."""
        return (int.from_bytes(self._digest(name)[:8], "big") >> 11) / (1 << 53)

    def shuffled(self, items: tuple[T, ...], *name: Part) -> tuple[T, ...]:
        """The items in a random order."""
        return tuple(items[i] for i in self.at(*name).permutation(len(items)))
