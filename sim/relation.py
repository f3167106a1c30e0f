"""Who was kind to whom: relations of ordered pairs, folded from the record.

The kindness of a move is defined once for all games (see `worlds/games`): hold the other side's own move fixed, let
`best` and `worst` be the payoffs one could give it; then k = 2 (given - midpoint) / (best - worst), in [-1, 1].
Definitions after Allegiance's method notes: valence is the mean of k, intensity the sum of |k|.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from .event import Entry, Interaction
from .message import AgentId, Frozen

MUTUAL_BEFORE_BETRAYAL = 3


class Relation(Frozen):
    """What one agent has had from another, up to some moment.

    valence: mean kindness in [-1, 1], 0 without contact. recent: the same, each round weighing 0.9 of the next.
    intensity: sum of |kindness|. reciprocity: correlation of kindness received with kindness shown one round before, None
    when it is undefined. betrayals: unkind moves right after three mutually kind rounds. repairs: kind moves right after
    an unkind one. costly_help: points the other gave up for it.
    """

    rounds: int = 0
    valence: float = 0.0
    recent: float = 0.0
    intensity: float = 0.0
    reciprocity: float | None = None
    betrayals: int = 0
    repairs: int = 0
    costly_help: float = 0.0


class RelationLedger:
    """A fold over entries; ask for any ordered pair at any moment."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._moves: dict[tuple[AgentId, AgentId], list[Interaction]] = defaultdict(list)
        for entry in entries:
            self.observe(entry)

    def observe(self, entry: Entry) -> None:
        """Take one more entry into account."""
        if isinstance(entry.event, Interaction):
            self._moves[entry.event.agent, entry.event.partner].append(entry.event)

    def pairs(self) -> tuple[tuple[AgentId, AgentId], ...]:
        """(agent, partner) for which the partner has acted towards the agent, in order of first contact."""
        return tuple((partner, agent) for agent, partner in self._moves)

    def of(self, agent: AgentId, partner: AgentId, *, weight: float = 0.9) -> Relation:
        """What `agent` has had from `partner`; `weight` is that of a round against the next one in `recent`."""
        received = [move.kindness for move in self._moves.get((partner, agent), ())]
        shown = [move.kindness for move in self._moves.get((agent, partner), ())]
        if not received:
            return Relation()
        rounds = len(received)
        weights = [weight ** (rounds - 1 - t) for t in range(rounds)]
        return Relation(
            rounds=rounds,
            valence=sum(received) / rounds,
            recent=sum(w * k for w, k in zip(weights, received, strict=True)) / sum(weights),
            intensity=sum(abs(k) for k in received),
            reciprocity=_correlation(received[1:], shown[:-1]),
            betrayals=_betrayals(received, shown),
            repairs=sum(1 for was, now in pairwise(received) if was < 0 < now),
            costly_help=sum(m.cost for m in self._moves[partner, agent] if m.kindness > 0),
        )


def _betrayals(received: list[float], shown: list[float]) -> int:
    count, mutual = 0, 0
    for theirs, own in zip(received, shown, strict=False):
        count += theirs < 0 and mutual >= MUTUAL_BEFORE_BETRAYAL
        mutual = mutual + 1 if theirs > 0 and own > 0 else 0
    return count


def _correlation(x: list[float], y: list[float]) -> float | None:
    n = min(len(x), len(y))
    if n < 2:
        return None
    mx, my = sum(x[:n]) / n, sum(y[:n]) / n
    sxy = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=False))
    sxx, syy = sum((a - mx) ** 2 for a in x[:n]), sum((b - my) ** 2 for b in y[:n])
    return None if sxx == 0 or syy == 0 else float(sxy / (sxx * syy) ** 0.5)
