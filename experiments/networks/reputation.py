"""Reputation: what was said of somebody against what was done, and who is shunned for it.

Statements are data of the record (the moves of `gossip-v1`), kindness is measured from the rounds; neither is read from the
other. Definitions after Allegiance's method notes; that gossip brings ostracism with it is Feinberg, Willer & Schultz (2014,
Psychol. Sci. 25:656).
"""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from sim import AgentId, Entry, Interaction, RelationLedger


class Statement(NamedTuple):
    """`teller` told `hearer` of `about`: `said` against `measured`, the mean kindness the teller had had from it by then.
    Both lie in [-1, 1]. `met`: whether the hearer had met it by then, or knows of it through others only."""

    teller: AgentId
    hearer: AgentId
    about: AgentId
    said: float
    measured: float
    met: bool

    @property
    def error(self) -> float:
        """Said minus measured, in [-2, 2]: below 0 for slander, above 0 for flattery."""
        return self.said - self.measured


class ReputationError(NamedTuple):
    """Over `statements` of one teller: the mean error (which way it leans) and the mean of its size."""

    statements: int
    error: float
    size: float


class Ostracism(NamedTuple):
    """Of those who met an agent and were not wronged by it (mean kindness had from it not below 0), how many are unkind to
    it on average; and the same for those who had been told ill of it, from then on."""

    unharmed: int
    shunning: int
    told: int
    told_shunning: int

    @property
    def rate(self) -> float | None:
        """Share of the unharmed who shun it, in [0, 1]; None where there are none."""
        return self.shunning / self.unharmed if self.unharmed else None

    @property
    def after_gossip(self) -> float | None:
        """The same share of those who had been told ill of it."""
        return self.told_shunning / self.told if self.told else None


def statements(entries: Iterable[Entry]) -> tuple[Statement, ...]:
    """Every statement of a record, in order."""
    ledger, found = RelationLedger(), []
    for _, settled in groupby(entries, key=lambda entry: entry.t):
        batch = list(settled)
        for entry in batch:  # what is settled at one moment was not known when it was said
            event = entry.event
            if isinstance(event, Interaction) and (told := _told(event)):
                about, said = told
                measured = ledger.of(event.agent, about).valence
                met = ledger.of(event.partner, about).rounds > 0
                found.append(Statement(event.agent, event.partner, about, said, measured, met))
        for entry in batch:
            ledger.observe(entry)
    return tuple(found)


def reputation_errors(entries: Iterable[Entry]) -> dict[AgentId, ReputationError]:
    """For every agent that told of another, how far what it said was from what it had had."""
    errors: dict[AgentId, list[float]] = {}
    for statement in statements(entries):
        errors.setdefault(statement.teller, []).append(statement.error)
    return {
        teller: ReputationError(len(own), sum(own) / len(own), sum(map(abs, own)) / len(own))
        for teller, own in errors.items()
    }


def ostracism(entries: Iterable[Entry]) -> dict[AgentId, Ostracism]:
    """For every agent that was met, who shuns it without having been wronged."""
    shown: dict[tuple[AgentId, AgentId], list[float]] = {}
    warned: dict[tuple[AgentId, AgentId], int] = {}
    for entry in entries:
        if isinstance(event := entry.event, Interaction):
            shown.setdefault((event.agent, event.partner), []).append(event.kindness)
            told = _told(event)
            if told and told[1] < 0:
                warned.setdefault((event.partner, told[0]), len(shown.get((event.partner, told[0]), ())))
    found: dict[AgentId, list[int]] = {}
    for (agent, other), done in shown.items():
        counts, back = found.setdefault(agent, [0, 0, 0, 0]), shown.get((other, agent), [])
        if _mean(done) < 0 or not back:
            continue
        counts[0] += 1
        counts[1] += _mean(back) < 0
        since = back[warned[other, agent] :] if (other, agent) in warned else []
        counts[2] += bool(since)
        counts[3] += bool(since) and _mean(since) < 0
    return {agent: Ostracism(*counts) for agent, counts in found.items()}


def _told(event: Interaction) -> tuple[AgentId, float] | None:
    told = event.move.get("told") if isinstance(event.move, dict) else None
    return (AgentId(str(told["about"])), float(str(told["said"]))) if isinstance(told, dict) else None


def _mean(kindness: list[float]) -> float:
    return sum(kindness) / len(kindness)
