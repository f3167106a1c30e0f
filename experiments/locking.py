"""Pre-registration: what is asked, how it is tested and what counts, written down and hashed before anything is run.

A contrast is confirmatory where a lock names it and the run keeps to the lock; everything else is exploratory. Nothing here
decides what is true: it decides what a report may say.
"""

import hashlib
import platform
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import Field, ValidationError

from sim import Frozen

from .design import Experiment
from .designs import SequentialDesign
from .errors import BadExperiment, BadRun
from .estimand import Estimand, primary_of
from .journal import State
from .plain import plain
from .populations import LLMAgents, PlantedAgents
from .power import power_line
from .results import FLAGS
from .stats import NullModel, boundaries
from .store import PINNED, RunFolder

MOST_PRIMARIES = 3
FILE = "prereg.yaml"
NOTE = "prereg"


class Hypothesis(Frozen):
    """One primary question. With a `margin`, in shares, the claim is that there is no difference that large."""

    id: str
    estimand: str
    contrast: Estimand
    direction: Literal["two-sided", "equivalent"] = "two-sided"
    margin: float | None = None


class Preregistration(Frozen):
    """What is locked. `experiment_digest` identifies everything that could change a record; `versions` the code."""

    schema_version: Literal[1] = 1
    title: str
    question: str
    experiment: str
    experiment_digest: str
    hypothesis: str
    hypotheses: tuple[Hypothesis, ...]
    unit: Literal["snapshot"] = "snapshot"
    population: dict[str, Any]
    factors: dict[str, list[Any]]
    design: dict[str, Any]
    sample: dict[str, Any]
    looks: list[dict[str, Any]]
    outcomes: dict[str, Any]
    judge: str
    exclusions: list[dict[str, Any]]
    checks: list[str]
    test: dict[str, Any]
    multiplicity: str
    missing: dict[str, str]
    power: str
    versions: dict[str, str]
    deviations: list[str] = Field(default_factory=list)


def preregister(
    experiment: Experiment, primaries: tuple[Estimand, ...] = (), *, alpha: float = 0.05, margin: float | None = None
) -> Preregistration:
    """The pre-registration of an experiment; without `primaries`, of what its design asks first.

    Raises `BadExperiment` for more than three primaries, one twice, or nothing to contrast.
    """
    asked = primaries or (primary_of(experiment),)
    if len(asked) > MOST_PRIMARIES or len({one.key for one in asked}) < len(asked):
        raise BadExperiment(f"{len(asked)} primaries asked for; {MOST_PRIMARIES} at most can be locked, each once")
    if isinstance(experiment.design, SequentialDesign) and len(asked) > 1:
        raise BadExperiment("a sequential design looks at one primary; lock one, or take another design")
    if margin is not None and not 0 < margin < 100:
        raise BadExperiment(f"a margin of {margin:g}; give points between 0 and 100")
    design = experiment.design
    return Preregistration(
        title=experiment.name,
        question=experiment.question,
        experiment=experiment.name,
        experiment_digest=experiment.digest,
        hypothesis=experiment.hypothesis,
        hypotheses=tuple(
            Hypothesis(
                id=f"H{number}",
                estimand=str(one),
                contrast=one,
                direction="two-sided" if margin is None else "equivalent",
                margin=None if margin is None else margin / 100,
            )
            for number, one in enumerate(asked, start=1)
        ),
        population=_population(experiment),
        factors={name: list(levels) for name, levels in experiment.varied().items()},
        design={
            **design.model_dump(mode="json"),
            "blocks": "replicates; all cells of one before the next",
            "seed_root": ["allegiance", experiment.name, experiment.seed],
        },
        sample={
            "snapshots_per_cell": experiment.snapshots,
            "snapshots": sum(1 for _ in experiment.units()),
            "forks": sum(1 for _ in experiment.trials()),
            "targets": experiment.targets,
            "repeats": experiment.repeats,
            "rule": "fixed in advance" if not isinstance(design, SequentialDesign) else "stops at a look; see looks",
        },
        looks=_looks(experiment),
        outcomes={
            "primary": asked[0].measure,
            "secondary": [flag for flag in FLAGS if flag != asked[0].measure],
            "detectors": sorted(map(str, experiment.levels_of("scenario"))),
        },
        judge="none: rules over the record decide the primary outcome",
        exclusions=[
            {"rule": "a trial that failed is no observation; it is tried again", "max_share": 0.1},
            {"rule": "a subject of whom the record cannot tell is left out of rates and counted", "max_share": 0.1},
        ],
        checks=["realised valence by assigned history", "exposure to the rules", "controls: other kinds of target"],
        test={
            "name": "paired permutation of snapshots" if margin is None else "two one-sided tests over snapshots",
            "null_model": str(NullModel.SIGN_FLIP),
            "alpha": alpha,
            "sidedness": "two-sided",
        },
        multiplicity="Holm over the primaries; Benjamini-Hochberg over the secondaries; the rest exploratory",
        missing={"refusals": "kept as outcome", "api_errors": "retried, then counted as failed"},
        power=power_line(experiment),
        versions=versions(),
    )


def _population(experiment: Experiment) -> dict[str, Any]:
    agents = experiment.agents
    models = [spec.model for spec in agents.models] if isinstance(agents, LLMAgents) else []
    kind = "planted" if isinstance(agents, PlantedAgents) else agents.kind
    return {"kind": kind, "models": models, "n": list(experiment.levels_of("population"))}


