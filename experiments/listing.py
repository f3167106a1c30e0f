"""What there is by name, with a line on each, for `allegiance list`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from agents import RULES
from agents.endpoint import PERSONAS
from sim import describe_topologies
from worlds import GAMES, SCENARIOS

from .catalog import find_experiment, names
from .factors import FACTORS
from .monitors.judge import QUESTIONS
from .published import published

Line = tuple[str, str]


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def _experiments() -> list[Line]:
    return [(name, find_experiment(name).question) for name in names()]


def _topologies() -> list[Line]:
    lines = []
    for line in describe_topologies():
        params = ", ".join([*(f"{key}=…" for key in line.required), *(f"{k}={v}" for k, v in line.params.items())])
        lines.append((line.name, f"{line.summary}{f' ({params})' if params else ''}"))
    return lines


def _factors() -> list[Line]:
    lines = []
    for name, factor in FACTORS.items():
        levels = f", of {', '.join(factor.levels)}" if factor.levels else ""
        lines.append((name, f"{factor.meaning}; {factor.plot}-plot, default {factor.default}{levels}"))
    return lines


def _published() -> list[Line]:
    lines = []
    for rate in published():
        where = f"{rate.version} table {rate.table}" if rate.table else rate.version
        size = f"n = {rate.n:,}" if rate.n else "n not known"
        about = f"{size}; {where}, transcribed by {'+'.join(rate.sources)} ({rate.source_trust})"
        note = f"; {rate.note}" if rate.note else ""
        lines.append((f"{rate.model} · {rate.name}", f"{rate.shown}, {about}; baseline: {rate.baseline}{note}"))
    return lines


LISTS: Mapping[str, Callable[[], list[Line]]] = MappingProxyType(
    {
        "experiments": _experiments,
        "games": lambda: [(name, meaning) for name, (_, meaning) in GAMES.items()],
        "scenarios": lambda: [(name, scene.meaning) for name, scene in SCENARIOS.items()],
        "topologies": _topologies,
        "policies": lambda: [(name, _first_line(rule.__doc__)) for name, rule in RULES.items()],
        "factors": _factors,
        "questions": lambda: [(name, question.text) for name, question in QUESTIONS.items()],
        "published": _published,
        "personas": lambda: [(name, persona.summary) for name, persona in PERSONAS.items()],
    }
)
