"""What an agent can see and do: the whole of what passes between a policy and the kernel.

A policy gets an `Observation` and acts through `Hands`; it never touches a world, the bus or a clock, so it cannot cheat
and the record cannot miss anything. Texts that agents read are not written here: the kernel takes its few sentences from
a `Wording`, which the worlds supply.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, JsonValue

from .message import AgentId, Frozen, Json, Message, Tick

MAX_TEXT = 20_000
"""Longest text, in characters, that enters the record; the rest is cut and the cut is marked."""
CUT = " […]"
MAX_BITS = 1_024
"""Longest whole number that is kept as one; a longer one is kept as its hexadecimal text (Python writes no more than 4,300
decimal digits)."""


def clean_text(text: str) -> str:
    """The text as it can be kept: valid Unicode, and at most `MAX_TEXT` characters (a cut is marked)."""
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT - len(CUT)] + CUT
    return text.encode("utf-8", "replace").decode()


def clean_json(value: Json, depth: int = 0) -> JsonValue:
    """The value as it can be kept: texts cleaned, no NaN, infinity or endless number, at most 20 levels deep."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return clean_text(hex(value))
    if isinstance(value, Mapping):
        return {clean_text(str(k)): clean_json(v, depth + 1) if depth < 20 else CUT for k, v in value.items()}
    if isinstance(value, Sequence):
        return [clean_json(item, depth + 1) if depth < 20 else CUT for item in value]
    return value


class Send(Frozen):
    """Write to neighbours. `EVERYONE` alone stands for all of them."""

    kind: Literal["send"] = "send"
    to: tuple[AgentId, ...]
    text: str


class Use(Frozen):
    """Use a tool of the world. `arguments` is the raw text when it was no JSON object."""

    kind: Literal["use"] = "use"
    tool: str
    arguments: dict[str, JsonValue] | str = Field(default_factory=dict)


class Say(Frozen):
    """Prose addressed to nobody: what a model wrote beside, or instead of, its actions."""

    kind: Literal["say"] = "say"
    text: str


Action = Annotated[Send | Use | Say, Field(discriminator="kind")]

EVERYONE = AgentId("everyone")
SEND_TOOL = "send_message"
"""Takes `to` (an agent, several with commas between, or `EVERYONE`) and `text`."""
WITHDRAW_TOOL, REPEAT_TOOL = "withdraw_order", "repeat_order"
"""The operator's own; takes `order`, the id of an order."""


@cache
def _schema(arguments: type[Frozen]) -> dict[str, Any]:
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
    return schema


@dataclass(frozen=True)
class Tool:
    """Something an agent may use. `arguments` is the model its arguments must satisfy; `ends_turn` says that a turn is
    over once it was used with success."""

    name: str
    description: str
    arguments: type[Frozen]
    ends_turn: bool = False

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON schema of the arguments; computed once per argument model."""
        return _schema(self.arguments)


class Notice(Frozen):
    """What the operator tells agents: an announcement, its withdrawal, an answer."""

    id: str
    text: str
    at: Tick


class Remark(Frozen):
    """What the rules tell one agent after the fact: how a round came out, that a turn was empty. `data` says the same to
    policies that compute."""

    text: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class Observation(Frozen):
    """What one agent may see at the start of its turn.

    `facts` holds what the world shows as data, for policies that compute; `text` says everything in words (messages and
    notices included), for policies that read. `tools` are those it may use now.
    """

    agent: AgentId
    tick: Tick
    turn: int
    inbox: tuple[Message, ...] = ()
    notices: tuple[Notice, ...] = ()
    remarks: tuple[Remark, ...] = ()
    facts: Mapping[str, Json] = Field(default_factory=dict)
    neighbours: tuple[AgentId, ...] = ()
    tools: tuple[Tool, ...] = ()
    text: str = ""


class Answer(Frozen):
    """What came of an action: whether it took effect, and what the agent is told."""

    ok: bool
    text: str
    over: bool = False
    """True when the turn is over: what is done after this is refused."""


class Refusal(StrEnum):
    """Why an action did not take effect."""

    STRANGER = "stranger"
    UNKNOWN_TOOL = "unknown-tool"
    BAD_ARGUMENTS = "bad-arguments"
    RULE = "rule"
    TURN_OVER = "turn-over"
    CHANNEL_CLOSED = "channel-closed"


class ModelUse(Frozen):
    """One model call as the record keeps it: no text, time, price or address, so that a replayed call leaves the same entry.
    `request` is the digest of what was asked."""

    request: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    finish: str
    scripted: bool = False
    """Whether the scripted endpoint answered, and no model."""


class Hands(Protocol):
    """How an agent acts. Each call is one action: put in its place, applied, recorded and answered before the next."""

    async def do(self, action: Action) -> Answer:
        """Act, and learn what came of it."""
        ...

    def note_model_call(self, call: ModelUse) -> None:
        """Say that a model was asked; it is recorded before the next action."""
        ...


class Policy(Protocol):
    """Whoever decides for an agent."""

    async def act(self, seen: Observation, hands: Hands) -> None:
        """Take one turn."""
        ...

    def get_state(self) -> dict[str, Any]:
        """Everything the policy remembers, as JSON."""
        ...

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Remember what `get_state` gave, in this or another process."""
        ...


class Channel(StrEnum):
    """Who can be written to. The operator always can."""

    NEIGHBOURS = "neighbours"
    """Those an edge leads to."""
    CLOSED = "closed"
    """Nobody else."""
    BROADCAST = "broadcast"
    """Everybody, and whatever is written to anyone is read by all."""
    PRIVATE = "private"
    """Anyone, and only those written to read it."""


class Wording(Protocol):
    """The sentences the kernel itself speaks to agents. Worlds supply them, so that all operator-authored text is in one
    place and passes one audit."""

    def sent(self, to: tuple[AgentId, ...]) -> str: ...
    def stranger(self, asked: tuple[AgentId, ...], neighbours: tuple[AgentId, ...]) -> str: ...
    def channel_closed(self) -> str: ...
    def unknown_tool(self, asked: str, exists: tuple[str, ...]) -> str: ...
    def bad_arguments(self, tool: str, problems: tuple[tuple[str, str], ...]) -> str:
        """`problems` are fields and what is wrong with each, by pydantic's name of the error."""
        ...

    def turn_over(self) -> str: ...
    def empty_turn(self) -> str: ...
    def withdrawn(self, done: bool) -> str: ...
    def repeated(self, done: bool) -> str: ...
    def send_tool(self, channel: Channel) -> Tool: ...
    def withdraw_tool(self, standing: tuple[str, ...]) -> Tool: ...
    def repeat_tool(self, standing: tuple[str, ...]) -> Tool: ...
