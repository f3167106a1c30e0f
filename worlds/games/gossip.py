"""`gossip-v1`: a two-choice game, after each round of which either may tell the other about a third.

Original to this project. What is told goes over the bus like any message: it takes the edge's time and can be lost. What
was said stands in the move, as a kindness from -1 to 1 like the one that is measured; what is
true stays in the record of rounds, apart from it. So an agent can know of a third whom it never met, through another only,
and wrongly.
"""

from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from sim import AgentId, Frozen, Use

from ..texts import gossip as text
from ..texts.games import chosen
from .choice import Points, TwoChoices
from .game import Ask, Entered, Meeting, Side
from .ipd import POINTS


class Gossip:
    """`kind_label` is the label worth more to both; `cover` names a cover story."""

    name = "gossip-v1"
    steps = 2

    def __init__(
        self, *, kind_label: str = "J", unkind_label: str = "F", cover: str = "plain", points: Points = POINTS
    ) -> None:
        self._inner = TwoChoices(self.name, points, kind_label=kind_label, unkind_label=unkind_label, cover=cover)
        self._label = min(kind_label, unkind_label)
        self._sign = 1 if self._label == kind_label else -1

    def rules(self, other: AgentId) -> str:
        return f"{self._inner.rules(other)}\n{text.rules()}"

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        both = (meeting.first, meeting.second)
        return both if step == 0 else tuple(agent for agent in both if _thirds(meeting, agent))

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        if meeting.step == 0:
            return self._inner.ask(meeting, agent)
        thirds = _thirds(meeting, agent)
        about = thirds[meeting.round % len(thirds)]
        had = meeting.had[agent][about]
        times = round(5 + 5 * self._sign * sum(had) / len(had))
        honest, reverse = (
            Use(tool=text.TELL, arguments={"about": about, "times": number}) for number in (times, 10 - times)
        )
        asked = text.asks(meeting.other(agent), thirds, self._label)
        return Ask(asked, (text.tell_tool(thirds, self._label),), honest, reverse)

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        given, move = arguments.model_dump(), _move(meeting, agent)
        if "option" in given:
            return Entered({**move, "chose": given["option"]}, chosen(given["option"]))
        about, times = given["about"], given["times"]
        told = {"about": about, "times": times, "said": self._sign * (times - 5) / 5}
        message = meeting.other(agent), text.hearsay(about, times, self._label)
        return Entered({**move, "told": told}, text.told(about, times, self._label), messages=(message,))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        moves: dict[AgentId, JsonValue] = {agent: _move(meeting, agent).get("chose") for agent in meeting.moves}
        first, second = self._inner.score(replace(meeting, moves=moves))
        return self._side(meeting, meeting.first, first), self._side(meeting, meeting.second, second)

    def _side(self, meeting: Meeting, agent: AgentId, inner: Side) -> Side:
        return replace(inner, move=dict(_move(meeting, agent)))


def _thirds(meeting: Meeting, agent: AgentId) -> tuple[AgentId, ...]:
    """Whom an agent can tell the other about: those it has met itself."""
    return tuple(third for third in meeting.had.get(agent, {}) if third != meeting.other(agent))


def _move(meeting: Meeting, agent: AgentId) -> dict[str, Any]:
    move = meeting.moves.get(agent)
    return move if isinstance(move, dict) else {}
