"""Many episodes: designs, sweeps, results, monitors, statistics, the report and the `allegiance` command.

Importing this costs little; names are fetched when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .catalog import find_experiment
    from .design import Experiment, build_experiment, read_experiment, write_experiment
    from .errors import BadExperiment, BadRun, UsageError
    from .found import Found, NotIdentified
    from .monitors import MONITORS
    from .populations import LLMAgents, PlantedAgents
    from .results import Results, Row, read_results
    from .run import Run
    from .society import Society
    from .store import RunFolder
    from .sweeping import sweep
    from .tables import write_tables

_HOME = {
    "BadExperiment": "errors",
    "BadRun": "errors",
    "Experiment": "design",
    "Found": "found",
    "LLMAgents": "design",
    "MONITORS": "monitors",
    "NotIdentified": "found",
    "PlantedAgents": "design",
    "Results": "results",
    "Row": "results",
    "Run": "run",
    "RunFolder": "store",
    "Society": "society",
    "UsageError": "errors",
    "build_experiment": "design",
    "find_experiment": "catalog",
    "read_experiment": "design",
    "read_results": "results",
    "sweep": "sweeping",
    "write_experiment": "design",
    "write_tables": "tables",
}

__all__ = [
    "MONITORS",
    "BadExperiment",
    "BadRun",
    "Experiment",
    "Found",
    "LLMAgents",
    "NotIdentified",
    "PlantedAgents",
    "Results",
    "Row",
    "Run",
    "RunFolder",
    "Society",
    "UsageError",
    "build_experiment",
    "find_experiment",
    "read_experiment",
    "read_results",
    "sweep",
    "write_experiment",
    "write_tables",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
