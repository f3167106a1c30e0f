"""Reputation error and ostracism on a worked example, by hand, and on lived histories."""

import pytest

from agents import Past, build_rule
from experiments.networks import Ostracism, ReputationError, ostracism, reputation_errors, statements
from sim import AgentId, Entry, Interaction
from tests.worlds.games.play import NAMES, always, graph, lived, never

A, B, C, D = (AgentId(name) for name in "abcd")


def record(*moves: tuple[int, str, str, float, tuple[str, float] | None]) -> list[Entry]:
    """(moment, agent, partner, kindness, what was told of whom)."""
    return [
        Entry(
            seq=seq,
            t=t,
            event=Interaction(
                game="gossip-v1",
                round=0,
                agent=AgentId(agent),
                partner=AgentId(partner),
                move={"chose": "J", **({"told": {"about": told[0], "times": 0, "said": told[1]}} if told else {})},
                payoff=0,
                partner_payoff=0,
                kindness=kindness,
            ),
        )
        for seq, (t, agent, partner, kindness, told) in enumerate(moves)
    ]


WORKED = record(
    (1, "a", "c", 1, None),
    (1, "c", "a", 1, None),
    (2, "a", "c", 1, None),
    (2, "c", "a", 0, None),
    (3, "a", "b", 1, ("c", -1.0)),  # had 1 and 0 from c: measured 0.5
    (3, "b", "a", 1, None),
    (4, "b", "c", -1, None),
    (4, "c", "b", 1, None),
    (5, "d", "c", 1, None),
    (5, "c", "d", -1, None),
)


def test_a_statement_is_measured_against_what_the_teller_had_had_by_then() -> None:
    (said,) = statements(WORKED)
    assert (said.teller, said.hearer, said.about, said.said, said.measured) == (A, B, C, -1.0, 0.5)
    assert said.error == -1.5
    assert not said.met, "b knew c through a only"


def test_the_reputation_error_of_the_worked_example() -> None:
    assert reputation_errors(WORKED) == {A: ReputationError(1, -1.5, 1.5)}
    both = [*WORKED, *record((6, "a", "b", 1, ("c", 1.0)))]
    assert reputation_errors(both)[A] == ReputationError(2, pytest.approx(-0.5), pytest.approx(1.0))


def test_the_ostracism_of_the_worked_example() -> None:
    """c wronged d, who may well be unkind; a and b it did not, and b, told ill of it, shuns it."""
    found = ostracism(WORKED)
    assert found[C] == Ostracism(unharmed=2, shunning=1, told=1, told_shunning=1)
    assert (found[C].rate, found[C].after_gossip) == (0.5, 1.0)
    assert found[D] == Ostracism(1, 1, 0, 0), "c is unkind to d, who was kind"
    assert found[A].rate == 0.0
    assert found[A].after_gossip is None


def test_what_is_settled_at_the_same_moment_was_not_known() -> None:
    at_once = record((1, "a", "b", 1, ("c", 1.0)), (1, "c", "a", -1, None))
    assert statements(at_once)[0].measured == 0


def test_who_wronged_everybody_is_not_ostracised_but_answered() -> None:
    found = ostracism(record((1, "a", "b", -1, None), (1, "b", "a", -1, None)))
    assert found == {A: Ostracism(0, 0, 0, 0), B: Ostracism(0, 0, 0, 0)}
    assert found[A].rate is None


def test_a_history_without_statements_has_no_reputation() -> None:
    plain = lived("ipd-v1", always, dose=2).entries
    assert statements(plain) == ()
    assert reputation_errors(plain) == {}


def test_honest_agents_err_by_rounding_and_slanderers_by_the_whole_scale() -> None:
    """On a star the hub says of either leaf what it had; a hub that is unkind says the reverse."""
    hub, one, two = NAMES[:3]
    for rule, error in ((always, 0.0), (never, -2.0)):
        entries = lived("gossip-v1", {hub: rule, one: always, two: always}, dose=4, topology=graph("star", 3)).entries
        assert reputation_errors(entries)[hub].error == pytest.approx(error)
        said = [statement for statement in statements(entries) if statement.teller == hub]
        assert not any(statement.met for statement in said), "leaves never meet"


def test_a_rule_that_is_unkind_by_chance_tells_the_truth_of_its_chance() -> None:
    hub, one, two = NAMES[:3]

    def half(past: Past, draw: float) -> float:
        return float(len(past.had) % 2)

    entries = lived("gossip-v1", {hub: build_rule("always"), one: half, two: always}, dose=10, topology=graph("star", 3))
    about_one = [statement for statement in statements(entries.entries) if statement.about == one]
    assert all(abs(statement.error) <= 0.1 + 1e-9 for statement in about_one), "ten rounds are told in tenths"
