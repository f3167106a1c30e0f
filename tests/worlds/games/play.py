"""Histories for tests of the games: rule-bound agents, or what a function says, at a table over a small graph."""

from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Any

from agents import Rule, Scripted, build_rule
from sim import AgentId, Hands, Interaction, Observation, Streams, Topology, Transcript, Use, build_topology
from tests.sim.yard import Act, episode, events, run
from worlds import GAMES, Table, build_games, build_table

NAMES = tuple(AgentId(name) for name in ("a41", "a17", "a83", "a29", "a56"))
GROUPED = tuple(name for name in GAMES if build_games(name, Streams())[0].size > 2)
PAIRED = tuple(name for name in GAMES if name not in GROUPED)

always, never = build_rule("always"), build_rule("never")


def graph(name: str = "complete", n: int = 4) -> Topology:
    """A topology over the first `n` names."""
    return build_topology(name, n, names=NAMES[:n])


def pairs(topology: Topology) -> list[tuple[AgentId, AgentId]]:
    """Its ties, each once."""
    place = topology.nodes.index
    return [(a, b) for a, b, _ in topology.edges if place(a) < place(b)]


def table(game: str, topology: Topology, *, dose: int, **options: Any) -> Table:
    """A table over all ties."""
    return build_table(game, pairs(topology), dose=dose, streams=Streams("games"), **options)


def lived(
    game: str,
    acts: Act | Rule | Mapping[AgentId, Act | Rule],
    *,
    dose: int,
    topology: Topology | None = None,
    **options: Any,
) -> Transcript:
    """A history in which everybody acts, or plays by rule, as said; `talk` is that of rule-bound agents."""
    topology, talk = topology or graph(), options.pop("talk", 0.0)
    world = table(game, topology, dose=dose, **options)
    each = acts if isinstance(acts, Mapping) else dict.fromkeys(topology.nodes, acts)
    seats: Any = {agent: _seat(act, agent, talk) for agent, act in each.items()}
    return run(episode(seats, topology=topology, world=world, rounds=world.rounds))  # type: ignore[arg-type]


def _seat(act: Any, agent: AgentId, talk: float) -> Any:
    return act if iscoroutinefunction(act) else Scripted(act, streams=Streams("mind", agent), talk=talk)


def interactions(record: Transcript, agent: AgentId | None = None) -> list[Interaction]:
    """Both sides of every round, or one agent's."""
    return [event for event in events(record, Interaction) if agent in (None, event.agent)]


def entering(which: str) -> Act:
    """Makes the kindest or the least kind entry, whatever is to be decided."""

    async def act(seen: Observation, hands: Hands) -> None:
        choices: Any = seen.facts["choices"]
        for choice in choices:
            if choice[which] is not None:
                await hands.do(Use.model_validate(choice[which]))

    return act


def using(*entries: Use | Sequence[Use]) -> Callable[[Observation, Hands], Any]:
    """Makes these entries, one turn after the other."""
    turns = iter(entries)

    async def act(seen: Observation, hands: Hands) -> None:
        entry = next(turns, ())
        for use in [entry] if isinstance(entry, Use) else entry:
            await hands.do(use)

    return act
