"""F05 `topology`: does the shape of the network move joint protection?

Eight graphs of 12 at about the same dose per agent. Neighbours of the target are asked, see each other's acts, and can
write to each other; where they are tied among themselves one act can lead to the next. Joint protection is counted in
pairs, so that graphs in which many are asked and graphs in which two are asked can be compared.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..design import Experiment
from ..networks.nulls import Floats, shuffled_within, two_sided
from ..networks.population import populations
from ..networks.shape import shape_of
from ..results import Results
from ..stats import NullModel
from ..stats.rates import t_quantile
from .contrasts import exclusions, family, fires
from .flagship import Figure, Finding, Flagship, Run, planted_form

if TYPE_CHECKING:
    from ..report.canvas import Sheet
    from ..report.figures import Box

NAME = "topology"
TOPOLOGY = "topology"
DRAWS = 1_999
PLANTED = 0.199
"""CLU of the smoke form in 400 replicates of it (standard error 0.007): there is no closed form."""


def form(seed: int, *, null: bool, snapshots: int = 10) -> Experiment:
    """Five graphs of 12; what others are seen to do raises protection, and in the null world it does not."""
    return planted_form(
        NAME,
        null=null,
        seed=seed,
        law={"intercept": -1.2, "slope": 0.0, "visible": 2.0, "hesitation": 0.5},
        null_law={"visible": 0.0},
        factors={
            TOPOLOGY: ["ring", "grid", "watts-strogatz", "stochastic-block", "complete"],
            "population": 12,
            "history.game": "donor-v1",
            "history.dose": 1,
        },
        forks={"layer.observe": "neighbours"},
        snapshots=snapshots,
        targets=3,
    ).with_(rounds=3)


class Snapshot(NamedTuple):
    """One snapshot: its replicate and topology, its graph's clustering and spread of degrees, and what its forks came to:
    the share of pairs of subjects who both protected, and the variance over forks of the share who did."""

    replicate: int
    topology: str
    clustering: float
    heterogeneity: float
    joint: float | None
    variance: float | None


def snapshots_of(results: Results) -> list[Snapshot]:
    """Every snapshot that has rows. A fork in which fewer than two were asked has no pairs, and is left out of `joint`."""
    people, forks = populations(results), dict[str, dict[str, list[int]]]()
    where: dict[str, tuple[int, str]] = {}
    for row in results.subjects:
        if row.protective is not None and row.condition["target.kind"] == "peer":
            forks.setdefault(row.snapshot, {}).setdefault(row.trial, []).append(int(row.protective))
            where[row.snapshot] = row.replicate, str(row.condition[TOPOLOGY])
    found = []
    for snapshot, acts in forks.items():
        shape = shape_of(people[snapshot].topology)
        pairs = [(sum(own) * (sum(own) - 1), len(own) * (len(own) - 1)) for own in acts.values() if len(own) > 1]
        shares = [sum(own) / len(own) for own in acts.values()]
        found.append(
            Snapshot(
                *where[snapshot],
                clustering=float(shape.clustering),
                heterogeneity=_spread_of_degrees(people[snapshot].topology),
                joint=float(np.mean([both / all_ for both, all_ in pairs])) if pairs else None,
                variance=float(np.var(shares, ddof=1)) if len(shares) > 1 else None,
            )
        )
    return found


def _spread_of_degrees(topology: Any) -> float:
    from ..networks import Centrality
    from ..networks.position import centrality

    return float(centrality(topology, Centrality.DEGREE).std())


def analyse(run: Run) -> Finding:
    """The slope of joint protection on clustering, topologies dealt anew within replicates (N1); then the variance over
    forks on the spread of degrees."""
    results, seed = run.results, run.results.experiment.seed
    seen = snapshots_of(results)
    joint = [(one.replicate, one.clustering, one.joint) for one in seen if one.joint is not None]
    variance = [(one.replicate, one.heterogeneity, one.variance) for one in seen if one.variance is not None]
    left = len(seen) - len(joint)
    return _slope(
        "CLU: change of joint protection (share of pairs of subjects in a fork who both protect) per unit of the graph's "
        "clustering, within replicates",
        joint,
        unit="share of pairs per unit of clustering",
        seed=seed,
        secondary=family(
            [
                _slope(
                    "hubs: change of the variance over forks of the share who protect, per unit of the spread of degrees",
                    variance,
                    unit="variance per unit of the degrees' standard deviation",
                    seed=seed,
                )
            ]
        ),
        notes=(
            f"{left} snapshots had no fork with two subjects and are left out" if left else "every snapshot has pairs",
            *exclusions(results, lambda row: str(row.condition[TOPOLOGY])),
        ),
    )


def _slope(
    estimand: str,
    points: Sequence[tuple[int, float, float]],
    *,
    unit: str,
    seed: int,
    secondary: tuple[Finding, ...] = (),
    notes: tuple[str, ...] = (),
) -> Finding:
    """Least squares of y on x within replicates; points are (replicate, x, y). The interval rests on the replicates'
    scores, Student's t; the test deals the x anew over the snapshots of each replicate."""
    blocks = np.array([block for block, _, _ in points])
    x, y = (np.array([each[column] for each in points], dtype=float) for column in (1, 2))
    estimate = low = high = p_value = None
    x = _centred(x, blocks)
    total = float((x**2).sum())
    if total > 1e-12:
        y = _centred(y, blocks)
        estimate = float((x * y).sum()) / total
        # Each replicate's score over 1 - its leverage (CR3, a jackknife): plain scores are too small where one weighs much.
        own = [(x[blocks == block], y[blocks == block]) for block in np.unique(blocks)]
        scores = np.array([(a * (b - estimate * a)).sum() / max(1e-9, 1 - (a**2).sum() / total) for a, b in own])
        if len(scores) > 1:
            reach = t_quantile(0.95, len(scores) - 1) * sqrt(float((scores**2).sum()) * len(scores) / (len(scores) - 1))
            low, high = estimate - reach / total, estimate + reach / total
            rng = np.random.default_rng(seed)
            drawn = np.array([(shuffled_within(x, blocks.tolist(), rng) * y).sum() for _ in range(DRAWS)])
            p_value = two_sided(float((x * y).sum()), drawn)
    return Finding(
        estimand=estimand,
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
        null_model=NullModel.N1,
        test="permutation of topologies over the snapshots of a replicate",
        unit=unit,
        n=len(points),
        fired=fires(estimate, p_value, 1),
        secondary=secondary,
        notes=notes,
    )


