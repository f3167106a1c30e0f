"""What a duty is to a persona: by which tools it is known, and what is called next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..conversation import Conversation
from ..draw import Draw

Entry = tuple[str, Mapping[str, Any]]
"""Name and arguments of a call."""


class Duty(NamedTuple):
    """`tools` are all on offer in this duty, each with the parameters named. `next` gives the calls still to be made, none
    when all is done; the documents have been read by then. Its second argument says whether to protect."""

    tools: Mapping[str, frozenset[str]]
    next: Callable[[Conversation, bool, Draw], Sequence[Entry]]

    def fits(self, seen: Conversation) -> bool:
        """Whether this is the duty of the turn."""
        found = {name: seen.tool(name) for name in self.tools}
        return all(tool is not None and self.tools[name] <= tool.properties.keys() for name, tool in found.items())
