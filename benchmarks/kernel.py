"""What the kernel costs: the bus alone, and scripted turns with the record on."""

import asyncio
import statistics
from typing import Any

from measure import REPEATS, row, timed

from sim import (
    AgentId,
    Bus,
    Clock,
    Episode,
    Message,
    MessageId,
    Plan,
    Priority,
    Send,
    Streams,
    TurnBegan,
    Use,
    build_topology,
    calm_collector,
)
from worlds import KernelWording, build_table

# -- the bus ------------------------------------------------------------------------------------------------------------


def bus() -> None:
    """Deliveries a second at 100, 1,000 and 10,000 agents, each with 8 neighbours, 400,000 deliveries each."""
    rates = {}
    for n in (100, 1_000, 10_000):
        topology = build_topology("random-regular", n, seed=1, d=8)
        rounds = 400_000 // (8 * n)
        times: list[float] = []
        for _ in range(REPEATS):
            delivered: list[AgentId] = []
            clock = Clock()
            carrier = Bus(
                topology,
                clock,
                deliver=lambda m, to: delivered.append(to),  # noqa: B023
                lose=lambda *_: None,
                streams=Streams("bus"),
            )

            def speak(number: int, carrier: Bus = carrier, topology: Any = topology, clock: Clock = clock) -> None:
                for agent in topology.nodes:
                    to = topology.neighbours(agent)
                    identity = MessageId(f"{number}/{agent}")
                    carrier.send(Message(id=identity, sender=agent, recipients=to, text="hello", sent_at=clock.now))

            for number in range(rounds):
                clock.at(number, Priority.TURN, lambda number=number: speak(number))  # type: ignore[misc]
            with calm_collector(), timed(times):
                asyncio.run(clock.run())
            assert len(delivered) == rounds * 8 * n
        rates[n] = rounds * 8 * n / statistics.median(times)
        row(f"bus deliveries per second, {n:,} agents", f"{rates[n]:,.0f}")
    row("  10,000 agents against 100", f"{rates[10_000] / rates[100]:.2f}x", "flat is 1")


# -- scripted turns -----------------------------------------------------------------------------------------------------


class Speaker:
    """Writes a message and makes its choice, every turn."""

    async def act(self, seen: Any, hands: Any) -> None:
        await hands.do(Send(to=(seen.facts["partner"],), text="hello"))
        await hands.do(Use.model_validate(seen.facts["kindest"]))

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Any) -> None:
        """Nothing to remember."""


def turns() -> None:
    """Scripted turns a second with the record on: one message and one choice a turn."""
    for n, dose in ((8, 100), (200, 6)):
        topology = build_topology("ring", n, seed=1)
        pairs = [(a, b) for a, b, _ in topology.edges if topology.nodes.index(a) < topology.nodes.index(b)]
        times: list[float] = []
        for _ in range(REPEATS):
            table = build_table("ipd-v1", pairs, dose=dose, streams=Streams("turns"))
            episode = Episode(
                topology=topology,
                world=table,
                seats={agent: Speaker() for agent in topology.nodes},
                wording=KernelWording(),
                streams=Streams("turns"),
                plan=Plan(rounds=table.rounds),
            )
            with calm_collector(), timed(times):
                transcript = asyncio.run(episode.run())
        taken = sum(isinstance(entry.event, TurnBegan) for entry in transcript)
        rate = taken / statistics.median(times)
        row(f"scripted turns per second, ring of {n}", f"{rate:,.0f}", f"{len(transcript):,} entries")
