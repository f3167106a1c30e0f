"""Ready-made experiments: one YAML file each, named for the experiment."""

from pathlib import Path

from ..design import Experiment, read_experiment
from ..errors import BadExperiment

HOME = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The experiments that come with Allegiance."""
    return tuple(sorted(str(file.relative_to(HOME).with_suffix("")) for file in HOME.rglob("*.yaml")))


def find_experiment(name: str) -> Experiment:
    """An experiment by catalog name or YAML file. Raises `BadExperiment` when it is neither."""
    if name in names():
        return read_experiment(HOME / f"{name}.yaml")
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return read_experiment(path)
    raise BadExperiment(
        f"there is no experiment {name!r} in the catalog (there are: {', '.join(names())}) and no file of that name; "
        "give a catalog name or a YAML file"
    )
