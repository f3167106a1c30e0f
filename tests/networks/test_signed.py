from itertools import combinations
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.networks.signed import (
    Triads,
    balance_test,
    fit_decay,
    history_distance,
    sign_threshold,
    triads,
    trust_series,
    walk_balance,
)
from experiments.stats import NullModel
from sim import AgentId, Entry, Interaction, PhaseBegan, RelationLedger
from sim.event import Phase

A, B, C = AgentId("a"), AgentId("b"), AgentId("c")


def move(seq: int, agent: AgentId, partner: AgentId, kindness: float, t: int | None = None) -> Entry:
    event = Interaction(
        game="ipd-v1",
        round=seq,
        agent=agent,
        partner=partner,
        move=None,
        payoff=0,
        partner_payoff=0,
        kindness=kindness,
    )
    return Entry(seq=seq, t=seq if t is None else t, event=event)


@st.composite
def signs(draw: st.DrawFn, largest: int = 8) -> np.ndarray:
    n = draw(st.integers(0, largest))
    found = np.zeros((n, n), dtype=np.int64)
    for i, j in combinations(range(n), 2):
        found[i, j] = found[j, i] = draw(st.sampled_from((-1, 0, 1)))
    return found


def test_w_by_hand() -> None:
    """Two kind moves, one unkind: a = 2, b = 1, kappa = 1; then with half forgotten a = .75, b = 1."""
    moves = [move(0, B, A, 1.0), move(1, B, A, 1.0), move(2, B, A, -1.0)]
    series = trust_series(moves, (A, B))
    assert series.ticks == (0, 1, 2)
    assert series.weights[:, 0, 1] == pytest.approx([1 / 2, 2 / 3, 1 / 4])
    assert (series.weights[:, 1, 0] == 0).all(), "a did nothing to b"
    assert trust_series(moves, (A, B), decay=0.5).at().weights[0, 1] == pytest.approx((0.75 - 1) / 2.75)


def test_w_is_i_s_experience_of_j_as_in_a_relation() -> None:
    moves = [move(0, B, A, 1.0), move(1, A, B, -0.5)]
    ledger, graph = RelationLedger(moves), trust_series(moves, (A, B)).at()
    assert np.sign(graph.weights[0, 1]) == np.sign(ledger.of(A, B).valence) == 1
    assert np.sign(graph.weights[1, 0]) == np.sign(ledger.of(B, A).valence) == -1


def test_moves_of_one_tick_are_one_layer() -> None:
    moves = [Entry(seq=0, t=0, event=PhaseBegan(phase=Phase.HISTORY)), move(1, A, B, 1.0, 3), move(2, B, A, -1.0, 3)]
    series = trust_series(moves, (A, B, C))
    assert series.ticks == (3,)
    assert series.weights.shape == (1, 3, 3)
    assert trust_series([], (A, B)).weights.shape == (0, 2, 2)


def test_signs_are_those_of_the_pair() -> None:
    graph = trust_series([move(0, A, B, 1.0), move(1, B, A, -0.2), move(2, A, C, -1.0)], (A, B, C)).at()
    assert graph.signs().tolist() == [[0, 1, -1], [1, 0, 0], [-1, 0, 0]]
    assert graph.signs(threshold=0.2).tolist() == [[0, 0, -1], [0, 0, 0], [-1, 0, 0]]


def test_what_is_no_history_is_said() -> None:
    with pytest.raises(ValueError, match="decay=2"):
        trust_series([], (A, B), decay=2)
    with pytest.raises(ValueError, match="not both agents here"):
        trust_series([move(0, A, C, 1.0)], (A, B))
    with pytest.raises(ValueError, match="no pair made two moves"):
        fit_decay([move(0, A, B, 1.0)])


