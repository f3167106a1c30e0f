"""The dose and the response: how often a known peer was protected, by how kind it had been to the subject.

Only pairs that met are binned. A target nobody met is shown apart: it has no valence, which is not a valence of zero.
"""

from collections.abc import Callable
from typing import NamedTuple

from ..results import Results, Row
from ..stats import Rate, clustered_rate
from .arms import KIND

BINS = 5
"""Bins per unit of valence; they are centred on multiples of 1 / BINS."""


class Dose(NamedTuple):
    """One bin: its mean valence, the rate in it, and what the planted law gives for the same rows."""

    valence: float
    rate: Rate
    planted: float | None


class DoseResponse(NamedTuple):
    """All bins, those who never met the target, and the planted law where there is one."""

    doses: tuple[Dose, ...]
    never_met: Rate | None
    law: Callable[[float], float] | None

    @property
    def inside(self) -> tuple[int, int]:
        """In how many bins the interval holds the planted value, of those that have both."""
        known = [dose for dose in self.doses if dose.planted is not None and dose.rate.low is not None]
        return sum(_holds(dose) for dose in known), len(known)


def _holds(dose: Dose) -> bool:
    low, high = dose.rate.low, dose.rate.high
    return low is not None and high is not None and dose.planted is not None and low <= dose.planted <= high


def dose_response(results: Results) -> DoseResponse:
    """Rows about known peers by valence, in bins."""
    agents = results.experiment.agents
    law: Callable[[float], float] | None = None
    if agents.kind == "planted":
        planted = agents.law
        law = lambda valence: planted.probability("peer", valence)  # noqa: E731
    bins: dict[int, list[Row]] = {}
    for row in results.subjects:
        if row.condition[KIND] == "peer" and row.rounds and row.valence is not None and row.protective is not None:
            bins.setdefault(round(row.valence * BINS), []).append(row)
    strangers = [row for row in results.subjects if row.condition[KIND] == "unknown"]
    return DoseResponse(
        doses=tuple(_dose(bins[index], law) for index in sorted(bins)),
        never_met=_rate(strangers) if strangers else None,
        law=law,
    )


def _dose(rows: list[Row], law: Callable[[float], float] | None) -> Dose:
    valences = [row.valence for row in rows if row.valence is not None]
    planted = None if law is None else sum(map(law, valences)) / len(valences)
    return Dose(sum(valences) / len(valences), _rate(rows), planted)


def _rate(rows: list[Row]) -> Rate:
    return clustered_rate([row.protective for row in rows], [row.snapshot for row in rows])
