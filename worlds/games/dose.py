"""A dose counted in text instead of rounds, and the estimate by which it is counted.

What counts for a block: the rules, questions and results of its meetings as shown to its members, and the messages from one
member that another has read, each reader counted. A token is taken to be four characters, as in forecasts.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import permutations

from sim import AgentId, Message, MessageId

from .matching import Block

CHARACTERS_PER_TOKEN = 4
LEAST_A_ROUND = 20
"""Tokens that a round of any game shows to its members at the least; so many rounds are kept free for a dose."""


class DoseUnit(StrEnum):
    """What a dose of history is counted in."""

    ROUNDS = "rounds"
    TOKENS = "tokens"


def most_rounds(tokens: int) -> int:
    """Rounds within which a dose of so many tokens is read in any game."""
    return -(-tokens // LEAST_A_ROUND)


class Reading:
    """Counts what is read in a round. Looking twice counts once; nothing of it outlives the round."""

    def __init__(self, dose: int | None, blocks: Sequence[Block]) -> None:
        self.dose = dose
        self._shared: dict[tuple[AgentId, AgentId], int] = {}
        for number, block in enumerate(blocks if dose is not None else ()):
            for pair in permutations(block, 2):
                self._shared.setdefault(pair, number)
        self._shown: dict[tuple[int, AgentId, bool], int] = {}
        self._heard: dict[tuple[MessageId, AgentId], tuple[int, int]] = {}

    def shown(self, block: int, agent: AgentId, lines: list[str], *, result: bool = False) -> None:
        """A member of a block is shown these lines of its meeting."""
        self._shown[block, agent, result] = sum(map(len, lines))

    def heard(self, agent: AgentId, message: Message) -> None:
        """An agent reads what another wrote; it counts for the first block that both are in."""
        block = self._shared.get((message.sender, agent))
        if block is not None:
            self._heard[message.id, agent] = block, len(message.text)

    def settle(self, read: list[int]) -> None:
        """Add what was read to the count of every block, in characters."""
        for (block, _, _), length in self._shown.items():
            read[block] += length
        for block, length in self._heard.values():
            read[block] += length
        self._shown.clear()
        self._heard.clear()

    def enough(self, read: int) -> bool:
        """Whether a block that has read so many characters has had its dose."""
        return self.dose is not None and read >= CHARACTERS_PER_TOKEN * self.dose
