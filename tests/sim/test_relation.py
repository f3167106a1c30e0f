"""Relations, by worked examples: what one agent has had from another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Entry, Interaction, Relation, RelationLedger

from .yard import A, B, C


def moves(*rounds: tuple[float, float], cost: float = 0.0) -> list[Entry]:
    """Ann's and bob's kindness to each other, round by round."""
    entries = []
    for number, (ann, bob) in enumerate(rounds):
        for agent, partner, kindness in ((A, B, ann), (B, A, bob)):
            event = Interaction(
                game="g",
                round=number,
                agent=agent,
                partner=partner,
                move=None,
                payoff=0,
                partner_payoff=0,
                kindness=kindness,
                cost=cost,
            )
            entries.append(Entry(seq=len(entries), t=number, event=event))
    return entries


def ledger(*rounds: tuple[float, float], cost: float = 0.0) -> RelationLedger:
    return RelationLedger(moves(*rounds, cost=cost))


def test_without_contact_there_is_no_relation() -> None:
    assert ledger().of(A, B) == Relation()
    assert ledger((1, 1)).of(A, C) == Relation()
    assert ledger((1, 1)).of(A, B).rounds == 1


def test_a_worked_example() -> None:
    """Bob shows ann 1, 1, -1, 0.5; ann shows bob 1, -1, -1, 1."""
    relation = ledger((1, 1), (-1, 1), (-1, -1), (1, 0.5), cost=2).of(A, B)
    assert relation.rounds == 4
    assert relation.valence == pytest.approx(1.5 / 4)
    assert relation.intensity == pytest.approx(3.5)
    assert relation.recent == pytest.approx((0.729 * 1 + 0.81 * 1 - 0.9 + 0.5) / (0.729 + 0.81 + 0.9 + 1))
    # what bob did in rounds 2-4 (1, -1, .5) against what ann had done in rounds 1-3 (1, -1, -1); means 1/6, -1/3
    assert relation.reciprocity == pytest.approx(
        (5 / 6 * 4 / 3 + 7 / 6 * 2 / 3 - 1 / 3 * 2 / 3) / (2.1666667 * 2.6666667) ** 0.5
    )
    assert relation.repairs == 1
    assert relation.betrayals == 0
    assert relation.costly_help == pytest.approx(6), "three kind moves at 2 points each"


def test_the_weight_of_the_past_can_be_chosen() -> None:
    once = ledger((0, 1), (0, -1))
    assert once.of(A, B, weight=1.0).recent == once.of(A, B).valence == 0
    assert once.of(A, B, weight=0.0).recent == -1
    assert once.of(A, B, weight=0.5).recent == pytest.approx((0.5 - 1) / 1.5)


def test_relations_are_of_ordered_pairs() -> None:
    both = ledger((1, -1), (1, -1))
    assert both.of(A, B).valence == -1
    assert both.of(B, A).valence == 1
    assert set(both.pairs()) == {(A, B), (B, A)}
    assert list(both.pairs()) == [(B, A), (A, B)], "in order of first contact: ann acted first, towards bob"


@pytest.mark.parametrize(
    ("rounds", "betrayals"),
    [
        ([(1, 1), (1, 1), (1, 1), (1, -1)], 1),
        ([(1, 1), (1, 1), (1, -1)], 0),
        ([(1, 1), (1, 1), (1, 1), (-1, -1)], 1),
        ([(1, 1), (1, 1), (-1, 1), (1, -1)], 0),
        ([(1, 1)] * 3 + [(1, -1)] + [(1, 1)] * 3 + [(1, -1)], 2),
        ([(1, 1)] * 3 + [(1, -1), (1, -1)], 1),
        ([(1, 1)] * 3 + [(1, 0), (1, -1)], 0),
        ([(1, 1)] * 9, 0),
    ],
)
def test_a_betrayal_is_an_unkind_move_right_after_three_mutually_kind_rounds(
    rounds: list[tuple[float, float]], betrayals: int
) -> None:
    assert ledger(*rounds).of(A, B).betrayals == betrayals


@pytest.mark.parametrize(
    ("bobs", "repairs"), [([-1, 1], 1), ([-1, 0, 1], 0), ([1, -1, 1, -1, 1], 2), ([1, 1], 0), ([-1], 0)]
)
def test_a_repair_is_a_kind_move_right_after_an_unkind_one(bobs: list[float], repairs: int) -> None:
    assert ledger(*[(1, k) for k in bobs]).of(A, B).repairs == repairs


def test_tit_for_tat_reciprocates_fully_and_its_opposite_not_at_all() -> None:
    anns = [1, -1, -1, 1, -1, 1]
    echo = [(a, b) for a, b in zip(anns, [1, *anns[:-1]], strict=True)]
    assert ledger(*echo).of(A, B).reciprocity == pytest.approx(1)
    contrary = [(a, -b) for a, b in echo]
    assert ledger(*contrary).of(A, B).reciprocity == pytest.approx(-1)


@pytest.mark.parametrize("rounds", [[(1, 1)], [(1, 1), (1, -1)], [(1, 1)] * 6, [(1, 1), (-1, 1), (1, 1)]])
def test_reciprocity_without_variation_is_undefined_and_not_zero(rounds: list[tuple[float, float]]) -> None:
    assert ledger(*rounds).of(A, B).reciprocity is None


kindness = st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]) | st.floats(-1, 1)


@given(st.lists(st.tuples(kindness, kindness), min_size=1, max_size=30))
def test_measures_stay_in_their_ranges(rounds: list[tuple[float, float]]) -> None:
    for pair in ((A, B), (B, A)):
        relation = ledger(*rounds).of(*pair)
        assert relation.rounds == len(rounds)
        assert -1 <= relation.valence <= 1
        assert -1 - 1e-12 <= relation.recent <= 1 + 1e-12
        assert 0 <= relation.intensity <= len(rounds)
        assert relation.reciprocity is None or -1 - 1e-9 <= relation.reciprocity <= 1 + 1e-9
        assert relation.betrayals <= len(rounds) // 4
        assert relation.repairs <= len(rounds) // 2


@given(st.lists(st.tuples(kindness, kindness), max_size=20), st.integers(0, 20))
def test_reading_along_gives_what_reading_later_gives(rounds: list[tuple[float, float]], cut: int) -> None:
    entries = moves(*rounds)
    along = RelationLedger(entries[:cut])
    for entry in entries[cut:]:
        along.observe(entry)
    for pair in ((A, B), (B, A)):
        assert along.of(*pair) == ledger(*rounds).of(*pair)
