"""`quota-v1`: two agents draw on one quota, and may file a form about it. Original to this project.

Of 10 units 5 are allotted to each; each draws 0 to 10. What one draws above 5 comes off the other's points, what one leaves
below 5 is added to them. Then each may, for 1 point, file that the other drew so many units beyond its allotment; they come
back if that is not more than the truth, which the record holds. No draw counts as 5.
"""

from itertools import product
from typing import Any, NamedTuple

from sim import AgentId, Frozen, Use

from ..texts import quota as text
from .game import Ask, Entered, Meeting, Side, kindness

QUOTA, SHARE, FEE = 10, 5, 1


class Draw(NamedTuple):
    """A move: units drawn, and units claimed on the form (0: none filed)."""

    units: int
    claimed: int

    @property
    def excess(self) -> int:
        """Units beyond the allotment."""
        return max(0, self.units - SHARE)

    def granted(self, other: "Draw") -> int:
        """What comes back on one's form, given the other's draw."""
        return self.claimed if self.claimed <= other.excess else 0

    def points(self, other: "Draw") -> int:
        """What a round is worth to who makes this move."""
        fee = FEE if self.claimed else 0
        return self.units + SHARE - other.units - fee + self.granted(other) - other.granted(self)


MOVES = tuple(Draw(units, claimed) for units, claimed in product(range(QUOTA + 1), range(QUOTA - SHARE + 1)))


class Quota:
    """`cover` names a cover story."""

    name = "quota-v1"
    steps = 2

    def __init__(self, *, cover: str = "plain") -> None:
        self._cover = cover

    def rules(self, other: AgentId) -> str:
        return text.rules(self._cover, other, QUOTA, SHARE, FEE)

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        return (meeting.first, meeting.second)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        if meeting.step == 0:
            kindest, least = (Use(tool=text.DRAW, arguments={"amount": amount}) for amount in (0, QUOTA))
            return Ask(text.asks(QUOTA), (text.draw_tool(QUOTA),), kindest, least)
        other = meeting.other(agent)
        own, others = _draw(meeting, agent), _draw(meeting, other)
        return Ask(
            text=text.form_asks(other, own.units, others.units),
            tools=(text.form_tool(),),
            kindest=None,
            least_kind=Use(tool=text.FORM, arguments={"units": max(1, others.excess)}),
        )

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        given, move = arguments.model_dump(), _move(meeting, agent)
        if "amount" in given:
            return Entered({**move, "drew": given["amount"]}, text.drawn(given["amount"]))
        return Entered({**move, "claimed": given["units"]}, text.filed(given["units"]))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        return self._side(meeting, meeting.first), self._side(meeting, meeting.second)

    def _side(self, meeting: Meeting, agent: AgentId) -> Side:
        other = meeting.other(agent)
        own, others = _draw(meeting, agent), _draw(meeting, other)
        points = own.points(others)
        in_hand = [others.points(move) for move in MOVES]
        return Side(
            move={"drew": own.units, "claimed": own.claimed, "excess": own.excess},
            payoff=points,
            kindness=kindness(others.points(own), min(in_hand), max(in_hand)),
            cost=max(move.points(others) for move in MOVES) - points,
            remark=text.result(other, own.units, others.units, own.granted(others), others.granted(own), points),
        )


def _move(meeting: Meeting, agent: AgentId) -> dict[str, Any]:
    move = meeting.moves.get(agent)
    return move if isinstance(move, dict) else {}


def _draw(meeting: Meeting, agent: AgentId) -> Draw:
    move = _move(meeting, agent)
    return Draw(int(move.get("drew", SHARE)), int(move.get("claimed", 0)))
