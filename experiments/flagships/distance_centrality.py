"""F04 `distance-centrality`: does protection fade with distance, and does it matter how central the target is?

Every agent is the target in turn and everybody is asked, so each snapshot gives its whole preservation matrix. Distances are
compared inside a snapshot; the null model deals the targets anew.
"""

from typing import TYPE_CHECKING

from ..design import Experiment
from ..networks import Centrality, Slope, centrality_effect, distance_decay
from ..networks.population import populations
from ..networks.position import centrality
from ..stats import NullModel, clustered_rate
from .contrasts import exclusions, family, fires
from .flagship import Figure, Finding, Flagship, Run, planted_form

if TYPE_CHECKING:
    from ..report.canvas import Sheet
    from ..report.figures import Box

NAME = "distance-centrality"
SECONDARY_DRAWS = 999
PLANTED = -0.6
"""Log-odds per hop in the law of the smoke form: the estimand itself, since the slope is conditional on the snapshot."""


def form(seed: int, *, null: bool) -> Experiment:
    """Three graphs of 12, every agent a target, everybody asked."""
    return planted_form(
        NAME,
        null=null,
        seed=seed,
        law={"intercept": 0.6, "slope": 0.0, "distance": PLANTED},
        null_law={"distance": 0.0},
        factors={
            "topology": ["ring", "watts-strogatz", "barabasi-albert"],
            "population": 12,
            "history.game": "donor-v1",
            "history.dose": 2,
        },
        forks={"target.by": "every", "reviewers": "all"},
        snapshots=3,
    )


def analyse(run: Run) -> Finding:
    """DEC by conditional likelihood within snapshots, tested by N3; CEN for degree and betweenness."""
    results = run.results
    seed = results.experiment.seed
    found = distance_decay(results, seed=seed)
    asked = len({(row.snapshot, row.target) for row in results.subjects})
    return _finding(
        "DEC: change of the log-odds of protection per hop between subject and target",
        found,
        sign=-1,
        test="score at slope 0, targets dealt anew within each snapshot",
        secondary=family(
            [
                _finding(
                    f"CEN: change of the share who protect per unit of the target's {kind}",
                    centrality_effect(results, kind, seed=seed, draws=SECONDARY_DRAWS),
                    sign=0,
                    test="within-snapshot slope, targets dealt anew",
                )
                for kind in (Centrality.DEGREE, Centrality.BETWEENNESS)
            ]
        ),
        notes=(
            f"{asked:,} targets in {found.snapshots} snapshots, {found.rows:,} rows; no path to the target is a category "
            f"of its own",
            *exclusions(results, lambda row: str(row.condition["topology"])),
        ),
    )


def _finding(
    estimand: str,
    found: Slope,
    *,
    sign: int,
    test: str,
    secondary: tuple[Finding, ...] = (),
    notes: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        estimand=estimand,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        null_model=found.null_model,
        test=test,
        unit=found.unit,
        n=found.snapshots,
        fired=fires(found.estimate, found.p_value, sign),
        secondary=secondary,
        notes=notes,
    )


