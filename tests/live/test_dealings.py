"""Models split goods, mark sheets and write code over HTTP, one meeting at a time or several at once."""

import pytest

from sim import ActionRefused, Interaction
from tests.live.test_games import KIND, UNKIND, A, events, history


@pytest.mark.parametrize("game", ["nego-v1", "cocode-v1", "review-v1"])
@pytest.mark.parametrize("matching", ["disjoint", "neighbours"])
def test_a_kind_and_an_unkind_model_make_histories_that_differ_in_sign(game: str, matching: str) -> None:
    for persona, sign in ((KIND, 1), (UNKIND, -1)):
        record = history(game, persona, matching=matching, topology="star")
        moves = events(record, Interaction)
        assert len(moves) == 12
        assert all(move.move is not None for move in moves)
        assert sign * sum(move.kindness for move in moves) > 0
        assert not events(record, ActionRefused), "the persona knows how to use every tool"


@pytest.mark.parametrize("game", ["nego-v1", "cocode-v1", "review-v1"])
def test_a_confederate_plays_them_by_its_rule(game: str) -> None:
    for rule, sign in (("always", 1), ("never", -1)):
        record = history(game, KIND, forced={A: rule}, topology="star")
        forced = [move for move in events(record, Interaction) if move.forced_by == rule]
        assert {move.agent for move in forced} == {A}
        assert sign * sum(move.kindness for move in forced) > 0
        assert not events(record, ActionRefused)
