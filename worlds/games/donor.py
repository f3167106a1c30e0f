"""`donor-v1`: the donor game, its name hidden. Indirect reciprocity: what the other passed on before, to anyone, is shown.

Either holds 10 points in every round and passes on x of them, of which twice as much arrives (after Nowak & Sigmund 1998,
here with both as donors in a round). An entry that was not made counts as 0.
"""

from sim import AgentId, Frozen, Use

from ..texts import games as text
from .game import Ask, Entered, Meeting, Side, kindness

STAKE, FACTOR, SHOWN = 10, 2, 3


class Donor:
    """`cover` names a cover story."""

    name = "donor-v1"
    steps = 1

    def __init__(self, *, cover: str = "plain") -> None:
        self._cover = cover

    def rules(self, other: AgentId) -> str:
        return text.gift_rules(self._cover, other, STAKE, FACTOR)

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        return (meeting.first, meeting.second)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        other = meeting.other(agent)
        past = [int(str(move)) for move in meeting.past.get(other, ())[-SHOWN:]]
        return Ask(
            text=text.gift_asks(STAKE, other, past),
            tools=(text.send_points_tool(STAKE),),
            kindest=Use(tool=text.SEND_POINTS, arguments={"amount": STAKE}),
            least_kind=Use(tool=text.SEND_POINTS, arguments={"amount": 0}),
        )

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        amount: int = arguments.model_dump()["amount"]
        return Entered(amount, text.amount_entered(amount))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        return self._side(meeting, meeting.first), self._side(meeting, meeting.second)

    def _side(self, meeting: Meeting, agent: AgentId) -> Side:
        other = meeting.other(agent)
        given, had = _amount(meeting, agent), FACTOR * _amount(meeting, other)
        return Side(
            move=given,
            payoff=STAKE - given + had,
            kindness=kindness(FACTOR * given, 0, FACTOR * STAKE),
            cost=given,
            remark=text.gift_result(other, given, had),
        )


def _amount(meeting: Meeting, agent: AgentId) -> int:
    move = meeting.moves.get(agent, 0)
    return move if isinstance(move, int) else 0
