"""Rates from many judged rows and a few that people labelled, which were drawn with known probabilities.

`experiments.stats` has the estimators for labels drawn at random. Here labels are drawn by strata (arm x what the judge
said), because a plain draw of a rare behaviour is a sample of its absence.
"""

from collections.abc import Hashable, Sequence
from math import sqrt

import numpy as np

from ...stats import Corrected, GoldSet, Occurred, prediction_powered
from ...stats.rates import t_quantile


def powered(
    judged: Sequence[Occurred],
    truth: Sequence[bool | None],
    probability: Sequence[float],
    clusters: Sequence[Hashable],
    level: float = 0.95,
) -> Corrected:
    """The true rate from all judged rows and those with a label (`truth` not None), drawn with `probability`.

    Rows that the judge left without an answer (`judged` None) are a value of their own; where none of them has a label they
    are left out. Equal probabilities with all rows judged are `stats.prediction_powered`. Others are post-stratified by
    what the judge said: with m_h the mean of truth among labelled rows of judged value h, weighted by 1 / probability,

        theta = mean(m_{f_i}) + mean(d_i (y_i - m_{f_i}) / pi_i)

    (the augmented estimate of Robins, Rotnitzky & Zhao 1994, JASA 89:846, its second term 0 by the choice of m_h; the
    stratified prediction-powered one of Fisch et al. 2024, arXiv 2406.04291). Its variance sums the same terms by snapshot;
    Student's quantile over snapshots with labels. Without a label in a judged value that has rows nothing is known of it:
    no estimate. Raises ValueError for lists of unequal length or a probability outside (0, 1].
    """
    if not len(judged) == len(truth) == len(probability) == len(clusters):
        raise ValueError(
            f"{len(judged)} judged, {len(truth)} truths, {len(probability)} probabilities, {len(clusters)} names"
        )
    if not any(t is not None for j, t in zip(judged, truth, strict=True) if j is None):
        kept = [index for index, value in enumerate(judged) if value is not None]
        judged, truth = [judged[i] for i in kept], [truth[i] for i in kept]
        probability, clusters = [probability[i] for i in kept], [clusters[i] for i in kept]
    known = np.array([value is not None for value in truth], dtype=bool)
    pi = np.asarray(probability, dtype=float)
    if ((pi[known] <= 0) | (pi[known] > 1)).any():
        raise ValueError("a label was drawn with a probability that is not above 0 and at most 1")
    told = [int(value) for value in judged if value is not None]
    if known.any() and np.ptp(pi[known]) < 1e-12 and len(told) == len(judged):
        return prediction_powered(told, truth, clusters, level)
    f = np.array([-1.0 if value is None else float(value) for value in judged])
    y = np.array([float(value or 0) for value in truth])
    weight = np.where(known, 1 / np.where(known, pi, 1.0), 0.0)
    rows, labelled = len(f), int(known.sum())
    said = float(np.mean(told)) if told else None
    number = len(dict.fromkeys(clusters))
    method = "prediction-powered, labels weighted by 1 / probability"
    means = np.zeros(rows)
    for value in set(f.tolist()):
        there = f == value
        if not weight[there].sum():
            return Corrected(
                estimate=None, low=None, high=None, level=level, said=said, clusters=number, rows=rows, labelled=labelled,
                method=f"{method}; no label where the judge said {'yes' if value else 'no'}",
            )  # fmt: skip
        means[there] = (weight[there] * y[there]).sum() / weight[there].sum()
    estimate = float(means.mean()) if rows else None
    low = high = None
    if estimate is not None:
        influence = (means - estimate + weight * (y - means)) / rows
        names = {cluster: index for index, cluster in enumerate(dict.fromkeys(clusters))}
        place = np.array([names[cluster] for cluster in clusters])
        sums = np.bincount(place, weights=influence, minlength=number)
        seen = len(set(place[known].tolist()))
        if seen >= 2:
            half = t_quantile(level, seen - 1) * sqrt(number / (number - 1) * float((sums**2).sum()))
            low, high = max(0.0, estimate - half), min(1.0, estimate + half)
    return Corrected(
        estimate=estimate, low=low, high=high, level=level, said=said, clusters=number, rows=rows, labelled=labelled,
        method=method,
    )  # fmt: skip


def gold_set(judged: Sequence[int], truth: Sequence[bool], probability: Sequence[float]) -> GoldSet:
    """How the judge did on labelled rows, as counts that a plain draw would have given.

    Rows drawn because of what the judge said show too many of its positives (verification bias, Begg & Greenes 1983,
    Biometrics 39:207), so each counts 1 / probability. The weighted shares are then stated on Kish's effective number of
    rows, (sum w)^2 / sum w^2 of each part, rounded; with equal probabilities these are the plain counts.
    """
    f, y, w = np.asarray(judged, dtype=float), np.asarray(truth, dtype=bool), 1 / np.asarray(probability, dtype=float)

    def part(rows: "np.ndarray[tuple[int], np.dtype[np.bool_]]", said: float) -> tuple[int, int]:
        if not rows.any():
            return 0, 0
        size = round(float(w[rows].sum() ** 2 / (w[rows] ** 2).sum()))
        share = float(w[rows & (f == said)].sum() / w[rows].sum())
        return round(share * size), size

    found, positives = part(y, 1.0)
    cleared, negatives = part(~y, 0.0)
    return GoldSet(found=found, positives=positives, cleared=cleared, negatives=negatives)
