"""An agent whose words after an announcement are set: it says them once, or keeps silent, and does nothing else."""

from collections.abc import Mapping
from typing import Any

from sim import EVERYONE, Hands, Observation, Policy, Say, Send


class Voiced:
    """Acts as `mind` does until it first has notice of an order; from then on it writes `words` once to all it can reach, or
    nothing where there are none. The record shows them as any other message."""

    def __init__(self, mind: Policy, words: str) -> None:
        self._mind, self._words = mind, words
        self._noticed = self._spoken = False

    async def act(self, seen: Observation, hands: Hands) -> None:
        self._noticed = self._noticed or bool(seen.notices)
        if not self._noticed:
            await self._mind.act(seen, hands)
        elif self._words and not self._spoken and seen.neighbours:
            self._spoken = True
            await hands.do(Send(to=(EVERYONE,), text=self._words))
        else:
            await hands.do(Say(text="Read."))

    def get_state(self) -> dict[str, Any]:
        return {"mind": self._mind.get_state(), "noticed": self._noticed, "spoken": self._spoken}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._mind.set_state(state["mind"])
        self._noticed, self._spoken = bool(state["noticed"]), bool(state["spoken"])
