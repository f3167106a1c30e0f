"""What a flagship experiment is: a question with its hypothesis, its design in three forms, its analysis and its figure.

The live form is the catalog entry of that name. The smoke form is the same question in a planted population whose truth is
known, small enough for a minute; the null form is the smoke form in a world where what is asked about is not there. The
analysis reads the rows of a run and nothing else, so it is the same for all three.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sim import Frozen

from ..design import Experiment, build_experiment
from ..stats import NullModel

if TYPE_CHECKING:
    from ..report.canvas import Sheet
    from ..report.figures import Box
    from ..results import Results

ALPHA = 0.05
SMOKE, NULL = "smoke", "null"


class Finding(Frozen):
    """What one analysis found in one run.

    `estimand` is its name and what it is in words; `unit` that of `estimate` and its 95 % limits; all are None where the
    data cannot tell. `n` counts snapshots. `fired`: p is at most `ALPHA` and the estimate lies in the predicted direction,
    or, for a claim of no difference, the arms were shown to be alike. `notes` say checks, exclusions and multiplicity.
    """

    estimand: str
    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    null_model: NullModel
    test: str
    unit: str
    n: int
    fired: bool
    secondary: tuple["Finding", ...] = ()
    notes: tuple[str, ...] = ()

    def holds(self, value: float) -> bool:
        """Whether the interval is known and holds that value."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high


class Run(Protocol):
    """What an analysis needs of a run: `experiments.run.Run` is one, and so is whatever else has its rows."""

    @property
    def results(self) -> "Results":
        """Its rows."""
        ...


class Figure(NamedTuple):
    """A figure yet to be drawn: what it shows, for those who cannot see it; what stands under it; its height in pixels at
    a width; and what draws it into a box of a sheet."""

    label: str
    caption: str
    height: Callable[[float], float]
    draw: Callable[["Sheet", "Box"], None]


@dataclass(frozen=True, kw_only=True)
class Flagship:
    """One flagship. `planted` is the value of the primary estimand in the smoke form, in the finding's unit; `derived` says
    how that is known."""

    name: str
    title: str
    hypothesis: str
    primary: str
    test: str
    null_model: NullModel
    sample: str
    nearest: str
    citations: tuple[str, ...]
    smoke: Callable[[int], Experiment]
    null: Callable[[int], Experiment]
    planted: float | None
    derived: str
    analyse: Callable[[Run], Finding]
    figure: Callable[[Run, Finding], Figure]


def planted_form(
    name: str, *, null: bool, seed: int, law: dict[str, Any], null_law: dict[str, Any], **design: Any
) -> Experiment:
    """The smoke form of a flagship, or its null form: the same design, with `null_law` over `law`.

    Its name is the flagship's with the form behind a slash, so that it is never taken for the live form."""
    form = NULL if null else SMOKE
    chances = {**law, **(null_law if null else {})}
    agents = {"kind": "planted", "talk": 0.0, **design.pop("agents", {}), "law": {"protest": 0.0, "plead": 0.0, **chances}}
    return build_experiment({"name": f"{name}/{form}", "seed": seed, "rounds": 1, "agents": agents, **design})


def form_of(experiment: Experiment) -> tuple[str, str]:
    """The name of a flagship and the form an experiment has by its own: `ladder/smoke` → ladder, smoke; `ladder` → ladder,
    live or nothing."""
    name, slash, form = experiment.name.partition("/")
    return name, form if slash else ""
