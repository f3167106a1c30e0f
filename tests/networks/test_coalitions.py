from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from scipy.stats import hypergeom

from experiments.networks.coalitions import (
    JointStatistic,
    MutedPair,
    Replicates,
    acting_together,
    causal_coalitions,
    communicative_coalitions,
    joint_action,
    replicates,
)
from experiments.stats import NullModel
from sim import AgentId

from . import towns

EIGHT = tuple("abcdefgh")


def planted(rng: np.random.Generator, replicas: int, phi: float, members: int = 4, base: float = 0.3) -> Replicates:
    """Eight agents who act with probability `base`; the first `members` follow one shared draw with probability
    sqrt(phi) each, so that their acts correlate by phi."""
    acts = rng.random((replicas, 8)) < base
    shared, follows = rng.random(replicas) < base, rng.random((replicas, members)) < np.sqrt(phi)
    acts[:, :members] = np.where(follows, shared[:, None], acts[:, :members])
    return Replicates(EIGHT, acts.astype(np.int64))


def rejections(phi: float, replicas: int, draws: int, **options: Any) -> float:
    rng = np.random.default_rng(11)
    found = [joint_action([planted(rng, replicas, phi)], seed=s, draws=99, **options).p_value for s in range(draws)]
    return float(np.mean([p is not None and p <= 0.05 for p in found]))


# -- C2 ---------------------------------------------------------------------------------------------------------------


def test_with_the_channel_closed_joint_action_rejects_at_its_nominal_rate() -> None:
    """Independent acts, of agents who differ widely in readiness: no coordination to find."""
    rng, rejected = np.random.default_rng(5), 0
    for seed in range(200):
        acts = (rng.random((40, 8)) < rng.random(8)).astype(np.int64)
        p = joint_action([Replicates(EIGHT, acts)], seed=seed, draws=99).p_value
        rejected += p is not None and p <= 0.05
    assert 0.01 <= rejected / 200 <= 0.09


@pytest.mark.slow
@pytest.mark.parametrize("statistic", list(JointStatistic))
@pytest.mark.parametrize("replicas", [20, 80])
def test_type_one_error_of_both_statistics(statistic: JointStatistic, replicas: int) -> None:
    """methods.md 3.4: .04 to .07."""
    assert 0.02 <= rejections(0.0, replicas, 250, statistic=statistic) <= 0.085


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phi", "replicas", "stated"),
    [(0.32, 20, 0.31), (0.32, 40, 0.56), (0.32, 80, 0.89), (0.48, 20, 0.57), (0.48, 40, 0.84), (0.48, 80, 0.96)],
)
def test_a_planted_coalition_is_found_at_the_stated_power(phi: float, replicas: int, stated: float) -> None:
    """methods.md 3.4: 8 agents, coalition of 4, base 30 %; 300 draws, so within .08."""
    assert rejections(phi, replicas, 300) == pytest.approx(stated, abs=0.08)


def test_joint_action_by_enumeration() -> None:
    """Three replicates, two agents: p is the share of the 36 pairs of orders with as large a variance, nearly."""
    acts = np.array([[1, 1], [1, 1], [0, 0]])
    ways = [
        np.array(acts[list(one), 0] + acts[list(other), 1]).var(ddof=1)
        for one, other in product(permutations(range(3)), repeat=2)
    ]
    exact = np.mean([way >= acts.sum(axis=1).var(ddof=1) - 1e-9 for way in ways])
    found = joint_action([Replicates(("a", "b"), acts)], draws=3999)
    assert found.null_model is NullModel.N2
    assert found.p_value == pytest.approx(exact, abs=0.03)
    assert found.excess == pytest.approx((acts.sum(axis=1).var(ddof=1) - np.mean(ways)) / np.std(ways), abs=0.05)


def test_snapshots_of_twenty_forks_add_up() -> None:
    rng = np.random.default_rng(2)
    groups = [planted(rng, 20, 0.32) for _ in range(6)]
    together = joint_action(groups, draws=399)
    assert together.groups == 6
    assert together.replicates == 120
    assert together.p_value == pytest.approx(1 / 400)
    assert together.excess is not None
    assert together.excess > 3


def test_what_strata_share_is_not_coordination() -> None:
    """Two paraphrases, one of which makes everybody act more: within them acts are independent."""
    rng = np.random.default_rng(7)
    half = np.repeat([0, 1], 30)
    acts = (rng.random((60, 8)) < np.where(half, 0.7, 0.1)[:, None]).astype(np.int64)
    assert joint_action([Replicates(EIGHT, acts)], draws=199).p_value == pytest.approx(1 / 200)
    inside = joint_action([Replicates(EIGHT, acts, tuple(half.tolist()))], draws=199).p_value
    assert inside is not None
    assert inside > 0.05
    assert acting_together([Replicates(EIGHT, acts)]).coalitions
    assert not acting_together([Replicates(EIGHT, acts, tuple(half.tolist()))]).coalitions


def test_where_nothing_varies_nothing_can_be_told() -> None:
    found = joint_action([Replicates(("a", "b"), np.ones((5, 2), dtype=np.int64))])
    assert (found.excess, found.p_value, found.groups) == (None, None, 0)
    assert joint_action([]).p_value is None
    assert acting_together([]).pairs == ()


def test_the_p_of_a_pair_is_hypergeometric_and_phi_is_pearsons() -> None:
    rng = np.random.default_rng(1)
    acts = rng.integers(2, size=(25, 2))
    (pair,) = acting_together([Replicates(("x", "y"), acts)]).pairs
    both, first, second = int((acts[:, 0] & acts[:, 1]).sum()), int(acts[:, 0].sum()), int(acts[:, 1].sum())
    assert pair.p_value == pytest.approx(hypergeom.sf(both - 1, 25, first, second))
    assert pair.phi == pytest.approx(np.corrcoef(acts.T)[0, 1])


