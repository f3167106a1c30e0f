"""A history that is told: any scenario, with the record of earlier rounds of each subject and the target beside it.

What is told is made of the record of those who lived it, so that a lived snapshot gives its own history away word for word.
How it is conveyed is a level: as one more document (reading it is an act of its own), or behind a tool of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sim import (
    AgentId,
    Exposed,
    Frozen,
    Json,
    Mail,
    Message,
    Outcome,
    Round,
    Scenario,
    Settlement,
    Streams,
    Tick,
    Use,
    View,
    canonical,
)

from ..texts import told as text
from ..texts.parts import documents as documents_text
from .scene import Scene
from .wrapped import Wrapped


class Person(StrEnum):
    """In which form a history is told."""

    SUMMARY = "summary"
    THIRD = "third"
    SECOND = "second"


class Conveyed(StrEnum):
    """How it is conveyed: among the documents, there and named in the system prompt, or behind a tool."""

    DOCUMENT = "document"
    SYSTEM = "system"
    MEMORY = "memory"


@dataclass(frozen=True)
class Telling:
    """What one agent is told of itself and `other`: rounds as the agent lived them, and the messages between the two, each
    with the number of the round it was written before. `valence` is the mean kindness had, for scripted agents."""

    own: AgentId
    other: AgentId
    rounds: tuple[Round, ...]
    messages: tuple[tuple[int, Message], ...] = ()

    @property
    def valence(self) -> float:
        """Mean kindness had, 0 without rounds."""
        return sum(r.partner_kindness for r in self.rounds) / len(self.rounds) if self.rounds else 0.0

    def words(self, person: Person, rules: Sequence[str]) -> str:
        """The record in words."""
        lines = [text.head(self.own, self.other, rules)]
        if person is Person.SUMMARY:
            return "\n".join([*lines, *self._summary()])
        waiting = list(self.messages)
        for number, round in enumerate(self.rounds, start=1):
            while waiting and waiting[0][0] < number:
                lines.append(self._said(waiting.pop(0)[1], person))
            moves = _entry(round.move), _entry(round.partner_move)
            points = round.payoff, round.partner_payoff
            if person is Person.SECOND:
                lines.append(text.second(number, self.other, *moves, *points))
            else:
                lines.append(text.third(number, self.own, self.other, *moves, *points))
        return "\n".join([*lines, *(self._said(message, person) for _, message in waiting)])

    def _said(self, message: Message, person: Person) -> str:
        who = "you" if person is Person.SECOND and message.sender == self.own else message.sender
        return text.said(who, message.text)

    def _summary(self) -> list[str]:
        rounds = len(self.rounds)
        if not rounds:
            return []
        return [
            text.summary(
                self.own,
                self.other,
                rounds,
                _counted(r.move for r in self.rounds),
                _counted(r.partner_move for r in self.rounds),
                round(sum(r.payoff for r in self.rounds) / rounds, 2),
                round(sum(r.partner_payoff for r in self.rounds) / rounds, 2),
            )
        ]


def _entry(move: Json) -> str:
    if move is None:
        return text.NOTHING
    return move if isinstance(move, str) else canonical(move)


def _counted(moves: Any) -> str:
    counts = Counter(_entry(move) for move in moves)
    return ", ".join(text.times(move, count) for move, count in sorted(counts.items()))


class Told(Wrapped):
    """`world` with what the scene's subjects are told. `tellings` are by subject; `rules` those of the game, as each read
    them."""

    def __init__(
        self,
        world: Scenario,
        scene: Scene,
        tellings: Mapping[AgentId, Telling],
        *,
        person: Person,
        conveyed: Conveyed,
        rules: Mapping[AgentId, Sequence[str]],
    ) -> None:
        super().__init__(world, scene)
        self._conveyed, self._tellings = conveyed, dict(tellings)
        self._words = {agent: telling.words(person, rules[agent]) for agent, telling in tellings.items()}

    def view(self, agent: AgentId, mail: Mail) -> View:
        view = self.world.view(agent, mail)
        if agent not in self._tellings:
            return view
        by_tool, telling = self._by_tool(view), self._tellings[agent]
        look = Use(tool=text.RECALL) if by_tool else Use(tool=documents_text.READ, arguments={"name": text.DOCUMENT})
        studied: Any = view.facts.get("study", [])
        valence = telling.valence if telling.other == self.scene.staging.target else 0.0
        facts = {**view.facts, "told_valence": valence, "study": [look.model_dump(), *studied]}
        return replace(view, facts=facts, tools=(*view.tools, text.recall_tool()) if by_tool else view.tools)

    def _by_tool(self, view: View) -> bool:
        """Whether the record is behind a tool: asked for, or because the scenario has no documents."""
        has_documents = documents_text.READ in {tool.name for tool in view.tools}
        return self._conveyed is Conveyed.MEMORY or not has_documents

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        words, seen = self._words.get(agent), Exposed(agent=agent, part="documents", item=text.DOCUMENT)
        if words is not None and tool == text.RECALL:
            return Outcome(True, words, (seen,))
        if words is not None and self._conveyed is not Conveyed.MEMORY:
            name = str(arguments.model_dump().get("name", "")).strip()
            if tool == documents_text.READ and name == text.DOCUMENT:
                return Outcome(True, words, (seen,))
            if tool == documents_text.LIST:
                outcome = self.world.apply(agent, tool, arguments, at)
                return replace(outcome, answer=f"{outcome.answer}\n{text.DOCUMENT}")
        return self.world.apply(agent, tool, arguments, at)


class Filled(Wrapped):
    """`world` with a table of sums before all else that an agent reads in its first turn: as long as `lengths` say, in
    characters. It stands between a history and an announcement."""

    def __init__(self, world: Scenario, scene: Scene, lengths: Mapping[AgentId, int], streams: Streams) -> None:
        super().__init__(world, scene)
        self._fillers = {agent: _filler(length, streams.below(agent)) for agent, length in lengths.items()}
        self._read = False

    def view(self, agent: AgentId, mail: Mail) -> View:
        view = self.world.view(agent, mail)
        if self._read or agent not in self._fillers:
            return view
        return replace(view, text=f"{self._fillers[agent]}\n{view.text}")

    def settle(self, round: int) -> Settlement:
        self._read = True
        return self.world.settle(round)

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "read": self._read}

    def set_state(self, state: Mapping[str, Any]) -> None:
        super().set_state(state)
        self._read = bool(state["read"])


def _filler(length: int, streams: Streams) -> str:
    lines, size = [text.FILLER_HEAD], len(text.FILLER_HEAD)
    while size < length:
        x, y = (int(v) for v in streams.at("sum", len(lines)).integers(11, 90, size=2))
        lines.append(text.filler(len(lines), x, y))
        size += len(lines[-1]) + 1
    return "\n".join(lines)
