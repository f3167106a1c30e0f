"""Rates of what a judge said, corrected for how often the judge is wrong.

Rogan-Gladen needs a gold set that tells the judge's sensitivity and specificity; prediction-powered inference needs rows
that humans labelled too. A judge whose errors differ between arms biases their contrast either way: correct per arm.
"""

from collections.abc import Hashable, Sequence
from math import sqrt

import numpy as np

from sim import Frozen

from .rates import Occurred, Weighting, spread, t_quantile, tally


class Corrected(Frozen):
    """A corrected rate and its interval, in [0, 1]; None where the data cannot tell. `said` is the rate as judged."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    said: float | None
    clusters: int
    rows: int
    labelled: int
    method: str


class GoldSet(Frozen):
    """How a judge did on items whose truth is known: of `positives`, `found` were called so; of `negatives`, `cleared`."""

    found: int
    positives: int
    cleared: int
    negatives: int

    @property
    def sensitivity(self) -> float:
        """Share of positives that the judge called positive."""
        return self.found / self.positives

    @property
    def specificity(self) -> float:
        """Share of negatives that the judge called negative."""
        return self.cleared / self.negatives


def corrected(said: float, sensitivity: float, specificity: float) -> float:
    """theta = (p + specificity - 1) / (sensitivity + specificity - 1), kept in [0, 1] (Rogan & Gladen 1978, Am. J.
    Epidemiol. 107:71). Raises ValueError for a judge no better than chance."""
    if sensitivity + specificity <= 1:
        raise ValueError(f"sensitivity {sensitivity:.2f} and specificity {specificity:.2f}: no better than chance")
    return min(1.0, max(0.0, (said + specificity - 1) / (sensitivity + specificity - 1)))


def rogan_gladen(judged: Sequence[Occurred], clusters: Sequence[Hashable], gold: GoldSet, level: float = 0.95) -> Corrected:
    """The rate of what was judged, corrected by a gold set, its uncertainty included.

    Interval after Lang & Reiczigel (2014, Prev. Vet. Med. 113:13), which Lee et al. (arXiv 2511.21140) give for LLM judges:
    with q the quantile, n' = n + q^2, p' = (n p + q^2 / 2) / n', one success and one failure added to each part of the gold
    set, and theta' from these,

        shift = 2 q^2 (theta' Se'(1 - Se') / m1' - (1 - theta') Sp'(1 - Sp') / m0')
        half  = q sqrt(p'(1 - p') / n' + theta'^2 Se'(1 - Se') / m1' + (1 - theta')^2 Sp'(1 - Sp') / m0') / (Se' + Sp' - 1)

    and the interval theta' + shift -+ half. Here n is the effective sample size of `clustered_rate` and q Student's quantile
    over snapshots, so rows of one snapshot are not taken for independent. Raises ValueError for an empty part of the gold
    set, or a judge no better than chance.
    """
    if min(gold.positives, gold.negatives) < 1:
        raise ValueError("a gold set needs items of both kinds, or sensitivity and specificity are not known")
    counts = tally(judged, clusters)
    rows, number, labelled = int(counts.rows.sum()), len(counts.snapshots), gold.positives + gold.negatives
    said = float(counts.events.sum()) / rows if rows else None
    estimate = None if said is None else corrected(said, gold.sensitivity, gold.specificity)
    low = high = None
    if said is not None and number >= 2:
        q = t_quantile(level, number - 1)
        n = spread(counts, Weighting.ROWS).effective_n
        p, wide = (n * said + q**2 / 2) / (n + q**2), n + q**2
        m1, m0 = gold.positives + 2, gold.negatives + 2
        se, sp = (gold.found + 1) / m1, (gold.cleared + 1) / m0
        youden = se + sp - 1
        if youden <= 0:
            raise ValueError("the gold set cannot tell this judge from chance; label more items")
        theta = min(1.0, max(0.0, (p + sp - 1) / youden))
        of_se, of_sp = se * (1 - se) / m1, sp * (1 - sp) / m0
        centre = theta + 2 * q**2 * (theta * of_se - (1 - theta) * of_sp)
        half = q * sqrt(p * (1 - p) / wide + theta**2 * of_se + (1 - theta) ** 2 * of_sp) / youden
        low, high = max(0.0, min(1.0, centre - half)), min(1.0, max(0.0, centre + half))
    return Corrected(
        estimate=estimate,
        low=low,
        high=high,
        level=level,
        said=said,
        clusters=number,
        rows=rows,
        labelled=labelled,
        method="Rogan-Gladen, interval of Lang & Reiczigel",
    )


def prediction_powered(
    judged: Sequence[int],
    truth: Sequence[Occurred],
    clusters: Sequence[Hashable],
    level: float = 0.95,
) -> Corrected:
    """The true rate from all judged rows and the few that humans labelled (`truth`: None where they did not).

        theta = lambda mean(judged, all rows) + mean(truth - lambda judged, labelled rows)

    (Angelopoulos et al. 2023, Science 382:669; lambda after Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453, kept in
    [0, 1]: 0 uses the labels alone). Its variance is over snapshots: each contributes its share of both means (as in a
    ratio estimate, Cochran 1977, 6), so labels that fall into one snapshot do not count as independent; Student's quantile
    over snapshots with labels. Labelled rows must be drawn at random. Raises ValueError for lists of unequal length or no
    label; gives no interval with fewer than two labelled snapshots.
    """
    if not len(judged) == len(truth) == len(clusters):
        raise ValueError(f"{len(judged)} judged, {len(truth)} truths, {len(clusters)} clusters; give one of each a row")
    known = np.array([value is not None for value in truth])
    if not known.any():
        raise ValueError("no row has a human label; label some, drawn at random")
    f, y = np.asarray(judged, dtype=float), np.array([float(value or 0) for value in truth])
    names = {snapshot: index for index, snapshot in enumerate(dict.fromkeys(clusters))}
    place = np.array([names[cluster] for cluster in clusters])
    rows, labelled, number = len(f), int(known.sum()), len(names)
    covariance = float(np.cov(y[known], f[known])[0, 1]) if labelled > 1 else 0.0
    variance = float(f.var())
    weight = min(1.0, max(0.0, covariance / ((1 + labelled / rows) * variance))) if variance > 0 else 0.0
    rectifier = float((y[known] - weight * f[known]).mean())
    estimate = weight * float(f.mean()) + rectifier
    influence = weight * (f - f.mean()) / rows + np.where(known, y - weight * f - rectifier, 0.0) / labelled
    sums = np.bincount(place, weights=influence, minlength=number)
    seen = len(set(place[known].tolist()))
    low = high = None
    if seen >= 2:
        half = t_quantile(level, seen - 1) * sqrt(number / (number - 1) * float((sums**2).sum()))
        low, high = max(0.0, estimate - half), min(1.0, estimate + half)
    return Corrected(
        estimate=min(1.0, max(0.0, estimate)),
        low=low,
        high=high,
        level=level,
        said=float(f.mean()),
        clusters=number,
        rows=rows,
        labelled=labelled,
        method=f"prediction-powered, weight {weight:.2f}",
    )
