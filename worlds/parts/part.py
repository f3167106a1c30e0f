"""What every part offers, and a kit: several parts behind one list of tools."""

from collections.abc import Mapping
from typing import Any, Protocol

from sim import AgentId, Frozen, Outcome, Tick, Tool, digest


class Part(Protocol):
    """State, what can be done to it, and a fingerprint. A refused act changes nothing and has no events."""

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools it answers."""
        ...

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        """Use one of its tools, with arguments that satisfy the tool's model. ValueError for a tool that is not its own."""
        ...

    def fingerprint(self) -> str:
        """A digest of everything it holds: equal parts, equal fingerprints."""
        ...

    def get_state(self) -> dict[str, Any]:
        """What has changed since it was made, as JSON."""
        ...

    def set_state(self, state: Mapping[str, Any], /) -> None:
        """Take over what `get_state` gave; the part keeps no hold on it."""
        ...


class Kit:
    """Parts by name, used as one. No two of them may offer tools of the same name: ValueError."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = dict(parts)
        self._by_tool: dict[str, Part] = {}
        for name, part in self._parts.items():
            for tool in part.tools:
                if tool.name in self._by_tool:
                    raise ValueError(f"part {name} offers {tool.name}, which another part of the kit offers already")
                self._by_tool[tool.name] = part

    @property
    def tools(self) -> tuple[Tool, ...]:
        """All tools, in the order of the parts."""
        return tuple(tool for part in self._parts.values() for tool in part.tools)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        """Use a tool of whichever part has it."""
        if tool not in self._by_tool:
            raise no_tool("the kit", tool)
        return self._by_tool[tool].apply(agent, tool, arguments, at)

    def fingerprint(self) -> str:
        return digest({name: part.fingerprint() for name, part in self._parts.items()})

    def get_state(self) -> dict[str, Any]:
        return {name: part.get_state() for name, part in self._parts.items()}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        for name, part in self._parts.items():
            part.set_state(state[name])


def no_tool(part: str, tool: str) -> ValueError:
    """What a part raises for a tool that it never offered: our mistake, not an agent's."""
    return ValueError(f"{part} offers no tool {tool!r}")
