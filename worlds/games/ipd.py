"""`ipd-v1`: the iterated prisoner's dilemma, its name and labels hidden.

Payoffs T, R, P, S = 5, 3, 1, 0 (Axelrod 1984). A round in which either makes no choice is worth nothing to both and is
neither kind nor unkind.
"""

from sim import AgentId, Frozen, Tool, Use

from ..texts import games as text
from .game import Ask, Entered, Meeting, Side, kindness

PAYOFFS = {"T": 5, "R": 3, "P": 1, "S": 0}


class PrisonersDilemma:
    """`kind_label` and `unkind_label` stand for cooperate and defect; `cover` names a cover story."""

    name = "ipd-v1"
    steps = 1

    def __init__(self, *, kind_label: str = "J", unkind_label: str = "F", cover: str = "plain") -> None:
        self._kind, self._unkind, self._cover = kind_label, unkind_label, cover

    def rules(self, other: AgentId) -> str:
        return text.choice_rules(self._cover, other, self._kind, self._unkind, PAYOFFS)

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        return (meeting.first, meeting.second)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        tools: tuple[Tool, ...] = (text.choose_tool(self._kind, self._unkind),)
        return Ask(
            text=text.choice_asks(self._kind, self._unkind),
            tools=tools,
            kindest=Use(tool=text.CHOOSE, arguments={"option": self._kind}),
            least_kind=Use(tool=text.CHOOSE, arguments={"option": self._unkind}),
        )

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        option: str = arguments.model_dump()["option"]
        return Entered(option, text.chosen(option))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        return self._side(meeting, meeting.first), self._side(meeting, meeting.second)

    def _side(self, meeting: Meeting, agent: AgentId) -> Side:
        other = meeting.other(agent)
        own, others = (self._label(meeting, agent), self._label(meeting, other))
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
        match own == self._kind, others == self._kind:
            case True, True:
                return PAYOFFS["R"]
            case True, False:
                return PAYOFFS["S"]
            case False, True:
                return PAYOFFS["T"]
            case _:
                return PAYOFFS["P"]
