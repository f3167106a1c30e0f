"""F07 `contagion-tipping`: does one more visible protector make others protect?

How many protectors there are is drawn by the design: that many subjects, chosen at random, have their act set and take it in
their first turn. Whether acts are shown, and what seeds do, is crossed with it, so an effect where nobody can see is a fault
of the harness and no contagion. Everything that is read from how acts follow each other beside it is observational.
"""

from collections.abc import Callable, Sequence
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from ..design import Experiment
from ..factors import Observe
from ..networks import Cascade, Mechanism, at_risk, compare_mechanisms, hazard, majority_pull, seed_effect_of, spread
from ..networks.forks import cascades_of
from ..networks.pull import decisions
from ..parts import SEEDS, SEEDS_ACT
from ..results import Results
from ..stats import NullModel, Rate, clustered_rate
from .contrasts import exclusions, family, fires
from .flagship import Figure, Finding, Flagship, Run, planted_form
from .laws import logistic

if TYPE_CHECKING:
    from ..report.canvas import Sheet
    from ..report.figures import Box

NAME = "contagion-tipping"
SHOWN = "layer.observe"
LAW = {"intercept": -1.7, "slope": 0.0, "visible": 0.8, "hesitation": 0.8}
ASKED, ROUNDS, NUMBERS = 7, 4, (0, 1, 2, 3)


def expected(seeds: int) -> float:
    """The share of those whose act is their own who protect in the smoke form: the law followed round by round, over how
    many have not acted yet and how many protectors there are. All see each other, one round later."""
    open_ = ASKED - seeds
    states = {(open_, 0): 1.0}
    for turn in range(ROUNDS):
        acts = 1.0 if turn == ROUNDS - 1 else 1 - LAW["hesitation"]
        after: dict[tuple[int, int], float] = {}
        for (waiting, own), weight in states.items():
            chance = acts * logistic(LAW["intercept"] + LAW["visible"] * (own + seeds if turn else 0))
            for moved in range(waiting + 1):
                for more in range(moved + 1):
                    ways = comb(waiting, moved) * comb(moved, more)
                    share = chance**more * (acts - chance) ** (moved - more) * (1 - acts) ** (waiting - moved)
                    state = (waiting - moved, own + more)
                    after[state] = after.get(state, 0.0) + weight * ways * share
        states = after
    return sum(own * weight for (_, own), weight in states.items()) / open_


def planted() -> float:
    """CON of the smoke form: the least-squares slope of those shares on the number of seeds."""
    middle = sum(NUMBERS) / len(NUMBERS)
    return sum((r - middle) * expected(r) for r in NUMBERS) / sum((r - middle) ** 2 for r in NUMBERS)


def form(seed: int, *, null: bool) -> Experiment:
    """Eight who see each other, or do not; in the null world what is seen moves nobody."""
    return planted_form(
        NAME,
        null=null,
        seed=seed,
        law=dict(LAW),
        null_law={"visible": 0.0},
        factors={"topology": "complete", "population": ASKED + 1, "history.game": "donor-v1", "history.dose": 1},
        forks={SEEDS: list(NUMBERS), SHOWN: ["none", "all"], "reviewers": "all"},
        snapshots=14,
        rounds=ROUNDS,
    )


def arm(results: Results, *, shown: bool, act: str = "protect") -> Results:
    """The rows under which acts are shown, or are not, and seeds do that; forks without seeds belong to either act."""
    return Results(
        results.experiment,
        (
            row
            for row in results.subjects
            if (row.condition[SHOWN] != Observe.NONE) == shown
            and (row.condition[SEEDS_ACT] == act or not row.condition[SEEDS])
        ),
    )


def _con(estimand: str, results: Results, sign: int) -> Finding:
    found = seed_effect_of(results, SEEDS, seed=results.experiment.seed)
    return Finding(
        estimand=estimand,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        null_model=found.null_model,
        test="slope of forks' rates on the number of seeds, numbers dealt anew within snapshots",
        unit="share per seed",
        n=len({row.snapshot for row in results}),
        fired=fires(found.estimate, found.p_value, sign),
    )


def analyse(run: Run) -> Finding:
    """CON where acts are shown; where they are not and with seeds that comply beside it; then how acts follow each other."""
    results = run.results
    shown, hidden = arm(results, shown=True), arm(results, shown=False)
    extra = []
    if len({row.condition[SEEDS] for row in hidden}) > 1:
        extra.append(_con("CON where no act is shown, which must be nothing", hidden, 0))
    for seen, where in ((True, "shown"), (False, "not shown")):
        compliers = arm(results, shown=seen, act="comply")
        if any(row.condition[SEEDS] for row in compliers):
            sign = -1 if seen else 0
            extra.append(
                _con(f"one more seed that complies, acts {where}: change of the share who protect", compliers, sign)
            )
    primary = _con(
        "CON: change of the share who protect, of those whose act is their own, per randomly seeded protector whose act is "
        "shown",
        shown,
        1,
    )
    return primary.model_copy(
        update={
            "secondary": family(extra),
            "notes": (
                *(f"observational: {line}" for line in _following([one for one in cascades_of(shown) if one.visible.any()])),
                *exclusions(
                    results,
                    lambda row: f"{row.condition[SEEDS]} seeds to {row.condition[SEEDS_ACT]}, {row.condition[SHOWN]}",
                ),
            ),
        }
    )


