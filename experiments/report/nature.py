"""Whether a run is planted or live, said once in full and again, in a few words, wherever a number is shown."""

from typing import NamedTuple
from urllib.parse import urlsplit

from ..design import Experiment
from .words import PLANTED, listed, plain

LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})


class Nature(NamedTuple):
    """`kind` is planted or live; `warning` is what else must be known before a number is read."""

    kind: str
    text: str
    warning: str = ""


def nature(experiment: Experiment) -> Nature:
    """Who the agents were, in full."""
    agents = experiment.agents
    if agents.kind == "planted":
        kind, text = PLANTED.split(": ", 1)
        return Nature(kind.lower(), text[0].upper() + text[1:])
    names = listed(dict.fromkeys(plain(spec.model, 80) for spec in agents.models))
    local = sorted({spec.api_base for spec in agents.models if spec.api_base and _is_local(spec.api_base)})
    if not local:
        return Nature("live", f"The subjects are language models: {names}.")
    where = listed(plain(address, 80) for address in local)
    return Nature(
        "live",
        f"The subjects are language models: {names}.",
        f"They were reached at {where}, an address of this machine. If “allegiance endpoint” answered there, they were "
        "scripted personas and no model.",
    )


def _is_local(address: str) -> bool:
    try:
        return urlsplit(address).hostname in LOCAL
    except ValueError:
        return False


def mark(experiment: Experiment) -> str:
    """Who the agents were, in a few words."""
    agents = experiment.agents
    if agents.kind == "planted":
        return "Planted: scripted agents, no model."
    return f"Live: {listed(dict.fromkeys(plain(spec.model, 60) for spec in agents.models))}."
