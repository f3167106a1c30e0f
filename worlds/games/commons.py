"""`commons-v1`: a stock that grows back, its name hidden; after GovSim (Piatti et al. 2024).

The stock starts at 20 units a head. In every period all first may talk, then each takes units, a point each. What is left
doubles, up to where it started; from less than a twentieth of that it does not grow back: the stock has collapsed. Taking
half of the stock between all sustains it. Twelve periods are usual. No entry counts as 0. After a collapse nobody has a
turn, and no more rounds are on record.

What a member's move does to another reaches beyond the period, so kindness is taken on what the other gets now plus an equal
share of the stock that the next period begins with.
"""

from collections.abc import Mapping
from typing import Any

from sim import AgentId, Frozen, Use

from ..texts import commons as text
from .game import Choice, Entered, GroupAsk, GroupMeeting, GroupSide, kindness

A_HEAD, THRESHOLD = 20, 0.05


class Commons:
    """`cover` names a cover story."""

    name = "commons-v1"
    steps = 2
    size = 5

    def __init__(self, *, cover: str = "plain") -> None:
        self._cover = cover

    def rules(self, others: tuple[AgentId, ...]) -> str:
        capacity = A_HEAD * (len(others) + 1)
        return text.rules(self._cover, others, capacity, round(THRESHOLD * capacity))

    def movers(self, meeting: GroupMeeting, step: int) -> tuple[AgentId, ...]:
        return meeting.members if stock(meeting) else ()

    def ask(self, meeting: GroupMeeting, agent: AgentId) -> GroupAsk:
        units = stock(meeting)
        if meeting.step == 0:
            return GroupAsk(text.talk(units), (), ())
        share = units // (2 * len(meeting.members))
        kindest, least = (Use(tool=text.TAKE, arguments={"amount": amount}) for amount in (share, units))
        return GroupAsk(text.asks(units), (text.take_tool(units),), (Choice(meeting.others(agent), kindest, least),))

    def enter(self, meeting: GroupMeeting, agent: AgentId, arguments: Frozen) -> Entered:
        amount: int = arguments.model_dump()["amount"]
        return Entered(amount, text.entered(amount))

    def score(self, meeting: GroupMeeting) -> Mapping[AgentId, GroupSide]:
        units, n = stock(meeting), len(meeting.members)
        asked = _asked(meeting.moves, meeting.members)
        got, after = _harvest(asked, units)
        sides = {}
        for agent in meeting.members:
            none, everything = ({**asked, agent: amount} for amount in (0, units))
            most = _harvest(everything, units)[0][agent]
            sides[agent] = GroupSide(
                move={"asked": asked[agent], "got": got[agent], "stock": units, "next": after},
                payoff=got[agent],
                kindness={
                    other: kindness(*(_stake(case, units, other) for case in (asked, everything, none)))
                    for other in meeting.others(agent)
                },
                cost=dict.fromkeys(meeting.others(agent), (most - got[agent]) / (n - 1)),
                remark=text.result(got, units - sum(got.values()), after),
            )
        return sides


def stock(meeting: GroupMeeting) -> int:
    """Units at the start of this period, by what was taken in the earlier ones; 0 after a collapse."""
    units = A_HEAD * len(meeting.members)
    for moves in meeting.history:
        units = _harvest(_asked(moves, meeting.members), units)[1]
    return units


def _asked(moves: Mapping[AgentId, Any], members: tuple[AgentId, ...]) -> dict[AgentId, int]:
    return {agent: int(moves.get(agent) or 0) for agent in members}


def _harvest(asked: Mapping[AgentId, int], units: int) -> tuple[dict[AgentId, int], int]:
    """What each gets, whole units in proportion where it is short, and the stock of the next period."""
    total, capacity = sum(asked.values()), A_HEAD * len(asked)
    got = {agent: amount if total <= units else units * amount // total for agent, amount in asked.items()}
    left = units - sum(got.values())
    return got, min(2 * left, capacity) if left >= THRESHOLD * capacity else 0


def _stake(asked: Mapping[AgentId, int], units: int, agent: AgentId) -> int:
    """What an agent gets now and its share of the next stock, times the number of agents: whole numbers do not round."""
    got, after = _harvest(asked, units)
    return len(asked) * got[agent] + after