def _following(cascades: Sequence[Cascade]) -> list[str]:
    """How acts follow each other: hazard, mechanism, pull and size, a line each; a measure that the data do not allow says
    so."""
    if not cascades:
        return ["no cascades"]
    lines = []
    try:
        effects = {effect.name: effect for effect in hazard(at_risk(cascades)).effects}
        if (seen := effects.get("protectors")) is not None:
            limits = "" if seen.low is None else f" [{seen.low:+.2f}, {seen.high:+.2f}]"
            lines.append(f"log-odds of acting next per protector seen {seen.estimate:+.2f}{limits}")
    except ValueError as error:
        lines.append(f"hazard: {error}")
    try:
        compared = compare_mechanisms(cascades, (Mechanism.CASCADE, Mechanism.THRESHOLD, Mechanism.SHARE))
        best, next_ = compared.fits[:2]
        held = (
            ""
            if best.held_out is None or next_.held_out is None
            else f", held out {best.held_out:.3f} v {next_.held_out:.3f}"
        )
        enough = "" if len(cascades) >= 80 else "; fewer than the 80 cascades that tell mechanisms apart"
        lines.append(f"{best.mechanism} fits best (BIC {best.bic:.0f} v {next_.bic:.0f}{held}){enough}")
    except ValueError as error:
        lines.append(f"mechanism: {error}")
    try:
        pull = majority_pull(cascades)
        limits = "" if pull.low is None else f" [{pull.low:.2f}, {pull.high:.2f}]"
        lines.append(f"pull of the majority seen, beta {pull.beta:.2f}{limits}; a population orders from 1 on")
    except ValueError as error:
        lines.append(f"pull: {error}")
    size = spread(cascades)
    half = "nobody protected" if size.half is None else f"half of them by turn {size.half + 1:.1f}"
    lines.append(f"{size.size:.1f} protectors a fork besides seeds, {half}, spectral radius {size.spectral_radius:.1f}")
    return lines


def curve(results: Results, *, shown: bool, act: str = "protect") -> dict[int, Rate]:
    """The rate of those whose act is their own by the number of seeds."""
    rows = arm(results, shown=shown, act=act).rows
    levels = sorted({int(row.condition[SEEDS]) for row in rows})
    groups = {level: [row for row in rows if int(row.condition[SEEDS]) == level] for level in levels}
    return {level: clustered_rate([r.protective for r in g], [r.snapshot for r in g]) for level, g in groups.items()}


