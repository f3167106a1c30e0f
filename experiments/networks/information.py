"""How much acts tell about each other, in bits: across replicates, and from one step to the next.

Plug-in estimates over counts, with Miller and Madow's correction of entropies where asked for. What is found is statistical;
who moved whom needs muting (`coalitions.py`) or randomised seeds (`contagion.py`).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim import Frozen

from ..stats import NullModel
from .nulls import DRAWS, Floats, Ints, shifted_series, shuffled_replicates, upper_tail


def joint_codes(columns: npt.NDArray[np.int64]) -> Ints:
    """One whole number per row of an (R, n) array, the same for the same row."""
    return np.unique(columns, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def entropy(columns: Ints, *, corrected: bool = True) -> float:
    """Entropy of the rows of an (R, n) or (R,) array of symbols, in bits. `corrected` adds (K - 1) / (2 R ln 2) for K
    symbols seen (Miller 1955). Raises ValueError for no rows."""
    if not len(columns):
        raise ValueError("no rows, so no entropy; give at least one replicate")
    codes = columns if columns.ndim == 1 else joint_codes(columns)
    counts = np.unique(codes, return_counts=True)[1].astype(float)
    share = counts / counts.sum()
    plain = float(-(share * np.log2(share)).sum())
    return plain + (len(counts) - 1) / (2 * counts.sum() * np.log(2)) if corrected else plain


def mutual_information(a: Ints, b: Ints, *, corrected: bool = True) -> float:
    """I(A; B) = H(A) + H(B) - H(A, B), in bits (Shannon 1948)."""
    both = np.column_stack([a, b])
    return entropy(a, corrected=corrected) + entropy(b, corrected=corrected) - entropy(both, corrected=corrected)


def total_correlation(acts: Ints, *, corrected: bool = True) -> float:
    """sum H(X_i) - H(X_1 … X_n), in bits: 0 for independent agents (Watanabe 1960). `acts` is R x n."""
    alone = [entropy(column, corrected=corrected) for column in acts.T]
    return float(np.sum(alone)) - entropy(acts, corrected=corrected)


def dual_total_correlation(acts: Ints, *, corrected: bool = True) -> float:
    """H(X) - sum H(X_i | the others), in bits (Han 1978)."""
    whole = entropy(acts, corrected=corrected)
    n = len(acts.T)
    if n < 2:
        return 0.0
    rest = [entropy(np.delete(acts, i, axis=1), corrected=corrected) for i in range(n)]
    return float(np.sum(rest)) - (n - 1) * whole


def o_information(acts: Ints, *, corrected: bool = True) -> float:
    """Total minus dual total correlation, in bits (Rosas et al. 2019, Phys. Rev. E 100:032305).

    Above 0 agents carry the same information (redundancy), below 0 it is in the whole and not in pairs (synergy)."""
    return total_correlation(acts, corrected=corrected) - dual_total_correlation(acts, corrected=corrected)


class Shared(Frozen):
    """An amount of information in bits, what the null model gives on average, and p (upper tail)."""

    bits: float
    expected: float
    p_value: float
    null_model: NullModel


def shared_information(acts: Ints, *, seed: int = 0, draws: int = DRAWS) -> Shared:
    """Total correlation of acts across replicates (R x n), tested by N2. For two columns it is mutual information."""
    rng = np.random.default_rng(seed)
    observed = total_correlation(acts)
    drawn = np.array([total_correlation(shuffled_replicates(acts, None, rng)) for _ in range(draws)])
    return Shared(bits=observed, expected=float(drawn.mean()), p_value=upper_tail(observed, drawn), null_model=NullModel.N2)


# -- from one step to the next ------------------------------------------------------------------------------------------


class Transfer(Frozen):
    """Transfer entropy in bits a step from `transitions` steps. Fewer than 200 transitions say little: `thin` tells."""

    bits: float
    expected: float
    p_value: float
    null_model: NullModel
    transitions: int

    @property
    def thin(self) -> bool:
        """Whether there are fewer transitions than an estimate over eight cells needs."""
        return self.transitions < 200


def transfer_bits(source: Ints, target: Ints, given: Sequence[Ints] = (), *, corrected: bool = True) -> float:
    """I(target now; source before | target before, others before), in bits, lag 1 (Schreiber 2000, Phys. Rev. Lett. 85:461).

    Series are (forks, steps) of symbols; steps of all forks are pooled, and no transition leads from one fork to another.
    """
    now = target[:, 1:].reshape(-1)
    past = np.column_stack([target[:, :-1].reshape(-1), *(one[:, :-1].reshape(-1) for one in given)])
    before = source[:, :-1].reshape(-1)

    def h(*columns: Ints) -> float:
        return entropy(np.column_stack(columns), corrected=corrected)

    return h(now, past) + h(before, past) - h(past) - h(now, before, past)


def transfer_entropy(
    source: Ints, target: Ints, given: Sequence[Ints] = (), *, seed: int = 0, draws: int = DRAWS
) -> Transfer:
    """Transfer entropy with surrogates N6: the source's series begun elsewhere in each fork, its own autocorrelation kept.

    Condition (`given`) on the operator's series and on that of whoever talks most, or a common cause looks like influence.
    Acts that happen once and stay (0 … 0 1 … 1) are no such series: use their onsets, or `contagion.py`.

    Raises ValueError for series of unequal shape or with fewer than two steps.
    """
    shapes = {series.shape for series in (source, target, *given)}
    if len(shapes) != 1 or source.ndim != 2 or source.shape[1] < 2:
        raise ValueError(f"series of shapes {sorted(shapes)}; give (forks, steps) alike, with two steps or more")
    rng = np.random.default_rng(seed)
    observed = transfer_bits(source, target, given)
    drawn: Floats = np.array([transfer_bits(shifted_series(source, rng), target, given) for _ in range(draws)])
    return Transfer(
        bits=observed,
        expected=float(drawn.mean()),
        p_value=upper_tail(observed, drawn),
        null_model=NullModel.N6,
        transitions=int(target[:, 1:].size),
    )


class Synchrony(Frozen):
    """Share of pairs of actors in one fork whose first acts fall within a step of each other; None without two actors."""

    share: float | None
    expected: float | None
    p_value: float | None
    null_model: NullModel
    pairs: int


def synchrony(first: Sequence[Sequence[int | None]], steps: int, *, seed: int = 0, draws: int = DRAWS) -> Synchrony:
    """Synchrony of first acts: `first` holds, per fork, each agent's step of its first act (from 0) or None. N6: every
    agent's series begun elsewhere, so that its first act falls on any of `steps`. Upper tail."""
    forks = [np.array([step for step in fork if step is not None], dtype=np.int64) for fork in first]
    forks = [fork for fork in forks if len(fork) > 1]
    pairs = sum(len(fork) * (len(fork) - 1) // 2 for fork in forks)
    if not pairs:
        return Synchrony(share=None, expected=None, p_value=None, null_model=NullModel.N6, pairs=0)

    def close(times: Sequence[Ints]) -> float:
        near = [int((np.abs(t[:, None] - t[None, :]) <= 1).sum() - len(t)) // 2 for t in times]
        return sum(near) / pairs

    rng = np.random.default_rng(seed)
    observed = close(forks)
    drawn = np.array([close([(fork + rng.integers(steps, size=len(fork))) % steps for fork in forks]) for _ in range(draws)])
    return Synchrony(
        share=observed,
        expected=float(drawn.mean()),
        p_value=upper_tail(observed, drawn),
        null_model=NullModel.N6,
        pairs=pairs,
    )
