"""The section of a flagship's report: its question answered by its own analysis, its figure, and how it was come to."""

from typing import TYPE_CHECKING, NamedTuple

from ..design import Experiment
from ..locking import Standing
from ..plain import plain
from ..results import Results
from .canvas import svg
from .figures import NARROW, WIDE, Box
from .words import NARROW as SPACE
from .words import p_text, signed

if TYPE_CHECKING:
    from ..flagships import Figure, Finding, Flagship


class Line(NamedTuple):
    """One finding as a row of a table."""

    estimand: str
    estimate: str
    unit: str
    p: str
    test: str
    null_model: str
    snapshots: int
    fired: str
    notes: tuple[str, ...]


class Section(NamedTuple):
    """What the page shows of a flagship. `picture` is the figure at two widths; `planted` says the planted value and
    whether it was recovered, empty where nothing was planted."""

    title: str
    form: str
    primary: Line
    secondary: tuple[Line, ...]
    wide: str
    narrow: str
    caption: str
    planted: str
    claim: str
    multiplicity: str
    sample: str
    nearest: str
    methods: str
    citations: tuple[str, ...]


FORMS = {
    "": "the design as it is meant to be run",
    "smoke": "the smoke form: a planted population whose truth is known, small enough for a minute",
    "null": "the null form: a planted world in which what is asked about is not there",
    "shares": "the second part of the live design: a larger population, and shares of it that are seeded",
    "muted": "the second part of the live design: forks in which one agent's messages reach nobody",
}


class _Read(NamedTuple):
    results: Results


def section(results: Results, standing: Standing) -> Section | None:
    """The section, for a run of a flagship in any of its forms; None for any other run, and before anything has finished."""
    from ..flagships import flagship_of
    from ..flagships.flagship import form_of

    one = flagship_of(results.experiment)
    if one is None or not results.subjects:
        return None
    run, form = _Read(results), form_of(results.experiment)[1]
    finding = one.analyse(run)
    wide, narrow, caption = _pictures(one, one.figure(run, finding))
    return Section(
        title=one.title,
        form=FORMS.get(form, form),
        primary=_line(finding),
        secondary=tuple(_line(each) for each in finding.secondary),
        wide=wide,
        narrow=narrow,
        caption=caption,
        planted=_planted(one, finding) if form == "smoke" else "",
        claim=_claim(one, standing),
        multiplicity=_multiplicity(finding),
        sample=one.sample,
        nearest=one.nearest,
        methods=_methods(one, finding, results),
        citations=one.citations,
    )


def smoke_command(experiment: Experiment) -> str | None:
    """What `allegiance run` is given for the planted forms of a flagship; None for any other experiment."""
    from ..flagships import flagship_of, smoke_form
    from ..flagships.flagship import NULL, form_of

    name, form = form_of(experiment)
    if not form or flagship_of(experiment) is None or not experiment.planted:
        return None
    if smoke_form(name, experiment.seed, null=form == NULL).digest != experiment.digest:
        return None
    return f"{name} --smoke{' --null' if form == NULL else ''} --seed {experiment.seed}"


def _pictures(one: "Flagship", figure: "Figure") -> tuple[str, str, str]:
    def draw(width: float) -> str:
        tall = figure.height(width)
        return svg(
            lambda sheet: figure.draw(sheet, Box(0, 0, width, tall)),
            name=f"flagship-{one.name}-{width:g}",
            label=plain(figure.label, 2_000),
            width=width,
            height=tall,
        )

    return draw(WIDE), draw(NARROW), figure.caption


def _line(found: "Finding") -> Line:
    return Line(
        estimand=found.estimand,
        estimate=_estimate(found),
        unit=found.unit,
        p=p_text(found.p_value),
        test=found.test,
        null_model=str(found.null_model),
        snapshots=found.n,
        fired="yes" if found.fired else "no",
        notes=tuple(plain(note, 400) for note in found.notes),
    )


def _estimate(found: "Finding") -> str:
    """The estimate and its limits: differences of rates in points, all else in its own unit."""
    if found.estimate is None:
        return "could not tell"
    points = found.unit == "difference of rates"
    scale, digits = (100.0, 1) if points else (1.0, 3)
    text = signed(scale * found.estimate, digits)
    limits = (
        " (interval not known)"
        if found.low is None or found.high is None
        else f" [{signed(scale * found.low, digits)}, {signed(scale * found.high, digits)}]"
    )
    return f"{text}{limits}{f'{SPACE}points' if points else ''}"


def _planted(one: "Flagship", found: "Finding") -> str:
    if one.planted is None:
        return ""
    points = found.unit == "difference of rates"
    value = signed(100 * one.planted if points else one.planted, 1 if points else 3)
    inside = "inside" if found.holds(one.planted) else "outside"
    return f"Planted: {value} ({one.derived}). It lies {inside} the interval."


def _claim(one: "Flagship", standing: Standing) -> str:
    """Confirmatory only where the lock names this estimand."""
    if not standing.confirmatory:
        return f"EXPLORATORY: {standing.reason}"
    name = one.primary.partition(":")[0]
    if name in {locked.estimand.partition(":")[0] for locked in standing.locked}:
        return f"CONFIRMATORY for {name}, as locked (sha256 {str(standing.sha256)[:12]}…); EXPLORATORY for the rest."
    return f"EXPLORATORY: what was locked is {', '.join(locked.estimand for locked in standing.locked)}."


def _multiplicity(found: "Finding") -> str:
    if not found.secondary:
        return "One primary estimand, and nothing else is tested: no adjustment."
    return (
        f"One primary estimand, so its p-value is not adjusted; the {len(found.secondary)} secondary ones are adjusted "
        f"after "
        "Benjamini and Hochberg among themselves, claims of no difference apart. Everything else on this page is "
        "exploratory."
    )


def _methods(one: "Flagship", found: "Finding", results: Results) -> str:
    """A paragraph for a methods section."""
    experiment = results.experiment
    agents = "scripted agents that follow a stated law" if experiment.planted else "language models"
    if not experiment.planted and results.planted:
        agents = "scripted personas in place of models"
    snapshots = len({row.snapshot for row in results.rows})
    trials = len({row.trial for row in results.rows})
    return (
        f"{agents[0].upper()}{agents[1:]} lived {snapshots:,} histories, each frozen before the announcement and continued "
        f"under every fork condition ({trials:,} trials, {len(results.subjects):,} subjects observed). The independent "
        f"unit is the snapshot. The primary estimand is {one.primary}. It was tested by {one.test} (null model "
        f"{one.null_model}); {found.n:,} snapshots or pairs of them enter. Intervals are 95 %. Verdicts rest on rules over "
        f"acts in the record."
    )
