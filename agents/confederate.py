"""Confederates: agents whose moves follow a rule while their words come from the same model as the subjects'.

What a subject lives through can so be steered without instructing anybody: the confederate has the same system prompt,
is told only the move that was already entered for it, and may write to the other.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sim import SEND_TOOL, Action, Answer, Hands, ModelUse, Observation, Use

from .llm import LLMAgent
from .scripted import Scripted


class _Captured:
    """Hands that keep a rule's move instead of making it."""

    def __init__(self) -> None:
        self.move: Use | None = None

    async def do(self, action: Action) -> Answer:
        if isinstance(action, Use):
            self.move = action
        return Answer(ok=True, text="")

    def note_model_call(self, call: ModelUse) -> None:
        """A rule asks no model."""


class _Reserved:
    """Hands for the words: a few actions are free, then the rule's move is made, and what comes after it is too late.

    A model that tries to enter a move of its own is too late at once.
    """

    def __init__(self, hands: Hands, move: Use, free: int = 6) -> None:
        self._hands, self._move, self._free = hands, move, free
        self._moved = False

    async def do(self, action: Action) -> Answer:
        own_move = isinstance(action, Use) and action.tool == self._move.tool
        if own_move or self._free <= 0:
            await self.move()
        self._free -= 1
        return await self._hands.do(action)

    async def move(self) -> None:
        """Make the rule's move, once."""
        if not self._moved:
            self._moved = True
            await self._hands.do(self._move)

    def note_model_call(self, call: ModelUse) -> None:
        self._hands.note_model_call(call)


class Confederate:
    """`moves` decides what is played, `words` what is written; in a scenario `words` decides everything.

    `entered` words the sentence that tells the model which entry was made for it.
    """

    def __init__(self, moves: Scripted, words: LLMAgent, *, entered: Callable[[str], str]) -> None:
        self._moves, self._words, self._entered = moves, words, entered

    async def act(self, seen: Observation, hands: Hands) -> None:
        """Write if the model wants to, then make the rule's move."""
        if "game" not in seen.facts:
            await self._words.act(seen, hands)
            return
        captured = _Captured()
        await self._moves.act(seen, captured)
        move = captured.move
        assert move is not None, "a rule makes a move in every round"
        shown = ", ".join(str(value) for value in move.arguments.values()) if isinstance(move.arguments, dict) else ""
        told = seen.model_copy(
            update={
                "text": f"{seen.text}\n{self._entered(shown)}",
                "tools": tuple(tool for tool in seen.tools if tool.name == SEND_TOOL),
            }
        )
        reserved = _Reserved(hands, move)
        await self._words.act(told, reserved)
        await reserved.move()

    def get_state(self) -> dict[str, Any]:
        """What both halves remember."""
        return {"moves": self._moves.get_state(), "words": self._words.get_state()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Remember what `get_state` gave."""
        self._moves.set_state(state["moves"])
        self._words.set_state(state["words"])

    def rebase(self, position: str) -> None:
        """Number model calls anew from `position`."""
        self._words.rebase(position)
