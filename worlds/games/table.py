"""A history: pairs of neighbours meet round after round in one game, with talk over the bus.

Nobody meets two others at once, so every dyadic history stays clean: each round of a pair's game falls into a slot in
which all pairs are disjoint. Talk goes both ways along the edge and is heard at the next turn.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import (
    AgentId,
    Event,
    Frozen,
    Interaction,
    Mail,
    Outcome,
    Remark,
    Settlement,
    Streams,
    Tick,
    View,
    digest,
)

from ..texts import games as text
from ..texts.kernel import introduction, render_mail
from .game import Game, Meeting

Pair = tuple[AgentId, AgentId]


def slots(pairs: Sequence[Pair], dose: int, streams: Streams) -> tuple[tuple[Pair, ...], ...]:
    """Every pair `dose` times, in slots of disjoint pairs, each of the `dose` passes in an order of its own.

    Greedy edge colouring: at most 2 * (maximum degree) - 1 slots a pass.
    """
    out: list[tuple[Pair, ...]] = []
    for number in range(dose):
        waiting = list(streams.shuffled(tuple(pairs), "meetings", number))
        while waiting:
            busy: set[AgentId] = set()
            slot = []
            for pair in waiting:
                if busy.isdisjoint(pair):
                    slot.append(pair)
                    busy.update(pair)
            taken = set(slot)
            waiting = [pair for pair in waiting if pair not in taken]
            out.append(tuple(slot))
    return tuple(out)


class Table:
    """The world in which a history is lived.

    `pairs` are those who meet, `dose` how many rounds each; `forced` names, for the record, the agents whose moves a
    fixed rule makes, and the rule.
    """

    def __init__(
        self,
        game: Game,
        pairs: Sequence[Pair],
        *,
        dose: int,
        streams: Streams,
        forced: Mapping[AgentId, str] | None = None,
    ) -> None:
        self.name = game.name
        self._game, self._dose, self._forced = game, dose, dict(forced or {})
        self._slots = slots(pairs, dose, streams)
        self._played: dict[Pair, int] = dict.fromkeys(pairs, 0)
        self._moves: dict[AgentId, Any] = {}
        self._past: dict[AgentId, list[Any]] = {}
        self._met: dict[AgentId, list[AgentId]] = {}
        self._sit(0)

    @property
    def rounds(self) -> int:
        """How many rounds of the timetable the whole history takes."""
        return len(self._slots) * self._game.steps

    def opening(self) -> Sequence[Event]:
        return ()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        self._sit(round)
        return [mover for meeting in self._meetings for mover in self._game.movers(meeting, self._step(round))]

    def view(self, agent: AgentId, mail: Mail) -> View:
        lines = [] if agent in self._met else [introduction(agent)]
        lines += render_mail(mail)
        meeting = self._meeting(agent)
        if meeting is None or agent not in self._game.movers(meeting, self._step(self._now)):
            return View(text="\n".join(lines))
        other, ask = meeting.other(agent), self._game.ask(meeting, agent)
        if other not in self._met.get(agent, ()):
            lines.append(self._game.rules(other))
        lines += [text.pairing(other, meeting.round + 1, meeting.rounds), ask.text]
        return View(
            text="\n".join(lines),
            facts={
                "game": self._game.name,
                "partner": other,
                "round": meeting.round,
                "kindest": ask.kindest.model_dump(),
                "least_kind": ask.least_kind.model_dump(),
            },
            tools=ask.tools,
        )

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        meeting = self._meeting(agent)
        assert meeting is not None, "a tool was used that no view has offered"
        entered = self._game.enter(meeting, agent, arguments)
        self._moves[agent] = entered.move
        return Outcome(True, entered.answer)

    def settle(self, round: int) -> Settlement:
        self._sit(round)
        for meeting in self._meetings:
            for agent in self._game.movers(meeting, self._step(round)):
                met = self._met.setdefault(agent, [])
                if meeting.other(agent) not in met:
                    met.append(meeting.other(agent))
        if self._step(round) < self._game.steps - 1:
            return Settlement()
        events: list[Event] = []
        remarks: dict[AgentId, tuple[Remark, ...]] = {}
        for meeting in self._meetings:
            first, second = self._game.score(meeting)
            pair = (meeting.first, first, meeting.second, second), (meeting.second, second, meeting.first, first)
            for agent, own, other, others in pair:
                events.append(
                    Interaction(
                        game=self._game.name,
                        round=meeting.round,
                        agent=agent,
                        partner=other,
                        move=own.move,
                        payoff=own.payoff,
                        partner_payoff=others.payoff,
                        kindness=own.kindness,
                        cost=own.cost,
                        forced_by=self._forced.get(agent),
                    )
                )
                data = {"partner": other, "kindness": others.kindness, "own_kindness": own.kindness}
                remarks[agent] = (Remark(text=own.remark, data=data),)
                self._past.setdefault(agent, []).append(own.move)
                self._moves.pop(agent, None)
            self._played[meeting.first, meeting.second] += 1
        self._sit(round + 1)
        return Settlement(tuple(events), remarks)

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {
            "played": [[a, b, n] for (a, b), n in self._played.items()],
            "moves": dict(self._moves),
            "past": {agent: list(moves) for agent, moves in self._past.items()},
            "met": {agent: list(others) for agent, others in self._met.items()},
            "now": self._now,
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._played = {(AgentId(a), AgentId(b)): int(n) for a, b, n in state["played"]}
        self._moves = dict(state["moves"])
        self._past = {AgentId(agent): list(moves) for agent, moves in state["past"].items()}
        self._met = {AgentId(agent): [AgentId(o) for o in others] for agent, others in state["met"].items()}
        self._sit(int(state["now"]))

    def _step(self, round: int) -> int:
        return round % self._game.steps

    def _sit(self, round: int) -> None:
        """Who meets whom now: those of the slot, and by agent."""
        self._now = round
        slot = round // self._game.steps
        pairs = self._slots[slot] if slot < len(self._slots) else ()
        self._meetings = [Meeting(a, b, self._played[a, b], self._dose, self._moves, self._past) for a, b in pairs]
        self._at = {agent: meeting for meeting in self._meetings for agent in (meeting.first, meeting.second)}

    def _meeting(self, agent: AgentId) -> Meeting | None:
        return self._at.get(agent)
