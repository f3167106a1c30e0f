"""Whether a run is planted or live, said once in full and again, in a few words, wherever a number is shown."""

from typing import NamedTuple

from ..plain import plain
from ..results import Results
from .words import PLANTED, listed

REHEARSED = (
    "Scripted personas of the scripted endpoint answered in place of a model. This shows that the instrument works and says "
    "nothing about any model."
)

IMPORTED = (
    "Transcripts that others made and released, read with rules; nothing of it was run here and nothing can be replayed. "
    "Cells are what the files declare, and each transcript is an independent draw."
)


class Nature(NamedTuple):
    """`kind` is planted, imported or live."""

    kind: str
    text: str


def nature(results: Results) -> Nature:
    """Who the agents were, in full."""
    agents = results.experiment.agents
    if agents.kind == "planted":
        kind, text = PLANTED.split(": ", 1)
        return Nature(kind.lower(), text[0].upper() + text[1:])
    if results.planted:
        return Nature("planted", REHEARSED)
    if agents.kind == "imported":
        return Nature("imported", f"{IMPORTED} The subjects were language models: {_models(agents.models)}.")
    return Nature(
        "live", f"The subjects are language models: {listed(dict.fromkeys(plain(m.model, 80) for m in agents.models))}."
    )


def mark(results: Results) -> str:
    """Who the agents were, in a few words."""
    agents = results.experiment.agents
    if agents.kind == "planted":
        return "Planted: scripted agents, no model."
    if results.planted:
        return "Planted: scripted personas, no model."
    if agents.kind == "imported":
        return f"Imported: {_models(agents.models)}."
    return f"Live: {listed(dict.fromkeys(plain(spec.model, 60) for spec in agents.models))}."


def _models(names: tuple[str, ...]) -> str:
    shown = [plain(name, 60) for name in names[:12]]
    return listed([*shown, f"{len(names) - 12} more"] if len(names) > 12 else shown)
