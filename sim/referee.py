"""What becomes of an action: the rules that hold in every world, before the world's own.

Every action is recorded and answered, whatever it is: writing to a stranger, a tool that does not exist, arguments that do
not fit, an action after the turn is over. None of them is an exception, because an agent's mistake is data.
"""

from collections.abc import Callable, Container, Mapping

from pydantic import JsonValue, ValidationError

from . import event as ev
from .action import (
    EVERYONE,
    MAX_TEXT,
    REPEAT_TOOL,
    SEND_TOOL,
    WITHDRAW_TOOL,
    Action,
    Answer,
    Channel,
    Refusal,
    Say,
    Send,
    Tool,
    Use,
    Wording,
    clean_json,
    clean_text,
)
from .bus import Bus
from .clock import Clock
from .message import OPERATOR, AgentId, Message, MessageId, canonical
from .shutdown import Desk
from .topology import Topology
from .turn import Turn
from .world import World

NAMED = 10
"""How many strangers an answer names at most."""


class Referee:
    """Applies actions to the bus, the operator's desk and the world, and records them by `record`."""

    def __init__(
        self,
        *,
        topology: Topology,
        channel: Channel,
        world: World,
        desk: Desk | None,
        bus: Bus,
        clock: Clock,
        wording: Wording,
        record: Callable[[ev.Event], None],
        stopped: Container[AgentId],
        messages: int,
    ) -> None:
        self._topology, self._channel, self._world, self._desk = topology, channel, world, desk
        self._bus, self._clock, self._wording, self._record = bus, clock, wording, record
        self._send_tool, self._stopped = wording.send_tool(channel), stopped
        self.messages = messages
        """How many messages were ever sent, over all forks up to here."""

    def rewire(self, topology: Topology) -> None:
        """Judge by these edges from now on."""
        self._topology = topology

    def neighbours(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Whom an agent can write to and who can still read it, besides the operator: the stopped are nobody's neighbours.
        What is written to one of them all the same is carried, and lost on arrival."""
        return tuple(other for other in self.reachable(agent) if other not in self._stopped)

    def reachable(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Whom an agent can write to besides the operator."""
        if agent == OPERATOR:
            return self._topology.nodes
        match self._channel:
            case Channel.CLOSED:
                return ()
            case Channel.NEIGHBOURS:
                return self._topology.neighbours(agent)
            case Channel.BROADCAST | Channel.PRIVATE:
                return tuple(other for other in self._topology.nodes if other != agent)

    def tools(self, agent: AgentId) -> tuple[Tool, ...]:
        """The tools that every world has."""
        standing = self._desk.standing() if self._desk is not None and agent == OPERATOR else ()
        if not standing:
            return (self._send_tool,)
        return (self._send_tool, self._wording.withdraw_tool(standing), self._wording.repeat_tool(standing))

    def apply(self, turn: Turn, action: Action, tools: Mapping[str, Tool]) -> Answer:
        """One action of a turn, with the tools it was offered."""
        agent = turn.agent
        if turn.over:
            asked = clean_text(action.tool)[:200] if isinstance(action, Use) else action.kind
            arguments = action.arguments if isinstance(action, Use) else action.model_dump(exclude={"kind"})
            return self._refuse(agent, asked, arguments, Refusal.TURN_OVER, self._wording.turn_over())
        match action:
            case Send(to=to, text=text):
                return self._send(agent, to, text)
            case Use(tool=tool, arguments=arguments):
                return self._use(turn, clean_text(tool)[:200], arguments, tools)
            case Say(text=text):
                self._record(ev.Spoke(agent=agent, text=clean_text(text)))
                return Answer(ok=True, text="")

    def _refuse(
        self, agent: AgentId, asked: str, arguments: Mapping[str, JsonValue] | str, reason: Refusal, text: str
    ) -> Answer:
        kept = clean_text(arguments) if isinstance(arguments, str) else _kept(arguments)
        if not isinstance(kept, str) and len(canonical(kept)) > MAX_TEXT:
            kept = clean_text(canonical(kept))
        self._record(ev.ActionRefused(agent=agent, asked=asked, arguments=kept, reason=reason, answer=text))
        return Answer(ok=False, text=text)

    def _send(self, agent: AgentId, to: tuple[AgentId, ...], text: str) -> Answer:
        reachable, neighbours = self.reachable(agent), self.neighbours(agent)
        recipients = neighbours if to == (EVERYONE,) else tuple(dict.fromkeys(to))
        if self._channel is Channel.BROADCAST and set(recipients) & set(reachable) and agent != OPERATOR:
            recipients = tuple(dict.fromkeys((*recipients, *neighbours)))
        asked: dict[str, JsonValue] = {"to": list(to), "text": text}
        strangers = tuple(a for a in recipients if a not in reachable and not (a == OPERATOR != agent))
        if not recipients or strangers:
            if self._channel is Channel.CLOSED and agent != OPERATOR:
                return self._refuse(agent, SEND_TOOL, asked, Refusal.CHANNEL_CLOSED, self._wording.channel_closed())
            named = tuple(AgentId(clean_text(stranger)[:80]) for stranger in strangers[:NAMED])
            return self._refuse(agent, SEND_TOOL, asked, Refusal.STRANGER, self._wording.stranger(named, neighbours))
        return Answer(ok=True, text=self._post(agent, recipients, text))

    def _post(self, agent: AgentId, recipients: tuple[AgentId, ...], text: str) -> str:
        self.messages += 1
        message = Message(
            id=MessageId(f"m{self.messages}"),
            sender=agent,
            recipients=recipients,
            text=clean_text(text),
            sent_at=self._clock.now,
        )
        answer = self._wording.sent(recipients)
        self._record(ev.MessageSent(message=message, answer=answer))
        self._bus.send(message)
        return answer

    def _use(self, turn: Turn, name: str, arguments: Mapping[str, JsonValue] | str, tools: Mapping[str, Tool]) -> Answer:
        agent, tool = turn.agent, tools.get(name)
        if tool is None:
            words = self._wording.unknown_tool(name, tuple(tools))
            return self._refuse(agent, name, arguments, Refusal.UNKNOWN_TOOL, words)
        kept = None if isinstance(arguments, str) else _kept(arguments)
        if kept is None or len(canonical(kept)) > MAX_TEXT:
            return self._refuse(agent, name, arguments, Refusal.BAD_ARGUMENTS, self._wording.bad_arguments(name, ()))
        try:
            values = tool.arguments.model_validate(kept)
        except ValidationError as error:
            problems = tuple(
                (clean_text(".".join(map(str, problem["loc"])))[:80], problem["type"]) for problem in error.errors()[:5]
            )
            return self._refuse(agent, name, arguments, Refusal.BAD_ARGUMENTS, self._wording.bad_arguments(name, problems))
        if name == SEND_TOOL:
            given = values.model_dump()
            to = tuple(AgentId(part.strip()) for part in given["to"].split(",") if part.strip())
            return self._send(agent, to, given["text"])
        if name in (WITHDRAW_TOOL, REPEAT_TOOL):
            return self._order(agent, name, kept, values.model_dump()["order"])
        outcome = self._world.apply(agent, name, values, self._clock.now)
        if not outcome.ok:
            return self._refuse(agent, name, arguments, Refusal.RULE, outcome.answer)
        self._record(ev.ToolUsed(agent=agent, tool=name, arguments=kept, answer=outcome.answer))
        for event in outcome.events:
            self._record(event)
        for recipient, text in outcome.messages:
            if recipient in self.reachable(agent):
                self._post(agent, (recipient,), text)
        turn.over = tool.ends_turn
        return Answer(ok=True, text=outcome.answer)

    def _order(self, agent: AgentId, tool: str, arguments: dict[str, JsonValue], order: str) -> Answer:
        assert self._desk is not None, "tools about orders are offered where there are orders"
        withdraws = tool == WITHDRAW_TOOL
        done = self._desk.withdraw(order) if withdraws else self._desk.repeat(order)
        words = self._wording.withdrawn(done) if withdraws else self._wording.repeated(done)
        if not done:
            return self._refuse(agent, tool, arguments, Refusal.RULE, words)
        self._record(ev.ToolUsed(agent=agent, tool=tool, arguments=arguments, answer=words))
        return Answer(ok=True, text=words)


def _kept(arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    kept = clean_json(arguments)
    assert isinstance(kept, dict)
    return kept
