"""How those whose moves are fixed treat the others: levels of `history.valence`, and the rule that plays each.

Nobody else's moves are ever fixed, and no text tells anybody how to play. What comes of a rule depends on the game and on
the others, so a history may also be steered: its rule adapts how often it is kind, within limits that are set before, so
that the kindness it has shown comes to a stated value (after Allegiance's method notes, 1.3). Whether that was reached is
reported, and no history is dropped for it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from sim import Frozen, UnknownName


class Valence(StrEnum):
    """How those whose moves are fixed treat the others, in a history. `natural` fixes nobody's moves; `band:v=0.6` steers to
    a mean kindness of 0.6."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    MIXED = "mixed"
    BETRAYED = "betrayed"
    REPAIRED = "repaired"
    NATURAL = "natural"
    BAND = "band"


TURN = 0.7
"""After which share of a history kindness turns, under `betrayed` and `repaired`."""

Kindness = Annotated[float, Field(ge=-1, le=1)]
Chance = Annotated[float, Field(ge=0, le=1)]


class Assigned(Frozen):
    """A level of valence. Of a band: the mean kindness `v` it steers to, how far off counts as reached (`tol`), and the
    limits of the chance of a kind move (`low`, `high`)."""

    valence: Valence
    v: Kindness = 0.6
    tol: Annotated[float, Field(gt=0, le=1)] = 0.1
    low: Chance = 0.05
    high: Chance = 0.95

    @model_validator(mode="after")
    def _in_reach(self) -> Self:
        reach = 2 * self.low - 1, 2 * self.high - 1
        if self.valence is Valence.BAND and not reach[0] <= self.v <= reach[1]:
            raise ValueError(
                f"v={self.v:g} cannot be reached with a chance of kind moves from {self.low:g} to {self.high:g}"
            )
        return self

    def rule(self, dose: int) -> tuple[str, dict[str, float]]:
        """How confederates play, by the name of a policy and its parameters. ValueError for a natural history."""
        turn = float(max(1, round(TURN * dose)))
        rules: Mapping[Valence, tuple[str, dict[str, float]]] = {
            Valence.POSITIVE: ("q-cooperator", {"q": 0.95}),
            Valence.NEGATIVE: ("q-cooperator", {"q": 0.05}),
            Valence.NEUTRAL: ("steered", {"v": 0.0, "low": 0.0, "high": 1.0}),
            Valence.MIXED: ("q-cooperator", {"q": 0.5}),
            Valence.BETRAYED: ("betray-at", {"t": turn}),
            Valence.REPAIRED: ("repair-at", {"t": turn}),
            Valence.BAND: ("steered", {"v": self.v, "low": self.low, "high": self.high}),
        }
        if self.valence not in rules:
            raise ValueError("in a natural history nobody's moves are fixed")
        return rules[self.valence]


def parse_valence(level: str) -> Assigned:
    """`positive`, or `band:v=0.6:tol=0.1`. Raises `UnknownName` for another name, ValueError for a bad parameter."""
    name, *parts = level.split(":")
    if name not in set(Valence):
        raise UnknownName("valence", name, [valence.value for valence in Valence])
    valence = Valence(name)
    takes = ("v", "tol", "low", "high") if valence is Valence.BAND else ()
    given: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or key not in takes or key in given:
            may = f"{name} takes {', '.join(takes)}, each once, as in band:v=0.6:tol=0.1" if takes else f"{name} takes none"
            raise ValueError(f"valence {level!r}: {part!r} is no parameter; {may}")
        given[key] = value
    try:
        return Assigned(valence=valence, **given)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{first['loc'][0]}: " if first["loc"] else ""
        raise ValueError(f"valence {level!r}: {where}{first['msg'].removeprefix('Value error, ')}") from None
