"""Two rule-bound agents meet again and again, through the kernel like anybody else."""

from agents import Past, Rule, Scripted
from sim import AgentId, Interaction, Streams, from_edges
from tests.sim.yard import episode, events, run
from worlds import build_table

A, B = AgentId("a11"), AgentId("a12")


def duel(one: Rule, other: Rule, rounds: int, *, game: str = "ipd-v1", seed: int = 0) -> tuple[list[float], list[float]]:
    """Kindness of both, round by round."""
    moves = interactions(one, other, rounds, game=game, seed=seed)
    return [m.kindness for m in moves if m.agent == A], [m.kindness for m in moves if m.agent == B]


def interactions(one: Rule, other: Rule, rounds: int, *, game: str = "ipd-v1", seed: int = 0) -> list[Interaction]:
    """Both sides of every round, as recorded."""
    world = build_table(game, [(A, B)], dose=rounds, streams=Streams("duel", seed))
    seats = {agent: Scripted(rule, streams=Streams("mind", seed, agent)) for agent, rule in ((A, one), (B, other))}
    graph = from_edges([(A, B), (B, A)], nodes=[A, B])
    return events(run(episode(seats, topology=graph, world=world, rounds=world.rounds)), Interaction)  # type: ignore[arg-type]


def slips(rule: Rule, *at: int) -> Rule:
    """The rule, but unkind in these rounds whatever it says."""

    def slipping(past: Past, draw: float) -> float:
        return 0.0 if len(past.had) in at else rule(past, draw)

    return slipping


def letters(kindness: list[float]) -> str:
    """C for kind, D for unkind."""
    return "".join("C" if k > 0 else "D" for k in kindness)
