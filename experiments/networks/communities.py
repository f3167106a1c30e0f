"""Communities of a signed graph: groups with friends inside and enemies outside.

networkx and most libraries mistake negative weights for little ones (on one tie + and two - networkx parts the friends), so
modularity and search are here, in numpy.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim import Frozen

from ..stats import NullModel
from .nulls import Floats, Ints, swapped_edges, upper_tail

EXHAUSTIVE_UP_TO = 10
"""Agents up to which every partition is looked at: 115,975 of ten."""

SEEDS = 100
GAIN = 1e-12
"""What a move must gain; less is rounding."""


class Communities(NamedTuple):
    """The best partition found. `label[i]` numbers agent i's community, in order of first member.

    `exhaustive`: no partition is better. Otherwise `together[i, j]` is the share of seeds whose own best partition has i
    and j together, and `agreement` the mean adjusted Rand index between the best partition and each seed's, 1 where all
    agree. None without any weight.
    """

    label: Ints
    modularity: float | None
    exhaustive: bool
    together: Floats
    agreement: float

    def groups(self, minimum: int = 1) -> list[tuple[int, ...]]:
        """Members of each community with at least `minimum` of them."""
        found = [tuple(np.flatnonzero(self.label == k).tolist()) for k in range(int(self.label.max(initial=-1)) + 1)]
        return [group for group in found if len(group) >= minimum]


def modularity_matrix(weights: Floats) -> tuple[Floats, float]:
    """B and its scale, with Q = sum over pairs in one community of B_ij / scale (Gómez, Jensen & Arenas 2009, Phys. Rev. E
    80:016114):

        Q = 1 / (2w+ + 2w-) sum_ij [W_ij - (k+_i k+_j / 2w+ - k-_i k-_j / 2w-)] delta(c_i, c_j),

    k+ and k- the strengths of positive and (absolute) negative ties, 2w their sums. A directed matrix is symmetrised; the
    diagonal is not looked at. A sign that does not occur has no term.
    """
    w = (weights + weights.T) / 2
    w = w - np.diag(np.diagonal(w))
    expected = np.zeros_like(w)
    for sign in (1, -1):
        strength = np.maximum(sign * w, 0).sum(axis=1)
        if strength.sum() > 0:
            expected += sign * np.outer(strength, strength) / strength.sum()
    return w - expected, float(np.abs(w).sum())


def signed_modularity(weights: Floats, label: Sequence[int] | Ints) -> float | None:
    """Q of a partition, in [-1, 1]; None without any weight. Raises ValueError for labels that are not one per agent."""
    labels = np.asarray(label)
    if labels.shape != (len(weights),):
        raise ValueError(f"{labels.size} labels for {len(weights)} agents; give each one")
    b, scale = modularity_matrix(weights)
    return float((b * (labels[:, None] == labels[None, :])).sum()) / scale if scale > 0 else None


def signed_communities(weights: Floats, *, seeds: int = SEEDS, seed: int = 0) -> Communities:
    """The partition of largest signed modularity: among all up to `EXHAUSTIVE_UP_TO` agents, else the best of `seeds`
    searches. A search starts from the signs of B's leading eigenvector (the first) or at random, moves one agent at a time
    to the community, or to one of its own, that gains most, merges two communities where that gains, and ends where
    nothing does (Blondel et al. 2008, with moves of every agent tried after each merger)."""
    n = len(weights)
    b, scale = modularity_matrix(weights)
    if scale == 0:
        return Communities(np.arange(n), None, True, np.eye(n), 1.0)
    if n <= EXHAUSTIVE_UP_TO:
        label = _best_of_all(b)
        return Communities(label, signed_modularity(weights, label), True, _together(label), 1.0)
    rng = np.random.default_rng(seed)
    found = [_search(b, start, rng) for start in _starts(b, seeds, rng)]
    values = [float((b * _together(label)).sum()) for label in found]
    best = found[int(np.argmax(np.round(values, 9)))]
    return Communities(
        label=best,
        modularity=signed_modularity(weights, best),
        exhaustive=False,
        together=np.array([_together(label) for label in found]).mean(axis=0),
        agreement=float(np.mean([adjusted_rand(best, label) for label in found])),
    )


class ModularityTest(Frozen):
    """The largest signed modularity of a graph against that of graphs with the same signed degrees; None without ties."""

    modularity: float | None
    expected: float | None
    p_value: float | None
    null_model: NullModel


def modularity_test(signs: Ints, *, seeds: int = 5, seed: int = 0, draws: int = 199) -> ModularityTest:
    """Whether a symmetric sign matrix falls into communities more than its degrees make it (N5, upper tail). Both sides get
    the same search of `seeds` starts. Raises ValueError as `nulls.swapped_edges` does."""
    rng = np.random.default_rng(seed)
    observed = signed_communities(signs.astype(float), seeds=seeds, seed=seed).modularity
    if observed is None:
        return ModularityTest(modularity=None, expected=None, p_value=None, null_model=NullModel.N5)
    drawn = []
    for _ in range(draws):
        again = signed_communities(swapped_edges(signs, rng).astype(float), seeds=seeds, seed=seed).modularity
        drawn.append(0.0 if again is None else again)
    values = np.array(drawn)
    return ModularityTest(
        modularity=observed,
        expected=float(values.mean()),
        p_value=upper_tail(observed, values),
        null_model=NullModel.N5,
    )


def adjusted_rand(a: Sequence[int] | Ints, b: Sequence[int] | Ints) -> float:
    """Agreement of two partitions, 1 for the same and 0 as expected by chance (Hubert & Arabie 1985, J. Classif. 2:193)."""
    x, y = np.unique(np.asarray(a), return_inverse=True)[1], np.unique(np.asarray(b), return_inverse=True)[1]
    table = np.zeros((x.max() + 1, y.max() + 1))
    np.add.at(table, (x, y), 1)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns, total = pairs(table.sum(axis=1)), pairs(table.sum(axis=0)), len(x) * (len(x) - 1) / 2
    expected = rows * columns / total if total else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == expected else (pairs(table) - expected) / (most - expected)


def _together(label: Ints) -> Floats:
    same: Floats = (label[:, None] == label[None, :]).astype(float)
    return same


def _numbered(label: Ints) -> Ints:
    order: dict[int, int] = {}
    return np.array([order.setdefault(int(one), len(order)) for one in label], dtype=np.int64)


def _best_of_all(b: Floats) -> Ints:
    """All partitions as restricted growth strings, grown an agent at a time together with their Q."""
    labels, used, value = np.zeros((1, 1), dtype=np.int8), np.ones(1, dtype=np.int8), np.zeros(1)
    for agent in range(1, len(b)):
        parent = np.repeat(np.arange(len(labels)), used + 1)
        starts = np.cumsum(np.concatenate([[0], used[:-1] + 1]))
        new = (np.arange(len(parent)) - np.repeat(starts, used + 1)).astype(np.int8)
        value = value[parent] + 2 * ((labels[parent] == new[:, None]) @ b[:agent, agent])
        used = np.maximum(used[parent], new + 1).astype(np.int8)
        labels = np.concatenate([labels[parent], new[:, None]], axis=1)
    best: Ints = labels[int(np.argmax(np.round(value, 9)))].astype(np.int64)
    return best


def _starts(b: Floats, seeds: int, rng: np.random.Generator) -> list[Ints]:
    n = len(b)
    leading = (np.linalg.eigh(b)[1][:, -1] >= 0).astype(np.int64)
    return [leading] + [rng.integers(rng.integers(1, n + 1), size=n) for _ in range(seeds - 1)]


def _search(b: Floats, start: Ints, rng: np.random.Generator) -> Ints:
    label = _numbered(start)
    n = len(b)
    links = b - np.diag(np.diagonal(b))
    while True:
        gain, size = np.zeros((n, n + 1)), np.bincount(label, minlength=n + 1)
        np.add.at(gain.T, label, links)  # gain[i, c]: what i has in community c
        moved = True
        while moved:
            moved = False
            for agent in rng.permutation(n):
                own, free = label[agent], int(size.argmin())  # one more place than agents: some community is empty
                allowed = size > 0
                allowed[free] = True
                target = int(np.where(allowed, gain[agent], -np.inf).argmax())
                if gain[agent, target] > gain[agent, own] + GAIN:
                    gain[:, own] -= links[:, agent]
                    gain[:, target] += links[:, agent]
                    size[own] -= 1
                    size[target] += 1
                    label[agent], moved = target, True
        label = _numbered(label)
        member = np.zeros((int(label.max()) + 1, n))
        member[label, np.arange(n)] = 1
        between = member @ b @ member.T
        np.fill_diagonal(between, -np.inf)
        if between.size == 1 or between.max() <= GAIN:
            return label
        one, other = np.unravel_index(int(between.argmax()), between.shape)
        label = _numbered(np.where(label == other, one, label))