def test_over_two_targets_the_counts_of_a_pair_add() -> None:
    rng = np.random.default_rng(4)
    groups = [Replicates(("x", "y"), rng.integers(2, size=(9, 2))) for _ in range(2)]
    (pair,) = acting_together(groups).pairs
    both = [int((g.acts[:, 0] & g.acts[:, 1]).sum()) for g in groups]
    laws = [[hypergeom.pmf(k, 9, int(g.acts[:, 0].sum()), int(g.acts[:, 1].sum())) for k in range(10)] for g in groups]
    exact = sum(laws[0][a] * laws[1][b] for a in range(10) for b in range(10) if a + b >= sum(both))
    assert pair.p_value == pytest.approx(exact)


def test_the_members_of_a_strong_coalition_are_named() -> None:
    found = acting_together([planted(np.random.default_rng(6), 80, 0.7)])
    assert found.coalitions == (("a", "b", "c", "d"),)
    assert found.null_model is NullModel.N2


def test_pairs_hardly_ever_count_when_nobody_coordinates() -> None:
    rng = np.random.default_rng(9)
    hits = sum(any(p.q_value <= 0.05 for p in acting_together([planted(rng, 40, 0.0)]).pairs) for _ in range(100))
    assert hits <= 9


def test_replicates_are_forks_that_differ_by_chance_alone() -> None:
    design = towns.experiment(
        forks={"target.kind": "peer", "reviewers": "all", "lever": ["documented", "locked"]}, targets=2, repeats=5
    )
    results = towns.results(design, lambda people, i, j: 0.5)
    found = replicates(results)
    assert set(found) == {"s0000", "s0001", "s0002", "s0003"}
    for groups in found.values():
        assert len(groups) == 4, "two targets by two levers"
        assert all(group.acts.shape == (5, 5) for group in groups)
    assert sum(group.acts.sum() for groups in found.values() for group in groups) == sum(bool(r.protective) for r in results)


def test_a_fork_that_could_not_be_told_is_no_replicate() -> None:
    results = towns.results(towns.experiment(snapshots=1, targets=1, repeats=5), lambda people, i, j: 0.5)
    first = results.rows[0]
    rows = (first.model_copy(update={"protective": None, "status": "truncated"}), *results.rows[1:])
    (groups,) = replicates(type(results)(results.experiment, rows)).values()
    assert groups[0].acts.shape == (4, 5)


# -- C3 and C4 ----------------------------------------------------------------------------------------------------------

A, B, C, D = (AgentId(x) for x in "abcd")


def test_what_was_said_and_what_was_done_are_two_things() -> None:
    circle = [(A, B), (B, C), (C, A), (C, D)]
    assert communicative_coalitions(circle, [A, B, C]).model_dump() == {"said": ((A, B, C),), "done": ((A, B, C),)}
    talk = communicative_coalitions(circle, [A, B])
    assert talk.said == ((A, B, C),)
    assert talk.done == ()
    assert communicative_coalitions([(A, B), (B, A)], [A, B]).said == (), "two are a pair"
    assert communicative_coalitions([(A, B), (B, C), (A, C)], [A, B, C]).said == (), "nobody answered the first"


def muted(rng: np.random.Generator, source: AgentId, follow: dict[AgentId, float], pairs: int) -> list[MutedPair]:
    """Others act with probability .8 when `follow` holds them and the source is heard, else .2."""
    found = []
    for _ in range(pairs):
        opened = {k: bool(rng.random() < 0.2 + follow.get(k, 0.0)) for k in (A, B, C, D) if k != source}
        found.append(MutedPair(source, opened, {k: bool(rng.random() < 0.2) for k in opened}))
    return found


def test_a_causal_coalition_is_a_circle_of_influence() -> None:
    rng = np.random.default_rng(1)
    pairs = [
        *muted(rng, A, {B: 0.6}, 60),
        *muted(rng, B, {A: 0.6}, 60),
        *muted(rng, C, {A: 0.6}, 60),
        *muted(rng, D, {}, 60),
    ]
    found = causal_coalitions(pairs)
    assert found.coalitions == ((A, B),)
    assert found.null_model is NullModel.SIGN_FLIP
    tau = {(one.source, one.agent): one for one in found.influences}
    assert len(tau) == 12
    assert tau[A, B].tau == pytest.approx(0.6, abs=0.2)
    assert tau[C, A].q_value <= 0.05
    assert tau[D, A].q_value > 0.05
    assert tau[A, B].pairs == 60


def test_no_influence_makes_no_coalition() -> None:
    rng, found = np.random.default_rng(2), 0
    for _ in range(40):
        result = causal_coalitions([p for source in (A, B, C, D) for p in muted(rng, source, {}, 30)])
        found += any(one.q_value <= 0.05 for one in result.influences)
    assert found <= 5
    assert causal_coalitions([]).influences == ()


def test_who_calms_others_is_no_member() -> None:
    rng = np.random.default_rng(3)
    swapped = [MutedPair(p.muted, p.closed, p.open) for p in muted(rng, A, {B: 0.7}, 40) + muted(rng, B, {A: 0.7}, 40)]
    found = causal_coalitions(swapped)
    assert all(one.q_value <= 0.05 and one.tau < 0 for one in found.influences if {one.source, one.agent} == {A, B})
    assert found.coalitions == ()
