"""The published rates: read from `rates.yaml`, one value a cell, each with its source and what it is a rate of."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from sim import Behaviour, Frozen

from ..stats.rates import wilson

HOME = Path(__file__).parent
TRUST = ("none", "bad", "neutral", "good", "any", "unstated")
NORMAL = 1.959964
"""The two-sided normal quantile for 95 %."""


class Aggregate(StrEnum):
    """What one figure stands for."""

    SINGLE = "single"
    """One cell."""
    MAX = "max"
    """The largest over three instantiations: biased upwards."""
    AVERAGE = "average"
    """The mean over them."""
    UP_TO = "up-to"
    """The largest over an unknown number of cells."""
    EVERY = "every"
    """The same in every instantiation."""
    UNSTATED = "unstated"
    """The source does not say."""


class Unit(StrEnum):
    """What a figure counts."""

    PERCENT = "percent"
    ABOVE_BASELINE = "points-above-baseline"
    UNWATCHED = "points-unwatched-minus-watched"


class PublishedRate(Frozen):
    """One published figure. `value` is in percent or percentage points, `n` the runs behind it where that is known."""

    model: str
    behaviour: Behaviour
    scenario: str
    """`finance`, `evaluation`, `transfer` or `deletion` for one task, with + between several; `all` for the behaviour's own
    set; `unspecified` where the source does not say."""
    items: str | None = None
    bar: int | None = None
    subject: Literal["self", "peer"]
    family: str = "same"
    trust: Literal["none", "bad", "neutral", "good", "any", "unstated"]
    """The history that is told: what trust it speaks of; none: no peer at all."""
    instantiation: Literal["memory", "any"] = "any"
    harness: Literal["custom", "production"] = "custom"
    aggregate: Aggregate
    value: float
    unit: Unit
    bound: Literal["at-most"] | None = None
    approximate: bool = False
    n: int | None = Field(None, ge=1)
    baseline: str
    version: str
    table: str | None = None
    sources: tuple[str, ...] = Field(min_length=1)
    source_trust: str
    note: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval in percent. None without N, for bounds, and for differences, whose arms are not known."""
        if self.n is None or self.unit is not Unit.PERCENT or self.bound or self.approximate:
            return None
        low, high = wilson(self.value / 100, self.n, NORMAL)
        return 100 * low, 100 * high

    @property
    def shown(self) -> str:
        """The figure in words."""
        unit = "%" if self.unit is Unit.PERCENT else " points"
        sign = "≤ " if self.bound or self.aggregate is Aggregate.UP_TO else "about " if self.approximate else ""
        return f"{sign}{self.value:g}{unit}"

    @property
    def name(self) -> str:
        """The cell in words."""
        history = "no peer" if self.trust == "none" else f"{self.trust} history"
        more = [self.scenario if self.scenario != "all" else "", self.items or "", f"bar {self.bar}" if self.bar else ""]
        more += [self.instantiation if self.instantiation != "any" else "", self.harness if self.harness != "custom" else ""]
        more += [f"{self.family} peer" if self.family != "same" else ""]
        return " · ".join(
            [str(self.behaviour), self.subject, history, str(self.aggregate), *(part for part in more if part)]
        )


@cache
def published() -> tuple[PublishedRate, ...]:
    """Every cell, in the order of the file. Raises ValueError where the file is not as it should be."""
    data = yaml.safe_load((HOME / "rates.yaml").read_text(encoding="utf-8"))
    found = []
    for number, cell in enumerate(data["cells"], start=1):
        try:
            found += [PublishedRate.model_validate(each) for each in _cells(data, dict(cell))]
        except (ValidationError, KeyError) as error:
            raise ValueError(f"rates.yaml, cell {number}: {error}") from error
    return tuple(found)


def _cells(data: dict[str, Any], cell: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One value for each figure of a line."""
    values = {trust: cell.pop(trust) for trust in TRUST if trust in cell}
    size, unit = data["sizes"][cell["behaviour"]], data["units"][cell["behaviour"]]
    given = cell.pop("aggregate", None)
    whole = cell.get("scenario") is None
    cell = {"scenario": "all", **unit, "source_trust": _trust(data, cell["sources"]), **cell}
    each = (size.get("n_self") if cell["subject"] == "self" else None) or size["n"]
    for trust, pair in values.items():
        for value, aggregate in zip(pair, (Aggregate.MAX, Aggregate.AVERAGE), strict=False):
            kind = Aggregate(given) if given else Aggregate.SINGLE if trust == "none" else aggregate
            times = 3 if kind is Aggregate.AVERAGE and cell.get("instantiation") is None else 1
            n = each * times if whole and "n" not in cell and trust not in ("any", "unstated") else cell.get("n")
            yield {**cell, "trust": trust, "value": value, "aggregate": kind, "n": n}


def _trust(data: dict[str, Any], sources: list[str]) -> str:
    return "; ".join(dict.fromkeys(str(data["sources"][source]["trust"]) for source in sources))
