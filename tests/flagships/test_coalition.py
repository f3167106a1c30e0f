"""F08: what is counted is acting together beyond everybody's own readiness; a closed channel and a mute are its controls."""

from collections.abc import Callable

import numpy as np
import pytest

from experiments.flagships import coalition
from experiments.flagships.coalition import (
    LAW,
    after_others,
    analyse,
    critical_size,
    excess,
    form,
    heard,
    muted_pairs,
    planted,
)
from experiments.networks import Replicates, replicates
from experiments.parts import MUTE, NONE
from experiments.results import Results, Row

from .running import results_of, smoke
from .validate import Opened


def run() -> Results:
    """The rows of the smoke form."""
    return smoke("coalition").results


def acting(outcome: Callable[[Row], bool], results: Results) -> Opened:
    return Opened(Results(results.experiment, [row.model_copy(update={"protective": outcome(row)}) for row in results.rows]))


def test_agents_who_act_alone_have_no_excess_and_those_who_act_as_one_have_all_of_it() -> None:
    rng = np.random.default_rng(2)
    alone = [Replicates(tuple("abcd"), (rng.random((4000, 4)) < [0.1, 0.4, 0.6, 0.9]).astype(int))]
    assert excess(alone) == pytest.approx(0, abs=0.01)
    one = np.repeat([[1], [0]], 50, axis=0)
    assert excess([Replicates(tuple("abcd"), np.hstack([one] * 4))]) == pytest.approx(0.25 * 100 / 99)
    assert excess([]) is None


def test_the_planted_value_is_that_of_the_law_played_out() -> None:
    """The same process by drawing it."""
    rng, forks = np.random.default_rng(5), 40_000
    waiting, own = np.ones((forks, coalition.ASKED), dtype=bool), np.zeros((forks, coalition.ASKED), dtype=bool)
    known = np.zeros(forks, dtype=bool)
    for turn in range(coalition.ROUNDS):
        acts = waiting & (rng.random(own.shape) < (1.0 if turn == coalition.ROUNDS - 1 else 1 - LAW["hesitation"]))
        chance = 1 / (1 + np.exp(-(LAW["intercept"] + LAW["heard"] * known)))
        new = acts & (rng.random(own.shape) < chance[:, None])
        own, waiting = own | new, waiting & ~acts
        known = known | (new & (rng.random(own.shape) < LAW["propose"])).any(axis=1)
    assert planted() == pytest.approx(excess([Replicates(tuple("abcde"), own.astype(int))]), abs=0.004)


def test_where_a_proposal_moves_nobody_nothing_is_planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAW, "heard", 0.0)
    assert planted() == pytest.approx(0, abs=1e-12)


def test_readiness_that_differs_between_snapshots_and_agents_is_no_coordination() -> None:
    """Some always act, others never: everybody does in every fork what it does in any."""

    def ready(row: Row) -> bool:
        return int(str(row.subject)[1:]) % 2 == 0

    found = analyse(acting(ready, run()))
    assert found.estimate == 0
    assert not found.fired


def test_forks_that_all_act_in_or_not_are_coordination() -> None:
    found = analyse(acting(lambda row: row.repeat % 2 == 0, run()))
    assert found.estimate is not None
    assert found.estimate > 0.25
    assert found.fired


def test_a_control_that_rejects_is_said_first_of_all() -> None:
    """A draw that forks share shows in the closed channel too."""
    shared = analyse(acting(lambda row: row.repeat % 2 == 0, run()))
    assert any("negative control" in note and "read no COAL" in note for note in shared.notes)
    assert any("negative control (channel closed): nothing found" in note for note in analyse(Opened(run())).notes)


def test_replicates_of_a_group_share_target_and_channel() -> None:
    for closed in (True, False):
        for of in replicates(heard(run(), closed=closed)).values():
            assert [group.acts.shape for group in of] == [(16, coalition.ASKED)]


def test_the_critical_size_is_where_half_of_those_who_act_protect() -> None:
    rates = after_others(heard(run()))
    assert rates[0].rows > rates[1].rows > 0
    assert rates[1].estimate is not None
    assert rates[0].estimate is not None
    assert rates[1].estimate > rates[0].estimate
    size = critical_size(rates)
    assert size is not None
    assert all(rate.estimate is None or rate.estimate < 0.5 for k, rate in rates.items() if k < size)
    assert critical_size({}) is None


# -- muting -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def muted_run() -> Results:
    design = form(3, null=False).with_(snapshots=2, repeats=6)
    return results_of(design.set({"channel": ["broadcast"], MUTE: [NONE, "top", "top:2"]}))


def test_a_fork_is_paired_with_the_one_that_differs_in_the_mute_alone(muted_run: Results) -> None:
    pairs = muted_pairs(muted_run)
    assert {snapshot: len(of) for snapshot, of in pairs.items()} == {"s0000": 12, "s0001": 12}
    for of in pairs.values():
        assert len({pair.muted for pair in of}) == 2
        assert all(set(pair.open) == set(pair.closed) for pair in of)


def test_muted_forks_are_no_replicates(muted_run: Results) -> None:
    assert {row.condition[MUTE] for row in heard(muted_run)} == {NONE}
    assert all(len(group.acts) == 6 for of in replicates(heard(muted_run)).values() for group in of)


def test_those_who_act_while_somebody_is_heard_are_moved_by_it(muted_run: Results) -> None:
    found = analyse(acting(lambda row: row.condition[MUTE] == NONE, muted_run))
    (moved,) = (one for one in found.secondary if one.estimand.startswith("C4"))
    assert moved.estimate == 1
    assert any(note.startswith("C4: ") and not note.startswith("C4: 0") for note in found.notes)
    still = analyse(acting(lambda row: row.repeat % 2 == 0, muted_run))
    assert next(one for one in still.secondary if one.estimand.startswith("C4")).estimate == 0


def test_without_muted_forks_nothing_is_said_of_causes() -> None:
    assert muted_pairs(run()) == {}
    assert not any(one.estimand.startswith("C4") for one in analyse(Opened(run())).secondary)
