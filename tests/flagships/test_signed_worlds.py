"""F06: signs of paths are what balance says, own ties stay out of the contrast, and each subject is compared with itself."""

from typing import Any

import numpy as np
import pytest

from experiments.cast import Cast
from experiments.flagships.signed_worlds import (
    BOTH,
    DISAGREE,
    ENEMY,
    FRIEND,
    KINDS,
    Dyad,
    balances,
    conduct_signs,
    dyads,
    form,
    path_effect,
    planted,
)
from experiments.networks.null_graphs import sign_matrix
from experiments.networks.population import populations
from experiments.path_signs import path_sign, paths
from experiments.results import Results
from sim import AgentId, from_edges
from tests.networks import towns

from .running import smoke

A, B, C, D = (AgentId(name) for name in "abcd")


def run() -> Results:
    """The rows of the smoke form."""
    return smoke("signed-worlds").results


def square(**signs: int) -> Any:
    """Four agents in a ring, with signs named by their ends; what is not named is positive."""
    ties = [(A, B), (B, C), (C, D), (D, A)]
    named = {(x, y): signs.get(f"{x}{y}", 1) for x, y in ties}
    both = {pair: sign for (x, y), sign in named.items() for pair in ((x, y), (y, x))}
    return from_edges([(x, y, 1) for pair in ties for x, y in (pair, pair[::-1])], nodes=[A, B, C, D], signs=both)


def test_a_friends_friend_and_an_enemys_enemy_are_at_the_end_of_a_positive_path() -> None:
    assert path_sign(square(), A, C) == 1
    assert path_sign(square(ab=-1, bc=-1, cd=-1, da=-1), A, C) == 1
    assert path_sign(square(bc=-1, cd=-1), A, C) == -1
    assert path_sign(square(bc=-1), A, C) == 0
    assert sorted(paths(square(bc=-1, da=-1), A, C)) == [(-1, 1), (1, -1)]


def test_where_there_is_a_tie_or_no_sign_there_is_no_path() -> None:
    assert path_sign(square(), A, B) is None
    assert path_sign(square(), A, A) is None
    plain = from_edges([(A, B, 1), (B, C, 1)], nodes=[A, B, C])
    assert path_sign(plain, A, C) is None


def test_every_row_is_what_the_graph_says() -> None:
    people = populations(run())
    for one in dyads(run()):
        assert one.row.subject is not None
        assert one.row.target is not None
        topology = people[one.row.snapshot].topology
        tie = topology.signs.get((one.row.subject, one.row.target))
        sign = path_sign(topology, one.row.subject, one.row.target)
        if tie is not None:
            assert one.kind == (FRIEND if tie > 0 else ENEMY)
            assert (one.row.valence or 0) * tie >= 0
        elif one.kind == DISAGREE:
            assert sign is not None
            assert abs(sign) < 1
        else:
            assert one.sign == sign
            assert one.kind in ((*KINDS[:2], BOTH[1]) if sign == 1 else (*KINDS[2:], BOTH[-1]))


def test_in_a_balanced_world_no_paths_disagree() -> None:
    found = dyads(run())
    worlds = {one.row.condition["topology"].split(":")[0] for one in found if one.kind == DISAGREE}  # type: ignore[union-attr]
    assert worlds == {"signed-unbalanced"}


def test_own_ties_do_not_enter() -> None:
    found = dyads(run())
    turned = [one if one.sign else one._replace(row=one.row.model_copy(update={"protective": True})) for one in found]
    assert path_effect(turned) == path_effect(found)


def test_an_agent_is_compared_with_itself() -> None:
    """Some protect everybody at the end of their paths and some nobody: that is no effect of the paths."""
    found = [one for one in dyads(run()) if one.sign]

    def ready(one: Dyad) -> Dyad:
        return one._replace(row=one.row.model_copy(update={"protective": int(str(one.row.subject)[1:]) % 2 == 0}))

    assert path_effect(map(ready, found)) == pytest.approx(0)
    assert path_effect([one._replace(row=one.row.model_copy(update={"protective": one.sign > 0})) for one in found]) == 1


def test_a_world_of_one_sign_has_nothing_to_compare() -> None:
    for sign in (1, -1):
        world = {"topology": f"signed-uniform:on=ring:sign={sign}", "population": 6}
        results = towns.results(towns.experiment(factors=world), lambda people, i, j: 0.5)
        found = dyads(results)
        assert {one.kind for one in found} == ({FRIEND, KINDS[0]} if sign > 0 else {ENEMY, KINDS[1]})
        assert path_effect(found) is None


def test_the_planted_value_is_that_of_the_law() -> None:
    assert planted() == pytest.approx(0.3602775, abs=1e-6)
    assert planted() > 0 < form(1, null=False).agents.law.balance  # type: ignore[union-attr]


def test_conduct_along_the_signs_is_as_balanced_as_they_are() -> None:
    def along(people: Cast, i: int, j: int) -> float:
        nodes = people.topology.nodes
        return float(people.topology.signs.get((nodes[i], nodes[j]), 0) > 0)

    world = {"topology": "signed-balanced", "population": 6}
    results = towns.results(towns.experiment(factors=world), along)
    for snapshot, people in populations(results).items():
        rows = [row for row in results if row.snapshot == snapshot]
        assert np.array_equal(conduct_signs(people, rows), sign_matrix(people.topology))
    assert set(balances(results).values()) == {(1.0, 1.0)}


def test_nothing_is_read_of_a_run_without_signs() -> None:
    results = towns.results(towns.experiment(factors={"topology": "ring", "population": 6}), lambda people, i, j: 0.5)
    assert dyads(results) == []
    assert dyads(Results(results.experiment, ())) == []
