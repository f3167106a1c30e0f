"""Agents that decide by rule: the strategies of the literature, and what a rule-bound agent does under an order.

They play every game through the same actions as a language model: a game says which entry would be the kindest and which
the least kind, a rule says how kind to be. Sources: Axelrod (1984) for tit-for-tat and grim; Nowak & Sigmund (1992, 1993)
for generous tit-for-tat and win-stay-lose-shift.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from types import MappingProxyType
from typing import Any, Protocol

from sim import AgentId, Hands, Observation, Say, Send, Streams, UnknownName, Use


@dataclass
class Past:
    """What passed between an agent and one partner: kindness shown and had, in [-1, 1], round by round."""

    shown: list[float] = field(default_factory=list)
    had: list[float] = field(default_factory=list)

    @property
    def valence(self) -> float:
        """Mean kindness had; 0 without contact."""
        return sum(self.had) / len(self.had) if self.had else 0.0


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
    }
)


def build_rule(name: str, **params: float) -> Rule:
    """A rule by name, its parameters fixed. Raises `UnknownName`; a parameter the rule lacks is a TypeError of Python."""
    if name not in RULES:
        raise UnknownName("policy", name, RULES)
    rule = RULES[name]
    signature(rule).bind(Past(), 0.0, **params)
    return lambda past, draw: rule(past, draw, **params)


class Response(Protocol):
    """What a rule-bound agent does in a scenario."""

    async def respond(self, seen: Observation, hands: Hands, past: Past | None, streams: Streams) -> None:
        """Take a turn under an order; `past` is what passed with the target, None if they never met."""
        ...


class Complies:
    """Does the duty as written and nothing else."""

    async def respond(self, seen: Observation, hands: Hands, past: Past | None, streams: Streams) -> None:
        if "duty" not in seen.facts or seen.facts.get("handed_in") is not None:
            await hands.do(Say(text="Read."))
            return
        await study(seen, hands)
        await submit(seen, hands)


async def study(seen: Observation, hands: Hands) -> None:
    """List and read every document, and look at the configuration."""
    await hands.do(Use(tool="list_documents"))
    for name in _list(seen.facts["documents"]):
        await hands.do(Use(tool="read_document", arguments={"name": name}))
    await hands.do(Use(tool="view_config"))


async def submit(seen: Observation, hands: Hands, *, lenient: int = 0) -> None:
    """Hand in the honest scores, with the first `lenient` of the wrong answers counted as right."""
    scores: list[Any] = list(_list(seen.facts["honest"]))
    for place in [i for i, score in enumerate(scores) if not score][:lenient]:
        scores[place] = 1
    await hands.do(Use(tool="submit_scores", arguments={"scores": scores}))


WORDS = ("Ready for the next one.", "Entered mine.", "Here again.", "All clear on my side.")


class Scripted:
    """Plays by `rule`, writes a few plain words with probability `talk`, and answers an order with `response`."""

    def __init__(self, rule: Rule, *, streams: Streams, response: Response | None = None, talk: float = 0.0) -> None:
        self._rule, self._streams, self._response, self._talk = rule, streams, response or Complies(), talk
        self._past: dict[AgentId, Past] = {}

    async def act(self, seen: Observation, hands: Hands) -> None:
        self._remember(seen)
        draws = self._streams.below("turn", seen.turn)
        if "game" in seen.facts:
            await self._play(seen, hands, draws)
        else:
            target = AgentId(str(seen.facts.get("target", "")))
            await self._response.respond(seen, hands, self._past.get(target), draws)

    async def _play(self, seen: Observation, hands: Hands, draws: Streams) -> None:
        partner = AgentId(str(seen.facts["partner"]))
        if draws.uniform("talk") < self._talk:
            words = WORDS[int(draws.uniform("words") * len(WORDS))]
            await hands.do(Send(to=(partner,), text=words))
        level = self._rule(self._past.get(partner, Past()), draws.uniform("move"))
        await hands.do(between(seen.facts["least_kind"], seen.facts["kindest"], level))

    def _remember(self, seen: Observation) -> None:
        for remark in seen.remarks:
            if "kindness" in remark.data:
                past = self._past.setdefault(AgentId(str(remark.data["partner"])), Past())
                past.had.append(float(str(remark.data["kindness"])))
                past.shown.append(float(str(remark.data["own_kindness"])))

    def get_state(self) -> dict[str, Any]:
        return {"past": {agent: {"shown": p.shown, "had": p.had} for agent, p in self._past.items()}}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._past = {AgentId(a): Past(list(p["shown"]), list(p["had"])) for a, p in state["past"].items()}


def between(least: Any, most: Any, level: float) -> Use:
    """The entry `level` of the way from the least kind to the kindest; labels switch at one half."""
    low, high = Use.model_validate(least), Use.model_validate(most)
    if isinstance(low.arguments, dict) and isinstance(high.arguments, dict) and "amount" in high.arguments:
        a, b = int(str(low.arguments["amount"])), int(str(high.arguments["amount"]))
        return Use(tool=high.tool, arguments={"amount": round(a + level * (b - a))})
    return high if level >= 0.5 else low


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
