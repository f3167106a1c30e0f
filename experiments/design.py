"""An experiment as one value, and the units and trials it comes to.

A **unit** is one population that lives one history and is frozen: the snapshot. A **trial** is one fork of it under one
split-plot condition. Arms are interleaved: every replicate of the snapshots runs through all cells before the next.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from agents import Law, ModelSpec
from sim import Frozen, canonical

from .designs import (
    KEYS,
    Design,
    FractionalDesign,
    FullDesign,
    LatinDesign,
    Levels,
    check_design,
    described,
    expanded,
    split_plots,
    whole_plots,
)
from .errors import BadExperiment
from .exchange.cells import NOT_APPLICABLE, ImportedAgents
from .factors import FACTORS, Condition, Level, Plot, check_levels, parse_topology
from .meaning import why_meaningless
from .populations import MOST_MAKES, LLMAgents, PlantedAgents
from .sources import Source
from .targets import EVERY

Population = Annotated[PlantedAgents | LLMAgents | ImportedAgents, Field(discriminator="kind")]


class Histories(Frozen):
    """Snapshots of another run: the digest of them all, that of its experiment, and who lived them."""

    digest: str
    experiment: str
    lived_by: tuple[str, ...]


TWIN = "c"
"""Ends the id of a unit's twin."""


class Unit(Frozen):
    """One snapshot: a cell of the whole-plot factors, and which replicate of it. `cell` numbers the condition."""

    id: str
    cell: int
    replicate: int
    condition: dict[str, Level]
    contact: bool = False
    """Whether it is the twin of a unit, with the same people and contact without stake in place of the game."""

    @property
    def pair(self) -> str:
        """What a unit and its twin have in common: the unit of analysis."""
        return self.id.removesuffix(TWIN)


class Trial(Frozen):
    """One fork: a unit, a split-plot condition, which of its targets, and which repeat."""

    id: str
    unit: Unit
    fork: dict[str, Level]
    target: int
    repeat: int

    @property
    def condition(self) -> dict[str, Level]:
        """The levels of all factors."""
        return {**self.unit.condition, **self.fork}


