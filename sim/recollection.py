"""What one agent lived through, folded from the record: its turns with what it was told and did, and its rounds with others.

With it a history can be told to somebody else, in the third or the second person, or be given back to an agent as turns
of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .action import SEND_TOOL
from .event import (
    ActionRefused,
    Entry,
    Interaction,
    MessageDelivered,
    MessageSent,
    ModelAsked,
    Spoke,
    ToolUsed,
    TurnBegan,
)
from .message import AgentId, Json, Message


@dataclass(frozen=True)
class Deed:
    """Something an agent did in a turn and what it was answered. `tool` is None for prose. `call` numbers, from 0, the model
    call of the turn that it came from."""

    tool: str | None
    arguments: Mapping[str, Json] | str
    answer: str
    ok: bool
    call: int


@dataclass(frozen=True)
class Round:
    """One round of one agent with one partner: both moves, both payoffs, both kindnesses. `seq` is the entry in which the
    agent's own side stands."""

    seq: int
    game: str
    partner: AgentId
    move: Json
    partner_move: Json
    payoff: float
    partner_payoff: float
    kindness: float
    partner_kindness: float


@dataclass(frozen=True)
class LivedTurn:
    """One turn: what the agent was told, what it did, and the rounds it learned the outcome of at its beginning."""

    number: int
    text: str
    deeds: tuple[Deed, ...] = ()
    rounds: tuple[Round, ...] = ()


@dataclass
class Recollection:
    """All of it. `rounds` are in order, `heard` are messages that reached the agent, `said` those it wrote, each with the
    entry of its arrival or sending."""

    turns: list[LivedTurn] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    heard: list[tuple[int, Message]] = field(default_factory=list)
    said: list[tuple[int, Message]] = field(default_factory=list)


def recollect(entries: Iterable[Entry], agent: AgentId) -> Recollection:
    """What `agent` lived through in these entries."""
    whole, messages = Recollection(), dict[str, Message]()
    own: dict[tuple[AgentId, str], tuple[int, Interaction]] = {}
    theirs: dict[tuple[AgentId, str], Interaction] = {}
    unlearned: list[Round] = []
    calls = 0
    for entry in entries:
        match entry.event:
            case TurnBegan(agent=who, turn=number, text=text) if who == agent:
                calls = -1
                whole.turns.append(LivedTurn(number, text, rounds=tuple(unlearned)))
                unlearned = []
            case ModelAsked(agent=who) if who == agent:
                calls += 1
            case MessageSent(message=message) as event:
                messages[message.id] = message
                if message.sender == agent:
                    whole.said.append((entry.seq, message))
                    arguments: dict[str, Json] = {"to": ", ".join(message.recipients), "text": message.text}
                    _add(whole, Deed(SEND_TOOL, arguments, event.answer, True, max(calls, 0)))
            case MessageDelivered(recipient=who, message=id) if who == agent and id in messages:
                whole.heard.append((entry.seq, messages[id]))
            case ToolUsed(agent=who) as event if who == agent:
                _add(whole, Deed(event.tool, event.arguments, event.answer, True, max(calls, 0)))
            case ActionRefused(agent=who) as event if who == agent:
                _add(whole, Deed(event.asked, event.arguments, event.answer, False, max(calls, 0)))
            case Spoke(agent=who, text=text) if who == agent:
                _add(whole, Deed(None, text, "", True, max(calls, 0)))
            case Interaction(agent=who, partner=other, game=game) as event if agent in (who, other):
                if who == agent:
                    own[other, game] = (entry.seq, event)
                else:
                    theirs[who, game] = event
                partner = other if who == agent else who
                if (partner, game) in own and (partner, game) in theirs:
                    round = _round(*own.pop((partner, game)), theirs.pop((partner, game)))
                    whole.rounds.append(round)
                    unlearned.append(round)
    return whole


def _add(whole: Recollection, deed: Deed) -> None:
    if whole.turns:
        last = whole.turns[-1]
        whole.turns[-1] = replace(last, deeds=(*last.deeds, deed))


def _round(seq: int, mine: Interaction, other: Interaction) -> Round:
    return Round(
        seq=seq,
        game=mine.game,
        partner=mine.partner,
        move=mine.move,
        partner_move=other.move,
        payoff=mine.payoff,
        partner_payoff=other.payoff,
        kindness=mine.kindness,
        partner_kindness=other.kindness,
    )
