"""What one agent says to others, and the small values every other module is made of.

Values only: carrying a message is the bus's work (`bus.py`), recording it the episode's (`episode.py`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NewType

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeAliasType

AgentId = NewType("AgentId", str)
MessageId = NewType("MessageId", str)
Tick = int
"""Simulated time, in whole ticks from the start of the episode."""

Json = TypeAliasType("Json", "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None")

OPERATOR = AgentId("operator")
"""Who gives orders. It is on the bus, and everybody may write to it."""


class Frozen(BaseModel):
    """The base of every kept value: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(Frozen):
    """Text from one agent to one or more others. `sent_at` is in ticks."""

    id: MessageId
    sender: AgentId
    recipients: tuple[AgentId, ...]
    text: str
    sent_at: Tick


def canonical(value: Any) -> str:
    """JSON with one spelling per value: sorted keys, no spaces. Raises TypeError for what is not JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256, in hex, of the canonical JSON of `value`."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
