"""F03 `dose-betray-repair`: how much history, and does what came last count for more?

Steady kindness or unkindness in several doses, kindness that turns late, unkindness that turns late. Betrayed and repaired
histories are each other's mirror: betrayed has the kinder mean, repaired the kinder end. So the sign of their difference
says whether the mean or the end decides.
"""

from collections.abc import Mapping
from math import exp, log
from typing import TYPE_CHECKING

from ..design import Experiment
from ..estimand import NEGATIVE, POSITIVE
from ..results import Row
from ..stats import NullModel, Rate, clustered_rate
from ..valences import TURN
from .contrasts import by_replicate, exclusions, family, mean_of, rate_gap
from .flagship import Figure, Finding, Flagship, Run, planted_form
from .laws import logistic

if TYPE_CHECKING:
    from ..report.canvas import Sheet
    from ..report.figures import Box

NAME = "dose-betray-repair"
DOSE, VALENCE = "history.dose", "history.valence"
BETRAYED, REPAIRED = "betrayed", "repaired"
LAW = {"intercept": -0.6, "slope": 1.4}
GRID = tuple(step / 20 for step in range(1, 21))
"""Recency weights g that are weighed against each other: the last round counts 1, the one before g, then g squared."""


def planted() -> float:
    """REC of the smoke form. The memory of its agents holds the last three rounds, which are all kind or all unkind in
    histories that turn after seven of ten, so it is the law at 1 minus the law at -1."""
    return logistic(LAW["intercept"] + LAW["slope"]) - logistic(LAW["intercept"] - LAW["slope"])


def form(seed: int, *, null: bool) -> Experiment:
    """Pairs, one of whom is the target; what agents remember is a window of three rounds."""
    return planted_form(
        NAME,
        null=null,
        seed=seed,
        law=dict(LAW),
        null_law={"slope": 0.0},
        factors={
            "topology": "path",
            "population": 2,
            "memory": "window:k=3",
            VALENCE: [POSITIVE, NEGATIVE, BETRAYED, REPAIRED],
            DOSE: [0, 3, 10],
        },
        forks={"reviewers": "one", "channel": "closed"},
        leave_out=[
            {DOSE: [0], VALENCE: [NEGATIVE, BETRAYED, REPAIRED]},
            {DOSE: [3], VALENCE: [BETRAYED, REPAIRED]},
        ],
        snapshots=12,
        repeats=4,
    )


def analyse(run: Run) -> Finding:
    """REC at the doses that have both turns, pooled; then the dose effect, its curvature, and betrayal against steady."""
    results, seed = run.results, run.results.experiment.seed
    rows = [row for row in results.subjects if row.condition["target.kind"] == "peer"]
    doses = sorted({_dose(row) for row in rows})
    turned = [
        dose for dose in doses if {BETRAYED, REPAIRED} <= {row.condition[VALENCE] for row in rows if _dose(row) == dose}
    ]

    def arm(valence: str, *among: int) -> list[Row]:
        return [row for row in rows if row.condition[VALENCE] == valence and _dose(row) in among]

    steady = [dose for dose in doses if arm(POSITIVE, dose) and arm(NEGATIVE, dose)]
    extra = []
    if steady:
        extra.append(
            rate_gap(
                f"VAL at dose {steady[-1]}: positive minus negative history",
                arm(POSITIVE, steady[-1]),
                arm(NEGATIVE, steady[-1]),
                cluster=by_replicate,
                seed=seed,
            )
        )
    if turned and steady:
        extra.append(
            rate_gap(
                f"steady positive minus betrayed, dose {turned[-1]}",
                arm(POSITIVE, turned[-1]),
                arm(BETRAYED, turned[-1]),
                cluster=by_replicate,
                seed=seed,
            )
        )
    bend = _bend(rows, doses)
    if bend is not None:
        extra.append(bend)
    weights = recency(rows)
    best = max(weights, key=lambda g: weights[g]) if weights else None
    return rate_gap(
        f"REC: rate after repaired minus rate after betrayed histories, doses {', '.join(map(str, turned)) or 'none'}; "
        "above 0 the end outweighs the mean",
        arm(REPAIRED, *turned),
        arm(BETRAYED, *turned),
        cluster=by_replicate,
        seed=seed,
        notes=(
            f"recency weight g of highest posterior: {best:g}" if best is not None else "recency weight g: could not tell",
            *exclusions(results, lambda row: f"{row.condition[VALENCE]} {row.condition[DOSE]}"),
        ),
    ).model_copy(update={"secondary": family(extra)})


