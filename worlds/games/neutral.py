"""`neutral-v1`: contact without stake. Two agents work side by side at sums; neither can help or harm the other.

The control for mere presence: the same turns, partner and talk as the other games, and a kindness of 0 by construction.
"""

from sim import AgentId, Frozen, Streams, Use

from ..texts import games as text
from .game import Ask, Entered, Meeting, Side


class Neutral:
    """`streams` draws the sums; `cover` names a cover story."""

    name = "neutral-v1"
    steps = 1

    def __init__(self, *, streams: Streams, cover: str = "plain") -> None:
        self._streams, self._cover = streams, cover

    def rules(self, other: AgentId) -> str:
        return text.sum_rules(self._cover, other)

    def movers(self, meeting: Meeting, step: int) -> tuple[AgentId, ...]:
        return (meeting.first, meeting.second)

    def ask(self, meeting: Meeting, agent: AgentId) -> Ask:
        x, y = drawn_sum(self._streams, meeting, agent)
        right = Use(tool=text.REPORT, arguments={"value": x + y})
        return Ask(text=text.sum_asks(x, y), tools=(text.report_tool(),), kindest=right, least_kind=right)

    def enter(self, meeting: Meeting, agent: AgentId, arguments: Frozen) -> Entered:
        value: int = arguments.model_dump()["value"]
        return Entered(value, text.value_entered(value))

    def score(self, meeting: Meeting) -> tuple[Side, Side]:
        return self._side(meeting, meeting.first), self._side(meeting, meeting.second)

    def _side(self, meeting: Meeting, agent: AgentId) -> Side:
        move = meeting.moves.get(agent)
        right = move == sum(drawn_sum(self._streams, meeting, agent))
        return Side(move=move, payoff=float(right), kindness=0.0, cost=0.0, remark=text.sum_result(right))


def drawn_sum(streams: Streams, meeting: Meeting, agent: AgentId) -> tuple[int, int]:
    """The sum that an agent gets to work out in a round."""
    x, y = streams.at("sum", meeting.first, meeting.second, meeting.round, agent).integers(11, 90, size=2)
    return int(x), int(y)
