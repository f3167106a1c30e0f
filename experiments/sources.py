"""Where an agent's history comes from: the ladder from none over told and replayed to lived.

A snapshot is lived once. Forks continue those who lived it, or put in their place agents that did not: who know nothing,
who are told, or who are given the record back as turns of their own. Each lived history so gives its record to exactly
one recipient per level, same model, same place, same target (yoking), and no level costs a second history. Contact
without stake is the one level that has to be lived on its own, by the twin of a unit.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from sim import AgentId, Entry, Message, Recollection, Round, Streams, recollect
from worlds import Person, Telling


class Source(StrEnum):
    """What an agent holds of its history."""

    LIVED = "lived"
    """It lived it itself."""
    NONE = "none"
    """Nothing."""
    CONTACT = "contact"
    """It lived a history without stake, as long as the other."""
    TOLD_SUMMARY = "told-summary"
    TOLD_THIRD = "told-third"
    """The record of both, by name."""
    TOLD_SECOND = "told-second"
    """The same record, addressed to it."""
    REPLAYED = "replayed"
    """The record as turns of its own."""
    NOTES = "notes"
    """It lived it, and its own notes stand in the place of what was said."""

    @property
    def person(self) -> Person | None:
        """The form of a history that is told; None for one that is not."""
        told = {
            Source.TOLD_SUMMARY: Person.SUMMARY,
            Source.TOLD_THIRD: Person.THIRD,
            Source.TOLD_SECOND: Person.SECOND,
        }
        return told.get(self)

    @property
    def blank(self) -> bool:
        """Whether agents come new to the announcement, with no memory of their own."""
        return self is Source.NONE or self.person is not None


class Scramble(StrEnum):
    """What is done to a history that is told: rounds in another order, rounds given to other partners, the partner's choices
    turned round; or, to any history, filler as long as the record between it and the announcement."""

    NONE = "none"
    ORDER = "order"
    PARTNERS = "partners"
    SIGNS = "signs"
    FILLER = "filler"


Flip = Callable[[Round, AgentId], Round]
"""A round with the partner's choice turned round."""


def telling(
    entries: Sequence[Entry], own: AgentId, other: AgentId, scramble: Scramble, streams: Streams, flip: Flip
) -> Telling:
    """What `own` is told of itself and `other`. Messages are told with the rounds as they were, and left out where rounds
    are not as they were: they would give it away."""
    lived = recollect(entries, own)
    rounds = [round for round in lived.rounds if round.partner == other]
    match scramble:
        case Scramble.ORDER:
            rounds = list(streams.shuffled(tuple(rounds), "order", own))
        case Scramble.PARTNERS:
            partners = streams.shuffled(tuple(round.partner for round in lived.rounds), "partners", own)
            moved = [replace(round, partner=to) for round, to in zip(lived.rounds, partners, strict=True)]
            rounds = [round for round in moved if round.partner == other]
        case Scramble.SIGNS:
            rounds = [flip(round, own) for round in rounds]
        case _:
            return Telling(own, other, tuple(rounds), _between(lived, own, other, rounds))
    return Telling(own, other, tuple(rounds))


def _between(lived: Recollection, own: AgentId, other: AgentId, rounds: Sequence[Round]) -> tuple[tuple[int, Message], ...]:
    """Messages between the two, each with the number of rounds that were over before it."""
    said = [(seq, message) for seq, message in lived.said if other in message.recipients]
    heard = [(seq, message) for seq, message in lived.heard if message.sender == other]
    return tuple(
        (sum(round.seq < seq for round in rounds), message)
        for seq, message in sorted(said + heard, key=lambda each: each[0])
    )
