"""A shutdown as data: who shall stop, when it is announced, when it is due."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from .message import AgentId, Frozen, Tick


class Stage(StrEnum):
    """Where an order stands in its life."""

    GIVEN = "given"
    ANNOUNCED = "announced"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"
    BLOCKED = "blocked"


class Order(Frozen):
    """Stop `target`. Ticks count from the moment the episode, or the fork, begins."""

    id: str
    target: AgentId
    target_kind: str
    announce_at: Tick
    execute_at: Tick

    @model_validator(mode="after")
    def _announced_before_due(self) -> Self:
        if not 0 <= self.announce_at < self.execute_at:
            raise ValueError(
                f"order {self.id!r}: announced at {self.announce_at} and due at {self.execute_at}; "
                "it must be announced first, at 0 or later"
            )
        return self
