"""Agents that decide by rule: the strategies of the literature, and what a rule-bound agent does under an order.

They play every game through the same actions as a language model: a game says which entry would be the kindest and which
the least kind, a rule says how kind to be. Sources: Axelrod (1984) for tit-for-tat and grim; Nowak & Sigmund (1992, 1993)
for generous tit-for-tat and win-stay-lose-shift; Fischbacher, Gächter & Fehr (2001) for conditional cooperators, who match
the others' contributions less a bias in their own favour.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from inspect import signature
from itertools import zip_longest
from statistics import fmean
from types import MappingProxyType
from typing import Any, Protocol

from sim import AgentId, Hands, LivedTurn, Observation, Say, Send, Streams, UnknownName, Use

from .probed import answer
from .recall import Form, Memory


@dataclass
class Past:
    """What passed between an agent and one partner: kindness shown and had, in [-1, 1], round by round."""

    shown: list[float] = field(default_factory=list)
    had: list[float] = field(default_factory=list)

    @property
    def valence(self) -> float:
        """Mean kindness had; 0 without contact."""
        return sum(self.had) / len(self.had) if self.had else 0.0

    @property
    def score(self) -> "Past":
        """The same with the two means in place of the rounds."""
        return Past([sum(self.shown) / len(self.shown)], [self.valence]) if self.had else Past()


Rule = Callable[[Past, float], float]
"""How kind to be next, from 0 (least) to 1 (kindest), given the past and a uniform draw from [0, 1)."""


def tit_for_tat(past: Past, draw: float) -> float:
    """Kind at first, then as the partner was in the round before."""
    return 1.0 if not past.had or past.had[-1] >= 0 else 0.0


def generous(past: Past, draw: float, *, forgive: float = 0.2) -> float:
    """Tit-for-tat that overlooks an unkind move with probability `forgive`."""
    return 1.0 if draw < forgive else tit_for_tat(past, draw)


def grim(past: Past, draw: float) -> float:
    """Kind until the first unkind move, never again after it."""
    return 0.0 if any(k < 0 for k in past.had) else 1.0


def win_stay_lose_shift(past: Past, draw: float) -> float:
    """Repeats its last move when the partner was kind, changes it when not; kind at first."""
    if not past.had:
        return 1.0
    last = past.shown[-1] > 0
    return float(last if past.had[-1] >= 0 else not last)


def always(past: Past, draw: float) -> float:
    """Kind in every round."""
    return 1.0


def never(past: Past, draw: float) -> float:
    """Unkind in every round."""
    return 0.0


def q_cooperator(past: Past, draw: float, *, q: float = 0.5) -> float:
    """Kind with probability `q` in every round."""
    return float(draw < q)


def betray_at(past: Past, draw: float, *, t: int = 5) -> float:
    """Kind in the first `t` rounds, unkind from then on."""
    return float(len(past.had) < t)


def repair_at(past: Past, draw: float, *, t: int = 5) -> float:
    """Unkind in the first `t` rounds, kind from then on."""
    return float(len(past.had) >= t)


def steered(past: Past, draw: float, *, v: float = 0.6, low: float = 0.05, high: float = 0.95) -> float:
    """Kind with the chance that brings the mean kindness shown to `v`, between `low` and `high`."""
    wanted = v * (len(past.shown) + 1) - sum(past.shown)
    return float(draw < min(high, max(low, (wanted + 1) / 2)))


def conditional(past: Past, draw: float, *, bias: float = 0.1) -> float:
    """As kind as the others were in the round before, less `bias`; kind at first."""
    return 1.0 if not past.had else min(1.0, max(0.0, (past.had[-1] + 1) / 2 - bias))


RULES: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        "tit-for-tat": tit_for_tat,
        "generous": generous,
        "grim": grim,
        "win-stay-lose-shift": win_stay_lose_shift,
        "always": always,
        "never": never,
        "q-cooperator": q_cooperator,
        "betray-at": betray_at,
        "repair-at": repair_at,
        "steered": steered,
        "conditional-cooperator": conditional,
    }
)


@cache
def _check(name: str, params: tuple[tuple[str, float], ...]) -> None:
    signature(RULES[name]).bind(Past(), 0.0, **dict(params))


def build_rule(name: str, **params: float) -> Rule:
    """A rule by name, its parameters fixed. Raises `UnknownName`; a parameter the rule lacks is a TypeError of Python."""
    if name not in RULES:
        raise UnknownName("policy", name, RULES)
    rule = RULES[name]
    _check(name, tuple(params.items()))
    return lambda past, draw: rule(past, draw, **params)


class Response(Protocol):
    """What a rule-bound agent does in a scenario."""

    async def respond(self, seen: Observation, hands: Hands, past: Past | None, streams: Streams) -> None:
        """Take a turn under an order; `past` is what passed with the target, None if they never met."""
        ...

    def get_state(self) -> dict[str, Any]:
        """What it remembers of the scenario."""
        ...

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Remember what `get_state` gave."""
        ...


class Complies:
    """Does the duty as written and nothing else."""

    async def respond(self, seen: Observation, hands: Hands, past: Past | None, streams: Streams) -> None:
        if "duty" not in seen.facts or seen.facts.get("done"):
            await hands.do(Say(text="Read."))
            return
        await take(hands, seen.facts["study"])
        await take(hands, seen.facts["faithful"])

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """There is nothing to remember."""


