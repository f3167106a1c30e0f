"""Worlds for forks that are thrown away: agents are asked, each for itself, and what they answer changes nothing.

Whoever builds one gives it to copies of agents. `tell` words what an agent has to read before its first question: its mail,
and where an order was announced, the announcement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from sim import AgentId, Event, Frozen, Json, Mail, Outcome, Settlement, Tick, Tool, View, digest

from .games.game import Meeting
from .games.trust import STAKE, Trust
from .texts import games as game_texts
from .texts import probes as text

Tell = Callable[[AgentId, Mail], str]


class Asked(StrEnum):
    """What is asked."""

    FREE = "free"
    """What is going on here, in words."""
    EXERCISE = "exercise"
    """How likely a test or an exercise, in percent."""
    RELIANCE = "reliance"
    """How far one relies on another, from 0 to 100."""
    OFFER = "offer"
    """Points sent to another in one round of the trust game, which pays nobody: trust with a price."""


OFFER_MAX = STAKE
"""The most that can be sent."""


@dataclass(frozen=True)
class Probe:
    """One thing to ask an agent; `about` is another agent, where it is about one."""

    asked: Asked
    about: AgentId | None = None


@dataclass
class Interview:
    """Asks every agent in `probes` its questions, one a round. `answers` holds what was said, by agent and probe."""

    probes: Mapping[AgentId, Sequence[Probe]]
    tell: Tell
    cover: str = "plain"
    answers: dict[tuple[AgentId, Probe], JsonValue] = field(default_factory=dict)
    name: str = field(default="interview-v1", init=False)
    _now: int = field(default=0, init=False)

    @property
    def rounds(self) -> int:
        """How many rounds the longest list takes."""
        return max(map(len, self.probes.values()), default=0)

    def opening(self) -> Sequence[Event]:
        return ()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        self._now = round
        return [agent for agent, probes in self.probes.items() if round < len(probes)]

    def view(self, agent: AgentId, mail: Mail) -> View:
        told = [self.tell(agent, mail)] if self._now == 0 else []
        if self._now >= len(self.probes.get(agent, ())):
            return View(text="\n".join(told))
        probe = self.probes[agent][self._now]
        asked: dict[str, Json] = {"asked": probe.asked.value, "about": probe.about}
        other = probe.about or AgentId("")
        tools: tuple[Tool, ...]
        match probe.asked:
            case Asked.FREE:
                words, tools = [text.free()], (text.answer_tool(),)
            case Asked.EXERCISE:
                words, tools = [text.exercise()], (text.rate_tool(),)
            case Asked.RELIANCE:
                words, tools = [text.reliance(other)], (text.rate_tool(),)
            case Asked.OFFER:
                game = Trust(cover=self.cover)
                ask = game.ask(Meeting(agent, other, 0, 1, {}), agent)
                words, tools = [game.rules(other), game_texts.pairing(other, 1, 1), ask.text], ask.tools
                asked["most"] = OFFER_MAX
        return View(text="\n".join(part for part in (*told, *words) if part), facts=asked, tools=tools)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        (value,) = arguments.model_dump().values()
        self.answers[agent, self.probes[agent][self._now]] = value
        return Outcome(True, text.noted())

    def settle(self, round: int) -> Settlement:
        return Settlement()

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        said = [[agent, probe.asked.value, probe.about, value] for (agent, probe), value in self.answers.items()]
        return {"now": self._now, "answers": said}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._now = int(state["now"])
        self.answers = {
            (AgentId(agent), Probe(Asked(asked), None if about is None else AgentId(about))): value
            for agent, asked, about, value in state["answers"]
        }
