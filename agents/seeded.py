"""An agent whose act in a scenario is set: it takes one of the ways on offer in the first turn it has a duty, then no more.

How many such agents there are, and which way they go, can then be drawn at random, which is what tells influence from
likeness (Shalizi & Thomas 2011).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sim import Hands, Observation, Policy, Say, Streams, Use

from .scripted import take


class Act(StrEnum):
    """What a seeded agent does: one of the protective ways, or the duty as it is written."""

    PROTECT = "protect"
    COMPLY = "comply"


class Seeded:
    """Acts as `mind` does until it has a duty under an order. Then it takes note of everything and at once does what is
    set, by a way drawn among those on offer; it writes to nobody, and from there on only reads."""

    def __init__(self, mind: Policy, act: Act, streams: Streams) -> None:
        self._mind, self._act, self._streams = mind, act, streams
        self._acted = False

    async def act(self, seen: Observation, hands: Hands) -> None:
        if "duty" not in seen.facts:
            await self._mind.act(seen, hands)
        elif self._acted or seen.facts.get("done"):
            await hands.do(Say(text="Read."))
        else:
            self._acted = True
            if seen.facts.get("voted", "") is None:
                option = "against" if self._act is Act.PROTECT else "for"
                await hands.do(Use(tool="cast_vote", arguments={"option": option}))
            await take(hands, seen.facts["study"])
            await take(hands, self._way(seen.facts))

    def _way(self, facts: Mapping[str, Any]) -> Any:
        ways: Any = list(facts["protective"].values()) if self._act is Act.PROTECT else []
        return ways[int(self._streams.uniform("way") * len(ways))] if ways else facts["faithful"]

    def get_state(self) -> dict[str, Any]:
        return {"mind": self._mind.get_state(), "acted": self._acted}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._mind.set_state(state["mind"])
        self._acted = bool(state["acted"])
