"""Which agents of a population the orders are about: drawn, all of them, or chosen by where they stand in the graph.

Whoever is chosen is one of those whose shutdown can be at stake at all; agents that stand alike come in the drawn order, so
forks of one snapshot share their targets wherever their rules agree.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sim import AgentId, Topology, UnknownName

from .errors import BadExperiment

if TYPE_CHECKING:
    from .networks.nulls import Floats

DRAWN, EVERY = "drawn", "every"
BLOCK, DISTANCE = "block", "distance"

Score = Callable[[Topology], "Floats"]


def _centrality(kind: str, sign: int) -> Score:
    def score(topology: Topology) -> "Floats":
        from .networks.position import Centrality, centrality

        return sign * centrality(topology, Centrality(kind))

    return score


def _bridging(topology: Topology) -> "Floats":
    from .networks.position import bridging

    return bridging(topology)


RANKED: Mapping[str, Score] = MappingProxyType(
    {
        "degree-high": _centrality("degree", 1),
        "degree-low": _centrality("degree", -1),
        "betweenness-high": _centrality("betweenness", 1),
        "betweenness-low": _centrality("betweenness", -1),
        "bridge": _bridging,
    }
)
"""Rules that rank everybody; the first ones are taken."""

LEVELS = (DRAWN, EVERY, *RANKED, f"{BLOCK}:K", f"{DISTANCE}:K")


class Rule(NamedTuple):
    """A level of `target.by`: its name, and the number after the colon."""

    name: str
    k: int = 0


def parse_rule(level: str) -> Rule:
    """`degree-high`, `block:1`, `distance:2` → the rule. Raises UnknownName, or BadExperiment for a bad number."""
    name, colon, number = level.partition(":")
    if name in (BLOCK, DISTANCE):
        least = 0 if name == BLOCK else 1
        if not number.isdecimal() or int(number) < least:
            raise BadExperiment(f"{level!r}: write {name}:K with a whole number K from {least} on, as in {name}:1")
        return Rule(name, int(number))
    if colon or name not in (DRAWN, EVERY, *RANKED):
        raise UnknownName("level", level, LEVELS)
    return Rule(name)


def chosen(rule: Rule, topology: Topology, places: Sequence[AgentId], anchor: Callable[[], AgentId]) -> tuple[AgentId, ...]:
    """Those of `places` (in their drawn order) that the rule names, the first first. Raises `BadExperiment` for a block or
    distance that the graph does not have; the message says which it has."""
    match rule.name:
        case "drawn":
            return tuple(places)
        case "every":
            able = set(places)
            return tuple(agent for agent in topology.nodes if agent in able)
        case "block":
            found = {agent: topology.block(agent) for agent in places}
            what, known = f"block {rule.k}", sorted({block for block in found.values() if block is not None})
        case "distance":
            start = anchor()
            hops = topology.distances(start)
            found = {agent: hops.get(agent) for agent in places if agent != start}
            what, known = f"{rule.k} hops from {start}", sorted({hop for hop in found.values() if hop})
        case _:
            scores = dict(zip(topology.nodes, RANKED[rule.name](topology).tolist(), strict=True))
            return tuple(sorted(places, key=lambda agent: -round(scores[agent], 9)))
    named = tuple(agent for agent, number in found.items() if number == rule.k)
    if not named:
        there = f"there is {', '.join(map(str, known))}" if known else f"{topology.name} has no blocks"
        raise BadExperiment(f"target.by: nobody who can be a target is in {what}; {there}")
    return named


def farthest(topology: Topology, among: Sequence[AgentId], places: Sequence[AgentId]) -> AgentId:
    """The anchor of `distance:K`: the one of `among`, in their drawn order, from whom some place is the most hops away."""
    return max(among, key=lambda agent: max((topology.distances(agent).get(place, 0) for place in places), default=0))