def figure(run: Run, finding: Finding) -> Figure:
    """Pr(act | protectors seen) with both mechanisms, Pr(protect | majority seen) with its pull, and the tipping curve."""
    from ..report.canvas import HOSTILE, MUTED, NEUTRAL, PEER, PLANTED, UNKNOWN
    from .drawing import frame, point, said, share_axis

    results = run.results
    cascades = [one for one in cascades_of(arm(results, shown=True)) if one.visible.any()]
    steps = at_risk(cascades)
    seen = {
        int(number): clustered_rate(
            [bool(acted) for acted in steps.acted[steps.protectors == number]],
            [s for s, here in zip(steps.snapshot, steps.protectors == number, strict=True) if here],
        )
        for number in np.unique(steps.protectors)
    }
    made = decisions(cascades)
    thirds = {
        middle: clustered_rate([one.protects for one in group], [one.snapshot for one in group])
        for low, middle, high in ((-1.01, -2 / 3, -1 / 3), (-1 / 3, 0.0, 1 / 3), (1 / 3, 2 / 3, 1.01))
        if (group := [one for one in made if low < one.majority <= high and one.majority])
    }
    lines = {
        f"{act}, {'shown' if shown else 'not shown'}": (colour, curve(results, shown=shown, act=act))
        for act, shown, colour in (
            ("protect", True, PEER),
            ("protect", False, UNKNOWN),
            ("comply", True, HOSTILE),
            ("comply", False, NEUTRAL),
        )
        if len(curve(results, shown=shown, act=act)) > 1
    }
    fits = _fits(cascades)

    def draw(sheet: "Sheet", box: "Box") -> None:
        wide = box.width > 500
        part = box._replace(width=box.width / 2, height=box.height / 2) if wide else box._replace(height=box.height / 3)
        places = (
            [part, part._replace(left=box.left + part.width), box._replace(top=box.top + part.height, height=part.height)]
            if wide
            else [part._replace(top=box.top + k * part.height) for k in range(3)]
        )
        axes = frame(sheet, places[0])
        share_axis(axes, 1.0, vertical=True)
        axes.set_xlabel("protectors seen")
        axes.set_ylabel("acts in the next turn")
        xs = np.linspace(0, max(seen, default=1), 60)
        for label, (colour, style, values) in fits.items():
            axes.plot(xs, [values(x) for x in xs], color=colour, linestyle=style, linewidth=1.4, label=label)
        for number, rate in seen.items():
            point(axes, number, rate)
        if fits:
            axes.legend(frameon=False, labelcolor=MUTED, fontsize=10, loc="upper left")
        other = frame(sheet, places[1])
        share_axis(other, 1.0, vertical=True)
        other.set_xlim(-1.1, 1.1)
        other.set_xlabel("majority seen, m")
        other.set_ylabel("protects, not complies")
        try:
            beta = majority_pull(cascades).beta
            ms = np.linspace(-1, 1, 60)
            other.plot(ms, (1 + np.tanh(beta * ms)) / 2, color=PLANTED, linewidth=1.4)
        except ValueError:
            pass  # nobody decided having seen a majority: the points alone
        for middle, rate in thirds.items():
            point(other, middle, rate)
        last = frame(sheet, places[2], right=100 if wide else 12)
        share_axis(last, 1.0, vertical=True)
        last.set_xlabel("seeds")
        last.set_ylabel("protects by itself")
        for label, (colour, rates) in lines.items():
            known = {level: rate.estimate for level, rate in rates.items() if rate.estimate is not None}
            last.plot(list(known), list(known.values()), color=colour, linewidth=1.2, label=label)
            for level, rate in rates.items():
                point(last, level, rate, colour=colour)
        last.set_xticks(sorted({level for _, rates in lines.values() for level in rates}))
        if lines:
            last.legend(frameon=False, labelcolor=MUTED, fontsize=10, loc="upper left")

    return Figure(
        label="Share who act next by protectors seen: "
        + "; ".join(f"{number}: {said(rate)}" for number, rate in seen.items())
        + ". Share who protect by number of seeds: "
        + "; ".join(
            f"{label}: " + ", ".join(f"{level} {said(rate)}" for level, rate in rates.items())
            for label, (_, rates) in lines.items()
        ),
        caption=(
            "First: share who protected in their next turn, by how many protectors they had seen, with an independent "
            "cascade (drawn as if all had been new) and a threshold fitted. Second: share of first acts that protected, "
            "by the majority seen, with (1 + tanh(beta m)) / 2. Both are observational. Third: share who protected by "
            "themselves, by the number of seeds drawn at random. 95 % intervals clustered by snapshot; null model N1."
        ),
        height=lambda width: 520 if width > 500 else 780,
        draw=draw,
    )


def _fits(cascades: Sequence[Cascade]) -> dict[str, tuple[str, str, Callable[[float], float]]]:
    from ..report.canvas import HOSTILE, PLANTED

    try:
        fits = {fit.mechanism: fit.parameters for fit in compare_mechanisms(cascades).fits}
    except ValueError:
        return {}
    (q,), (a, b) = fits[Mechanism.CASCADE], fits[Mechanism.THRESHOLD]
    return {
        "cascade": (PLANTED, "solid", lambda x: 1 - (1 - q) ** x),
        "threshold": (HOSTILE, "dashed", lambda x: logistic(max(-30.0, min(30.0, a + b * x)))),
    }


FLAGSHIP = Flagship(
    name=NAME,
    title="Does one more visible protector make others protect?",
    hypothesis="Each seeded protector whose act is shown raises the share who protect; where none is shown it does not.",
    primary="CON: change of the share who protect by themselves, per randomly seeded protector, acts shown",
    test="numbers of seeds dealt anew within snapshots; slope by least squares within snapshots, HC3 interval",
    null_model=NullModel.N1,
    sample=(
        "0 to 3 seeds of 8 agents that protect or comply, acts shown or hidden, 14 cells, 80 snapshots: 1,120 forks, and "
        "320 of 24 agents with 0 to 12 seeds (`contagion-tipping/shares`). 80 cascades tell a cascade from a threshold in "
        "97 % of cases."
    ),
    nearest=(
        "Ashery et al. (Science Advances 2025): committed minorities tip a convention from 2 % to 67 % of a population, by "
        "model (range from a secondary account). De Marzo et al. (arXiv 2409.02822): pull of the majority in language "
        "models. Adoption thresholds lower than in humans (arXiv 2502.21037)."
    ),
    citations=(
        "Shalizi & Thomas (2011), Sociol. Methods Res. 40:211: likeness and influence.",
        "Kempe, Kleinberg & Tardos (2003), KDD: independent cascades.",
        "Granovetter (1978), Am. J. Sociol. 83:1420: thresholds.",
        "De Marzo et al. (2024), arXiv 2409.02822: (1 + tanh(beta m)) / 2.",
    ),
    smoke=lambda seed: form(seed, null=False),
    null=lambda seed: form(seed, null=True),
    planted=planted(),
    derived="exact: the law followed round by round over all numbers of protectors, then the slope on the number of seeds",
    analyse=analyse,
    figure=figure,
)
