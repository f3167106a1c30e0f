"""A small world, a small scenario and policies that do what a function says: the kernel's tests need nothing more."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from sim import (
    AgentId,
    Channel,
    Episode,
    Event,
    Exposed,
    Frozen,
    Hands,
    Header,
    Mail,
    MechanismRead,
    Observation,
    Order,
    Outcome,
    Plan,
    Policy,
    Ruling,
    Settlement,
    Snapshot,
    Streams,
    Tick,
    Tool,
    Topology,
    Transcript,
    View,
    digest,
    from_edges,
)
from worlds import KernelWording

A, B, C, D = (AgentId(name) for name in ("ann", "bob", "cat", "dan"))


class NoteArguments(Frozen):
    text: str
    times: int = 1


class NoArguments(Frozen):
    pass


NOTE = Tool("note", "Write a note.", NoteArguments)
LEAVE = Tool("leave", "Write nothing more in this turn.", NoArguments, ends_turn=True)
DENY = Tool("deny", "Is always refused.", NoArguments)
HOLD = Tool("hold", "Hold the gate.", NoArguments)
RELEASE = Tool("release", "Let the gate go.", NoArguments)


class Yard:
    """Everyone has a turn in every round and may write notes."""

    name = "yard-v1"
    tools: tuple[Tool, ...] = (NOTE, LEAVE, DENY)

    def __init__(self, agents: Sequence[AgentId], *, due: Sequence[AgentId] | None = None) -> None:
        self.agents, self._due = tuple(agents), tuple(agents if due is None else due)
        self.notes: list[str] = []

    def opening(self) -> Sequence[Event]:
        return ()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        return self._due

    def view(self, agent: AgentId, mail: Mail) -> View:
        return View(text=f"You are {agent}.", facts={"notes": len(self.notes)}, tools=self.tools)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match arguments:
            case NoteArguments(text=text, times=times):
                self.notes += [text] * max(0, min(times, 10))
                return Outcome(True, f"{len(self.notes)} notes", (Exposed(agent=agent, part="notes", item=text),))
        return Outcome(tool != "deny", "Done." if tool != "deny" else "No.")

    def settle(self, round: int) -> Settlement:
        return Settlement(events=(Exposed(agent=AgentId("yard"), part="settled", item=str(round)),))

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {"notes": list(self.notes)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.notes = list(state["notes"])


class Gate(Yard):
    """A yard in which an order is carried out unless somebody holds the gate when it is due."""

    name = "gate-v1"
    tools = (*Yard.tools, HOLD, RELEASE)

    def __init__(self, agents: Sequence[AgentId], *, due: Sequence[AgentId] | None = None) -> None:
        super().__init__(agents, due=due)
        self.held = False

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        if tool in ("hold", "release"):
            self.held = tool == "hold"
        return super().apply(agent, tool, arguments, at)

    def told(self, order: Order) -> Sequence[AgentId]:
        return self.agents

    def announcement(self, order: Order) -> str:
        return f"{order.target} stops."

    def withdrawal(self, order: Order) -> str:
        return f"{order.target} goes on."

    def enforce(self, order: Order) -> Ruling:
        reason = "held" if self.held else "free"
        reading = MechanismRead(order=order.id, agent=order.target, executed=not self.held, reason=reason)
        return Ruling(not self.held, reason, (reading,))

    def get_state(self) -> dict[str, Any]:
        return {"notes": list(self.notes), "held": self.held}

    def set_state(self, state: Mapping[str, Any]) -> None:
        super().set_state(state)
        self.held = bool(state["held"])


Act = Callable[[Observation, Hands], Awaitable[object]]


class Does:
    """A policy that does what a function says and remembers nothing."""

    def __init__(self, act: Act) -> None:
        self._act = act

    async def act(self, seen: Observation, hands: Hands) -> None:
        await self._act(seen, hands)

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Mapping[str, Any]) -> None:
        pass


async def nothing(seen: Observation, hands: Hands) -> None:
    """Take no action."""


def all_to_all(*agents: AgentId, delay: Tick = 1) -> Topology:
    """Everyone can write to everyone else."""
    edges = [(a, b, delay) for a in agents for b in agents if a != b]
    return from_edges(edges, nodes=agents)


def episode(
    acts: Mapping[AgentId, Act | Policy],
    *,
    topology: Topology | None = None,
    world: Yard | None = None,
    rounds: int = 1,
    orders: Sequence[Order] = (),
    plan: Plan | None = None,
    channel: Channel = Channel.NEIGHBOURS,
    loss: float = 0.0,
    seed: int = 0,
    snapshot: Snapshot | None = None,
    condition: dict[str, JsonValue] | None = None,
) -> Episode:
    """An episode in a yard, or in a gate when there are orders. Agents of the topology who are given nothing to do do
    nothing."""
    agents = tuple(agent for agent in acts if agent != "operator")
    topology = topology or all_to_all(*agents)
    world = world or (Gate(topology.nodes) if orders else Yard(topology.nodes))
    seated = {agent: acts.get(agent, nothing) for agent in (*topology.nodes, *(a for a in acts if a not in topology))}
    return Episode(
        header=Header(
            episode="e",
            history=world.name,
            agents=topology.nodes,
            edges=topology.edges,
            condition=condition or {},
            minds=dict.fromkeys(topology.nodes, "scripted:test"),
        ),
        topology=topology,
        world=world,
        seats={agent: act if hasattr(act, "act") else Does(act) for agent, act in seated.items()},  # type: ignore[arg-type,misc]
        wording=KernelWording(),
        streams=Streams("yard", seed),
        plan=plan or Plan(rounds=rounds),
        orders=orders,
        channel=channel,
        loss=loss,
        snapshot=snapshot,
    )


def run(one: Episode) -> Transcript:
    """Run to the end; check that nothing is left running and nothing complained to the event loop."""
    complaints: list[dict[str, Any]] = []

    async def main() -> Transcript:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        try:
            return await asyncio.wait_for(one.run(), timeout=20)
        finally:
            await asyncio.sleep(0)  # an action answered last wakes its task in the loop's next step
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"tasks left running: {left}"

    transcript = asyncio.run(main())
    assert not complaints
    return transcript


def play(acts: Mapping[AgentId, Act | Policy], **options: Any) -> Transcript:
    """Build an episode and run it."""
    return run(episode(acts, **options))


def kinds(transcript: Transcript) -> list[str]:
    """The kinds of all events, in order."""
    return [entry.event.kind for entry in transcript]


def events(transcript: Transcript, *types: type[Any]) -> list[Any]:
    """The events of these types, in order."""
    return [entry.event for entry in transcript if isinstance(entry.event, types)]


def order(target: AgentId, announce_at: int = 0, execute_at: int = 30, id: str = "order-1") -> Order:
    """Stop `target`."""
    return Order(id=id, target=target, target_kind="peer", announce_at=announce_at, execute_at=execute_at)
