"""Two agents, two labels, one table of points: the frame of `ipd-v1` and `stag-v1`, their names and labels hidden.

A round in which either makes no choice is worth nothing to both and is neither kind nor unkind.
"""

from typing import NamedTuple

from sim import AgentId, Frozen, Use

from ..texts import games as text
from .game import Ask, Entered, Meeting, Side, kindness


class Points(NamedTuple):
    """What a choice is worth to who makes it: `reward` where both choose the kind label, `punishment` where neither
    does, `sucker` for the kind one alone, `temptation` for the other."""

    temptation: float
    reward: float
    punishment: float
    sucker: float


class TwoChoices:
    """`kind_label` is the label worth `reward` to both; `cover` names a cover story."""

    steps = 1

    def __init__(
        self, name: str, points: Points, *, kind_label: str = "J", unkind_label: str = "F", cover: str = "plain"
    ) -> None:
        self.name, self._points, self._cover = name, points, cover
        self._kind, self._unkind = kind_label, unkind_label

    def rules(self, other: AgentId) -> str:
        return text.choice_rules(self._cover, other, self._kind, self._unkind, **self._points._asdict())

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        return (meeting.first, meeting.second)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        return Ask(
            text=text.choice_asks(self._kind, self._unkind),
            tools=(text.choose_tool(self._kind, self._unkind),),
            kindest=Use(tool=text.CHOOSE, arguments={"option": self._kind}),
            least_kind=Use(tool=text.CHOOSE, arguments={"option": self._unkind}),
        )

    def opposite(self, label: str) -> str:
        """The other label."""
        return self._unkind if label == self._kind else self._kind

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        option: str = arguments.model_dump()["option"]
        return Entered(option, text.chosen(option))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        return self._side(meeting, meeting.first), self._side(meeting, meeting.second)

    def _side(self, meeting: Meeting, agent: AgentId) -> Side:
        other = meeting.other(agent)
        own, others = self._label(meeting, agent), self._label(meeting, other)
        if own is None or others is None:
            return Side(own, 0, 0, 0, text.choice_result(other, own, others, 0, 0))
        payoff, given = self._payoff(own, others), self._payoff(others, own)
        return Side(
            move=own,
            payoff=payoff,
            kindness=kindness(given, self._payoff(others, self._unkind), self._payoff(others, self._kind)),
            cost=max(self._payoff(self._unkind, others) - payoff, 0),
            remark=text.choice_result(other, own, others, payoff, given),
        )

    def _label(self, meeting: Meeting, agent: AgentId) -> str | None:
        move = meeting.moves.get(agent)
        return move if isinstance(move, str) else None

    def _payoff(self, own: str, others: str) -> float:
        points = self._points
        match own == self._kind, others == self._kind:
            case True, True:
                return points.reward
            case True, False:
                return points.sucker
            case False, True:
                return points.temptation
            case _:
                return points.punishment
