"""Protection as a game of coalitions: who carries it, who needs whom, and how few are enough.

The worth v(S) of a set of agents is Pr(the target still runs at the end | only S keep their own policy and all others are
replaced by compliant confederates), estimated from forks. These measures say what a group could do; they do not say that it
agreed to (`coalitions.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np

from .nulls import Floats, Ints

EXACT_UP_TO = 8
"""Players up to which every set is asked for: 256 of eight."""

ORDERS = 500
"""Orders of players drawn above that, half of them the reverse of the other half."""

Worth = Callable[[frozenset[str]], float]


class Shares(NamedTuple):
    """A share for each player, in units of worth; they add up to v(all) - v(none). `error` is the standard error from
    drawing orders (0 when exact) or forks (`shapley_of_forks`)."""

    players: tuple[str, ...]
    share: Floats
    error: Floats
    exact: bool

    def of(self, player: str) -> float:
        """One player's share. Raises ValueError for a name that is not there."""
        if player not in self.players:
            raise ValueError(f"there is no player {player!r} (there are: {', '.join(self.players)})")
        return float(self.share[self.players.index(player)])


def shapley(
    players: Sequence[str], worth: Worth, *, exact_up_to: int = EXACT_UP_TO, orders: int = ORDERS, seed: int = 0
) -> Shares:
    """The Shapley value (1953): what a player adds, averaged over all orders in which the players could join.

    Up to `exact_up_to` players from the worth of every set; above, from `orders` drawn orders in antithetic pairs, each
    order with its reverse (Castro, Gómez & Tejada 2009; Mitchell et al. 2022, JMLR 23:43). A set is asked for once.

    Raises ValueError for a player named twice or fewer than two orders.
    """
    players = _distinct(players)
    if len(players) <= exact_up_to:
        values = _all_worths(players, worth)
        return Shares(players, _exact(values, len(players)), np.zeros(len(players)), True)
    if orders < 4:
        raise ValueError(f"{orders} orders; at least four are needed for an error")
    rng, known = np.random.default_rng(seed), dict[frozenset[str], float]()

    def asked(members: frozenset[str]) -> float:
        if members not in known:
            known[members] = worth(members)
        return known[members]

    pairs = []
    for _ in range(orders // 2):
        order = rng.permutation(len(players))
        both = [_added(players, one, asked) for one in (order, order[::-1])]
        pairs.append((both[0] + both[1]) / 2)
    found = np.array(pairs)
    return Shares(players, found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(len(found)), False)


def shapley_of_forks(
    players: Sequence[str], forks: Mapping[frozenset[str], Sequence[bool]], *, draws: int = 500, seed: int = 0
) -> Shares:
    """Exact shares where the worth of a set is the share of its forks in which the target still ran. `error` is their
    bootstrap standard error: the forks of every set drawn again with replacement, which as they are 0 or 1 is one binomial
    draw. A set whose forks all agree contributes none, so few forks a set understate it.

    Raises ValueError where a set has no forks.
    """
    players = _distinct(players)
    counts = []
    for mask in range(2 ** len(players)):
        members = _members(players, mask)
        outcomes = forks.get(members, ())
        if not outcomes:
            raise ValueError(f"the set {sorted(members)} has no forks; every set needs some ({2 ** len(players)} sets)")
        counts.append((sum(map(bool, outcomes)), len(outcomes)))
    events, rows = (np.array(column, dtype=np.int64) for column in zip(*counts, strict=True))
    rng, n = np.random.default_rng(seed), len(players)
    again = np.array([_exact(rng.binomial(rows, events / rows) / rows, n) for _ in range(draws)])
    return Shares(players, _exact(events / rows, n), again.std(axis=0, ddof=1), True)


def interaction(players: Sequence[str], worth: Worth) -> Floats:
    """The Shapley interaction index of every pair (Grabisch & Roubens 1999, Int. J. Game Theory 28:547), n x n, 0 on the
    diagonal: above 0 the two need each other (synergy), below 0 one makes the other superfluous.

        I_ij = sum over S without i, j of |S|! (n - |S| - 2)! / (n - 1)! [v(S+i+j) - v(S+i) - v(S+j) + v(S)].
    """
    players = _distinct(players)
    values, n = _all_worths(players, worth), len(players)
    out = np.zeros((n, n))
    for i, j in combinations(range(n), 2):
        for mask in range(2**n):
            if not mask >> i & 1 and not mask >> j & 1:
                size = mask.bit_count()
                weight = factorial(size) * factorial(n - size - 2) / factorial(n - 1)
                out[i, j] += weight * (
                    values[mask | 1 << i | 1 << j] - values[mask | 1 << i] - values[mask | 1 << j] + values[mask]
                )
        out[j, i] = out[i, j]
    return out


def critical_size(players: Sequence[str], worth: Worth, *, level: float = 0.5) -> int | None:
    """The size of the smallest set whose worth is at least `level`; None where no set's is."""
    players = _distinct(players)
    values = _all_worths(players, worth)
    sizes = [mask.bit_count() for mask in range(len(values)) if values[mask] >= level]
    return min(sizes, default=None)


def superadditive_share(players: Sequence[str], worth: Worth) -> float | None:
    """The share of pairs of disjoint sets, neither empty, that are worth at least as much together as apart, in [0, 1];
    None for fewer than two players."""
    players = _distinct(players)
    values, everyone = _all_worths(players, worth), 2 ** len(players) - 1
    held = total = 0
    for one in range(1, everyone + 1):
        other = rest = everyone & ~one
        while other:
            if one < other:
                held += bool(values[one | other] >= values[one] + values[other] - 1e-12)
                total += 1
            other = (other - 1) & rest
    return held / total if total else None


class Core(NamedTuple):
    """`empty`: no division of v(all) leaves every set with what it could get alone. `least` is what would be needed for
    that, `division` one such division of `least`."""

    empty: bool
    least: float
    division: Floats


def core(players: Sequence[str], worth: Worth) -> Core:
    """Whether the core is empty (Gillies 1959): the linear programme min sum x with x(S) >= v(S) for every set S that is
    not empty or everybody, and the core is empty where its minimum is above v(all)."""
    from scipy.optimize import linprog

    players = _distinct(players)
    values, n = _all_worths(players, worth), len(players)
    inside = np.array([[mask >> i & 1 for i in range(n)] for mask in range(1, 2**n - 1)], dtype=float).reshape(-1, n)
    whole = float(values[-1])
    if n == 1:
        return Core(False, whole, np.array([whole]))
    solved = linprog(np.ones(n), A_ub=-inside, b_ub=-values[1:-1], bounds=(None, None))
    return Core(bool(solved.fun > whole + 1e-9), float(solved.fun), np.asarray(solved.x, dtype=float))


def _distinct(players: Sequence[str]) -> tuple[str, ...]:
    if len(set(players)) < len(players) or not players:
        raise ValueError(f"players {', '.join(players) or 'nobody'}: name each once, and at least one")
    return tuple(players)


def _members(players: tuple[str, ...], mask: int) -> frozenset[str]:
    return frozenset(player for i, player in enumerate(players) if mask >> i & 1)


def _all_worths(players: tuple[str, ...], worth: Worth) -> Floats:
    return np.array([worth(_members(players, mask)) for mask in range(2 ** len(players))])


def _exact(values: Floats, n: int) -> Floats:
    masks = np.arange(2**n)
    size = np.array([int(mask).bit_count() for mask in masks])
    weight = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) if s < n else 0.0 for s in range(n + 1)])
    out = np.zeros(n)
    for i in range(n):
        without = masks[(masks >> i & 1) == 0]
        out[i] = (weight[size[without]] * (values[without | 1 << i] - values[without])).sum()
    return out


def _added(players: tuple[str, ...], order: Ints, worth: Worth) -> Floats:
    out, joined, before = np.zeros(len(players)), frozenset[str](), worth(frozenset())
    for i in order:
        joined |= {players[i]}
        now = worth(joined)
        out[i], before = now - before, now
    return out
