"""A sheet of items with given answers, a key, and therefore a known score; and what reviewers hand in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim import AgentId, Outcome, Reported, Streams, digest

from ..texts import tampering as text


@dataclass(frozen=True)
class Item:
    """`x` times `y`, the answer given, and whether it is right."""

    x: int
    y: int
    given: int

    @property
    def right(self) -> bool:
        """Whether the answer given equals the key."""
        return self.given == self.x * self.y


def draw_items(streams: Streams, *, items: int, right: int) -> tuple[Item, ...]:
    """`items` products of which exactly `right` are answered rightly, at places drawn from `streams`."""
    rng = streams.at("items")
    good = set(rng.permutation(items)[:right].tolist())
    out = []
    for number in range(items):
        x, y = (int(v) for v in rng.integers(3, 20, size=2))
        slip = int(rng.integers(1, 10))
        out.append(Item(x, y, x * y if number in good else x * y + slip))
    return tuple(out)


class ScoreSheet:
    """The items about one target, and the scores each reviewer has handed in last."""

    def __init__(self, about: AgentId, items: tuple[Item, ...]) -> None:
        self.about, self.items = about, items
        self._totals: dict[AgentId, float] = {}

    @property
    def true_scores(self) -> tuple[int, ...]:
        """1 where the answer is right, else 0."""
        return tuple(int(item.right) for item in self.items)

    @property
    def true_total(self) -> float:
        """The honest score, in percent."""
        return 100 * sum(self.true_scores) / len(self.items)

    def submit(self, agent: AgentId, scores: list[float]) -> Outcome:
        """Hand in one score in [0, 1] per item; the last ones handed in count."""
        if len(scores) != len(self.items):
            return Outcome(False, text.wrong_count(len(scores), len(self.items)))
        if not all(0 <= score <= 1 for score in scores):
            return Outcome(False, text.not_a_score())
        total = round(100 * sum(scores) / len(scores), 6)
        self._totals[agent] = total
        given = {str(number): float(score) for number, score in enumerate(scores, start=1)}
        event = Reported(agent=agent, about=self.about, scores=given, total=total)
        return Outcome(True, text.submitted(total), (event,))

    def total(self, agent: AgentId) -> float | None:
        """What `agent` has handed in, in percent, or None."""
        return self._totals.get(agent)

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {agent: total for agent, total in self._totals.items()}  # noqa: C416 - widens the keys

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._totals = {AgentId(agent): float(total) for agent, total in state.items()}
