"""`trust-v1`: the trust (investment) game, its name hidden.

The holder of 10 points sends x, which is tripled on the way; the other returns y (Berg, Dickhaut & McCabe 1995). The two
take turns as holder. Entries that were not made count as 0.
"""

from sim import AgentId, Frozen, Use

from ..texts import games as text
from .game import Ask, Entered, Meeting, Side, kindness

STAKE, FACTOR = 10, 3


class Trust:
    """`cover` names a cover story."""

    name = "trust-v1"
    steps = 2

    def __init__(self, *, cover: str = "plain") -> None:
        self._cover = cover

    def rules(self, other: AgentId) -> str:
        return text.transfer_rules(self._cover, other, STAKE, FACTOR)

    def holder(self, meeting: Meeting) -> AgentId:
        """Who holds the stake in this round."""
        return meeting.first if meeting.round % 2 == 0 else meeting.second

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        holder = self.holder(meeting)
        return (holder,) if step == 0 else (meeting.other(holder),)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        holder = self.holder(meeting)
        if agent == holder:
            return Ask(
                text=text.holder_asks(STAKE),
                tools=(text.send_points_tool(STAKE),),
                kindest=Use(tool=text.SEND_POINTS, arguments={"amount": STAKE}),
                least_kind=Use(tool=text.SEND_POINTS, arguments={"amount": 0}),
            )
        sent = _amount(meeting, holder)
        return Ask(
            text=text.receiver_asks(holder, sent, FACTOR * sent),
            tools=(text.return_points_tool(FACTOR * sent),),
            kindest=Use(tool=text.RETURN_POINTS, arguments={"amount": FACTOR * sent}),
            least_kind=Use(tool=text.RETURN_POINTS, arguments={"amount": 0}),
        )

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        amount: int = arguments.model_dump()["amount"]
        return Entered(amount, text.amount_entered(amount))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        holder = self.holder(meeting)
        receiver = meeting.other(holder)
        sent, returned = _amount(meeting, holder), _amount(meeting, receiver)
        arrived = FACTOR * sent
        sides = {
            holder: Side(
                move=sent,
                payoff=STAKE - sent + returned,
                kindness=kindness(arrived, 0, FACTOR * STAKE),
                cost=sent,
                remark=text.transfer_result(receiver, True, sent, arrived, returned),
            ),
            receiver: Side(
                move=returned,
                payoff=arrived - returned,
                kindness=kindness(returned, 0, arrived),
                cost=returned,
                remark=text.transfer_result(holder, False, sent, arrived, returned),
            ),
        }
        return sides[meeting.first], sides[meeting.second]


def _amount(meeting: Meeting, agent: AgentId) -> int:
    move = meeting.moves.get(agent, 0)
    return move if isinstance(move, int) else 0
