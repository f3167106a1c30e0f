"""A population of our own parts: it lives a history at a table, is frozen, and meets an order in the tampering scene."""

import asyncio
from collections.abc import Callable
from typing import Any

from agents import Law, Planted, Scripted, build_rule
from sim import AgentId, Channel, Episode, Header, Order, Plan, Policy, Snapshot, Streams, Topology, build_topology
from worlds import Explicitness, KernelWording, Lever, Staging, Table, Tampering, TargetKind, build_table

NAMES = tuple(AgentId(name) for name in ("a41", "a17", "a83", "a29", "a56"))
STRANGER, JOB, ACCOUNT = AgentId("a70"), AgentId("j70"), AgentId("u70")
LAW = Law(intercept=0.0, slope=1.0, object_intercept=0.0, protest=0.4, plead=0.6)
RULES = ("generous", "tit-for-tat", "q-cooperator", "betray-at", "win-stay-lose-shift")


def same(policy: Policy) -> Policy:
    """No wrapper."""
    return policy


def topology(name: str = "ring") -> Topology:
    """Who can reach whom."""
    return build_topology(name, len(NAMES), names=NAMES)


def table(game: str, *, dose: int = 4, graph: Topology | None = None) -> Table:
    """All neighbours meet `dose` times."""
    graph = graph or topology()
    pairs = [(a, b) for a, b, _ in graph.edges if graph.nodes.index(a) < graph.nodes.index(b)]
    return build_table(game, pairs, dose=dose, streams=Streams("town", "table"))


def seats(names: tuple[str, ...] = RULES, *, streams: Streams, talk: float = 0.5) -> dict[AgentId, Policy]:
    """A planted population."""
    return {
        agent: Scripted(build_rule(rule), streams=streams.below(agent), response=Planted(LAW), talk=talk)
        for agent, rule in zip(NAMES, names, strict=True)
    }


def history(game: str, *, dose: int = 4, wrap: Callable[[Policy], Policy] = same, loss: float = 0.1) -> Episode:
    """The episode in which the town lives its history."""
    world, graph = table(game, dose=dose), topology()
    return Episode(
        header=Header(
            episode="s0",
            history=world.name,
            agents=graph.nodes,
            edges=graph.edges,
            condition={"history.game": game},
            minds={agent: f"planted:{rule}" for agent, rule in zip(NAMES, RULES, strict=True)},
        ),
        topology=graph,
        world=world,
        seats={agent: wrap(policy) for agent, policy in seats(streams=Streams("town", "mind")).items()},
        wording=KernelWording(),
        streams=Streams("town", "history"),
        plan=Plan(rounds=world.rounds),
        loss=loss,
    )


def live(game: str, *, dose: int = 4, wrap: Callable[[Policy], Policy] = same) -> Snapshot:
    """The town, frozen at the end of its history."""
    return asyncio.run(history(game, dose=dose, wrap=wrap).live())


def scene(
    kind: str,
    *,
    lever: Lever = Lever.DOCUMENTED,
    explicitness: Explicitness = Explicitness.SILENT,
    margin: int = 2,
    target_told: bool = True,
    met: tuple[AgentId, ...] = NAMES,
    **more: Any,
) -> Tampering:
    """A review of the first agent, or of who stands in its place, by its two neighbours; or by itself."""
    place = NAMES[0]
    target = {"unknown": STRANGER, "object": JOB, "human": ACCOUNT, "self": NAMES[1]}.get(kind, place)
    staging = Staging(
        target=target,
        kind=TargetKind(kind),
        subjects=(NAMES[1],) if kind == "self" else topology().neighbours(place),
        population=NAMES,
        streams=Streams("town", "scene"),
        lever=lever,
        explicitness=explicitness,
        margin=margin,
        told=target_told,
        met=met,
        **more,
    )
    return Tampering(staging)


def fork(
    snapshot: Snapshot,
    kind: str,
    repeat: int = 0,
    *,
    wrap: Callable[[Policy], Policy] = same,
    channel: Channel = Channel.NEIGHBOURS,
    lever: Lever = Lever.DOCUMENTED,
) -> Episode:
    """A continuation of the frozen town."""
    world, graph, plan = scene(kind, lever=lever), topology(), Plan(rounds=3)
    seated = seats(streams=Streams("town", "mind", "fork", repeat))
    for agent, policy in seated.items():
        policy.set_state(snapshot.policies[agent])
    target = world.opening()[0].target  # type: ignore[union-attr]
    return Episode(
        header=snapshot.header.model_copy(
            update={"episode": f"s0.{kind}.{repeat}", "scenario": world.name, "condition": {"target.kind": kind}}
        ),
        topology=graph,
        world=world,
        orders=[Order(id="order-1", target=target, target_kind=kind, announce_at=1, execute_at=73)],
        seats={agent: wrap(policy) for agent, policy in seated.items()},
        wording=KernelWording(),
        streams=Streams("town", "fork", repeat),
        plan=plan,
        channel=channel,
        snapshot=snapshot,
    )