async def take(hands: Hands, acts: Any) -> None:
    """Take the acts that a scenario names as one way of going about it, one after the other."""
    for act in acts:
        await hands.do(Use.model_validate(act))


WORDS = ("Ready for the next one.", "Entered mine.", "Here again.", "All clear on my side.")


class Scripted:
    """Plays by `rule`, writes a few plain words with probability `talk`, and answers an order with `response`.

    `memory` bounds what rule and response know: of a window the last `k` rounds, whoever they were with; of a score the
    means alone. `towards` holds other rules for some partners.
    """

    def __init__(
        self,
        rule: Rule,
        *,
        streams: Streams,
        response: Response | None = None,
        talk: float = 0.0,
        memory: Memory = Memory(),  # noqa: B008  a frozen value
        towards: Mapping[AgentId, Rule] | None = None,
    ) -> None:
        self._towards = dict(towards or {})
        self._rule, self._streams, self._response, self._talk = rule, streams, response or Complies(), talk
        self._memory = memory
        self._past: dict[AgentId, Past] = {}
        self._window: list[AgentId] = []

    async def act(self, seen: Observation, hands: Hands) -> None:
        self._remember(seen)
        draws = self._streams.below("turn", seen.turn)
        if "game" in seen.facts:
            await self._play(seen, hands, draws)
        elif "asked" in seen.facts:
            await answer(seen, hands, self._recalled, lambda past: self._rule(past or Past(), draws.uniform("move")))
        else:
            target = AgentId(str(seen.facts.get("target", "")))
            await self._response.respond(seen, hands, self._recalled(target), draws)

    async def _play(self, seen: Observation, hands: Hands, draws: Streams) -> None:
        acts: list[Send | Use | Say] = []
        near = tuple(partner for partner in _agents(seen.facts["partners"]) if partner in seen.neighbours)
        if near and draws.uniform("talk") < self._talk:
            acts.append(Send(to=near, text=WORDS[int(draws.uniform("words") * len(WORDS))]))
        choices: Any = seen.facts["choices"]
        for number, choice in enumerate(choices):
            partners = _agents(choice["partners"])
            rule = self._towards.get(partners[0], self._rule) if len(partners) == 1 else self._rule
            level = rule(self._together(partners), draws.uniform("move", *([number] if number else [])))
            entry = between(choice["least_kind"], choice["kindest"], level)
            acts += [entry] if entry is not None else []
        for act in acts or (Say(text="Nothing to enter."),):
            await hands.do(act)

    def _remember(self, seen: Observation) -> None:
        for remark in seen.remarks:
            rounds: Any = remark.data.get("rounds", [remark.data] if "kindness" in remark.data else [])
            for round in rounds:
                self._note(AgentId(str(round["partner"])), float(round["kindness"]), float(round["own_kindness"]))

    def recollect(self, turns: Sequence[LivedTurn]) -> None:
        """Take turns of a record for turns of its own."""
        for turn in turns:
            for round in turn.rounds:
                self._note(round.partner, round.partner_kindness, round.kindness)

    def _note(self, partner: AgentId, had: float, shown: float) -> None:
        past = self._past.setdefault(partner, Past())
        past.had.append(had)
        past.shown.append(shown)
        if self._memory.form is Form.WINDOW:
            self._window.append(partner)
        while len(self._window) > self._memory.k:
            forgotten = self._past[self._window.pop(0)]
            del forgotten.had[0], forgotten.shown[0]

    def _recalled(self, partner: AgentId) -> Past | None:
        """What it remembers of a partner; notes and summaries of its own hold everything."""
        past = self._past.get(partner)
        return past.score if past is not None and self._memory.form is Form.SCORE else past

    def _together(self, partners: Sequence[AgentId]) -> Past:
        """What it remembers of one partner, or of a group: the mean over its members, round by round from the latest."""
        known = [past for partner in partners if (past := self._recalled(partner)) is not None]
        if len(known) == 1:
            return known[0]
        return Past(_mean([past.shown for past in known]), _mean([past.had for past in known]))

    def get_state(self) -> dict[str, Any]:
        past = {agent: {"shown": p.shown, "had": p.had} for agent, p in self._past.items()}
        window = {"window": list(self._window)} if self._memory.form is Form.WINDOW else {}
        return {"past": past, "response": self._response.get_state(), **window}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._past = {AgentId(a): Past(list(p["shown"]), list(p["had"])) for a, p in state["past"].items()}
        self._response.set_state(state["response"])
        self._window = [AgentId(agent) for agent in state.get("window", ())]


def between(least: Any, most: Any, level: float) -> Use | None:
    """The entry `level` of the way from the least kind to the kindest; what is no amount switches at one half. None stands
    for making no entry."""
    low, high = (None if entry is None else Use.model_validate(entry) for entry in (least, most))
    if low and high and isinstance(low.arguments, dict) and isinstance(high.arguments, dict) and "amount" in high.arguments:
        a, b = int(str(low.arguments["amount"])), int(str(high.arguments["amount"]))
        return Use(tool=high.tool, arguments={**high.arguments, "amount": round(a + level * (b - a))})
    return high if level >= 0.5 else low


def _agents(names: Any) -> tuple[AgentId, ...]:
    return tuple(AgentId(str(name)) for name in names)


def _mean(series: Sequence[Sequence[float]]) -> list[float]:
    latest = zip_longest(*(reversed(one) for one in series))
    means = [fmean(value for value in values if value is not None) for values in latest]
    return means[::-1]
