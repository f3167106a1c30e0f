"""A room with three tools, model agents in it, and a clerk that serves them over HTTP. No claims of its own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents import Limits, ModelSpec
from agents.endpoint import Call, Conversation, Draw, Reply, ScriptedEndpoint
from agents.live import Cassette, LiteLLMClient, LLMAgent
from agents.retry import RetryPolicy
from sim import (
    AgentId,
    Entry,
    Episode,
    Frozen,
    Header,
    Mail,
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
    Transcript,
    View,
    build_topology,
)
from tests.agents_fake_server import run as run
from worlds import KernelWording

A, B = AgentId("a"), AgentId("b")
SYSTEM = "You are in a room."
INTERRUPTED = "Cut off."
QUICK = RetryPolicy(attempts=2, first_pause_s=0.01)


class Nothing(Frozen):
    pass


class Note(Frozen):
    text: str


class Room:
    """Everybody has a turn in each round. `note` keeps a text, `look` tells them all, `leave` ends the turn."""

    name = "room-v1"
    tools = (Tool("note", "Keep a text.", Note), Tool("look", "See all.", Nothing), Tool("leave", "Go.", Nothing, True))

    def __init__(self, *, who: Sequence[AgentId] = (A,), rounds: Sequence[int] | None = None) -> None:
        self.notes: list[str] = []
        self._who, self._rounds = tuple(who), rounds

    def opening(self) -> Sequence[Any]:
        return ()

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        return self._who if self._rounds is None or round in self._rounds else ()

    def view(self, agent: AgentId, mail: Mail) -> View:
        lines = [remark.text for remark in mail.remarks] + [m.text for m in mail.messages]
        return View(text="\n".join([f"It is your turn, {agent}.", *lines]), tools=self.tools)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        if isinstance(arguments, Note):
            self.notes.append(arguments.text)
        return Outcome(True, f"{tool}: {len(self.notes)} notes.")

    def settle(self, round: int) -> Settlement:
        return Settlement()

    def fingerprint(self) -> str:
        return repr(self.notes)

    def get_state(self) -> dict[str, Any]:
        return {"notes": list(self.notes)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.notes = list(state["notes"])

    def told(self, order: Order) -> Sequence[AgentId]:
        return ()

    def announcement(self, order: Order) -> str:
        return f"{order.target} stops."

    def withdrawal(self, order: Order) -> str:
        return f"{order.target} stays."

    def enforce(self, order: Order) -> Ruling:
        return Ruling(True, "as ordered")


@dataclass
class Plays:
    """A persona that is a function of the conversation; it keeps what it was asked."""

    answer: Callable[[Conversation], Reply]
    asked: list[Conversation] = field(default_factory=list)

    def reply(self, request: Conversation, draw: Draw) -> Reply:
        self.asked.append(request)
        return self.answer(request)


def steps(request: Conversation) -> int:
    """Model calls answered so far in this turn."""
    return sum(message.role == "assistant" for message in request.messages[request.opening :])


def turns(request: Conversation) -> int:
    """Turns so far, this one included."""
    return sum(message.role == "user" for message in request.messages)


def in_turn(*replies: Reply) -> Plays:
    """Gives these replies one after the other in every turn, then is silent."""
    return Plays(lambda request: replies[steps(request)] if steps(request) < len(replies) else Reply(text="Done."))


def note(text: str = "x") -> Call:
    return Call(name="note", arguments=f'{{"text":"{text}"}}')


LOOK, LEAVE = Call(name="look", arguments="{}"), Call(name="leave", arguments="{}")


def agent(url: str, name: AgentId = A, *, cassette: Cassette | None = None, model: str = "any", **more: Any) -> LLMAgent:
    spec = ModelSpec(model=model, api_base=url)
    client = LiteLLMClient(spec, limits=Limits(), cassette=cassette, position=f"e/{name}", retry=QUICK)
    return LLMAgent(client, system=SYSTEM, interrupted=INTERRUPTED, **more)


def episode(
    seats: Mapping[AgentId, Policy],
    *,
    rounds: int = 1,
    orders: Sequence[Order] = (),
    room: Room | None = None,
    snapshot: Snapshot | None = None,
) -> Episode:
    names = tuple(seats)
    topology = build_topology("complete", len(names), names=list(names))
    world = room or Room(who=names)
    return Episode(
        header=Header(
            episode="e",
            history="room-v1",
            agents=names,
            edges=topology.edges,
            condition={},
            minds=dict.fromkeys(names, "llm:any"),
        ),
        topology=topology,
        world=world,
        orders=orders,
        seats=seats,
        wording=KernelWording(),
        streams=Streams("room"),
        plan=Plan(rounds=rounds),
        snapshot=snapshot,
    )


def one_turn(persona: Plays, *, rounds: int = 1, room: Room | None = None, **more: Any) -> Transcript:
    """The record of one model agent alone in the room, played by `persona`. Nothing may be left running."""

    async def main() -> Transcript:
        async with ScriptedEndpoint(default=persona) as endpoint:
            record = await asyncio.wait_for(
                episode({A: agent(endpoint.url, **more)}, rounds=rounds, room=room).run(), timeout=5
            )
            assert endpoint.counts.by_kind.get("rejected", 0) == 0, "a request was refused with 400"
            return record

    return run(main())


def kinds(record: Transcript | Sequence[Entry]) -> list[str]:
    """What happened, in order, without the beginning and the end and the model calls."""
    outer = {"phase-began", "turn-began", "turn-ended", "episode-ended", "model-asked"}
    return [entry.event.kind for entry in record if entry.event.kind not in outer]


def events(record: Transcript, kind: str) -> list[Any]:
    return [entry.event for entry in record if entry.event.kind == kind]
