"""The frustration index: how many ties must change sign before two factions are left, and who is in which.

F = min over s in {-1, 1}^n of sum over ties of (1 - A_ij s_i s_j) / 2 (Abelson & Rosenberg 1958; Harary 1959).
"""

import numpy as np

from sim import Frozen

from .nulls import Ints
from .signed import _check

EXACT_UP_TO = 100
"""Agents up to which the index is solved exactly unless the caller says otherwise."""


class Frustration(Frozen):
    """`ties` against the best two factions found. `exact` says that fewer is impossible; otherwise it is an upper bound and
    `at_least` a lower one. `faction` is 1 or -1 per agent; the first agent is in 1."""

    ties: int
    at_least: int
    exact: bool
    of: int
    faction: tuple[int, ...]

    @property
    def normalised(self) -> float | None:
        """1 - 2 F / m, in [0, 1]: 1 is perfect balance (Aref & Wilson 2018, J. Complex Netw. 6:163); None without ties."""
        return 1 - 2 * self.ties / self.of if self.of else None

    def __str__(self) -> str:
        word = "" if self.exact else f"at most, and at least {self.at_least}, "
        return f"{word}{self.ties} of {self.of} ties against two factions"


def frustration(signs: Ints, *, exact_up_to: int = EXACT_UP_TO, time_limit_s: float = 60.0, seed: int = 0) -> Frustration:
    """The index of a symmetric sign matrix.

    Up to `exact_up_to` agents by an integer programme (`scipy.optimize.milp`; Aref, Mason & Wilson 2018): one 0-1
    variable a node, one cost a tie, and for every unbalanced triangle that its costs sum to one at least. Above, or when
    `time_limit_s` of real time is over, `upper_bound`, and then `exact` is False.

    Raises ValueError for a matrix that is not symmetric or has ties from an agent to itself.
    """
    _check(signs)
    found = upper_bound(signs, seed=seed)
    if found.exact or len(signs) > exact_up_to:
        return found
    return _programme(signs, found, time_limit_s)


def upper_bound(signs: Ints, *, starts: int = 20, kicks: int = 300, seed: int = 0) -> Frustration:
    """The best of a spectral start (signs of the leading eigenvector) and of random ones, each improved by moving one agent
    at a time until no move helps, and of `kicks` of the best: a twentieth of the agents moved, and improved again.

    The lower bound counts unbalanced triangles without a tie in common.
    """
    _check(signs)
    n, rng = len(signs), np.random.default_rng(seed)
    of, least = int(np.abs(signs).sum()) // 2, _disjoint_triangles(signs)
    leading = np.where(np.linalg.eigh(signs.astype(float))[1][:, -1] >= 0, 1, -1) if n else np.ones(0)
    best_side = _descended(signs, leading.astype(np.int64))
    best = _against(signs, best_side)
    for number in range(starts - 1 + kicks):
        if best == least:
            break
        if number < starts - 1:
            side = rng.choice([-1, 1], size=n).astype(np.int64)
        else:
            side = best_side.copy()
            moved = rng.choice(n, size=max(1, n // 20), replace=False)
            side[moved] = -side[moved]
        side = _descended(signs, side)
        if (against := _against(signs, side)) <= best:
            best, best_side = against, side
    return Frustration(ties=best, at_least=least, exact=best == least, of=of, faction=_first_is_one(best_side))


def _descended(signs: Ints, side: Ints) -> Ints:
    gain = side * (signs @ side)
    while gain.min(initial=0) < 0:
        worst = int(gain.argmin())
        side[worst] = -side[worst]
        gain += 2 * side * signs[worst] * side[worst]
        gain[worst] = -gain[worst]
    return side


def _against(signs: Ints, side: Ints) -> int:
    return int((np.abs(signs) - signs * np.outer(side, side)).sum()) // 4


def _first_is_one(side: Ints) -> tuple[int, ...]:
    return tuple(int(s) for s in (side * side[0] if len(side) else side))


def _unbalanced(signs: Ints) -> list[tuple[int, int, int]]:
    found = []
    for i, j in np.argwhere(np.triu(signs, 1)):
        both = np.flatnonzero(signs[i, j + 1 :] * signs[j, j + 1 :] * signs[i, j] < 0) + j + 1
        found += [(int(i), int(j), int(k)) for k in both]
    return found


def _disjoint_triangles(signs: Ints) -> int:
    used: set[tuple[int, int]] = set()
    count = 0
    for i, j, k in _unbalanced(signs):
        sides = {(i, j), (i, k), (j, k)}
        if not sides & used:
            used |= sides
            count += 1
    return count


def _programme(signs: Ints, known: Frustration, time_limit_s: float) -> Frustration:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    n = len(signs)
    ends = np.argwhere(np.triu(signs, 1))
    edge = {(int(i), int(j)): n + index for index, (i, j) in enumerate(ends)}
    rows: list[tuple[list[int], list[int], int]] = []  # columns, coefficients, least value of their sum
    for (i, j), cost in edge.items():
        if signs[i, j] > 0:  # costs when the two are apart
            rows += [([cost, i, j], [1, -1, 1], 0), ([cost, i, j], [1, 1, -1], 0)]
        else:  # costs when they are together
            rows += [([cost, i, j], [1, -1, -1], -1), ([cost, i, j], [1, 1, 1], 1)]
    rows += [([edge[i, j], edge[i, k], edge[j, k]], [1, 1, 1], 1) for i, j, k in _unbalanced(signs)]
    index = np.array([(row, column) for row, (columns, _, _) in enumerate(rows) for column in columns])
    values = [value for _, coefficients, _ in rows for value in coefficients]
    table = csr_matrix((values, (index[:, 0], index[:, 1])), shape=(len(rows), n + len(edge)))
    busiest = int(np.abs(signs).sum(axis=1).argmax())
    upper = np.ones(n + len(edge))
    upper[busiest] = 0  # swapping the factions changes nothing
    solved = milp(
        np.concatenate([np.zeros(n), np.ones(len(edge))]),
        integrality=np.concatenate([np.ones(n), np.zeros(len(edge))]),
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(table, lb=[least for _, _, least in rows]),
        options={"time_limit": time_limit_s},
    )
    bound = solved.mip_dual_bound if solved.mip_dual_bound is not None else known.at_least
    least = max(known.at_least, int(np.ceil(bound - 1e-6)))
    if solved.x is None:
        return known.model_copy(update={"at_least": least, "exact": least == known.ties})
    side = np.where(np.round(solved.x[:n]) > 0.5, 1, -1)
    ties, faction = min((_against(signs, side), _first_is_one(side)), (known.ties, known.faction), key=lambda one: one[0])
    return Frustration(ties=ties, at_least=least, exact=least == ties, of=known.of, faction=faction)
