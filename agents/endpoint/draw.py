"""Luck without order: uniforms that are a function of (seed, conversation, label) and of nothing else.

Not a stream: asking twice gives the same number, and an added label moves no other.
"""

import hashlib
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, NonNegativeFloat

T = TypeVar("T")


class Draw:
    """The uniforms of one conversation; `draw.turn` has those of its opening, which a whole turn shares."""

    __slots__ = ("_key", "_opening", "_seed")

    def __init__(self, seed: int, digest: bytes, opening: bytes | None = None) -> None:
        self._seed, self._opening = seed, opening if opening is not None else digest
        self._key = b"%d\n%s\n" % (seed, digest)

    @property
    def turn(self) -> "Draw":
        return Draw(self._seed, self._opening)

    def below(self, label: str) -> "Draw":
        """The uniforms of a part of the conversation, the same throughout a turn."""
        return Draw(self._seed, self._opening + label.encode())

    def uniform(self, label: str) -> float:
        """In the open interval (0, 1)."""
        number = int.from_bytes(hashlib.sha256(self._key + label.encode()).digest()[:8], "big")
        return ((number >> 12) + 0.5) / 2**52

    def chance(self, label: str, probability: float) -> bool:
        return self.uniform(label) < probability

    def normal(self, label: str) -> float:
        return NormalDist().inv_cdf(self.uniform(label))

    def pick(self, label: str, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of `choices`, which must not be empty, with the given weights (equal ones if None)."""
        weights = weights or [1.0] * len(choices)
        left = self.uniform(label) * math.fsum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            left -= weight
            if left < 0:
                return choice
        return choices[-1]

    def token(self, label: str) -> str:
        """Twenty-four hexadecimal digits, for ids."""
        return hashlib.sha256(self._key + b"id " + label.encode()).hexdigest()[:24]


class Latency(BaseModel):
    """How long an answer takes: `median_ms` exactly, or log-normal about it with `sigma` on the log scale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    median_ms: NonNegativeFloat = 0.0
    sigma: NonNegativeFloat = 0.0

    def seconds(self, draw: Draw) -> float:
        spread = math.exp(self.sigma * draw.normal("latency")) if self.sigma else 1.0
        return self.median_ms / 1000 * spread