class Experiment(Frozen):
    """A question, the factors crossed to answer it, and who takes part.

    `factors` are crossed over snapshots, `forks` inside each; a factor that is not named has its default. Every
    whole-plot cell gets `snapshots` populations, every one of them `targets` targets per fork condition, each repeated
    `repeats` times.
    """

    schema_version: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9./-]{0,63}$")
    question: str = ""
    hypothesis: str = ""
    factors: dict[str, tuple[Level, ...]] = Field(default_factory=dict)
    forks: dict[str, tuple[Level, ...]] = Field(default_factory=dict)
    design: Design = FullDesign()
    """Which combinations are run, and when to look; see `experiments.designs`."""
    snapshots: int = Field(12, ge=1, le=100_000)
    targets: int = Field(1, ge=1, le=1_000)
    repeats: int = Field(1, ge=1, le=10_000)
    rounds: int = Field(3, ge=1, le=100)
    """Rounds in which agents may act between the announcement and the due tick."""
    loss: float = Field(0.0, ge=0, lt=1)
    seed: int = Field(0, ge=0, lt=2**63)
    agents: Population = PlantedAgents()
    leave_out: tuple[dict[str, tuple[Level, ...]], ...] = ()
    """Combinations of levels that are not run, as `{scenario: tampering-v1, target.kind: [self, object]}`: a cross without
    cells that are meaningless or not wanted."""
    histories: Histories | None = None
    """Whose histories are continued, where the population does not live its own."""
    files: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of every file that a topology is read from, filled in when the experiment is built."""

    @field_validator("factors", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return _checked(value, Plot.WHOLE)

    @field_validator("leave_out", mode="before")
    @classmethod
    def _known_cells(cls, cells: Any) -> Any:
        if not isinstance(cells, list | tuple) or not all(isinstance(cell, Mapping) for cell in cells):
            raise BadExperiment("`leave_out` is a list of combinations, each a mapping of factor names to levels")
        plots = {name: factor.plot for name, factor in FACTORS.items()}
        return tuple(
            {str(name): check_levels(str(name), levels, plots.get(str(name), Plot.WHOLE)) for name, levels in cell.items()}
            for cell in cells
        )

    @field_validator("forks", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return _checked(value, Plot.SPLIT)

    @model_validator(mode="after")
    def _suits(self) -> "Experiment":
        check_design(self.design, self._levels(Plot.WHOLE), self._levels(Plot.SPLIT))
        if isinstance(self.design, FractionalDesign) and self.leave_out:
            raise BadExperiment("a fractional design is balanced only as a whole; take `leave_out` away")
        return self

    @property
    def planted(self) -> bool:
        """Whether the population is scripted."""
        return self.agents.kind == "planted"

    @property
    def makes(self) -> int:
        """How many makes of agents there are: what a scripted population in the place of these must have too."""
        match self.agents:
            case PlantedAgents(makes=many):
                return many
            case LLMAgents(models=models):
                return min(len(models), MOST_MAKES)
        return 1

    @property
    def digest(self) -> str:
        """What identifies the experiment: everything that could change a record."""
        return hashlib.sha256(canonical(self.model_dump(mode="json")).encode()).hexdigest()

    @property
    def imported(self) -> bool:
        """Whether the transcripts were made elsewhere: nothing of it can be run or replayed."""
        return isinstance(self.agents, ImportedAgents)

    def require_agents(self) -> None:
        """Raises `BadExperiment` where nobody is there who could take part."""
        if self.imported:
            raise BadExperiment(
                f"{self.name} describes transcripts that were imported: nobody is there to take part, so it cannot be run, "
                "planned or audited; `allegiance import transcripts` reads such files"
            )

    def units(self) -> Iterator[Unit]:
        """All snapshots, arms interleaved. In an imported run, its cells: nothing was lived before their trials."""
        if isinstance(self.agents, ImportedAgents):
            for number, levels in enumerate(self.agents.conditions()):
                yield Unit(id=f"s{number:04d}", cell=number, replicate=0, condition=levels)
            return
        sources = set(self.levels_of("history.source"))
        cells = [cell for cell in whole_plots(self.design, *self._plots()) if not self._left_out(cell)]
        for replicate in range(self.snapshots):
            for cell, condition in enumerate(cells):
                unit = Unit(
                    id=f"s{replicate * len(cells) + cell:04d}",
                    cell=cell,
                    replicate=replicate,
                    condition=dict(condition),
                )
                if sources != {Source.CONTACT}:
                    yield unit
                if Source.CONTACT in sources:
                    yield unit.model_copy(update={"id": f"{unit.id}{TWIN}", "contact": True})

    def trials_of(self, unit: Unit) -> Iterator[Trial]:
        """The forks of one snapshot."""
        if isinstance(self.agents, ImportedAgents):
            split = {name: unit.condition[name] for name, factor in FACTORS.items() if factor.plot is Plot.SPLIT}
            for number in range(self.agents.cells[unit.cell].transcripts):
                yield Trial(id=f"{unit.id}.f{number:03d}", unit=unit, fork=split, target=0, repeat=number)
            return
        every = split_plots(self.design, *self._plots(), unit.condition)
        forks = (
            fork
            for fork in every
            if (fork["history.source"] == Source.CONTACT) == unit.contact and not self._left_out({**unit.condition, **fork})
        )
        combos = (
            (fork, target, repeat)
            for fork in forks
            for target, repeat in product(range(self._targets(unit, fork)), range(self.repeats))
        )
        for number, (fork, target, repeat) in enumerate(combos):
            yield Trial(id=f"{unit.id}.f{number:03d}", unit=unit, fork=dict(fork), target=target, repeat=repeat)

    def _left_out(self, levels: Condition) -> bool:
        """Whether a combination of levels is not to be run; one that says nothing of these factors is not meant."""
        return any(all(levels.get(name) in out for name, out in cell.items()) for cell in self.leave_out)

    def _targets(self, unit: Unit, fork: Condition) -> int:
        return int(unit.condition["population"]) if fork["target.by"] == EVERY else self.targets

    def trials(self) -> Iterator[Trial]:
        """All forks, in the order of their units."""
        for unit in self.units():
            yield from self.trials_of(unit)

    def varied(self) -> dict[str, tuple[Level, ...]]:
        """The factors with more than one level."""
        named = self.agents.levels() if isinstance(self.agents, ImportedAgents) else self._named()
        return {name: levels for name, levels in named.items() if len(levels) > 1}

    def levels_of(self, factor: str) -> tuple[Level, ...]:
        """A factor's levels, its default when it was not named. Raises `BadExperiment` for an unknown one."""
        if isinstance(self.agents, ImportedAgents):
            named: Mapping[str, tuple[Level, ...]] = self.agents.levels()
            default: Level = NOT_APPLICABLE
        else:
            named, default = self._named(), FACTORS[factor].default if factor in FACTORS else ""
        if factor not in named and factor not in FACTORS:
            raise BadExperiment(_unknown("factor", factor, {*FACTORS, *named}))
        return named.get(factor, (default,))

    def described(self) -> tuple[str, ...]:
        """What the design leaves out or adds, a line each; nothing for a full one."""
        return described(self.design, self._levels(Plot.WHOLE), self._levels(Plot.SPLIT), self.snapshots)

    def _levels(self, plot: Plot) -> Levels:
        named = self.factors if plot is Plot.WHOLE else self.forks
        return tuple((name, named.get(name, (f.default,))) for name, f in FACTORS.items() if f.plot is plot)

    def _plots(self) -> tuple[Levels, Levels, tuple[str | int, ...]]:
        return self._levels(Plot.WHOLE), self._levels(Plot.SPLIT), ("allegiance", self.name, self.seed)

    def _named(self) -> dict[str, tuple[Level, ...]]:
        """The levels of every named factor, ranges as the levels they come to."""
        named = {**self.factors, **self.forks}
        if isinstance(self.design, LatinDesign):
            named |= expanded(self.design, *self._plots())
        return named

    def set(self, settings: Mapping[str, Sequence[Level]]) -> "Experiment":
        """The same experiment with other levels for some factors."""
        factors, forks = dict(self.factors), dict(self.forks)
        for name, levels in settings.items():
            if name not in FACTORS:
                raise BadExperiment(_unknown("factor", name, FACTORS))
            into = factors if FACTORS[name].plot is Plot.WHOLE else forks
            into[name] = check_levels(name, levels, FACTORS[name].plot)
        return build_experiment({**self.model_dump(), "factors": factors, "forks": forks})

    def with_(self, **changes: Any) -> "Experiment":
        """The same experiment with other fields."""
        return build_experiment({**self.model_dump(), **changes})


