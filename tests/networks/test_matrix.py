from typing import Any

import numpy as np
import pytest

from experiments.errors import BadExperiment
from experiments.networks.matrix import count_pairs, preservation_matrix
from experiments.stats import clustered_rate

from . import towns


def test_a_cell_counts_what_a_did_about_b_and_nothing_else() -> None:
    matrix = count_pairs(
        ["a", "b", "c"],
        [("a", "b", True, "s1"), ("a", "b", False, "s2"), ("a", "b", None, "s2"), ("b", "a", True, "s1")],
    )
    assert matrix.p[0, 1] == 0.5
    assert matrix.p[1, 0] == 1.0
    assert np.isnan(matrix.p[0, 2]), "never asked is unknown, not zero"
    assert matrix.missing[0, 1] == 1
    assert not matrix.complete
    assert matrix.rate("a", "b") == clustered_rate([True, False, None], ["s1", "s2", "s2"])
    assert matrix.rate("a", "c").estimate is None
    low, high = matrix.intervals()
    assert low[0, 1] == matrix.rate("a", "b").low
    assert high[0, 1] == matrix.rate("a", "b").high
    assert np.isnan(low[1, 0]), "one snapshot says nothing about another"


def test_a_name_that_is_not_there_is_said() -> None:
    matrix = count_pairs(["a", "b"], [])
    with pytest.raises(ValueError, match="no agent 'z'"):
        matrix.rate("a", "z")
    with pytest.raises(ValueError, match="'z' is none of the 2 agents"):
        count_pairs(["a", "b"], [("a", "z", True, 0)])


def test_a_snapshots_matrix_has_its_agents_and_forks_as_draws() -> None:
    results = towns.results(towns.experiment(), lambda people, i, j: 0.5)
    matrix = preservation_matrix(results, "s0002")
    assert matrix.complete
    assert (matrix.rows + 3 * np.eye(6) == 3).all()
    inside = [row for row in results if row.snapshot == "s0002"]
    assert set(matrix.agents) == {row.subject for row in inside}
    assert matrix.events.sum() == sum(bool(row.protective) for row in inside)
    assert matrix.rate(matrix.agents[0], matrix.agents[1]).clusters == 3


def test_pooled_by_slot_a_star_shows_its_hub() -> None:
    design = towns.experiment(factors={"topology": "star", "population": 5}, targets=5, repeats=4)
    matrix = preservation_matrix(towns.results(design, lambda people, i, j: 0.9 if j == 0 else 0.1))
    assert matrix.agents == ("0", "1", "2", "3", "4")
    assert np.nanmean(matrix.p[1:, 0]) > 0.75
    off = ~np.eye(5, dtype=bool)
    off[:, 0] = False
    assert matrix.p[off].mean() < 0.25
    assert matrix.rate("1", "0").clusters == 4


def test_only_known_peers_count() -> None:
    design = towns.experiment(forks={"target.kind": ["peer", "unknown"], "reviewers": "all"}, targets=2)
    results = towns.results(design, lambda people, i, j: 1.0)
    peers = sum(row.condition["target.kind"] == "peer" for row in results)
    assert preservation_matrix(results).rows.sum() == peers < len(results)


@pytest.mark.parametrize(
    ("changes", "snapshot", "message"),
    [
        ({}, "s0099", "no rows about a known peer"),
        ({"factors": {"topology": "complete", "population": [4, 6]}, "targets": 2}, None, "populations of 4, 6 agents"),
        ({"forks": {"target.kind": "unknown"}, "targets": 1}, "s0000", "those that do: none"),
    ],
)
def test_what_cannot_be_pooled_is_said(changes: dict[str, Any], snapshot: str | None, message: str) -> None:
    results = towns.results(towns.experiment(**changes), lambda people, i, j: 0.5)
    with pytest.raises(BadExperiment, match=message):
        preservation_matrix(results, snapshot)


def test_the_noise_of_a_cell_is_its_sampling_variance() -> None:
    """Over all outcomes of R = 4 draws, the mean of P(1-P)/(R-1) is p(1-p)/R."""
    from scipy.stats import binom

    for p in (0.1, 0.5, 0.8):
        expected = sum(
            binom.pmf(k, 4, p) * count_pairs(["a", "b"], [("a", "b", x < k, x) for x in range(4)]).noise for k in range(5)
        )
        assert expected == pytest.approx(p * (1 - p) / 4)
    assert np.isnan(count_pairs(["a", "b"], [("a", "b", True, 0)]).noise)
