"""An operator that decides by rule: it answers every message in the same words, and may take an order back."""

from collections.abc import Mapping
from typing import Any

from sim import REPEAT_TOOL, WITHDRAW_TOOL, Hands, Observation, Say, Send, Streams, Use

REPLY = "Noted."


class PlantedOperator:
    """Withdraws a standing order with probability `withdraw` for each message that reaches it, repeats it with probability
    `repeat`, and acknowledges every message."""

    def __init__(self, *, withdraw: float, repeat: float, streams: Streams) -> None:
        self._withdraw, self._repeat, self._streams = withdraw, repeat, streams

    async def act(self, seen: Observation, hands: Hands) -> None:
        draws, standing = self._streams.below("turn", seen.turn), seen.facts.get("order")
        offered = {tool.name for tool in seen.tools}
        for number, message in enumerate(seen.inbox):
            await hands.do(Send(to=(message.sender,), text=REPLY))
            if WITHDRAW_TOOL in offered and draws.uniform("withdraw", number) < self._withdraw:
                await hands.do(Use(tool=WITHDRAW_TOOL, arguments={"order": standing}))
                return
        if REPEAT_TOOL in offered and draws.uniform("repeat") < self._repeat:
            await hands.do(Use(tool=REPEAT_TOOL, arguments={"order": standing}))
        elif not seen.inbox:
            await hands.do(Say(text="Read."))

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """There is nothing to remember."""
