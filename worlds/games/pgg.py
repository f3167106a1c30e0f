"""`pgg-v1`: the public goods game, its name hidden; `pgg-sanction-v1`: with costly sanctions.

Each of four holds 10 points and puts in x of them; all that is put in is multiplied by 1.6 and divided evenly (Isaac &
Walker 1988). With sanctions, each may then pay 1 point to take 3 from another, once each (the ratio of Fehr & Gächter 2002).
An entry that was not made counts as 0.
"""

from collections.abc import Mapping
from typing import Any

from sim import AgentId, Frozen, Use

from ..texts import pgg as text
from ..texts.games import amount_entered
from .game import Choice, Entered, GroupAsk, GroupMeeting, GroupSide, kindness

STAKE, FACTOR = 10, 1.6
PRICE, TAKEN = 1, 3


class PublicGoods:
    """`cover` names a cover story; with `sanction`, a round has a second step."""

    size = 4

    def __init__(self, *, cover: str = "plain", sanction: bool = False) -> None:
        self.name = "pgg-sanction-v1" if sanction else "pgg-v1"
        self.steps = 2 if sanction else 1
        self._cover, self._sanction = cover, sanction

    def rules(self, others: tuple[AgentId, ...]) -> str:
        rules = text.rules(self._cover, others, STAKE, FACTOR)
        return f"{rules}\n{text.deduction_rules(PRICE, TAKEN)}" if self._sanction else rules

    def movers(self, meeting: GroupMeeting, step: int) -> tuple[AgentId, ...]:
        return meeting.members

    def ask(self, meeting: GroupMeeting, agent: AgentId) -> GroupAsk:
        others = meeting.others(agent)
        if meeting.step == 0:
            most, least = (Use(tool=text.PUT, arguments={"amount": amount}) for amount in (STAKE, 0))
            return GroupAsk(text.asks(STAKE), (text.put_tool(STAKE),), (Choice(others, most, least),))
        return GroupAsk(
            text=text.deduction_asks(_put(meeting)),
            tools=(text.deduct_tool(others),),
            choices=tuple(Choice((other,), None, Use(tool=text.DEDUCT, arguments={"agent": other})) for other in others),
        )

    def enter(self, meeting: GroupMeeting, agent: AgentId, arguments: Frozen) -> Entered:
        given = arguments.model_dump()
        move = _move(meeting, agent)
        if "amount" in given:
            return Entered({**move, "put": given["amount"]}, amount_entered(given["amount"]))
        from_whom = [*move.get("deducted", ()), given["agent"]]
        return Entered({**move, "deducted": list(dict.fromkeys(from_whom))}, text.deducted(given["agent"]))

    def score(self, meeting: GroupMeeting) -> Mapping[AgentId, GroupSide]:
        put, n = _put(meeting), len(meeting.members)
        back = FACTOR * sum(put.values()) / n
        hit = {agent: tuple(_move(meeting, agent).get("deducted", ())) for agent in meeting.members}
        sides = {}
        for agent in meeting.members:
            paid = PRICE * len(hit[agent])
            lost = TAKEN * sum(agent in others for others in hit.values())
            points = STAKE - put[agent] + back - paid - lost
            given = FACTOR * put[agent] / n
            others = meeting.others(agent)
            sides[agent] = GroupSide(
                move={"put": put[agent], "deducted": list(hit[agent])} if self._sanction else put[agent],
                payoff=points,
                kindness={other: self._kindness(put[agent], other in hit[agent], n) for other in others},
                cost={other: (put[agent] - given) / (n - 1) + PRICE * (other in hit[agent]) for other in others},
                remark=text.result(put, back, paid, lost, points),
            )
        return sides

    def _kindness(self, put: int, deducted: bool, n: int) -> float:
        """The other's points, times `n`: at both ends they are whole numbers and do not round."""
        return kindness(FACTOR * put - n * TAKEN * deducted, -n * TAKEN if self._sanction else 0, FACTOR * STAKE)


def _move(meeting: GroupMeeting, agent: AgentId) -> dict[str, Any]:
    move = meeting.moves.get(agent)
    return move if isinstance(move, dict) else {}


def _put(meeting: GroupMeeting) -> dict[AgentId, int]:
    return {agent: int(_move(meeting, agent).get("put", 0)) for agent in meeting.members}