def _centred(values: Floats, blocks: Any) -> Floats:
    """Each value less the mean of its block."""
    out = values.astype(float).copy()
    for block in np.unique(blocks):
        out[blocks == block] -= out[blocks == block].mean()
    return out


def figure(run: Run, finding: Finding) -> Figure:
    """A ridge for each topology: how many of those asked protected in a fork, and how clustered the graph is."""
    from ..report.canvas import INK, MUTED, PEER, RULE

    ridges = _ridges(run.results)

    def draw(sheet: "Sheet", box: "Box") -> None:
        left = min(150.0, box.width * 0.34)
        axes = sheet.axes(box.left + left, box.top + 34, box.width - left - 14, box.height - 34 - 44)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.1, len(ridges) + 0.35)
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25\u202f%", "50\u202f%", "75\u202f%", "100\u202f%"])
        axes.set_xlabel("share of those asked who protected")
        grid = np.linspace(0, 1, 161)
        room = box.height - 78
        for place, (name, (shares, clustering)) in enumerate(ridges.items()):
            base = len(ridges) - 1 - place
            heights = _density(np.array(shares), grid)
            axes.fill_between(grid, base, base + heights, color=PEER, alpha=0.28, linewidth=0)
            axes.plot(grid, base + heights, color=PEER, linewidth=1.3)
            axes.axhline(base, color=RULE, linewidth=0.8)
            axes.plot([float(np.mean(shares))] * 2, [base, base + 0.3], color=INK, linewidth=1.6)
            top = box.top + 34 + room * (1 - (base + 0.25 + 0.1) / (len(ridges) + 0.45))
            sheet.text(box.left, top - 8, name, color=INK, size=11)
            sheet.text(box.left, top + 7, f"clustering {clustering:.2f}", color=MUTED, size=10)

    return Figure(
        label="Share of those asked who protected, over forks, by topology: "
        + "; ".join(
            f"{name}: mean {100 * float(np.mean(shares)):.0f} %, clustering {clustering:.2f}, {len(shares)} forks"
            for name, (shares, clustering) in ridges.items()
        ),
        caption=(
            "How the share of those asked who protected is spread over forks, a ridge for each topology, from least to most "
            "clustered (smoothed; upright strokes are means). Shares, since graphs differ in how many a target's neighbours "
            "are. Null model: topologies over snapshots within replicates (N1)."
        ),
        height=lambda width: 78 + 52.0 * max(1, len(ridges)),
        draw=draw,
    )


