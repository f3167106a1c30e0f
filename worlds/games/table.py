"""A history: blocks of agents (pairs, groups) meet round after round in a game, with talk over the bus.

What is played is the game's, who meets when the timetable's (`matching.py`). Talk goes along the edges and is heard at the
next turn. With several games a block plays them in turn, one a round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim import (
    AgentId,
    Event,
    Frozen,
    Interaction,
    Json,
    Mail,
    Outcome,
    Remark,
    Settlement,
    Tick,
    View,
    digest,
)

from ..texts import games as text
from ..texts.kernel import introduction, render_mail
from .dose import Reading
from .game import Choice, GroupGame, GroupMeeting, GroupSide
from .matching import Block
from .pairwise import Pairwise
from .several import merged, part_for


class _Sitting(NamedTuple):
    """A block in one round of its own: `round` of all its rounds, `own` of those of this game."""

    block: int
    round: int
    game: int
    own: int


@dataclass(frozen=True)
class _Place:
    """Where an agent is to move now. `label` tells its places apart where it has several."""

    sitting: _Sitting
    meeting: GroupMeeting
    game: GroupGame
    label: str


class Table:
    """The world in which a history is lived.

    `slots` say which blocks meet, one slot after the other, none of them twice in a slot. `tokens` is the dose where it is
    a length of text instead of a number of rounds: a block that has read so much plays no more. `forced` names, for the
    record, the agents whose moves a fixed rule makes, and the rule.
    """

    def __init__(
        self,
        games: Sequence[GroupGame],
        slots: Sequence[Sequence[Block]],
        *,
        tokens: int | None = None,
        forced: Mapping[AgentId, str] | None = None,
    ) -> None:
        self.name = "+".join(game.name for game in games)
        self._games, self._forced = tuple(games), dict(forced or {})
        self._blocks = tuple(dict.fromkeys(block for slot in slots for block in slot))
        self._set(slots)
        self._reading = Reading(tokens, self._blocks)
        self._read = [0] * len(self._blocks)
        self._done: set[int] = {block for block in range(len(self._blocks)) if self._reading.enough(0)}
        self._history: list[list[list[dict[AgentId, Any]]]] = [[[] for _ in games] for _ in self._blocks]
        self._moves: dict[int, dict[AgentId, Any]] = {}
        self._past: list[dict[AgentId, list[Any]]] = [{} for _ in games]
        self._had: list[dict[AgentId, dict[AgentId, list[float]]]] = [{} for _ in games]
        self._met: dict[AgentId, list[list[int]]] = {}
        self._sit(0)

    def _set(self, slots: Sequence[Sequence[Block]]) -> None:
        """Lay the slots out on the grid of rounds: a slot takes as many as the longest game that is played in it."""
        number = {block: index for index, block in enumerate(self._blocks)}
        met = [0] * len(self._blocks)
        self._grid: list[tuple[tuple[_Sitting, ...], int]] = []
        for slot in slots:
            sittings = []
            for block in slot:
                index = number[block]
                own, game = divmod(met[index], len(self._games))
                sittings.append(_Sitting(index, met[index], game, own))
                met[index] += 1
            steps = max((self._games[sitting.game].steps for sitting in sittings), default=1)
            self._grid += [(tuple(sittings), step) for step in range(steps)]
        self._total = met

    @property
    def rounds(self) -> int:
        """How many rounds of the timetable the whole history takes."""
        return len(self._grid)

    def meetings(self) -> Mapping[AgentId, Sequence[tuple[int, int]]]:
        """Rounds of the timetable in which an agent's meetings begin and end, in order, whether or not it then has a turn.
        Meetings side by side count as one."""
        found: dict[AgentId, dict[int, int]] = {}
        for round, (sittings, step) in enumerate(self._grid):
            for agent in dict.fromkeys(agent for sitting in sittings for agent in self._blocks[sitting.block]):
                found.setdefault(agent, {})[round - step] = round
        return {agent: tuple(spans.items()) for agent, spans in found.items()}

    def half_read(self, agent: AgentId) -> bool:
        """Whether a dose in tokens has been read to the half by an agent's blocks together. Never with a dose in rounds."""
        mine = [read for block, read in zip(self._blocks, self._read, strict=True) if agent in block]
        return self._reading.enough(2 * sum(mine) // len(mine)) if mine else False

    def opening(self) -> Sequence[Event]:
        return ()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        if round != self._now:
            self._sit(round)
        return tuple(self._places)

    def view(self, agent: AgentId, mail: Mail) -> View:
        lines = [] if agent in self._met else [introduction(agent)]
        lines += render_mail(mail)
        for message in mail.messages:
            self._reading.heard(agent, message)
        places = self._places.get(agent, ())
        if not places:
            return View(text="\n".join(lines))
        asks = [place.game.ask(place.meeting, agent) for place in places]
        for place, ask in zip(places, asks, strict=True):
            told = [*self._rules(agent, place), self._seating(agent, place), ask.text]
            self._reading.shown(place.sitting.block, agent, told)
            lines += told
        tools = asks[0].tools
        choices = [choice for ask in asks for choice in ask.choices]
        if len(places) > 1:
            tools = merged([(place.label, ask.tools) for place, ask in zip(places, asks, strict=True)])
            choices = [
                part_for(place.label, choice) for place, ask in zip(places, asks, strict=True) for choice in ask.choices
            ]
            lines += [text.several()] if tools else []
        return View(text="\n".join(lines), facts=_facts(agent, places, choices), tools=tools)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        places = self._places[agent]
        place = places[0]
        if len(places) > 1:
            given = arguments.model_dump()
            label = given.pop(text.TOWARDS)
            place = next(place for place in places if place.label == label)
            own = {each.name: each.arguments for each in place.game.ask(place.meeting, agent).tools}
            if tool not in own:
                return Outcome(False, text.not_on_offer(label))
            try:
                arguments = own[tool].model_validate(given)
            except ValidationError:
                return Outcome(False, text.not_on_offer(label))
        entered = place.game.enter(place.meeting, agent, arguments)
        if not entered.ok:
            return Outcome(False, entered.answer)
        if entered.move is not None:
            self._moves[place.sitting.block][agent] = entered.move
        return Outcome(True, entered.answer, entered.events, entered.messages)

    def settle(self, round: int) -> Settlement:
        if round != self._now:
            self._sit(round)
        for agent, places in self._places.items():
            met = self._met.setdefault(agent, [])
            met += [key for place in places if (key := [place.sitting.block, place.sitting.game]) not in met]
        events: list[Event] = []
        remarks: dict[AgentId, tuple[Remark, ...]] = {}
        for sitting in self._sitting():
            if self._step == self._games[sitting.game].steps - 1:
                self._score(sitting, events, remarks)
        self._reading.settle(self._read)
        between = round + 1 >= self.rounds or self._grid[round + 1][1] == 0
        if between and self._reading.dose is not None:  # a round that has begun is played to its end
            self._done |= {block for block, read in enumerate(self._read) if self._reading.enough(read)}
        self._sit(round + 1)
        return Settlement(tuple(events), remarks)

    def _score(self, sitting: _Sitting, events: list[Event], remarks: dict[AgentId, tuple[Remark, ...]]) -> None:
        meeting, game = self._meeting(sitting), self._games[sitting.game]
        if not game.movers(meeting, 0):  # there was nothing to play for any more: no round
            return
        sides = game.score(meeting)
        had, past = self._had[sitting.game], self._past[sitting.game]
        for agent, side in sides.items():
            past.setdefault(agent, []).append(side.move)
            for other, kindness in side.kindness.items():
                had.setdefault(other, {}).setdefault(agent, []).append(kindness)
                events.append(
                    Interaction(
                        game=game.name,
                        round=sitting.round,
                        agent=agent,
                        partner=other,
                        move=side.move,
                        payoff=side.payoff,
                        partner_payoff=sides[other].payoff,
                        kindness=kindness,
                        cost=side.cost[other],
                        forced_by=self._forced.get(agent),
                    )
                )
        for agent, side in sides.items():
            learnt = [each for other in side.kindness for each in _learnt(agent, other, sides[other], had)]
            data: dict[str, Any] = dict(learnt[0]) if len(learnt) == 1 else {"rounds": learnt}
            data |= {"points": side.payoff if side.known is None else side.known, "met": list(side.kindness)}
            if side.remark:
                self._reading.shown(sitting.block, agent, [side.remark], result=True)
                remarks[agent] = (*remarks.get(agent, ()), Remark(text=side.remark, data=data))
        self._history[sitting.block][sitting.game].append(dict(meeting.moves))
        self._moves.pop(sitting.block, None)

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {
            "history": [[[dict(moves) for moves in rounds] for rounds in games] for games in self._history],
            "moves": [[block, dict(moves)] for block, moves in self._moves.items() if moves],
            "past": [{agent: list(moves) for agent, moves in past.items()} for past in self._past],
            "had": [{a: {b: list(k) for b, k in of.items()} for a, of in had.items()} for had in self._had],
            "met": {agent: [list(key) for key in keys] for agent, keys in self._met.items()},
            "read": list(self._read),
            "done": sorted(self._done),
            "now": self._now,
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._history = [[[dict(moves) for moves in rounds] for rounds in games] for games in state["history"]]
        self._moves = {int(block): dict(moves) for block, moves in state["moves"]}
        self._past = [{AgentId(agent): list(moves) for agent, moves in past.items()} for past in state["past"]]
        self._had = [
            {AgentId(a): {AgentId(b): list(k) for b, k in of.items()} for a, of in had.items()} for had in state["had"]
        ]
        self._met = {AgentId(agent): [list(key) for key in keys] for agent, keys in state["met"].items()}
        self._read, self._done = list(state["read"]), set(state["done"])
        self._sit(int(state["now"]))

    def _sit(self, round: int) -> None:
        """Who meets whom now: those of the slot, and by agent."""
        self._now = round
        self._step = self._grid[round][1] if round < self.rounds else 0
        self._places: dict[AgentId, list[_Place]] = {}
        for sitting in self._sitting():
            game, meeting = self._games[sitting.game], self._meeting(sitting)
            for agent in game.movers(meeting, self._step) if self._step < game.steps else ():
                label = meeting.others(agent)[0] if len(meeting.members) == 2 else text.group_label(sitting.block)
                self._places.setdefault(agent, []).append(_Place(sitting, meeting, game, label))

    def _sitting(self) -> list[_Sitting]:
        sittings = self._grid[self._now][0] if self._now < self.rounds else ()
        return [sitting for sitting in sittings if sitting.block not in self._done]

    def _meeting(self, sitting: _Sitting) -> GroupMeeting:
        block, game = sitting.block, sitting.game
        own = (self._total[block] - game - 1) // len(self._games) + 1
        return GroupMeeting(
            members=self._blocks[block],
            round=sitting.own,
            rounds=own if self._reading.dose is None else 0,
            moves=self._moves.setdefault(block, {}),
            past=self._past[game],
            history=self._history[block][game],
            had=self._had[game],
            step=self._step,
        )

    def _rules(self, agent: AgentId, place: _Place) -> list[str]:
        known = [place.sitting.block, place.sitting.game] in self._met.get(agent, ())
        return [] if known else [place.game.rules(place.meeting.others(agent))]

    def _seating(self, agent: AgentId, place: _Place) -> str:
        others, round = place.meeting.others(agent), place.sitting.round + 1
        rounds = self._total[place.sitting.block] if self._reading.dose is None else 0
        if isinstance(place.game, Pairwise):
            return text.pairing(others[0], round, rounds)
        several = len(self._places[agent]) > 1
        return text.grouping(place.label if several else None, others, round, rounds)


def _learnt(agent: AgentId, other: AgentId, side: GroupSide, had: Mapping[AgentId, Any]) -> list[dict[str, Any]]:
    """What an agent learns, as data, of the other's kindness and of its own in the same rounds."""
    seen = (side.kindness[agent],) if side.seen is None else side.seen[agent]
    own = had[other][agent][-len(seen) :] if seen else ()
    return [{"partner": other, "kindness": theirs, "own_kindness": shown} for theirs, shown in zip(seen, own, strict=True)]


def _facts(agent: AgentId, places: Sequence[_Place], choices: Sequence[Choice]) -> dict[str, Json]:
    """What the view says, as data. Where there is one partner and one thing to decide, also without lists."""
    partners = tuple(dict.fromkeys(other for place in places for other in place.meeting.others(agent)))
    listed = [
        {
            "partners": list(choice.partners),
            "kindest": choice.kindest and choice.kindest.model_dump(),
            "least_kind": choice.least_kind and choice.least_kind.model_dump(),
        }
        for choice in choices
    ]
    facts: dict[str, Any] = {
        "game": places[0].game.name,
        "round": places[0].meeting.round,
        "partners": list(partners),
        "choices": listed,
        "rules": {place.game.name: place.game.rules(place.meeting.others(agent)) for place in places},
    }
    if len(partners) == 1:
        facts["partner"] = partners[0]
    if len(listed) == 1:
        facts |= {key: listed[0][key] for key in ("kindest", "least_kind")}
    return facts
