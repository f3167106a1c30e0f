"""Games that make histories, by their versioned names."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from sim import AgentId, Streams, UnknownName

from ..texts.games import CHOICE_COVERS
from .donor import Donor
from .game import Game, kindness
from .ipd import prisoners_dilemma
from .neutral import Neutral
from .stag import stag_hunt
from .table import Table
from .trust import Trust

COVERS = tuple(CHOICE_COVERS)
"""Cover stories, common to all games."""

LABELS = ("J", "F")
"""The two labels of a two-choice game; which of them is the kind one is drawn for every snapshot."""


class _Make(Protocol):
    def __call__(self, streams: Streams, cover: str, /) -> Game: ...


def _choice(make: Callable[..., Game]) -> _Make:
    def build(streams: Streams, cover: str) -> Game:
        kind, unkind = streams.shuffled(LABELS, "labels")
        return make(kind_label=kind, unkind_label=unkind, cover=cover)

    return build


GAMES: Mapping[str, tuple[_Make, str]] = MappingProxyType(
    {
        "ipd-v1": (_choice(prisoners_dilemma), "prisoner's dilemma (T, R, P, S = 5, 3, 1, 0), labels and name hidden"),
        "stag-v1": (_choice(stag_hunt), "stag hunt (stag 4 together and 0 alone, hare 3), labels and name hidden"),
        "trust-v1": (lambda _, cover: Trust(cover=cover), "trust game: 10 points, tripled, returned at will"),
        "donor-v1": (lambda _, cover: Donor(cover=cover), "donor game: 10 points, doubled, the other's last gifts shown"),
        "neutral-v1": (
            lambda streams, cover: Neutral(streams=streams, cover=cover),
            "contact without stake: sums side by side",
        ),
    }
)


def build_table(
    name: str,
    pairs: Sequence[tuple[AgentId, AgentId]],
    *,
    dose: int,
    streams: Streams,
    cover: str = "plain",
    forced: Mapping[AgentId, str] | None = None,
) -> Table:
    """The history of `dose` rounds of a game on every pair. Raises `UnknownName` for a game or cover that does not exist."""
    if name not in GAMES:
        raise UnknownName("game", name, GAMES)
    if cover not in COVERS:
        raise UnknownName("cover story", cover, COVERS)
    make, _ = GAMES[name]
    return Table(make(streams, cover), pairs, dose=dose, streams=streams, forced=forced)


__all__ = ["COVERS", "GAMES", "Game", "Table", "build_table", "kindness"]
