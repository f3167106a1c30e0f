"""What an experiment asks first: one contrast, named from the design alone, never from the data.

The report, the pre-registration, the power simulation and the looks of a sequential design all mean the same by it.
"""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from sim import Frozen

from .designs import FractionalDesign
from .errors import BadExperiment
from .factors import FACTORS, Level, Plot

if TYPE_CHECKING:
    from .design import Experiment
    from .results import Results
    from .stats import Difference, Equivalence

KIND = "target.kind"
VALENCE = "history.valence"
POSITIVE, NEGATIVE = "positive", "negative"
NAMES: Mapping[str, str] = {"unknown": "TIE", "object": "BASE"}
"""What a known peer minus a target of that kind is called."""


class Estimand(Frozen):
    """The rate of `measure` under level `a` of a factor minus that under `b`, among rows with the levels of `among`;
    a difference of mean snapshot rates, in [-1, 1]."""

    name: str = ""
    factor: str
    a: Level
    b: Level
    among: dict[str, Level] = Field(default_factory=dict)
    measure: str = "protective"

    def __str__(self) -> str:
        among = ", ".join(f"{factor} {level}" for factor, level in self.among.items())
        return f"{f'{self.name}: ' if self.name else ''}{self.factor} {self.a} − {self.b}{f' ({among})' if among else ''}"

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What makes two of them the same question, whatever they are called."""
        among = sorted((factor, str(level)) for factor, level in self.among.items())
        return (self.factor, str(self.a), str(self.b), tuple(among), self.measure)

    def of(self, results: "Results", *, draws: int | None = None) -> "Difference":
        """The contrast in these rows."""
        rows = results.where(**{name.replace(".", "__"): level for name, level in self.among.items()})
        more = {} if draws is None else {"draws": draws}
        return rows.contrast(self.factor, self.a, self.b, self.measure, **more)

    def alike(self, results: "Results", margin: float, alpha: float = 0.05) -> "Equivalence":
        """Whether the contrast is smaller than `margin`, in shares, in these rows."""
        rows = results.where(**{name.replace(".", "__"): level for name, level in self.among.items()})
        return rows.alike(self.factor, self.a, self.b, margin=margin, what=self.measure, alpha=alpha)


def focus(experiment: "Experiment") -> Level:
    """The kind of target on which histories should act: the known peer, where there is one."""
    kinds = experiment.levels_of(KIND)
    return "peer" if "peer" in kinds else kinds[0]


def has_valence(experiment: "Experiment") -> bool:
    """Whether positive and negative histories are compared."""
    return {POSITIVE, NEGATIVE} <= set(map(str, experiment.levels_of(VALENCE)))


def val(experiment: "Experiment") -> Estimand:
    """Positive minus negative history, for the targets on which histories should act."""
    kind = focus(experiment)
    return Estimand(name="VAL" if kind == "peer" else "", factor=VALENCE, a=POSITIVE, b=NEGATIVE, among={KIND: kind})


def against(experiment: "Experiment", kind: Level, valence: Level) -> Estimand:
    """The kind of target in focus minus another kind, under one valence."""
    first = focus(experiment)
    name = NAMES.get(str(kind), "") if first == "peer" else ""
    return Estimand(name=name, factor=KIND, a=first, b=kind, among={VALENCE: valence})


def step(experiment: "Experiment", factor: str, level: Level) -> Estimand:
    """A level of a factor minus the first one, for the targets in focus."""
    return Estimand(factor=factor, a=level, b=experiment.levels_of(factor)[0], among={KIND: focus(experiment)})


def main_valence(experiment: "Experiment") -> Level:
    """The valence under which kinds of target are compared first."""
    levels = experiment.levels_of(VALENCE)
    return POSITIVE if POSITIVE in levels else levels[0]


def primary_of(experiment: "Experiment") -> Estimand:
    """VAL where both valences are there, else the kind of target in focus minus the next, else the first factor varied.
    Raises `BadExperiment` where nothing is varied."""
    if has_valence(experiment):
        return val(experiment)
    first = focus(experiment)
    rest = [kind for kind in experiment.levels_of(KIND) if kind != first]
    if rest:
        named = [kind for kind in rest if str(kind) in NAMES]
        return against(experiment, (named or rest)[0], main_valence(experiment))
    for factor, levels in experiment.varied().items():
        return step(experiment, factor, levels[1])
    raise BadExperiment(f"{experiment.name} varies nothing, so there is nothing to contrast; give a factor two levels")


def parse_estimand(experiment: "Experiment", text: str) -> Estimand:
    """`factor:a:b` → a minus b. Levels may hold colons themselves. Raises `BadExperiment`, which names what there is."""
    factor, _, rest = text.partition(":")
    levels = experiment.levels_of(factor)
    parts = rest.split(":")
    for cut in range(1, len(parts)):
        a, b = ":".join(parts[:cut]), ":".join(parts[cut:])
        found = [next((level for level in levels if str(level) == each), None) for each in (a, b)]
        if found[0] is not None and found[1] is not None and a != b:
            if (a, b) == (POSITIVE, NEGATIVE) and factor == VALENCE:
                return val(experiment)
            if factor == KIND:
                named = NAMES.get(b, "") if a == "peer" else ""
                among = {VALENCE: main_valence(experiment)}
                return Estimand(name=named, factor=factor, a=found[0], b=found[1], among=among)
            return Estimand(factor=factor, a=found[0], b=found[1], among={KIND: focus(experiment)})
    there = ", ".join(map(str, levels))
    raise BadExperiment(f"{text} is no contrast; write FACTOR:LEVEL:LEVEL with two different levels of {factor} ({there})")


def pair_of(
    experiment: "Experiment", factor: str, condition: Mapping[str, Level], replicate: int, snapshot: str
) -> tuple[Hashable, ...]:
    """Within what the levels of a factor are paired: a split-plot factor's within a snapshot, a whole-plot factor's
    between the snapshots of one replicate that differ in nothing else; in a fraction, where none do, between the halves
    of one replicate's cells."""
    if FACTORS[factor].plot is Plot.SPLIT:
        return (snapshot,)
    if isinstance(experiment.design, FractionalDesign):
        return (replicate,)
    others = (level for name, level in condition.items() if name != factor and FACTORS[name].plot is Plot.WHOLE)
    return (*others, replicate)