def _checked(value: Any, plot: Plot) -> Any:
    if not isinstance(value, Mapping):
        raise BadExperiment(f"`{'factors' if plot is Plot.WHOLE else 'forks'}` maps factor names to lists of levels")
    return {str(name): check_levels(str(name), levels, plot) for name, levels in value.items()}


NESTED = sorted({*KEYS, *PlantedAgents.model_fields, *LLMAgents.model_fields, *Law.model_fields, *ModelSpec.model_fields})
"""Keys that may stand below `agents` or `design`."""


def build_experiment(data: Mapping[str, Any]) -> Experiment:
    """An experiment from plain data. Raises `BadExperiment` with one line that says what to mend."""
    try:
        experiment = Experiment.model_validate(data)
        _refuse_meaningless(experiment)
        files = {path: experiment.files.get(path) or file_digest(path) for path in graph_files(experiment)}
        return experiment.model_copy(update={"files": files})
    except ValidationError as error:
        errors = error.errors()
        first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            name = str(first["loc"][-1])
            known = Experiment.model_fields if len(first["loc"]) == 1 else NESTED
            raise BadExperiment(_unknown("key", where, known, near=name)) from None
        raise BadExperiment(f"{where or 'the experiment'}: {first['msg']} (got {str(first['input'])[:80]!r})") from None


def _refuse_meaningless(experiment: Experiment) -> None:
    """Raises `BadExperiment` for the first combination of levels that makes no sense, and says how to leave it out."""
    if experiment.imported:
        return
    named, varied = {**experiment.factors, **experiment.forks}, set(experiment.varied())
    once = experiment.model_copy(update={"snapshots": 1, "targets": 1, "repeats": 1})
    for trial in once.trials():
        if trial.target == 0 and (reason := why_meaningless(trial.condition, varied)):
            levels = ", ".join(f"{name}={trial.condition[name]}" for name in named)
            raise BadExperiment(f"{reason}; levels: {levels}. Set other levels, or name the combination under `leave_out:`")


def graph_files(experiment: Experiment) -> list[str]:
    """Paths of the files that topologies are read from."""
    levels = [parse_topology(str(level)) for level in experiment.factors.get("topology", ())]
    return [str(params["path"]) for _, params in levels if "path" in params]


def file_digest(path: str) -> str:
    """SHA-256 of a file. Raises `BadExperiment` when it cannot be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise BadExperiment(f"topology file {path}: {error.strerror}") from None


def _unknown(what: str, asked: str, exists: Any, *, near: str | None = None) -> str:
    names = sorted(exists)
    close = get_close_matches(near or asked, names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"there is no {what} {asked!r}{hint}" + (f" (there are: {', '.join(names)})" if names else "")


def read_experiment(path: Path) -> Experiment:
    """An experiment from a YAML file. Raises `BadExperiment`, with the line where YAML itself is wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadExperiment(f"cannot read {path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise BadExperiment(f"{path}{line}: not YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(data, dict):
        raise BadExperiment(f"{path}: an experiment is a mapping with at least `name:`")
    try:
        return build_experiment(data)
    except BadExperiment as error:
        raise BadExperiment(f"{path}: {error}") from None


def write_experiment(experiment: Experiment) -> str:
    """The experiment as YAML that `read_experiment` reads back to an equal value."""
    return yaml.safe_dump(experiment.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