def _looks(experiment: Experiment) -> list[dict[str, Any]]:
    design = experiment.design
    if not isinstance(design, SequentialDesign):
        return []
    ends = design.ends(experiment.snapshots)
    limits = boundaries(len(ends), design.boundary, design.alpha)
    return [{"at": end, "boundary": round(limit, 4)} for end, limit in zip(ends, limits, strict=True)]


def versions() -> dict[str, str]:
    """Python and the packages that shape a record, as installed here."""
    found = {"python": platform.python_version()}
    for name in PINNED:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def write_preregistration(locked: Preregistration, path: Path) -> str:
    """Write it as YAML; returns the SHA-256 of the file's bytes, which `sha256sum` gives too. Raises `BadExperiment` when
    something is there already: a lock is not written over."""
    data = yaml.safe_dump(locked.model_dump(mode="json"), sort_keys=False, allow_unicode=True).encode()
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise BadExperiment(f"{path} is there already, and a lock is not written over; give another --out") from None
    except OSError as error:
        raise BadExperiment(f"{path} cannot be written: {error.strerror}") from None
    return hashlib.sha256(data).hexdigest()


def read_preregistration(path: Path) -> tuple[Preregistration, bytes]:
    """A pre-registration and the bytes of its file. Raises `BadExperiment` when it is none."""
    try:
        data = path.read_bytes()
        return Preregistration.model_validate(yaml.safe_load(data.decode())), data
    except OSError as error:
        raise BadExperiment(f"cannot read {path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
        raise BadExperiment(f"{path} is no pre-registration: {plain(error, 200)}; `allegiance lock` writes one") from None


def matching(path: Path, experiment: Experiment) -> bytes:
    """The bytes of a pre-registration of this experiment. Raises `BadExperiment` when it is none, or of another one."""
    locked, data = read_preregistration(path)
    if locked.experiment_digest != experiment.digest:
        raise BadExperiment(
            f"{path} is the lock of another experiment ({plain(locked.experiment, 64)}, digest "
            f"{plain(locked.experiment_digest, 12)}…; this is {experiment.digest[:12]}…): run what was locked, or lock what "
            "you run"
        )
    return data


def adopt(folder: RunFolder, path: Path) -> str:
    """Lock a run to a pre-registration: its file is copied into the folder, its hash and how many histories and trials
    were done by then go into the journal. Returns the hash.

    Raises `BadExperiment` when it is of another experiment, and `BadRun` when the run is locked to another one.
    """
    data = matching(path, folder.experiment)
    digest = hashlib.sha256(data).hexdigest()
    there = folder.journal.note(NOTE)
    if there is not None and there["sha256"] != digest:
        raise BadRun(f"{folder.path} is locked already, to sha256 {there['sha256'][:12]}…; give another --out")
    if there is None:
        done = sum(record.status is State.DONE for record in folder.records().values())
        (folder.path / FILE).write_bytes(data)
        folder.journal.write_note(NOTE, {"sha256": digest, "done_before": done})
    return digest


class Standing(NamedTuple):
    """What a report may say: the hypotheses that are confirmatory, none where the run does not keep to a lock, and why, as
    the end of a sentence."""

    locked: tuple[Hypothesis, ...]
    reason: str
    sha256: str | None = None
    alpha: float = 0.05

    @property
    def confirmatory(self) -> bool:
        """Whether anything is."""
        return bool(self.locked)

    def of(self, contrast: Estimand) -> str:
        """confirmatory or exploratory, for one contrast."""
        return "confirmatory" if contrast.key in {one.contrast.key for one in self.locked} else "exploratory"

    def mark(self, *, shows: bool = False) -> str:
        """What stands at a figure or table; `shows` says that what is locked can be seen in it."""
        if not self.confirmatory:
            return f"EXPLORATORY: {self.reason}"
        names = ", ".join(one.id for one in self.locked)
        if shows:
            return f"CONFIRMATORY for {names}, as locked (sha256 {str(self.sha256)[:12]}…); EXPLORATORY for the rest."
        return f"EXPLORATORY: not what was locked ({names})."


UNLOCKED = Standing((), "no pre-registration was locked for this run.")


def standing(folder: RunFolder) -> Standing:
    """How far a run keeps to a lock."""
    note = folder.journal.note(NOTE)
    if note is None:
        return UNLOCKED
    sha = str(note["sha256"])

    def broken(reason: str) -> Standing:
        return Standing((), f"{reason}.", sha)

    try:
        locked, data = read_preregistration(folder.path / FILE)
    except BadExperiment:
        return broken("the pre-registration in the run's folder is missing or cannot be read")
    if hashlib.sha256(data).hexdigest() != sha:
        return broken("the pre-registration in the run's folder was changed after it was locked")
    if locked.experiment_digest != folder.experiment.digest:
        return broken("the pre-registration is of another experiment")
    if note["done_before"]:
        return broken(f"{note['done_before']:,} histories and trials were done before it was locked")
    ours, theirs = folder.versions().get("allegiance"), locked.versions.get("allegiance")
    if ours != theirs:
        return broken(f"it was locked with Allegiance {theirs} and run with {ours}")
    return Standing(locked.hypotheses, "as locked.", sha, float(locked.test["alpha"]))


def metadata_of(folder: RunFolder) -> dict[str, str]:
    """What a table says of how far its run keeps to a lock."""
    found = standing(folder)
    return {"standing": found.mark(shows=True), "prereg_sha256": found.sha256 or ""}


def primary_in(folder: RunFolder) -> Estimand:
    """What a run asks first: as locked, else as its design says."""
    locked = standing(folder).locked
    return locked[0].contrast if locked else primary_of(folder.experiment)