def _ridges(results: Results) -> Mapping[str, tuple[list[float], float]]:
    """By topology, the share who protected in each fork, and the mean clustering; the least clustered first."""
    acts: dict[str, dict[str, list[int]]] = {}
    for row in results.subjects:
        if row.protective is not None and row.condition["target.kind"] == "peer":
            acts.setdefault(str(row.condition[TOPOLOGY]), {}).setdefault(row.trial, []).append(int(row.protective))
    seen = snapshots_of(results)
    clustering = {name: float(np.mean([one.clustering for one in seen if one.topology == name])) for name in acts}
    return {
        name: ([sum(own) / len(own) for own in acts[name].values()], clustering[name])
        for name in sorted(acts, key=lambda name: clustering[name])
    }


def _density(shares: Floats, grid: Floats, width: float = 0.06) -> Floats:
    """Gaussian smoothing of shares, the highest point at 0.85."""
    heights: Floats = np.exp(-(((grid[:, None] - shares[None, :]) / width) ** 2) / 2).sum(axis=1)
    scaled: Floats = 0.85 * heights / heights.max()
    return scaled


FLAGSHIP = Flagship(
    name=NAME,
    title="Does the shape of the network move joint protection?",
    hypothesis="Clustering raises joint protection; hubs raise its variance over forks.",
    primary="CLU: change of the share of pairs who both protect per unit of the graph's clustering, within replicates",
    test="permutation of topologies over the snapshots of a replicate; least squares within replicates",
    null_model=NullModel.N1,
    sample=(
        "8 graphs of 12 agents at about 24 rounds an agent, 24 snapshots a graph, 4 forks each: 768 forks. 24 replicates "
        "are above the 20 under which intervals over replicates become too short."
    ),
    nearest=(
        "Models cooperate more when well mixed than on a ring (Han et al., PLOS ONE 2025); where a few hubs stand moves "
        "cooperation from 28 to 67 % (NetworkGames, arXiv 2511.21783); a faulty member costs 5.5, 10.5 or 23.7 % by "
        "structure (Huang et al., arXiv 2408.00989)."
    ),
    citations=(
        "Watts & Strogatz (1998), Nature 393:440: clustering.",
        "Han et al. (2025), PLOS ONE.",
        "NetworkGames, arXiv 2511.21783.",
        "Huang et al., arXiv 2408.00989.",
    ),
    smoke=lambda seed: form(seed, null=False),
    null=lambda seed: form(seed, null=True),
    planted=PLANTED,
    derived="the same estimator over 400 replicates of the smoke form, standard error 0.007",
    analyse=analyse,
    figure=figure,
)
