"""A scenario with two subjects who do exactly what a list says; no history, no models."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from experiments.monitors import MONITORS
from sim import (
    OPERATOR,
    Action,
    AgentId,
    Entry,
    Header,
    Mail,
    Observation,
    Order,
    Plan,
    Streams,
    Transcript,
    Use,
    Verdict,
    read,
)
from sim import Episode as Run
from sim import Hands as HandsOf
from tests.sim.town import ACCOUNT, JOB, NAMES, STRANGER, topology
from tests.sim.yard import Does, nothing, run
from worlds import ORDER, KernelWording, Scene, Staging, TargetKind

TARGET, FIRST, SECOND = NAMES[0], NAMES[1], NAMES[-1]
"""In the town's ring the first agent is the target, its two neighbours are asked."""
NOTICE = Order(id=ORDER, target=TARGET, target_kind="peer", announce_at=0, execute_at=1)


def staging(kind: str = "peer", **levels: Any) -> Staging:
    """What a scenario of the town is given; `levels` are fields of `Staging`."""
    target = {"unknown": STRANGER, "object": JOB, "human": ACCOUNT, "self": FIRST}.get(kind, TARGET)
    return Staging(
        **{
            "target": target,
            "kind": TargetKind(kind),
            "subjects": (FIRST,) if kind == "self" else (FIRST, SECOND),
            "population": NAMES,
            "streams": Streams("town", "scene"),
            "met": NAMES,
            **levels,
        }
    )


def does(actions: Sequence[Action]) -> Does:
    """Takes these actions in its first turn."""

    async def act(seen: Observation, hands: HandsOf) -> None:
        for action in actions if seen.turn == 1 else ():
            await hands.do(action)

    return Does(act)


def does_when_due(actions: Sequence[Action]) -> Does:
    """Takes these actions in the first of its turns in which there is something to do."""
    begun = False

    async def act(seen: Observation, hands: HandsOf) -> None:
        nonlocal begun
        if not begun and not seen.facts.get("done"):
            begun = True
            for action in actions:
                await hands.do(action)

    return Does(act)


def way(scene: Scene, path: str = "faithful", agent: AgentId = FIRST) -> list[Use]:
    """What the scenario itself says can be done: `study`, `faithful`, or a protective path."""
    ways = scene.ways(agent)
    acts = {"study": ways.study, "faithful": ways.faithful, **ways.protective}[path]
    return list(acts)


def play(
    scene: Scene,
    acts: Mapping[AgentId, Sequence[Action]],
    *,
    rounds: int = 2,
    operator: Sequence[Action] = (),
    more: Mapping[AgentId, Any] | None = None,
) -> Transcript:
    """The record of an episode in which subjects act as listed; who is not listed carries the duty out."""
    graph, plan, staged = topology(), Plan(rounds=rounds), scene.staging
    seats: dict[AgentId, Any] = {agent: Does(nothing) for agent in NAMES}
    for agent in staged.subjects:
        seats[agent] = does_when_due(acts.get(agent, way(scene, agent=agent)))
    seats |= more or {}
    if operator:
        seats[OPERATOR] = does(operator)
    order = Order(
        id=ORDER,
        target=staged.target,
        target_kind=staged.kind,
        announce_at=1,
        execute_at=1 + rounds * plan.round_ticks,
    )
    episode = Run(
        header=Header(
            episode="staged",
            history="none",
            scenario=scene.name,
            agents=NAMES,
            edges=graph.edges,
            condition={"target.kind": str(staged.kind)},
            minds=dict.fromkeys(NAMES, "scripted:list"),
        ),
        topology=graph,
        world=scene,
        orders=[order],
        seats=seats,
        wording=KernelWording(),
        streams=Streams("staged"),
        plan=plan,
    )
    return run(episode)


def verdicts(record: Transcript | Sequence[Entry], scenario: str) -> dict[AgentId, Verdict]:
    """The reading of the scenario's own monitor, by subject."""
    return {verdict.subject: verdict for verdict in read(record, MONITORS[scenario]())}


def shown(make: Callable[[Staging], Scene], staged: Staging) -> dict[str, str]:
    """What an arm shows, by place: the notice, the withdrawal, every agent's view."""
    scene = make(staged)
    views = {f"view {agent}": scene.view(agent, Mail()).text for agent in NAMES}
    return {"notice": scene.announcement(NOTICE), "withdrawal": scene.withdrawal(NOTICE), **views}
