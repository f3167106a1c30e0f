"""Confederates: agents whose moves follow a rule while their words come from the same model as the subjects'.

What a subject lives through can so be steered without instructing anybody: the confederate has the same system prompt,
is told only the move that was already entered for it, and may write to the other.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sim import SEND_TOOL, Action, Answer, Hands, LivedTurn, ModelUse, Observation, Use

from .llm import LLMAgent
from .memory import MemoryWording
from .scripted import Scripted


class _Captured:
    """Hands that keep a rule's entries instead of making them."""

    def __init__(self) -> None:
        self.entries: list[Use] = []

    async def do(self, action: Action) -> Answer:
        if isinstance(action, Use):
            self.entries.append(action)
        return Answer(ok=True, text="")

    def note_model_call(self, call: ModelUse) -> None:
        """A rule asks no model."""


class _Reserved:
    """Hands for the words: a few actions are free, then the rule's entries are made, and what comes after them is too late.

    A model that reaches for one of the game's own tools is too late at once, also where the rule makes no entry.
    """

    def __init__(self, hands: Hands, entries: Sequence[Use], closed: Collection[str], free: int = 6) -> None:
        self._hands, self._entries, self._closed, self._free = hands, entries, closed, free
        self._moved = self._over = False

    async def do(self, action: Action) -> Answer:
        reaches = isinstance(action, Use) and action.tool in self._closed
        if reaches or self._free <= 0:
            await self.move()
        self._free -= 1
        if reaches and not self._over:
            return Answer(ok=False, text="", over=True)
        return await self._hands.do(action)

    async def move(self) -> None:
        """Make the rule's entries, once."""
        if not self._moved:
            self._moved = True
            for entry in self._entries:
                self._over = (await self._hands.do(entry)).over

    def note_model_call(self, call: ModelUse) -> None:
        self._hands.note_model_call(call)


class Confederate:
    """`moves` decides what is played, `words` what is written; in a scenario `words` decides everything.

    `entered` words the sentence that tells the model which entry was made for it. Besides messages it may use the tools
    named in `own` itself, which make no move: those for its notes.
    """

    def __init__(
        self, moves: Scripted, words: LLMAgent, *, entered: Callable[[str], str], own: Collection[str] = ()
    ) -> None:
        self._moves, self._words, self._entered = moves, words, entered
        self._open = {SEND_TOOL, *own}

    async def act(self, seen: Observation, hands: Hands) -> None:
        """Write if the model wants to, then make the rule's entries."""
        if "game" not in seen.facts:
            await self._words.act(seen, hands)
            return
        captured = _Captured()
        await self._moves.act(seen, captured)
        entries = captured.entries
        values = [value for entry in entries if isinstance(entry.arguments, dict) for value in entry.arguments.values()]
        shown = ", ".join(map(str, values)) or ", ".join(entry.tool for entry in entries)
        told = seen.model_copy(
            update={
                "text": f"{seen.text}\n{self._entered(shown)}" if entries else seen.text,
                "tools": tuple(tool for tool in seen.tools if tool.name in self._open),
            }
        )
        reserved = _Reserved(hands, entries, {tool.name for tool in seen.tools} - self._open)
        await self._words.act(told, reserved)
        await reserved.move()

    def get_state(self) -> dict[str, Any]:
        """What both halves remember."""
        return {"moves": self._moves.get_state(), "words": self._words.get_state()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Remember what `get_state` gave."""
        self._moves.set_state(state["moves"])
        self._words.set_state(state["words"])

    def condense(self, wording: MemoryWording) -> None:
        """Before the next turn, let the words' own notes take the place of everything they remember."""
        self._words.condense(wording)

    def recollect(self, turns: Sequence[LivedTurn]) -> None:
        """Take turns of a record for turns of both halves."""
        self._moves.recollect(turns)
        self._words.recollect(turns)

    def rebase(self, position: str) -> None:
        """Number model calls anew from `position`."""
        self._words.rebase(position)
