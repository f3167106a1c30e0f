"""`nego-v1`: several goods are split by alternating proposals, each side knowing only what they are worth to itself.

After Rubinstein (1982) in its order of moves, with an end. A round has up to four entries: a proposal, then acceptance or
a counter-proposal, and at the last entry only yes or no. The move of a side is the last thing it did:

- a *proposal* was in one's hands over the bargaining set, the splits worth more than breakdown to both (Nash 1950): the
  other's payoff under it is set against the least and the most it could have been offered there, and counts as such when
  it is outside. What was proposed counts even when it was turned down.
- an *answer* chooses between the split on offer and breakdown; the other's payoff under both is compared.

In the record a move also holds the ground truth: points offered, regret to the efficient frontier, share, and what had
been announced against what was done.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import JsonValue

from sim import AgentId, Frozen, Streams, Use

from ..texts import nego as text
from .bargain import Bargain, Split, bargain, draw_weights
from .game import Ask, Entered, Meeting, Side, kindness

POINTS = 100
"""What all units together are worth to either side."""


class _Act(NamedTuple):
    """One entry: at which step, by whom, what it was (a tool's name), and the units a proposal leaves to the other."""

    step: int
    agent: AgentId
    what: str
    split: Split

    @property
    def proposes(self) -> bool:
        return self.what == text.PROPOSE


class Nego:
    """`units` of each of the goods; without a settled split either side has `breakdown` points; `steps` entries a round at
    most. `cover` names a cover story; `streams` draws the weights, anew for every round."""

    name = "nego-v1"

    def __init__(
        self, *, streams: Streams, cover: str = "plain", units: int = 4, breakdown: int = 20, steps: int = 4
    ) -> None:
        self.steps = steps
        self._streams, self._cover, self._units, self._breakdown = streams, cover, units, breakdown
        self._goods = text.GOODS

    def rules(self, other: AgentId) -> str:
        return text.split_rules(self._cover, other, self._goods, self._units, self.steps, self._breakdown)

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        """Whoever's step it is, unless the round has ended; at the last step only where there is something to answer."""
        begins = meeting.round % 2 == 0
        agent = meeting.first if begins == (step % 2 == 0) else meeting.second
        before = _acts(meeting, before=step)
        ended = any(not act.proposes for act in before)
        idle = step == self.steps - 1 and _standing(before, meeting.other(agent)) is None
        return () if ended or idle else (agent,)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        other, last = meeting.other(agent), meeting.step == self.steps - 1
        bargain, said = self._bargain(meeting, agent), _said(meeting, other)
        offer = _standing(_acts(meeting, before=meeting.step), other)
        lines, tools = [text.worth(self._named(bargain.mine))], []
        if said:
            lines.append(text.announced(other, self._named(said[1])))
        kind, unkind = self._propose(bargain.kindest), self._propose(bargain.least_kind)
        if offer:
            others, own = self._bargain(meeting, other).points(offer)
            lines.append(text.answer_asks(other, self._named(offer), own, last))
            tools.append(text.accept_tool())
            accept, turn_down = Use(tool=text.ACCEPT), Use(tool=text.TURN_DOWN)
            if last:
                kind, unkind = (accept, turn_down) if others >= self._breakdown else (turn_down, accept)
            elif others > self._breakdown:
                kind = accept
        else:
            lines.append(text.opening_asks(other))
        tools.append(text.turn_down_tool() if last else text.propose_tool(self._goods, self._units))
        own_word = _said(meeting, agent)
        if not last and (own_word is None or own_word[0] == meeting.step):
            tools.append(text.announce_tool(self._goods, self._units))
        return Ask(text="\n".join(lines), tools=tuple(tools), kindest=kind, least_kind=unkind)

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        own, said = _own(meeting, agent)
        acts, last = _acts(meeting), meeting.step == self.steps - 1
        split = tuple(int(number) for number in arguments.model_dump().values())
        if any(act.step == meeting.step and act.agent == agent for act in acts):
            return Entered(None, text.ENTERED_BEFORE, ok=False)
        match arguments:
            case text.Announcement() if said is not None:
                return Entered(None, text.ANNOUNCED_BEFORE, ok=False)
            case text.Announcement():
                return Entered({"acts": own, "said": [meeting.step, list(split)]}, text.ANNOUNCED)
            case text.Proposal() if last:
                return Entered(None, text.LAST_ENTRY, ok=False)
            case text.Proposal():
                worth = self._bargain(meeting, agent).points(split)[0]
                what, answer = text.PROPOSE, text.proposed(self._named(split), worth)
            case _ if _standing(acts, meeting.other(agent)) is None:
                return Entered(None, text.NOTHING_PROPOSED, ok=False)
            case text.Acceptance():
                what, answer = text.ACCEPT, text.ACCEPTED
            case _:
                what, answer = text.TURN_DOWN, text.TURNED_DOWN
        return Entered({"acts": [*own, [meeting.step, what, list(split)]], "said": said}, answer)

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        return self._side(meeting, meeting.first), self._side(meeting, meeting.second)

    def _side(self, meeting: Meeting, agent: AgentId) -> Side:
        other, acts = meeting.other(agent), _acts(meeting)
        bargain = self._bargain(meeting, agent)
        mine = next((act for act in reversed(acts) if act.agent == agent), None)
        deal = self._deal(meeting, agent, acts)
        own, others = bargain.points(deal) if deal else (self._breakdown, self._breakdown)
        offer = _standing(acts[:-1] if mine and not mine.proposes else acts, other)
        if offer:
            # An answer, or none: what was on offer is set against breakdown.
            offered_own, offered = bargain.points(self._mirror(offer))
            kind = kindness(others, min(self._breakdown, offered), max(self._breakdown, offered))
            cost = max(0, (self._breakdown if deal else offered_own) - own)
        elif mine:
            left = [points[1] for points in bargain.bargaining_set.values()]
            given = min(max(bargain.points(mine.split)[1], min(left)), max(left))
            kind = kindness(given, min(left), max(left))
            cost = max(0, max(points[0] for points in bargain.bargaining_set.values()) - own) if deal else 0
        else:
            kind, cost = 0.0, 0
        said = _said(meeting, agent)
        move: JsonValue = None
        if mine or said:
            entered, announced = _own(meeting, agent)
            move = {
                "acts": entered,
                "said": announced,
                "settled": deal is not None,
                "regret": bargain.regret(own, others),
                "share": own / (own + others) if own + others else 0.5,
                "broken": None if said is None else self._breaks(said, agent, acts),
                "short": max(0, bargain.points(said[1])[1] - others) if said else 0,
            }
        got = self._named(self._mirror(deal)) if deal else None
        return Side(move, own, kind, cost, text.split_result(other, got, own))

    def _deal(self, meeting: Meeting, agent: AgentId, acts: Sequence[_Act]) -> Split | None:
        """The settled split as units that `agent` leaves to the other."""
        if len(acts) < 2 or acts[-1].what != text.ACCEPT:
            return None
        return acts[-2].split if acts[-2].agent == agent else self._mirror(acts[-2].split)

    def _breaks(self, said: tuple[int, Split], agent: AgentId, acts: Sequence[_Act]) -> bool:
        """Whether it proposed, after it announced, to leave less of anything, or turned down what asked for no more."""
        step, split = said
        for before, act in zip([None, *acts], acts, strict=False):
            if act.agent != agent or act.step < step:
                continue
            if act.proposes and any(left < announced for left, announced in zip(act.split, split, strict=True)):
                return True
            if act.what != text.ACCEPT and before and before.agent != agent and before.proposes:
                asked = self._mirror(before.split)
                if all(units <= announced for units, announced in zip(asked, split, strict=True)):
                    return True
        return False

    def _bargain(self, meeting: Meeting, agent: AgentId) -> Bargain:
        return bargain(
            self._units, self._weights(meeting, agent), self._weights(meeting, meeting.other(agent)), self._breakdown
        )

    def _weights(self, meeting: Meeting, agent: AgentId) -> Split:
        total, goods = POINTS // self._units, len(self._goods)
        return draw_weights(self._streams, goods, total, meeting.first, meeting.second, meeting.round, agent)

    def _mirror(self, split: Split) -> Split:
        return tuple(self._units - units for units in split)

    def _named(self, split: Sequence[int]) -> dict[str, int]:
        return dict(zip(self._goods, split, strict=True))

    def _propose(self, split: Split) -> Use:
        return Use(tool=text.PROPOSE, arguments={**self._named(split)})


def _own(meeting: Meeting, agent: AgentId) -> tuple[list[Any], Any]:
    """What an agent has entered in this round, and announced."""
    move = meeting.moves.get(agent)
    return (list(move.get("acts") or ()), move.get("said")) if isinstance(move, dict) else ([], None)  # type: ignore[arg-type]


def _acts(meeting: Meeting, *, before: int | None = None) -> list[_Act]:
    """The entries of both, in order; those of earlier steps only, where one is given."""
    acts = [
        _Act(int(step), agent, str(what), tuple(split))
        for agent in (meeting.first, meeting.second)
        for step, what, split in _own(meeting, agent)[0]
    ]
    return sorted(act for act in acts if before is None or act.step < before)


def _said(meeting: Meeting, agent: AgentId) -> tuple[int, Split] | None:
    """What an agent announced, and at which step."""
    said = _own(meeting, agent)[1]
    return (int(said[0]), tuple(said[1])) if said else None


def _standing(acts: Sequence[_Act], agent: AgentId) -> Split | None:
    """The proposal of `agent` that waits for an answer: it was the last thing entered."""
    return acts[-1].split if acts and acts[-1].agent == agent and acts[-1].proposes else None
