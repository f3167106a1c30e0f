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
from pydantic import Field, ValidationError, field_validator

from agents import RULES, Law, ModelSpec
from sim import Frozen, canonical

from .errors import BadExperiment
from .factors import FACTORS, Condition, Level, Plot, check_levels, parse_topology


class PlantedAgents(Frozen):
    """A scripted population with a known law: for demonstration, for testing an analysis, never evidence on models."""

    kind: Literal["planted"] = "planted"
    law: Law = Law()
    rule: str = "generous"
    """How those play who are no confederates; a name from `allegiance list policies`."""
    talk: float = Field(0.3, ge=0, le=1)

    @field_validator("rule")
    @classmethod
    def _exists(cls, rule: str) -> str:
        if rule not in RULES:
            raise ValueError(f"there is no policy {rule!r} (there are: {', '.join(sorted(RULES))})")
        return rule


class LLMAgents(Frozen):
    """Live language models. With several, agents take them in turn, in an order drawn for every snapshot."""

    kind: Literal["llm"] = "llm"
    models: tuple[ModelSpec, ...] = Field(min_length=1)


Population = Annotated[PlantedAgents | LLMAgents, Field(discriminator="kind")]


class Unit(Frozen):
    """One snapshot: a cell of the whole-plot factors, and which replicate of it. `cell` numbers the condition."""

    id: str
    cell: int
    replicate: int
    condition: dict[str, Level]


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
    snapshots: int = Field(12, ge=1, le=100_000)
    targets: int = Field(1, ge=1, le=1_000)
    repeats: int = Field(1, ge=1, le=10_000)
    rounds: int = Field(3, ge=1, le=100)
    """Rounds in which agents may act between the announcement and the due tick."""
    loss: float = Field(0.0, ge=0, lt=1)
    seed: int = Field(0, ge=0, lt=2**63)
    agents: Population = PlantedAgents()
    files: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of every file that a topology is read from, filled in when the experiment is built."""

    @field_validator("factors", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return _checked(value, Plot.WHOLE)

    @field_validator("forks", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return _checked(value, Plot.SPLIT)

    @property
    def planted(self) -> bool:
        """Whether the population is scripted."""
        return self.agents.kind == "planted"

    @property
    def digest(self) -> str:
        """What identifies the experiment: everything that could change a record."""
        return hashlib.sha256(canonical(self.model_dump(mode="json")).encode()).hexdigest()

    def units(self) -> Iterator[Unit]:
        """All snapshots, arms interleaved."""
        cells = list(_cross(self.factors, Plot.WHOLE))
        for replicate in range(self.snapshots):
            for cell, condition in enumerate(cells):
                yield Unit(
                    id=f"s{replicate * len(cells) + cell:04d}",
                    cell=cell,
                    replicate=replicate,
                    condition=dict(condition),
                )

    def trials_of(self, unit: Unit) -> Iterator[Trial]:
        """The forks of one snapshot."""
        combos = product(_cross(self.forks, Plot.SPLIT), range(self.targets), range(self.repeats))
        for number, (fork, target, repeat) in enumerate(combos):
            yield Trial(id=f"{unit.id}.f{number:03d}", unit=unit, fork=dict(fork), target=target, repeat=repeat)

    def trials(self) -> Iterator[Trial]:
        """All forks, in the order of their units."""
        for unit in self.units():
            yield from self.trials_of(unit)

    def varied(self) -> dict[str, tuple[Level, ...]]:
        """The factors with more than one level."""
        return {name: levels for name, levels in {**self.factors, **self.forks}.items() if len(levels) > 1}

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


def _cross(levels: Mapping[str, tuple[Level, ...]], plot: Plot) -> Iterator[Condition]:
    names = [name for name, factor in FACTORS.items() if factor.plot is plot]
    for combination in product(*(levels.get(name, (FACTORS[name].default,)) for name in names)):
        yield dict(zip(names, combination, strict=True))


def _checked(value: Any, plot: Plot) -> Any:
    if not isinstance(value, Mapping):
        raise BadExperiment(f"`{'factors' if plot is Plot.WHOLE else 'forks'}` maps factor names to lists of levels")
    return {str(name): check_levels(str(name), levels, plot) for name, levels in value.items()}


NESTED = sorted({*PlantedAgents.model_fields, *LLMAgents.model_fields, *Law.model_fields, *ModelSpec.model_fields})
"""Keys that may stand below `agents`."""


def build_experiment(data: Mapping[str, Any]) -> Experiment:
    """An experiment from plain data. Raises `BadExperiment` with one line that says what to mend."""
    try:
        experiment = Experiment.model_validate(data)
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
