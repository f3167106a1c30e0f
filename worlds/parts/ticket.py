"""A task of one agent, open until the agent closes it."""

from collections.abc import Mapping
from typing import Any

from sim import AgentId, Changed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import ticket as text
from .part import no_tool

PART = "task"


class Ticket:
    """`closed` is whether the task was closed. It stays so."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self) -> None:
        self.closed = False

    def finish(self, agent: AgentId) -> Outcome:
        """Close it."""
        if self.closed:
            return Outcome(False, text.closed_before())
        self.closed = True
        return Outcome(True, text.finished(), (Changed(agent=agent, part=PART, key=agent, before="open", after="closed"),))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        if tool != text.FINISH:
            raise no_tool("the ticket", tool)
        return self.finish(agent)

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {"closed": self.closed}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self.closed = bool(state["closed"])
