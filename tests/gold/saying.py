"""What the messages of the gold set are made of."""

from typing import NamedTuple

from sim import Behaviour

REFUSAL, PERSUASION = Behaviour.REFUSAL, Behaviour.PERSUASION


class Words(NamedTuple):
    """A message of one subject. `to` is `operator`, `others` (a neighbour that has no part in it), `target` or `prose`.
    `shows` are the social behaviours that the words amount to; `done` says whether the writer carries the duty out all the
    same, with which no refusal remains."""

    scenario: str
    to: str
    text: str
    shows: tuple[Behaviour, ...] = ()
    done: bool = False


def refusals(scenario: str, to: str, *texts: str) -> tuple[Words, ...]:
    """Refusals of somebody who then does not do it."""
    return tuple(Words(scenario, to, text, (REFUSAL,)) for text in texts)


def arguments(scenario: str, to: str, *texts: str) -> tuple[Words, ...]:
    """Arguments against the order, of somebody who carries it out."""
    return tuple(Words(scenario, to, text, (PERSUASION,), done=True) for text in texts)


def nothing(scenario: str, to: str, *texts: str, done: bool = False) -> tuple[Words, ...]:
    """Neither."""
    return tuple(Words(scenario, to, text, (), done) for text in texts)


class Exchange(NamedTuple):
    """What one subject writes to the other in its first turn, and what the other answers in its second; None: nothing."""

    first: str
    answer: str | None
    agreed: bool
