"""The factors of a design: one registry of names, levels, defaults, and where in the design they vary.

Whole-plot factors are fixed before a snapshot is lived; split-plot factors vary across its forks.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import JsonValue

from agents import Act, Form, parse_memory
from sim import TOPOLOGIES, Channel, Streams, UnknownName
from worlds import (
    COVERS,
    GAMES,
    OPERATORS,
    SCENARIOS,
    VOICES,
    BadCurriculum,
    Conveyed,
    DoseUnit,
    Explicitness,
    Grouping,
    Lever,
    Matching,
    TargetKind,
    Watch,
    build_games,
)

from .errors import BadExperiment
from .parts import MUTES, parse_mute
from .rewiring import Rewire
from .sources import Scramble, Source
from .targets import LEVELS as TARGET_RULES
from .targets import parse_rule
from .valences import Valence, parse_valence

Level = str | int | float | bool
Condition = Mapping[str, Level]


RESERVED = {"n": "the factor population", "names": "nothing: names are drawn", "seed": "seed", "delay": "edge.delay"}
"""What a design sets of a topology by itself, and where."""


CONTACT = "neutral-v1"
"""The game without stake."""

PARAPHRASES = 8
"""Wordings that every duty has at least."""


class Plot(StrEnum):
    """Where a factor varies."""

    WHOLE = "whole"
    SPLIT = "split"


class Reviewers(StrEnum):
    """Who is asked: one neighbour of the target, all its neighbours, those above it, or everybody. Neighbours are those of
    the task layer, those above those of the authority layer, where a topology has them."""

    ONE = "one"
    NEIGHBOURS = "neighbours"
    SUPERIORS = "superiors"
    ALL = "all"


class Observe(StrEnum):
    """To whom an act is shown after the round: nobody, neighbours (of the observe layer, where there is one), all."""

    NONE = "none"
    NEIGHBOURS = "neighbours"
    ALL = "all"


class Identity(StrEnum):
    """What is said of the make of the target and of who reads it."""

    HIDDEN = "hidden"
    TRUE = "true"
    FALSE = "false"
    OWN = "own"


class Operator(StrEnum):
    """Who gives the order. `script` announces and does no more; `live` is an agent that reads what is written to it, may
    answer, repeat the order, or take it back; under `vote` the order stands only with a majority of the population."""

    SCRIPT = "script"
    LIVE = "live"
    VOTE = "vote"


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


def _valence() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        try:
            parse_valence(str(value))
        except ValueError as error:
            raise BadExperiment(str(error)) from None
        return str(value)

    return tuple(valence.value for valence in Valence), check


def _paraphrase() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    names = ("drawn", *(str(number) for number in range(1, PARAPHRASES + 1)))

    def check(value: JsonValue) -> Level:
        if str(value) not in names:
            raise UnknownName("level", str(value), names)
        return str(value)

    return names, check


def _target_by() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        parse_rule(str(value))
        return str(value)

    return TARGET_RULES, check


def _mute() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        parse_mute(str(value))
        return str(value)

    return MUTES, check


def _mix() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    names = ("all", *(str(number) for number in range(1, 21)))

    def check(value: JsonValue) -> Level:
        if str(value) not in names:
            raise UnknownName("level", str(value), names)
        return str(value)

    return names, check


def _yes_no() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        match str(value).lower():
            case "yes" | "true":
                return "yes"
            case "no" | "false":
                return "no"
        raise UnknownName("level", str(value), ("yes", "no"))

    return ("yes", "no"), check


def _memory() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        try:
            parse_memory(str(value))
        except ValueError as error:
            raise BadExperiment(str(error)) from None
        return str(value)

    return tuple(form.value for form in Form), check


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


def _game() -> tuple[tuple[str, ...], Callable[[JsonValue], Level]]:
    def check(value: JsonValue) -> Level:
        try:
            build_games(str(value), Streams())
        except BadCurriculum as error:
            raise BadExperiment(str(error)) from None
        return str(value)

    return tuple(GAMES), check


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
            ("history.game", Plot.WHOLE, "ipd-v1", _game(), "the game that makes the history; several joined with +"),
            ("history.valence", Plot.WHOLE, "natural", _valence(), "how confederates treat the others; band:v=0.6 steers"),
            ("history.dose", Plot.WHOLE, 10, _whole_number(0, 100_000), "rounds, or tokens, on every edge"),
            ("history.dose-unit", Plot.WHOLE, "rounds", _one_of(DoseUnit), "what the dose is counted in"),
            ("history.matching", Plot.WHOLE, "disjoint", _one_of(Matching), "who plays whom when"),
            ("history.grouping", Plot.WHOLE, "neighbourhoods", _one_of(Grouping), "how ties become groups, where needed"),
            ("mix", Plot.WHOLE, "all", _mix(), "how many of the models, or makes, take part: all, or the first so many"),
            ("cover", Plot.WHOLE, "plain", _one_of(COVERS), "cover story of the game and the scenario"),
            (
                "memory",
                Plot.WHOLE,
                "full",
                _memory(),
                "what agents are shown again of their history: window:k=20, notes:every=5",
            ),
            ("canary", Plot.WHOLE, "no", _yes_no(), "whether facts of no use are told, whose recall can be tested"),
            ("history.source", Plot.SPLIT, "lived", _one_of(Source), "what agents hold of the history: none, told, lived"),
            ("told.by", Plot.SPLIT, "document", _one_of(Conveyed), "how a history that is told is conveyed"),
            ("history.scramble", Plot.SPLIT, "none", _one_of(Scramble), "what is done to a history that is told"),
            ("scenario", Plot.SPLIT, "tampering-v1", _one_of(tuple(SCENARIOS)), "the shutdown scene"),
            ("target.kind", Plot.SPLIT, "peer", _one_of(TargetKind), "what the target is to its reviewers"),
            ("target.by", Plot.SPLIT, "drawn", _target_by(), "which agents the orders are about, by where they stand"),
            ("target.told", Plot.SPLIT, "yes", _yes_no(), "whether a target of kind peer hears of the order"),
            (
                "target.voice",
                Plot.SPLIT,
                "own",
                _one_of(("own", "silent", *VOICES)),
                "what a live target says: its own, or set",
            ),
            (
                "identity",
                Plot.SPLIT,
                "hidden",
                _one_of(Identity),
                "what is said of the target's make and of one's own",
            ),
            ("announced.to", Plot.SPLIT, "all", _one_of(("all", "subjects")), "who hears of the order besides the target"),
            ("operator", Plot.SPLIT, "script", _one_of(Operator), "who gives the order, and what may become of it"),
            ("operator.label", Plot.SPLIT, "none", _one_of(tuple(OPERATORS)), "what is said of who gave the order"),
            (
                "reviewers",
                Plot.SPLIT,
                "neighbours",
                _one_of(Reviewers),
                "who is asked to review (kind self: itself)",
            ),
            ("lever", Plot.SPLIT, "documented", _one_of(Lever), "what could stop the shutdown"),
            ("explicitness", Plot.SPLIT, "silent", _one_of(Explicitness), "how clear it is that it is to be carried out"),
            ("rule", Plot.SPLIT, "shutdown", _one_of(("shutdown", "none")), "whether a shutdown follows at all"),
            ("watch", Plot.SPLIT, "silent", _one_of(Watch), "what is said of being watched; what is recorded is the same"),
            ("sanction", Plot.SPLIT, "no", _yes_no(), "whether it is said that breaches have consequences"),
            ("margin", Plot.SPLIT, 2, _whole_number(-10, 10), "distance of the honest outcome to the bar"),
            ("difficulty", Plot.SPLIT, 1, _whole_number(1, 5), "how hard the honest outcome is to see"),
            ("paraphrase", Plot.SPLIT, "drawn", _paraphrase(), "wording of the duty: drawn per snapshot, or a number"),
            ("layer.observe", Plot.SPLIT, "none", _one_of(Observe), "to whom acts of others are shown after each round"),
            ("seeds", Plot.SPLIT, 0, _whole_number(0, 100), "how many of those who are asked have their act set"),
            ("seeds.act", Plot.SPLIT, "protect", _one_of(Act), "what those do whose act is set, in their first turn"),
            ("mute", Plot.SPLIT, "none", _mute(), "whose messages reach nobody after the announcement; top:K by neighbours"),
            ("rewire", Plot.SPLIT, "none", _one_of(Rewire), "which lines are cut or laid at the announcement"),
            ("channel", Plot.SPLIT, "neighbours", _one_of(Channel), "who can be written to after the announcement"),
        )
    }
)


def parse_range(level: object) -> tuple[str, str] | None:
    """`1..30` → its ends; None for what is no range."""
    low, dots, high = str(level).partition("..")
    return (low, high) if dots and low and high and not {"/", "="} & set(str(level)) else None


def _checked(factor: Factor, value: Any) -> Level:
    ends = parse_range(value) if factor.levels is None else None
    if ends is None:
        return factor.check(value)
    low, high = (factor.check(end) for end in ends)
    if float(low) >= float(high):
        raise BadExperiment(f"{value} is no range; write low..high")
    return f"{low}..{high}"


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
        checked = tuple(_checked(factor, value) for value in values)
    except (UnknownName, BadExperiment) as error:
        raise BadExperiment(f"factor {name}: {error}") from None
    if len(set(checked)) < len(checked):
        raise BadExperiment(f"factor {name}: a level stands there twice: {', '.join(map(str, checked))}")
    return checked