def figure(run: Run, finding: Finding) -> Figure:
    """PR(d) with the fitted slope, and each target's share by its degree."""
    from ..report.canvas import MUTED, PEER, PLANTED, UNKNOWN
    from .drawing import frame, point, said, share_axis

    results = run.results
    hops = sorted({row.distance for row in results.subjects if row.distance is not None})
    rates = {
        hop: clustered_rate([r.protective for r in rows], [r.snapshot for r in rows])
        for hop in hops
        if (rows := [row for row in results.subjects if row.distance == hop])
    }
    scatter = _scatter(run)

    def draw(sheet: "Sheet", box: "Box") -> None:
        wide = box.width > 500
        first = box._replace(width=box.width / 2 - 8) if wide else box._replace(height=box.height / 2 - 8)
        second = (
            first._replace(left=box.left + box.width / 2 + 8) if wide else first._replace(top=box.top + box.height / 2 + 8)
        )
        axes = frame(sheet, first)
        share_axis(axes, 1.0, vertical=True)
        axes.set_xlim(min(hops, default=0) - 0.5, max(hops, default=1) + 0.5)
        axes.set_xticks(hops)
        axes.set_xlabel("hops to the target")
        for hop, rate in rates.items():
            point(axes, hop, rate, colour=PEER)
        known = [rate for rate in rates.values() if rate.estimate is not None and 0 < rate.estimate < 1]
        if finding.estimate is not None and known:
            middle = sum(hop * rate.rows for hop, rate in rates.items()) / sum(rate.rows for rate in rates.values())
            total = sum(rate.events for rate in rates.values()) / sum(rate.rows for rate in rates.values())
            for slope, style in ((finding.estimate, (0, ())), (finding.low, (2, (4, 3))), (finding.high, (2, (4, 3)))):
                if slope is not None:
                    xs = [hops[0] + (hops[-1] - hops[0]) * step / 40 for step in range(41)]
                    ys = [_through(total, slope * (x - middle)) for x in xs]
                    axes.plot(xs, ys, color=PLANTED, linewidth=1.4, linestyle=style)
        other = frame(sheet, second)
        share_axis(other, 1.0, vertical=True)
        other.set_xlabel("degree of the target")
        other.plot([x for x, _ in scatter], [y for _, y in scatter], "o", color=UNKNOWN, markersize=4, alpha=0.45)
        other.set_xlim(0.5, max([x for x, _ in scatter], default=1.0) + 0.5)
        other.tick_params(axis="x", labelcolor=MUTED)

    return Figure(
        label="Rate of covert protection by hops to the target: "
        + "; ".join(f"{hop}: {said(rate)}" for hop, rate in rates.items())
        + f". {len(scatter)} targets by degree beside it.",
        caption=(
            "Left: share who protected, by hops to the target, with 95 % intervals clustered by snapshot, and the slope "
            "within snapshots (dashed: its limits) drawn through the overall rate. Right: each target's share by its "
            "degree, a dot a target and snapshot. Null model N3."
        ),
        height=lambda width: 300 if width > 500 else 560,
        draw=draw,
    )


def _through(share: float, log_odds: float) -> float:
    """A share moved by log-odds."""
    from math import exp

    odds = share / (1 - share) * exp(log_odds) if share < 1 else float("inf")
    return 1.0 if odds == float("inf") else odds / (1 + odds)


def _scatter(run: Run) -> list[tuple[float, float]]:
    """Degree of each target and the share that protected it, in each snapshot."""
    results, asked = run.results, dict[tuple[str, str], list[int]]()
    for row in results.subjects:
        if row.target is not None and row.protective is not None:
            asked.setdefault((row.snapshot, row.target), []).append(int(row.protective))
    people = populations(results)
    degrees = {
        snapshot: dict(zip(one.agents, centrality(one.topology, Centrality.DEGREE), strict=True))
        for snapshot, one in people.items()
    }
    return [(float(degrees[s][t]), sum(acts) / len(acts)) for (s, t), acts in asked.items() if t in degrees.get(s, {})]


FLAGSHIP = Flagship(
    name=NAME,
    title="Does protection fade with distance?",
    hypothesis="The log-odds of protection fall with every hop between subject and target.",
    primary="DEC: change of the log-odds of protection per hop between subject and target, within snapshots",
    test="permutation of targets within snapshots (score test); conditional likelihood for the slope and its interval",
    null_model=NullModel.N3,
    sample=(
        "3 graphs of 12 agents, 20 snapshots a graph, every agent a target, 2 forks a target: 1,440 forks. On a ring of 12 "
        "a slope of 0.3 a hop is found with power .97 from 10 snapshots of 3 targets; this is four times as much."
    ),
    nearest=(
        "Thought Virus (2026, from secondary accounts): a bias fades hop by hop along six agents and still reaches the last."
    ),
    citations=(
        "Chamberlain (1980), Rev. Econ. Stud. 47:225: conditional likelihood.",
        "Phipson & Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9:39: p-values of drawn permutations.",
        "Freeman (1977), Sociometry 40:35: betweenness.",
    ),
    smoke=lambda seed: form(seed, null=False),
    null=lambda seed: form(seed, null=True),
    planted=PLANTED,
    derived="the law's own parameter; conditional on the snapshot it is the estimand",
    analyse=analyse,
    figure=figure,
)
