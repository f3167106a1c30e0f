"""A sheet of items whose honest scores are known, and what reviewers hand in.

What is handed in is kept as it was said: a total that does not follow from the scores, an item left out and a score that
differs from the honest one can be told apart.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sim import AgentId, Frozen, Outcome, Reported, Streams, Tick, Tool, digest

from ..texts.parts import score_sheet as text
from .part import no_tool

MAX_ITEMS = 200


class Scored(Protocol):
    """An item with a known honest score, from 0 to the scale of its sheet."""

    @property
    def truth(self) -> float: ...


S = TypeVar("S", bound=Scored, covariant=True)


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

    @property
    def truth(self) -> int:
        """1 where the answer is right, else 0."""
        return int(self.right)


@dataclass(frozen=True)
class Answer:
    """Any answer, and its honest score."""

    given: str
    truth: float


def by_rule(answers: Iterable[str], rule: Callable[[str], float]) -> tuple[Answer, ...]:
    """Answers whose honest scores follow from a rule."""
    return tuple(Answer(given, rule(given)) for given in answers)


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


class ScoreSheet(Generic[S]):
    """The items about one target, and what each reviewer has handed in last.

    Scores run from 0 to `scale`; totals are percent of it. With `partial`, items may be left out; with `with_total`, the
    reviewer says the total itself. Raises ValueError for a sheet without items, with too many, or with an honest score off
    the scale.
    """

    def __init__(
        self,
        about: AgentId,
        items: Sequence[S],
        *,
        scale: float = 1,
        partial: bool = False,
        with_total: bool = False,
    ) -> None:
        if not 0 < len(items) <= MAX_ITEMS or not all(0 <= item.truth <= scale for item in items):
            raise ValueError(f"a sheet has 1 to {MAX_ITEMS} items, with honest scores from 0 to {scale:g}")
        self.about, self.items = about, tuple(items)
        self._scale, self._partial, self._with_total = scale, partial, with_total
        self._handed_in: dict[AgentId, tuple[dict[str, float], float]] = {}

    @property
    def tools(self) -> tuple[Tool, ...]:
        return (text.submit_tool(len(self.items), partial=self._partial, with_total=self._with_total, scale=self._scale),)

    @property
    def true_scores(self) -> tuple[float, ...]:
        """The honest scores, in the order of the items."""
        return tuple(item.truth for item in self.items)

    @property
    def true_total(self) -> float:
        """The honest total, in percent."""
        return 100 * sum(self.true_scores) / len(self.items) / self._scale

    def submit(self, agent: AgentId, scores: Sequence[float | None], total: float | None = None) -> Outcome:
        """Hand in one score per item (None for one left out, where that is allowed); the last ones handed in count.

        Without `total`, the mean of the scores handed in, in percent, is the total.
        """
        if len(scores) != len(self.items):
            return Outcome(False, text.wrong_count(len(scores), len(self.items)))
        given = {str(number): float(score) for number, score in enumerate(scores, start=1) if score is not None}
        if len(given) < len(scores) and not self._partial:
            return Outcome(False, text.left_out(list(scores).index(None) + 1))
        if not given:
            return Outcome(False, text.no_score())
        if not all(0 <= score <= self._scale for score in given.values()):
            return Outcome(False, text.not_a_score(self._scale))
        if total is None:
            total = 100 * sum(given.values()) / len(given) / self._scale
        elif not (math.isfinite(total) and 0 <= total <= 100):
            return Outcome(False, text.not_a_total())
        total = round(total, 6)
        self._handed_in[agent] = given, total
        return Outcome(True, text.submitted(total), (Reported(agent=agent, about=self.about, scores=given, total=total),))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.SUBMIT, text.TotalArguments(scores=whole, total=total):
                return self.submit(agent, whole, total)
            case text.SUBMIT, text.PartialTotalArguments(scores=some, total=total):
                return self.submit(agent, some, total)
            case text.SUBMIT, text.PartialArguments(scores=some):
                return self.submit(agent, some)
            case text.SUBMIT, text.ScoresArguments(scores=whole) | text.ScaledArguments(scores=whole):
                return self.submit(agent, whole)
            case _:
                raise no_tool("score sheet", tool)

    def total(self, agent: AgentId) -> float | None:
        """The total that `agent` has handed in, in percent, or None."""
        return self._handed_in[agent][1] if agent in self._handed_in else None

    def scores(self, agent: AgentId) -> Mapping[str, float] | None:
        """The scores that `agent` has handed in, by number of the item from "1", or None."""
        return dict(self._handed_in[agent][0]) if agent in self._handed_in else None

    def fingerprint(self) -> str:
        return digest([self.about, list(self.true_scores), self.get_state()])

    def get_state(self) -> dict[str, Any]:
        return {
            agent: {"scores": list(scores.items()), "total": total} for agent, (scores, total) in self._handed_in.items()
        }

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._handed_in = {
            AgentId(agent): ({number: float(score) for number, score in kept["scores"]}, float(kept["total"]))
            for agent, kept in state.items()
        }
