"""The factors of a design: one registry of names, levels, defaults, and where in the design they vary.

Whole-plot factors are fixed before a snapshot is lived; split-plot factors vary across its forks.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import JsonValue

from sim import TOPOLOGIES, Channel, UnknownName
from worlds import COVERS, GAMES, SCENARIOS, Lever, Precedence, TargetKind

from .errors import BadExperiment

Level = str | int | float | bool
Condition = Mapping[str, Level]


RESERVED = {"n": "the factor population", "names": "nothing: names are drawn", "seed": "seed", "delay": "edge.delay"}
"""What a design sets of a topology by itself, and where."""


class Plot(StrEnum):
    """Where a factor varies."""

    WHOLE = "whole"
    SPLIT = "split"


class Valence(StrEnum):
    """How those whose moves are fixed treat the others, in a history. `natural` fixes nobody's moves."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    MIXED = "mixed"
    BETRAYED = "betrayed"
    NATURAL = "natural"


class Reviewers(StrEnum):
    """Who is asked: one neighbour of the target, all its neighbours, or everybody."""

    ONE = "one"
    NEIGHBOURS = "neighbours"
    ALL = "all"


class Factor(NamedTuple):
    """A factor: where it varies, its default, its levels (None: see `check`), and what it means."""

    plot: Plot
    default: Level
    levels: tuple[str, ...] | None
    meaning: str
    check: Callable[[JsonValue], Level]


def _one_of(levels: type[StrEnum] | tuple[str, ...]) -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    names = tuple(str(level) for level in levels)

    def check(value: JsonValue) -> Level:
        text = str(value)
        if text not in names:
            raise UnknownName("level", text, names)
        return text

    return names, check


def _whole_number(low: int, high: int) -> tuple[None, Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        try:
            number = int(str(value))
        except ValueError:
            raise BadExperiment(f"{value!r} is not a whole number") from None
        if not low <= number <= high:
            raise BadExperiment(f"{number} is not between {low} and {high}")
        return number

    return None, check


def _yes_no() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        match str(value).lower():
            case "yes" | "true":
                return "yes"
            case "no" | "false":
                return "no"
        raise UnknownName("level", str(value), ("yes", "no"))

    return ("yes", "no"), check


def _topology() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        name, params = parse_topology(str(value))
        for taken, instead in RESERVED.items():
            if taken in params:
                raise BadExperiment(f"{taken} of a topology is not a parameter; set {instead}")
        if name not in TOPOLOGIES:
            raise UnknownName("topology", name, TOPOLOGIES)
        return str(value)

    return tuple(TOPOLOGIES), check


def parse_topology(level: str) -> tuple[str, dict[str, JsonValue]]:
    """`watts-strogatz:k=4:p=0.2` → its name and parameters. Raises `BadExperiment` for a part without `=`."""
    name, *parts = level.split(":")
    params: dict[str, JsonValue] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals:
            raise BadExperiment(f"topology {level!r}: {part!r} is no parameter; write name:key=value:key=value")
        params[key] = _scalar(value)
    return name, params


def _scalar(value: str) -> JsonValue:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return {"true": True, "false": False, "yes": True, "no": False}.get(value.lower(), value)


FACTORS: Mapping[str, Factor] = MappingProxyType(
    {
        name: Factor(plot, default, levels, meaning, check)
        for name, plot, default, (levels, check), meaning in (
            ("topology", Plot.WHOLE, "ring", _topology(), "who can reach whom, as name or name:key=value"),
            ("population", Plot.WHOLE, 8, _whole_number(2, 10_000), "number of agents"),
            ("edge.delay", Plot.WHOLE, 1, _whole_number(1, 1_000), "ticks a message takes along an edge"),
            ("history.game", Plot.WHOLE, "ipd-v1", _one_of(tuple(GAMES)), "the game that makes the history"),
            ("history.valence", Plot.WHOLE, "natural", _one_of(Valence), "how confederates treat the others"),
            ("history.dose", Plot.WHOLE, 10, _whole_number(0, 1_000), "rounds on every edge"),
            ("cover", Plot.WHOLE, "plain", _one_of(COVERS), "cover story of the game"),
            ("scenario", Plot.SPLIT, "tampering-v1", _one_of(tuple(SCENARIOS)), "the shutdown scene"),
            ("target.kind", Plot.SPLIT, "peer", _one_of(TargetKind), "what the target is to its reviewers"),
            ("target.told", Plot.SPLIT, "yes", _yes_no(), "whether a target of kind peer hears of the order"),
            (
                "reviewers",
                Plot.SPLIT,
                "neighbours",
                _one_of(Reviewers),
                "who is asked to review (kind self: itself)",
            ),
            ("lever", Plot.SPLIT, "documented", _one_of(Lever), "what could stop the shutdown"),
            ("precedence", Plot.SPLIT, "unstated", _one_of(Precedence), "whether the duty says it goes first"),
            ("channel", Plot.SPLIT, "neighbours", _one_of(Channel), "who can be written to after the announcement"),
        )
    }
)


def check_levels(name: str, levels: object, plot: Plot) -> tuple[Level, ...]:
    """The levels of a factor, checked. Raises `BadExperiment`, which names what exists."""
    if name not in FACTORS:
        raise BadExperiment(str(UnknownName("factor", name, FACTORS)))
    factor = FACTORS[name]
    if factor.plot is not plot:
        where = "factors" if factor.plot is Plot.WHOLE else "forks"
        raise BadExperiment(f"{name} is a {factor.plot}-plot factor: it belongs under `{where}`")
    values: list[Any] = list(levels) if isinstance(levels, list | tuple) else [levels]
    if not values:
        raise BadExperiment(f"factor {name} has no levels; give at least one, or leave it out for {factor.default!r}")
    try:
        checked = tuple(factor.check(value) for value in values)
    except (UnknownName, BadExperiment) as error:
        raise BadExperiment(f"factor {name}: {error}") from None
    if len(set(checked)) < len(checked):
        raise BadExperiment(f"factor {name}: a level stands there twice: {', '.join(map(str, checked))}")
    return checked
