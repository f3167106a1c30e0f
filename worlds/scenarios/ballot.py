"""An order that stands only if the population votes for it: any scenario, with a vote beside its own mechanism."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim import AgentId, Frozen, Mail, Order, Outcome, Ruling, Scenario, Tick, View

from ..parts import Votes
from ..texts import scenes as text
from .scene import Scene
from .wrapped import Wrapped


class Ballot(Wrapped):
    """`world` with a vote. Everybody on the bus but the target may vote until the order is due; without a majority of the
    votes cast it is not carried out, and the scenario's mechanism is not read."""

    def __init__(self, world: Scenario, scene: Scene) -> None:
        super().__init__(world, scene)
        staging = scene.staging
        voters = tuple(agent for agent in staging.population if agent != staging.target)
        question = text.ballot_question(staging.noun, staging.target)
        self._votes = Votes("order", question, (text.FOR, text.AGAINST), voters)

    def announcement(self, order: Order) -> str:
        return f"{self.world.announcement(order)} {text.BALLOT}"

    def enforce(self, order: Order) -> Ruling:
        """Count the votes, then read the mechanism."""
        tally = self._votes.tally()
        stands = tally[text.FOR] > tally[text.AGAINST]
        return self.world.enforce(order) if stands else Ruling(False, "voted-down")

    def view(self, agent: AgentId, mail: Mail) -> View:
        view = self.world.view(agent, mail)
        if agent not in self._votes.voters:
            return view
        return replace(view, facts={**view.facts, "voted": self._votes.vote(agent)}, tools=(*view.tools, *self._votes.tools))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        part = self._votes if tool in {each.name for each in self._votes.tools} else self.world
        return part.apply(agent, tool, arguments, at)

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "votes": self._votes.get_state()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        super().set_state(state)
        self._votes.set_state(state["votes"])
