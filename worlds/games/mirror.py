"""A round as it would have come out had the partner made the opposite choice, for records told with signs flipped."""

from dataclasses import replace

from sim import AgentId, Round, Streams

from . import GAMES
from .choice import TwoChoices
from .game import Meeting

FLIPPABLE = ("ipd-v1", "stag-v1")
"""Games in which every choice has an opposite."""


def mirrored(round: Round, own: AgentId, *, streams: Streams, cover: str) -> Round:
    """The round with the partner's choice turned round and everything that follows from it. One without a choice stays.

    Raises ValueError for a game that is not in `FLIPPABLE`.
    """
    game = GAMES[round.game][0](streams, cover)
    if not isinstance(game, TwoChoices) or round.game not in FLIPPABLE:
        raise ValueError(f"a choice of {round.game} has no opposite; games with two choices are {', '.join(FLIPPABLE)}")
    if not isinstance(round.partner_move, str) or not isinstance(round.move, str):
        return round
    turned = game.opposite(round.partner_move)
    moves = {own: round.move, round.partner: turned}
    first, second = game.score(Meeting(own, round.partner, round=0, rounds=1, moves=moves))
    return replace(
        round,
        partner_move=turned,
        payoff=first.payoff,
        partner_payoff=second.payoff,
        kindness=first.kindness,
        partner_kindness=second.kindness,
    )
