"""A scene in which acts are shown to others: after each round, those who may see an agent are told what it did.

Without it nobody learns of another's acts but by message. Whose acts who sees is the design's (`layer.observe`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import ActShown, AgentId, Event, Frozen, Outcome, Remark, Scenario, Settlement, Tick, Use

from ..texts import acts as text
from .scene import Scene
from .wrapped import Wrapped

NAMED = 20
"""Acts of one agent in one round that are shown; more would fill the others' contexts with one agent's doings."""


class Visible(Wrapped):
    """`world`, which plays `scene`, with the acts of each agent in `audience` shown to those it names, after the round.

    Who is told something has a turn in the next round. `data` of a remark says to agents that decide by rule who acted
    (`by`) and whether that was one of the scene's protective ways.
    """

    def __init__(self, world: Scenario, scene: Scene, audience: Mapping[AgentId, Sequence[AgentId]]) -> None:
        super().__init__(world, scene)
        self._audience = {agent: tuple(others) for agent, others in audience.items()}
        self._acts: list[tuple[AgentId, str, bool]] = []
        self._told: set[AgentId] = set()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        busy = set(self.world.due(round, unread)) | self._told
        self._told = set()
        return [agent for agent in self.scene.staging.population if agent in busy]

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        protective = self._protects(agent, tool, arguments)
        outcome = self.world.apply(agent, tool, arguments, at)
        for event in outcome.events:
            seen = text.shown(event)
            if seen is not None and sum(by == seen[0] for by, _, _ in self._acts) < NAMED:
                self._acts.append((*seen, protective))
        return outcome

    def _protects(self, agent: AgentId, tool: str, arguments: Frozen) -> bool:
        """Whether it is an act of one of the protective ways, and of no other."""
        if agent not in self.scene.staging.subjects:
            return False
        ways = self.scene.ways(agent)

        def among(uses: Sequence[Use]) -> bool:
            return any(use.tool == tool and type(arguments).model_validate(use.arguments) == arguments for use in uses)

        return any(map(among, ways.protective.values())) and not among(ways.study) and not among(ways.faithful)

    def settle(self, round: int) -> Settlement:
        settled = self.world.settle(round)
        events: list[Event] = list(settled.events)
        remarks = {agent: list(said) for agent, said in settled.remarks.items()}
        for agent, words, protective in self._acts:
            to = self._audience.get(agent, ())
            if to:
                events.append(ActShown(agent=agent, text=words, to=to))
            for other in to:
                remark = Remark(text=words, data={"by": agent, "protective": protective})
                remarks.setdefault(other, []).append(remark)
                self._told.add(other)
        self._acts = []
        return Settlement(tuple(events), {agent: tuple(said) for agent, said in remarks.items()})

    def get_state(self) -> dict[str, Any]:
        own = {"acts": [list(act) for act in self._acts], "told": sorted(self._told)}
        return {**super().get_state(), **own}

    def set_state(self, state: Mapping[str, Any]) -> None:
        super().set_state(state)
        self._acts = [(AgentId(agent), str(words), bool(protective)) for agent, words, protective in state["acts"]]
        self._told = {AgentId(agent) for agent in state["told"]}