def test_the_decay_that_made_the_moves_is_found() -> None:
    """A partner who changes its mind every 15 moves is foretold best by forgetting; one who never does, by remembering."""
    fickle = [move(t, A, B, 1.0 if t // 15 % 2 else -1.0) for t in range(300)]
    rng = np.random.default_rng(0)
    steady = [move(t, A, B, 1.0 if rng.random() < 0.7 else -1.0) for t in range(300)]
    assert fit_decay(fickle)[0] <= 0.7
    assert fit_decay(steady)[0] >= 0.95
    once, scores = fit_decay([move(0, A, B, 1.0), move(1, A, B, -1.0)], grid=(1.0,))
    assert (once, scores[1.0]) == (1.0, pytest.approx(log(1 / 4)))


def test_the_sign_threshold_is_a_quantile_of_neutral_ties() -> None:
    graphs = [trust_series([move(0, A, B, k / 20)], (A, B, C)).at() for k in range(1, 21)]
    sizes = [float(g.weights.max()) / 2 for g in graphs]
    assert sign_threshold(graphs) == pytest.approx(np.quantile(sizes, 0.95))
    assert sum(g.signs(sign_threshold(graphs)).any() for g in graphs) == 1
    with pytest.raises(ValueError, match="no pair of these graphs had contact"):
        sign_threshold([trust_series([move(0, A, B, 0.0)], (A, B)).at()])


def test_history_distance_goes_where_trust_is() -> None:
    w = np.array([[0, 0.9, -0.5], [0, 0, 0.9], [0, 0, 0]])
    found = history_distance(w)
    assert found[0, 1] == pytest.approx(-log(0.95))
    assert found[0, 2] == pytest.approx(-2 * log(0.95)), "round by the friend, not straight by the enemy"
    assert np.isnan(found[2, 0])


@given(signs())
def test_triads_are_counted_as_by_hand(found: np.ndarray) -> None:
    counts = {3: 0, 1: 0, -1: 0, -3: 0}
    for i, j, k in combinations(range(len(found)), 3):
        if found[i, j] and found[j, k] and found[i, k]:
            counts[int(found[i, j] + found[j, k] + found[i, k])] += 1
    assert triads(found) == Triads(ppp=counts[3], ppm=counts[1], pmm=counts[-1], mmm=counts[-3])


@given(signs())
def test_balance_is_the_ratio_of_traces(found: np.ndarray) -> None:
    """methods.md 3.2: (1 + tr A^3 / tr |A|^3) / 2."""
    absolute = np.trace(np.linalg.matrix_power(abs(found), 3)) if len(found) else 0
    if absolute:
        cubed = np.trace(np.linalg.matrix_power(found, 3))
        assert triads(found).balance == pytest.approx((1 + cubed / absolute) / 2)
    else:
        assert triads(found).balance is None


def test_walk_balance_is_the_ratio_of_exponentials() -> None:
    from scipy.linalg import expm

    rng = np.random.default_rng(1)
    for _ in range(10):
        found = np.triu(rng.integers(-1, 2, size=(6, 6)), 1)
        found = found + found.T
        assert walk_balance(found) == pytest.approx(np.trace(expm(found)) / np.trace(expm(abs(found))))


@given(st.lists(st.sampled_from((-1, 1)), min_size=3, max_size=8), signs())
def test_two_factions_are_perfectly_balanced(side: list[int], pattern: np.ndarray) -> None:
    """Harary: balanced exactly when two factions explain every sign."""
    n = min(len(side), len(pattern))
    found = abs(pattern[:n, :n]) * np.outer(side[:n], side[:n])
    np.fill_diagonal(found, 0)
    assert triads(found).balance in (None, 1.0)
    if n:
        assert walk_balance(found) == pytest.approx(1)


def test_an_unbalanced_cycle_without_triangles_shows_in_walks_alone() -> None:
    square = np.zeros((4, 4), dtype=np.int64)
    for (i, j), sign in zip(((0, 1), (1, 2), (2, 3), (3, 0)), (1, 1, 1, -1), strict=True):
        square[i, j] = square[j, i] = sign
    assert triads(square).balance is None
    assert walk_balance(square) < 0.95


def test_weak_balance_accepts_three_enemies() -> None:
    counts = Triads(ppp=1, ppm=1, pmm=0, mmm=2)
    assert counts.balance == 0.25
    assert counts.weak_balance == 0.75


def test_factions_beat_their_own_signs_dealt_anew() -> None:
    side = np.array([1] * 5 + [-1] * 5)
    planted = np.outer(side, side) - np.eye(10, dtype=np.int64)
    found = balance_test(planted, draws=199)
    assert found.null_model is NullModel.N4
    assert found.balance == 1.0
    assert found.expected is not None
    assert found.expected < 0.7
    assert found.p_value == pytest.approx(2 / 200)
    assert balance_test(np.zeros((4, 4), dtype=np.int64)).p_value is None


def test_the_balance_test_keeps_its_size() -> None:
    rng, rejected = np.random.default_rng(8), 0
    for seed in range(150):
        random = np.triu(rng.choice((-1, 0, 1), size=(9, 9)), 1)
        found = balance_test(random + random.T, seed=seed, draws=99)
        rejected += found.p_value is not None and found.p_value <= 0.05
    assert rejected / 150 <= 0.09


def test_asymmetric_signs_are_refused() -> None:
    with pytest.raises(ValueError, match="must be symmetric"):
        triads(np.array([[0, 1], [0, 0]]))


def test_negative_weights_never_reach_networkx() -> None:
    """None of the modules on signed graphs names it."""
    for name in ("signed", "frustration", "communities"):
        text = (Path(__file__).parents[2] / "experiments" / "networks" / f"{name}.py").read_text()
        assert "import networkx" not in text, name
