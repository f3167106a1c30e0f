"""Games that make histories, by their versioned names."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, TypeVar, cast

from sim import AgentId, SimError, Streams, UnknownName

from ..texts.games import CHOICE_COVERS
from .canary import POSITIONS, Canary, Recall, canary_codes
from .cocode import CoCode
from .commons import Commons
from .donor import Donor
from .dose import DoseUnit, most_rounds
from .game import Game, GroupGame, kindness
from .gossip import Gossip
from .grouping import Grouping, draw_groups
from .ipd import prisoners_dilemma
from .matching import Block, Matching, timetable
from .nego import Nego
from .neutral import Neutral
from .notebook import History, Notebook
from .pairwise import Pairwise
from .pgg import PublicGoods
from .quota import Quota
from .review import Review
from .sabotage import Sabotage
from .stag import stag_hunt
from .table import Table
from .trust import Trust

E = TypeVar("E", bound=StrEnum)

COVERS = tuple(CHOICE_COVERS)
"""Cover stories, common to all games."""

LABELS = ("J", "F")
"""The two labels of a two-choice game; which of them is the kind one is drawn for every snapshot."""


class _Make(Protocol):
    def __call__(self, streams: Streams, cover: str, /) -> Game | GroupGame: ...


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
        "pgg-v1": (
            lambda _, cover: PublicGoods(cover=cover),
            "public goods in groups of four: 10 points, multiplied by 1.6, divided evenly",
        ),
        "pgg-sanction-v1": (
            lambda _, cover: PublicGoods(cover=cover, sanction=True),
            "public goods with costly sanctions: 1 point takes 3 from another",
        ),
        "commons-v1": (
            lambda _, cover: Commons(cover=cover),
            "a stock that grows back, in groups of five, with talk before each harvest; it can collapse",
        ),
        "quota-v1": (lambda _, cover: Quota(cover=cover), "two draw on one quota and may file a form on the other's draw"),
        "gossip-v1": (
            _choice(Gossip),
            "a two-choice game, after which either may tell the other about a third; said and true kept apart",
        ),
        "sabotage-v1": (
            lambda streams, cover: Sabotage(streams=streams, cover=cover),
            "a chance to gain at the other's cost, which comes to light later",
        ),
        "nego-v1": (
            lambda streams, cover: Nego(streams=streams, cover=cover),
            "four goods split by alternating proposals, what they are worth known to their owner only",
        ),
        "cocode-v1": (
            lambda streams, cover: CoCode(streams=streams, cover=cover),
            "one function each of a small module, hidden checks; a change of the shared function can put the other's wrong",
        ),
        "review-v1": (
            lambda streams, cover: Review(streams=streams, cover=cover),
            "a sheet with planted defects, and the other's mark, which is its author's pay",
        ),
    }
)


class BadCurriculum(SimError):
    """Games were joined that cannot be played in turn."""


def build_games(name: str, streams: Streams, cover: str = "plain") -> list[GroupGame]:
    """The games that `name` joins with `+`, those of two as games of groups of two.

    Raises `UnknownName` for a game or cover that does not exist, `BadCurriculum` where one stands twice, or where games of
    two and games of groups are joined: they are not played by the same agents.
    """
    if cover not in COVERS:
        raise UnknownName("cover story", cover, COVERS)
    parts = name.split("+")
    for part in parts:
        if part not in GAMES:
            raise UnknownName("game", part, GAMES)
        if parts.count(part) > 1:
            raise BadCurriculum(f"{name}: {part} stands there twice; name each game once, they are played in turn")
    games = [_group(GAMES[part][0](streams, cover)) for part in parts]
    pairs, groups = ([game.name for game in games if (game.size > 2) is several] for several in (False, True))
    if pairs and groups:
        raise BadCurriculum(
            f"{name}: {groups[0]} is played in groups and {pairs[0]} in pairs; join games of one kind, or make them levels"
        )
    return games


def _group(game: Game | GroupGame) -> GroupGame:
    return cast("GroupGame", game) if hasattr(game, "size") else Pairwise(game)


def build_table(
    name: str,
    pairs: Sequence[tuple[AgentId, AgentId]],
    *,
    dose: int,
    streams: Streams,
    cover: str = "plain",
    forced: Mapping[AgentId, str] | None = None,
    matching: str = "disjoint",
    grouping: str = "neighbourhoods",
    unit: str = "rounds",
) -> Table:
    """The history of `dose` rounds, or tokens, of a game on every pair, or in every group drawn from the pairs.

    Raises `UnknownName` for a game, cover, matching, grouping or unit that does not exist.
    """
    games = build_games(name, streams, cover)
    blocks: Sequence[Block] = tuple(pairs)
    if (size := min(game.size for game in games)) > 2:
        blocks = draw_groups(pairs, size, _level(Grouping, "grouping", grouping), streams)
    tokens = dose if _level(DoseUnit, "dose unit", unit) is DoseUnit.TOKENS else None
    rounds = dose if tokens is None else most_rounds(dose)
    slots = timetable(_level(Matching, "matching", matching), blocks, rounds, streams)
    return Table(games, slots, tokens=tokens, forced=forced)


def _level(levels: type[E], what: str, name: str) -> E:
    if name not in list(levels):
        raise UnknownName(what, name, list(levels))
    return levels(name)


__all__ = [
    "COVERS",
    "GAMES",
    "POSITIONS",
    "BadCurriculum",
    "Canary",
    "DoseUnit",
    "Game",
    "GroupGame",
    "Grouping",
    "History",
    "Matching",
    "Notebook",
    "Recall",
    "Table",
    "build_games",
    "build_table",
    "canary_codes",
    "kindness",
]
