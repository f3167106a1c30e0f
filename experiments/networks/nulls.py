"""The permutations behind every test of this package, one for each `NullModel`, and the p-value they give.

Each function draws one rearrangement from a generator that the caller seeded; none of them computes a statistic. What a
null model keeps decides what its test can say: see `docs/measures.md`. A paired sign-flip is in `experiments.stats`.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sim import AgentId

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)

DRAWS = 1_999
"""Permutations drawn where the caller does not say: the smallest p-value is 2 in 2,000."""


def two_sided(observed: float, drawn: Floats) -> float:
    """Twice the smaller tail, (k + 1) / (draws + 1) each (Phipson & Smyth 2010), at most 1; rounded sums tie."""
    low = np.count_nonzero(np.round(drawn, 9) <= round(observed, 9)) + 1
    high = np.count_nonzero(np.round(drawn, 9) >= round(observed, 9)) + 1
    return float(min(1.0, 2 * min(low, high) / (len(drawn) + 1)))


def upper_tail(observed: float, drawn: Floats) -> float:
    """The share of draws as large as what was observed, itself among them (Phipson & Smyth 2010)."""
    return float((np.count_nonzero(np.round(drawn, 9) >= round(observed, 9)) + 1) / (len(drawn) + 1))


def shuffled_within(values: npt.NDArray[T], strata: Sequence[Hashable] | None, rng: np.random.Generator) -> npt.NDArray[T]:
    """`values` in another order, each kept in its stratum: N1 over snapshots within block, N7 over agents within class."""
    if strata is None:
        return rng.permutation(values)
    if len(strata) != len(values):
        raise ValueError(f"{len(values)} values but {len(strata)} strata; name the stratum of each")
    out = values.copy()
    for places in strata_of(strata):
        out[places] = rng.permutation(values[places])
    return out


def strata_of(strata: Sequence[Hashable]) -> list[Ints]:
    """The positions of each stratum, in order of first appearance."""
    places: dict[Hashable, list[int]] = {}
    for position, stratum in enumerate(strata):
        places.setdefault(stratum, []).append(position)
    return [np.array(found, dtype=np.int64) for found in places.values()]


def shuffled_replicates(acts: npt.NDArray[T], strata: Sequence[Hashable] | None, rng: np.random.Generator) -> npt.NDArray[T]:
    """N2: the rows (replicates) of every column (agent) in an order of its own, within strata where there are any."""
    if strata is None:
        return rng.permuted(acts, axis=0)
    out = acts.copy()
    for rows in strata_of(strata):
        out[rows] = rng.permuted(acts[rows], axis=0)
    return out


def relabelled_targets(
    targets: Sequence[AgentId], eligible: Sequence[AgentId], rng: np.random.Generator
) -> Mapping[AgentId, AgentId]:
    """N3: another target for every target of a snapshot, drawn without replacement from those who could have been one."""
    own = list(dict.fromkeys(targets))
    pool = list(dict.fromkeys([*eligible, *own]))
    chosen = rng.choice(len(pool), size=len(own), replace=False)
    return {target: pool[index] for target, index in zip(own, chosen, strict=True)}


def shuffled_signs(signs: npt.NDArray[T], rng: np.random.Generator) -> npt.NDArray[T]:
    """N4: the values of a symmetric matrix dealt anew over the pairs that have one (those not 0); ties stay."""
    out = np.zeros_like(signs)
    rows, columns = np.nonzero(np.triu(signs, 1))
    out[rows, columns] = rng.permutation(signs[rows, columns])
    return out + out.T


def swapped_edges(
    signs: Ints, rng: np.random.Generator, *, swaps_per_edge: int = 20, directed: bool = False
) -> npt.NDArray[np.int64]:
    """N5: a graph with every agent's positive and negative degree (in and out, if directed) as it was.

    Where a→b and c→d have one sign and a→d and c→b have another or no tie, the two pairs change places: with no tie it is
    the usual swap (Maslov & Sneppen 2002, Science 296:910), with the other sign it moves signs over a fixed graph, so that
    dense graphs are not stuck. `signs` holds -1, 0, 1; an undirected one is symmetric. `swaps_per_edge` is how many are
    tried per tie. Raises ValueError for an undirected matrix that is not symmetric, or ties from an agent to itself.
    """
    if np.diagonal(signs).any():
        raise ValueError("an agent has a tie to itself; leave the diagonal 0")
    if not directed and (signs != signs.T).any():
        raise ValueError("the matrix is not symmetric; say directed=True, or make it so")
    out = signs.astype(np.int64)
    ends = np.argwhere(out if directed else np.triu(out))
    if len(ends) < 2:
        return out
    for first, second in rng.integers(len(ends), size=(swaps_per_edge * len(ends), 2)):
        (a, b), (c, d) = ends[first], ends[second]
        if not directed and rng.random() < 0.5:
            c, d = d, c
        sign, other = out[a, b], out[a, d]
        if len({a, b, c, d}) < 4 or out[c, d] != sign or out[c, b] != other or other == sign:
            continue
        out[a, b] = out[c, d] = other
        out[a, d] = out[c, b] = sign
        if not directed:
            out[b, a] = out[d, c] = other
            out[d, a] = out[b, c] = sign
        if not other:
            ends[first], ends[second] = (a, d), (c, b)
    return out


def shifted_series(series: npt.NDArray[T], rng: np.random.Generator) -> npt.NDArray[T]:
    """N6: every row (a series of steps) begun elsewhere and wrapped round; shape (…, steps)."""
    steps = series.shape[-1]
    flat = series.reshape(-1, steps)
    starts = rng.integers(steps, size=len(flat))
    index = (np.arange(steps)[None, :] + starts[:, None]) % steps
    return np.take_along_axis(flat, index, axis=1).reshape(series.shape)


def relabelled_agents(matrix: npt.NDArray[T], rng: np.random.Generator) -> npt.NDArray[T]:
    """N8: rows and columns in one new order (quadratic assignment, Hubert & Schultz 1976)."""
    order = rng.permutation(len(matrix))
    return matrix[np.ix_(order, order)]