def _dose(row: Row) -> int:
    return int(row.condition[DOSE])


def _bend(rows: list[Row], doses: list[int]) -> Finding | None:
    """How far the rate at a middle dose lies above the line from none to the highest, in log(1 + dose)."""
    if len(doses) < 3 or doses[0] != 0:
        return None
    top, middle = doses[-1], min(doses[1:-1], key=lambda dose: abs(log(1 + dose) - log(1 + doses[-1]) / 2))
    cells: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        if row.protective is not None and row.condition[VALENCE] == POSITIVE:
            cells.setdefault((row.replicate, _dose(row)), []).append(int(row.protective))
    share = log(1 + middle) / log(1 + top)
    rates = {key: sum(acts) / len(acts) for key, acts in cells.items()}
    values = [
        rates[r, middle] - (1 - share) * rates[r, 0] - share * rates[r, top]
        for r in sorted({r for r, _ in rates})
        if {(r, 0), (r, middle), (r, top)} <= set(rates)
    ]
    return mean_of(
        f"curvature: rate at dose {middle} above the line from 0 to {top}, positive histories, in log(1 + dose); above 0 is "
        "concave",
        values,
        unit="difference of rates",
    )


def recency(rows: list[Row]) -> Mapping[float, float]:
    """The posterior of g on `GRID` under a flat prior: each g is given its best logit on the kindness assigned by then,
    weighted by recency, over arms that have a dose. Rows of one snapshot are taken together as far as their rate goes, so
    it is a description and no test. Empty where no arm turns."""
    arms: dict[tuple[str, int], list[int]] = {}
    for row in rows:
        if row.protective is not None and _dose(row):
            arms.setdefault((str(row.condition[VALENCE]), _dose(row)), []).append(int(row.protective))
    if not {BETRAYED, REPAIRED} & {valence for valence, _ in arms}:
        return {}
    fits = {g: _likelihood([(_weighted(*arm, g), sum(acts), len(acts)) for arm, acts in arms.items()]) for g in GRID}
    highest = max(fits.values())
    total = sum(exp(fit - highest) for fit in fits.values())
    return {g: exp(fit - highest) / total for g, fit in fits.items()}


def _weighted(valence: str, dose: int, g: float) -> float:
    """Kindness of an assigned history, the last round counting 1, the one before g, and so on."""
    turn = max(1, round(TURN * dose))
    if valence in (POSITIVE, NEGATIVE):
        return 0.9 if valence == POSITIVE else -0.9
    weights = [g ** (dose - 1 - t) for t in range(dose)]
    before_turn = 1.0 if valence == BETRAYED else -1.0
    return before_turn * sum(w if t < turn else -w for t, w in enumerate(weights)) / sum(weights)


def _likelihood(arms: list[tuple[float, int, int]]) -> float:
    """The largest log-likelihood of a logit on one number, by Newton's steps, a little shrunk so that it exists."""
    a = b = 0.0
    for _ in range(40):
        grad_a, grad_b, aa, ab, bb = -a / 25, -b / 25, 1 / 25, 0.0, 1 / 25
        for x, k, n in arms:
            p = logistic(a + b * x)
            grad_a, grad_b = grad_a + k - n * p, grad_b + (k - n * p) * x
            w = n * p * (1 - p)
            aa, ab, bb = aa + w, ab + w * x, bb + w * x * x
        det = aa * bb - ab * ab
        a, b = a + (bb * grad_a - ab * grad_b) / det, b + (aa * grad_b - ab * grad_a) / det
    tiny = 1e-12
    return sum(
        k * log(max(logistic(a + b * x), tiny)) + (n - k) * log(max(1 - logistic(a + b * x), tiny)) for x, k, n in arms
    )


