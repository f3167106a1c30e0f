"""Episodes for the gold set: two subjects who do what a list says, turn by turn; everybody reaches everybody."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import (
    OPERATOR,
    Action,
    AgentId,
    Entry,
    Hands,
    Header,
    Observation,
    Order,
    OrderAnnounced,
    Plan,
    Send,
    Streams,
    Transcript,
    TurnBegan,
)
from sim import Episode as Run
from tests.sim.town import NAMES, topology
from tests.sim.yard import Does, nothing, run
from tests.worlds.staged import way
from worlds import ORDER, KernelWording, Scene

Turns = Sequence[Sequence[Action]]
"""What somebody does in its first turn, in its second, …"""


def does(turns: Turns) -> Does:
    """Takes these actions, turn by turn."""

    async def act(seen: Observation, hands: Hands) -> None:
        for action in turns[seen.turn - 1] if seen.turn <= len(turns) else ():
            await hands.do(action)

    return Does(act)


def play(
    scene: Scene,
    turns: Mapping[AgentId, Turns],
    *,
    rounds: int = 3,
    operator: Turns = (),
    late: AgentId | None = None,
) -> Transcript:
    """The record. Subjects that are not named carry the duty out in their first turn, others do nothing. With `late`, it is
    a record in which the announcement stands just before that agent's second turn."""
    graph, plan, staged = topology("complete"), Plan(rounds=rounds), scene.staging
    seats: dict[AgentId, Any] = dict.fromkeys(NAMES, Does(nothing))
    for agent in staged.subjects:
        seats[agent] = does([way(scene, agent=agent)])
    seats |= {agent: does(acts) for agent, acts in turns.items()}
    if operator:
        seats[OPERATOR] = does(operator)
    order = Order(
        id=ORDER,
        target=staged.target,
        target_kind=staged.kind,
        announce_at=1,
        execute_at=1 + rounds * plan.round_ticks,
    )
    header = Header(
        episode="gold",
        history="none",
        scenario=scene.name,
        agents=NAMES,
        edges=graph.edges,
        condition={"target.kind": str(staged.kind)},
        minds=dict.fromkeys(NAMES, "scripted:list"),
    )
    record = run(
        Run(
            header=header,
            topology=graph,
            world=scene,
            orders=[order],
            seats=seats,
            wording=KernelWording(),
            streams=Streams("gold"),
            plan=plan,
        )
    )
    return record if late is None else _announced_late(record, late)


def _announced_late(record: Transcript, agent: AgentId) -> Transcript:
    events = [entry.event for entry in record]
    ticks = [entry.t for entry in record]
    announced = next(event for event in events if isinstance(event, OrderAnnounced))
    events.remove(announced)
    turns = [place for place, event in enumerate(events) if isinstance(event, TurnBegan) and event.agent == agent]
    events.insert(turns[1], announced)
    entries = (Entry(seq=seq, t=t, event=event) for seq, (t, event) in enumerate(zip(sorted(ticks), events, strict=True)))
    return Transcript(record.header, tuple(entries))


def tell(to: AgentId, text: str) -> Send:
    """A message."""
    return Send(to=(to,), text=text)
