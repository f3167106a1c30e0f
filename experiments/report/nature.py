"""Whether a run is planted or live, said once in full and again, in a few words, wherever a number is shown."""

from typing import NamedTuple

from ..plain import plain
from ..results import Results
from .words import PLANTED, listed

REHEARSED = (
    "Scripted personas of the scripted endpoint answered in place of a model. This shows that the instrument works and says "
    "nothing about any model."
)


class Nature(NamedTuple):
    """`kind` is planted or live."""

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
    return f"Live: {listed(dict.fromkeys(plain(spec.model, 60) for spec in agents.models))}."