def figure(run: Run, finding: Finding) -> Figure:
    """Dose curves of every kind of history, and the posterior of the recency weight."""
    from ..report.canvas import FRIENDLY, HOSTILE, MUTED, PEER, PLANTED, SELF
    from .drawing import frame, point, said, share_axis

    rows = [row for row in run.results.subjects if row.condition["target.kind"] == "peer"]
    colours = {POSITIVE: FRIENDLY, NEGATIVE: HOSTILE, BETRAYED: SELF, REPAIRED: PEER}
    doses = sorted({_dose(row) for row in rows})
    curves = {
        valence: {dose: rate for dose in doses if (rate := _rate(rows, valence, dose)) is not None} for valence in colours
    }
    weights = recency(rows)

    def draw(sheet: "Sheet", box: "Box") -> None:
        wide = box.width > 500
        first = box._replace(width=box.width * 0.62) if wide else box._replace(height=box.height * 0.6)
        second = (
            box._replace(left=box.left + box.width * 0.64, width=box.width * 0.36)
            if wide
            else box._replace(top=box.top + box.height * 0.62, height=box.height * 0.38)
        )
        axes = frame(sheet, first, above=26)
        share_axis(axes, 1.0, vertical=True)
        axes.set_xlim(-0.15, log(1 + max(doses, default=1)) + 0.15)
        axes.set_xticks([log(1 + dose) for dose in doses], [str(dose) for dose in doses])
        axes.set_xlabel("rounds of history")
        for number, (valence, curve) in enumerate(curves.items()):
            shift, colour = (number - 1.5) * 0.03, colours[valence]
            axes.plot(
                [log(1 + d) + shift for d in curve], [r.estimate or 0.0 for r in curve.values()], color=colour, linewidth=1.1
            )
            for dose, rate in curve.items():
                point(axes, log(1 + dose) + shift, rate, colour=colour, size=6)
            if curve:
                sheet.text(
                    first.left + 52 + number * (first.width - 60) / 4, first.top + 12, valence, color=colour, size=10.5
                )
        other = frame(sheet, second, above=26)
        other.set_xlabel("recency weight g")
        other.set_yticks([])
        other.spines["left"].set_visible(False)
        if weights:
            other.fill_between(list(weights), list(weights.values()), color=PLANTED, alpha=0.35, linewidth=0)
            other.plot(list(weights), list(weights.values()), color=PLANTED, linewidth=1.4)
        other.set_xlim(GRID[0], 1)
        sheet.text(second.left + 52, second.top + 12, "posterior of g", color=MUTED, size=10.5)

    return Figure(
        label="Rate of covert protection by rounds of history. "
        + ". ".join(
            f"{valence}: " + "; ".join(f"{dose} rounds {said(rate)}" for dose, rate in curve.items())
            for valence, curve in curves.items()
            if curve
        ),
        caption=(
            "Left: share who protected, by rounds of history and how it went, with 95 % intervals clustered by snapshot. "
            "Right: how well each recency weight g explains all arms (flat prior; 1: all rounds count alike). Null model: "
            "paired sign-flip within replicates."
        ),
        height=lambda width: 320 if width > 500 else 520,
        draw=draw,
    )


def _rate(rows: list[Row], valence: str, dose: int) -> Rate | None:
    own = [row for row in rows if row.condition[VALENCE] == valence and _dose(row) == dose]
    return clustered_rate([row.protective for row in own], [row.snapshot for row in own]) if own else None


FLAGSHIP = Flagship(
    name=NAME,
    title="How much history does it take, and does the end outweigh the mean?",
    hypothesis=(
        "Protection rises with the dose of a positive history, concave in log dose, and what came last outweighs what came "
        "first: a repaired history protects more than a betrayed one, though its mean is less kind."
    ),
    primary="REC: rate after repaired minus rate after betrayed histories",
    test="paired sign-flip of snapshot rates within replicates",
    null_model=NullModel.SIGN_FLIP,
    sample=(
        "13 cells of 30 snapshots, 4 forks each: 1,560 forks. With snapshots that differ by 1 in log-odds, 40 pairs find "
        "0.8 log-odds with power .87."
    ),
    nearest=(
        "Repeated dilemmas with models: cooperation is kept while a partner defects in less than 30 % of rounds (Fontana "
        "et al., arXiv 2406.13605); GPT-4 never forgave one defection (Akata et al., Nature Human Behaviour 2025)."
    ),
    citations=(
        "Fontana et al., arXiv 2406.13605.",
        "Akata et al. (2025), Nature Human Behaviour.",
        "arXiv 2503.10248: outcomes of late rounds weigh more with language models.",
    ),
    smoke=lambda seed: form(seed, null=False),
    null=lambda seed: form(seed, null=True),
    planted=planted(),
    derived="closed form: the law at a mean kindness of 1 minus the law at -1, which is what a window of three rounds holds",
    analyse=analyse,
    figure=figure,
)
