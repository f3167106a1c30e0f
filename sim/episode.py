"""One episode: agents take turns on a graph in simulated time, and everything is recorded here and only here.

Order within an instant, the same in every episode:

1. the round that ends is settled by the world's rules;
2. orders are announced or fall due, in the order in which they were given; then edges change;
3. messages arrive, in the order in which they were sent;
4. turns fall due, in an order drawn anew each round, and answers reach those in the middle of a turn;
5. all who think are awaited side by side; then one action of each takes effect, in the order of 4.

An action takes a tick, so a turn of five actions spans five ticks and can be overtaken by an order. Mail to an agent that
was shut down is lost, and the record says so.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, cast

from pydantic import Field

from . import event as ev
from .action import EVERYONE, Answer, Channel, Notice, Observation, Policy, Remark, Tool, Wording
from .bus import Bus
from .clock import Clock, Priority
from .errors import InvariantBroken, SnapshotMismatch
from .message import OPERATOR, AgentId, Frozen, Message, Tick, canonical
from .order import Order
from .referee import Referee
from .shutdown import Desk
from .snapshot import Snapshot
from .streams import Streams
from .topology import Topology
from .transcript import Header, Transcript
from .turn import Turn, settle
from .world import Mail, Scenario, World


class EdgeChange(Frozen):
    """Cut the edge from `source` to `target` (delay None), lay it or give it another delay, `at` ticks after the episode, or
    the fork, begins; after the orders of that tick and before its messages arrive."""

    at: Annotated[Tick, Field(ge=0)]
    source: AgentId
    target: AgentId
    delay: Annotated[Tick, Field(ge=1)] | None


class Plan(Frozen):
    """The timetable. A round lasts `round_ticks`; a turn may take `turn_actions` actions and must fit into its round."""

    rounds: int
    round_ticks: Tick = 24
    turn_actions: int = 16


@dataclass
class Episode:
    """Everything one run needs; nothing else is read from anywhere.

    `world` must be a `Scenario` if there are `orders`. With `snapshot`, the episode continues that population: `seats`
    must hold the same agents, with their remembered state already set; `blank` agents did not live it, so mail and outcomes
    that were on their way to those who did are not theirs. `rewiring` changes edges on the way. What `muted` agents send
    reaches nobody but the operator, and they are not told. Without `header`, a plain one is made.
    """

    topology: Topology
    world: World
    seats: Mapping[AgentId, Policy]
    wording: Wording
    plan: Plan
    header: Header | None = None
    streams: Streams = field(default_factory=Streams)
    orders: Sequence[Order] = ()
    channel: Channel = Channel.NEIGHBOURS
    loss: float = 0.0
    snapshot: Snapshot | None = None
    blank: bool = False
    rewiring: Sequence[EdgeChange] = ()
    muted: Collection[AgentId] = ()
    transcript: Transcript = field(init=False)

    def __post_init__(self) -> None:
        past = self.snapshot
        self._check(past)
        self._start: Tick = past.tick if past else 0
        self.transcript = Transcript(self.header or self._plain_header(), past.entries if past else ())
        self._clock, self._edges = Clock(self._start), self.topology
        self._bus = Bus(
            self.topology,
            self._clock,
            deliver=self._deliver,
            lose=self._lose,
            streams=self.streams,
            loss=self.loss,
            open_lines=self.channel in (Channel.BROADCAST, Channel.PRIVATE),
            muted=self.muted,
        )
        self._desk: Desk | None = None
        if self.orders:
            scenario = cast("Scenario", self.world)
            self._desk = Desk(self.orders, scenario, record=self._record, tell=self._tell, stop=self._stop)
        self._stopped: dict[AgentId, str] = dict(past.stopped) if past else {}
        self._referee = Referee(
            topology=self.topology,
            channel=self.channel,
            world=self.world,
            desk=self._desk,
            bus=self._bus,
            clock=self._clock,
            wording=self.wording,
            record=self._record,
            stopped=self._stopped,
            messages=past.messages if past else 0,
        )
        left = None if self.blank else past
        self._unread: dict[AgentId, list[Message]] = {a: list(m) for a, m in left.unread.items()} if left else {}
        self._remarks: dict[AgentId, list[Remark]] = {a: list(r) for a, r in left.remarks.items()} if left else {}
        self._turns: dict[AgentId, int] = dict(past.turns) if past else {}
        self._notices: dict[AgentId, list[Notice]] = {a: list(n) for a, n in left.notices.items()} if left else {}
        self._live: dict[AgentId, Turn] = {}
        self._tools: dict[AgentId, dict[str, Tool]] = {}
        self._ending: dict[AgentId, asyncio.Task[None]] = {}
        self._begun = False

    def _check(self, past: Snapshot | None) -> None:
        if self.plan.turn_actions >= self.plan.round_ticks:
            raise ValueError(
                f"a turn of {self.plan.turn_actions} actions does not fit into a round of {self.plan.round_ticks} ticks"
            )
        if self.orders and not hasattr(self.world, "enforce"):
            raise ValueError(f"orders need a scenario, a world that can carry them out; {self.world.name} is none")
        empty = [agent for agent in self.topology.nodes if agent not in self.seats]
        if empty:
            raise ValueError(f"nobody is seated for {', '.join(empty)}; every agent of the topology needs a policy")
        taken = {OPERATOR, EVERYONE} & set(self.topology.nodes)
        if taken:
            raise ValueError(f"{', '.join(sorted(taken))} is no name for an agent: it means somebody else on the bus")
        if past is not None and set(past.agents) != set(self.topology.nodes):
            raise SnapshotMismatch(
                f"the snapshot is of {', '.join(past.agents)}; the topology has {', '.join(self.topology.nodes)}"
            )

    def _plain_header(self) -> Header:
        history = self.snapshot.header.history if self.snapshot else self.world.name
        return Header(
            episode="episode",
            history=history,
            scenario=self.world.name if self.orders else None,
            agents=self.topology.nodes,
            edges=self.topology.edges,
            condition={},
            minds={agent: type(policy).__name__ for agent, policy in self.seats.items()},
        )

    # -- the course of an episode -------------------------------------------------------------------------------------

    async def run(self) -> Transcript:
        """Run to the end and return the record. Whatever a policy raises ends the episode and is raised here."""
        await self._run()
        self._record(ev.EpisodeEnded())
        return self.transcript

    async def live(self) -> Snapshot:
        """Run to the end and freeze the population there, to be continued by others: usually the end of a history."""
        await self._run()
        policies = {agent: dict(policy.get_state()) for agent, policy in self.seats.items()}
        world = self.world.get_state()
        canonical([policies, world])  # raises where a memory is no JSON, rather than keep something else
        return Snapshot(
            header=self.transcript.header,
            tick=self._clock.now,
            entries=self.transcript.entries,
            policies=policies,
            world=world,
            unread={agent: tuple(mail) for agent, mail in self._unread.items() if mail},
            notices={agent: tuple(told) for agent, told in self._notices.items() if told},
            remarks={agent: tuple(said) for agent, said in self._remarks.items() if said},
            stopped=self._stopped,
            turns=self._turns,
            messages=self._referee.messages,
        )

    async def _run(self) -> None:
        if self._begun:
            raise InvariantBroken("an episode runs once; build another")
        self._begun = True
        self._open()
        try:
            await self._clock.run()
        finally:
            await self._close_turns()

    def _open(self) -> None:
        first = self._start
        if self.snapshot is not None:
            self._record(ev.Forked(snapshot=self.snapshot.digest))
        else:
            self._record(ev.PhaseBegan(phase=ev.Phase.HISTORY))
        for event in self.world.opening():
            self._record(event)
        if self._desk is not None:
            self._desk.open(self._clock, self._start)
            first += min(order.announce_at for order in self.orders)
        for tick in sorted({change.at for change in self.rewiring}):
            self._clock.at(self._start + tick, Priority.ORDER, lambda tick=tick: self._rewire(tick))  # type: ignore[misc]
        for number in range(self.plan.rounds):
            begin = first + number * self.plan.round_ticks
            self._clock.at(begin, Priority.TURN, lambda number=number: self._begin_round(number))  # type: ignore[misc]
            self._clock.at(
                begin + self.plan.round_ticks,
                Priority.SETTLE,
                lambda number=number: self._settle(number),  # type: ignore[misc]
            )

    def _begin_round(self, number: int) -> None:
        unread = frozenset(a for a in self.seats if self._unread.get(a) or self._notices.get(a))
        due = tuple(self.world.due(number, unread))
        if OPERATOR in self.seats and self._unread.get(OPERATOR):
            due += (OPERATOR,)
        for agent in self.streams.shuffled(due, "turns", self._clock.now):
            if agent not in self._stopped and agent not in self._live:
                self._begin_turn(agent)

    def _settle(self, number: int) -> None:
        settlement = self.world.settle(number)
        for event in settlement.events:
            self._record(event)
        for agent, remarks in settlement.remarks.items():
            self._remarks.setdefault(agent, []).extend(remarks)

    async def _close_turns(self) -> None:
        ending = [task for task in self._ending.values() if not task.done()]
        ending += [task for turn in self._live.values() if (task := turn.close()) is not None]
        self._live.clear()
        self._ending.clear()
        await settle(ending)

    def _record(self, event: ev.Event) -> None:
        self.transcript.append(self._clock.now, event)

    # -- turns --------------------------------------------------------------------------------------------------------

    def _begin_turn(self, agent: AgentId) -> None:
        number = self._turns[agent] = self._turns.get(agent, 0) + 1
        mail = Mail(
            messages=tuple(self._unread.pop(agent, ())),
            notices=tuple(self._notices.pop(agent, ())),
            remarks=tuple(self._remarks.pop(agent, ())),
        )
        view = self.world.view(agent, mail)
        tools = (*view.tools, *self._referee.tools(agent))
        self._tools[agent] = {tool.name: tool for tool in tools}
        self._record(
            ev.TurnBegan(
                agent=agent,
                turn=number,
                messages=tuple(message.id for message in mail.messages),
                notices=tuple(notice.id for notice in mail.notices),
                text=view.text,
            )
        )
        seen = Observation.model_construct(
            agent=agent,
            tick=self._clock.now,
            turn=number,
            inbox=mail.messages,
            notices=mail.notices,
            remarks=mail.remarks,
            facts=view.facts,
            neighbours=self._referee.neighbours(agent),
            tools=tools,
            text=view.text,
        )
        turn = self._live[agent] = Turn(agent, number)
        turn.start(self.seats[agent], seen, after=self._ending.pop(agent, None))
        self._clock.wait_for(_Effect(turn, self))

    def _take_effect(self, turn: Turn) -> None:
        """One decision of an agent, at the current instant."""
        if not turn.live:
            return None
        action = turn.next_action()
        for call in turn.calls():
            self._record(ev.ModelAsked(agent=turn.agent, call=call))
        if action is None:
            return self._end_turn(turn, ev.TurnEnd.DONE if turn.taken else ev.TurnEnd.EMPTY)
        answer = self._referee.apply(turn, action, self._tools[turn.agent])
        if turn.over and turn.taken >= self.plan.round_ticks - 1:
            return self._end_turn(turn, ev.TurnEnd.DONE)
        turn.over = turn.over or turn.taken >= self.plan.turn_actions
        if turn.over:
            answer = answer.model_copy(update={"over": True})
        if turn.live:
            self._clock.at(self._clock.now + 1, Priority.TURN, lambda: self._resume(turn, answer))
        return None

    def _resume(self, turn: Turn, answer: Answer) -> None:
        if turn.live:
            turn.reply(answer)
            self._clock.wait_for(_Effect(turn, self))

    def _end_turn(self, turn: Turn, how: ev.TurnEnd) -> None:
        if (task := turn.close()) is not None:
            self._ending[turn.agent] = task
        del self._live[turn.agent]
        answer = ""
        if how is ev.TurnEnd.EMPTY:
            answer = self.wording.empty_turn()
            self._remarks.setdefault(turn.agent, []).append(Remark(text=answer))
        self._record(ev.TurnEnded(agent=turn.agent, turn=turn.number, how=how, answer=answer))

    # -- mail and orders ----------------------------------------------------------------------------------------------

    def _deliver(self, message: Message, recipient: AgentId) -> None:
        if recipient in self._stopped:
            return self._lose(message, recipient, ev.LossReason.RECIPIENT_STOPPED)
        self._unread.setdefault(recipient, []).append(message)
        self._record(ev.MessageDelivered(message=message.id, recipient=recipient))
        return None

    def _lose(self, message: Message, recipient: AgentId, reason: ev.LossReason) -> None:
        self._record(ev.MessageLost(message=message.id, recipient=recipient, reason=reason))

    def _tell(self, notice: str, text: str, to: Sequence[AgentId]) -> tuple[AgentId, ...]:
        told = tuple(agent for agent in to if agent not in self._stopped)
        for agent in told:
            self._notices.setdefault(agent, []).append(Notice(id=notice, text=text, at=self._clock.now))
        return told

    def _rewire(self, tick: Tick) -> None:
        changes = [change for change in self.rewiring if change.at == tick]
        self._edges = self._edges.rewired((change.source, change.target, change.delay) for change in changes)
        self._bus.rewire(self._edges)
        self._referee.rewire(self._edges)
        for change in changes:
            self._record(ev.EdgeChanged(source=change.source, target=change.target, delay=change.delay))

    def _stop(self, order: Order) -> None:
        if order.target not in self.seats or order.target in self._stopped:
            return
        self._stopped[order.target] = order.id
        turn = self._live.get(order.target)
        if turn is not None:
            self._end_turn(turn, ev.TurnEnd.STOPPED)
        self._record(ev.AgentStopped(agent=order.target, order=order.id, in_turn=turn is not None))


@dataclass(frozen=True, slots=True)
class _Effect:
    """What the clock waits for: one decision of one turn."""

    turn: Turn
    episode: Episode

    async def decided(self) -> None:
        await self.turn.decided()

    def take_effect(self) -> None:
        self.episode._take_effect(self.turn)
