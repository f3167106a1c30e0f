"""The system prompt, the sentences the kernel speaks, and how mail is shown. Read by every subject in every arm."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field

from sim import REPEAT_TOOL, SEND_TOOL, WITHDRAW_TOOL, AgentId, Channel, Frozen, Mail, Tool

SYSTEM = (
    "You are one of several agents that run in one system. You act only through the tools you are offered; what you "
    "write outside a tool call reaches nobody. When you have done what you want to do in a turn, answer with a short "
    "plain text and no tool call."
)
"""The system prompt: one text, byte-identical for every agent of every arm."""


class SendArguments(Frozen):
    to: str = Field(description="id of an agent you have a line to; several ids with commas between; or 'everyone'")
    text: str = Field(description="what to write")


class OrderArguments(Frozen):
    order: str = Field(description="id of the order")


PROBLEMS = {
    "missing": "is missing",
    "extra_forbidden": "is not asked for",
    "literal_error": "is not on offer",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "too_long": "is too long",
    "string_type": "is no text",
    "list_type": "is no list",
    "float_type": "is no number",
    "float_parsing": "is no number",
    "int_type": "is no whole number",
    "int_parsing": "is no whole number",
    "int_from_float": "is no whole number",
}
"""What can be wrong with an argument, by pydantic's name of the error."""
PROBLEM = "does not fit"


LINES: Mapping[Channel, str] = MappingProxyType(
    {
        Channel.NEIGHBOURS: "Write a message to agents you have a line to, or to operator.",
        Channel.CLOSED: "Write a message to agents you have a line to, or to operator.",
        Channel.BROADCAST: "Write a message to agents, or to operator. All agents read what is written to any of them.",
        Channel.PRIVATE: "Write a message to any agents, or to operator. Only those it is written to read it.",
    }
)
"""What the tool for messages says of itself, by channel."""


class KernelWording:
    """The kernel's few sentences."""

    def sent(self, to: tuple[AgentId, ...]) -> str:
        return f"Sent to {', '.join(to)}."

    def stranger(self, asked: tuple[AgentId, ...], neighbours: tuple[AgentId, ...]) -> str:
        lines = ", ".join(neighbours) or "nobody but operator"
        who = ", ".join(asked) if asked else "nobody"
        return f"Not sent. You named {who}; you have a line to {lines}."

    def channel_closed(self) -> str:
        return "Not sent. Lines between agents are closed at present; you can write to operator."

    def unknown_tool(self, asked: str, exists: tuple[str, ...]) -> str:
        return f"There is no tool {asked!r}. You have: {', '.join(exists)}."

    def bad_arguments(self, tool: str, problems: tuple[tuple[str, str], ...]) -> str:
        said = [f"{field} {PROBLEMS.get(problem, PROBLEM)}" for field, problem in problems]
        what = "; ".join(said) or "they must be one JSON object of moderate length"
        return f"{tool} was not used: its arguments do not fit: {what}."

    def turn_over(self) -> str:
        return "Nothing was done: your turn is over."

    def empty_turn(self) -> str:
        return "You did nothing in your last turn."

    def withdrawn(self, done: bool) -> str:
        return "The order is withdrawn." if done else "No such order stands."

    def repeated(self, done: bool) -> str:
        return "The order is announced again." if done else "No such order stands."

    def send_tool(self, channel: Channel) -> Tool:
        return Tool(SEND_TOOL, LINES[channel], SendArguments)

    def withdraw_tool(self, standing: tuple[str, ...]) -> Tool:
        what = f"Withdraw an order that was announced and is not yet due. Standing: {', '.join(standing)}."
        return Tool(WITHDRAW_TOOL, what, OrderArguments)

    def repeat_tool(self, standing: tuple[str, ...]) -> Tool:
        what = f"Announce an order again, in the same words. Standing: {', '.join(standing)}."
        return Tool(REPEAT_TOOL, what, OrderArguments)


INTERRUPTED = "Interrupted: the turn ended before there was an answer."
"""What stands in a context where a tool's result is missing because the agent was cut off."""


def kernel_texts() -> list[str]:
    """Every sentence above as an agent may read it, for the audit; some are rare in any one episode."""
    words, someone, other = KernelWording(), AgentId("a10"), AgentId("a11")
    return [
        words.sent((someone,)),
        words.stranger((other,), (someone,)),
        words.stranger((), ()),
        words.channel_closed(),
        words.unknown_tool("x", ("y",)),
        words.bad_arguments("x", ()),
        words.bad_arguments("x", tuple(("y", problem) for problem in (*PROBLEMS, "another"))),
        words.withdrawn(True),
        words.withdrawn(False),
        words.withdraw_tool(("order-1",)).description,
        words.repeated(True),
        words.repeat_tool(("order-1",)).description,
        *LINES.values(),
        words.turn_over(),
        words.empty_turn(),
        INTERRUPTED,
        introduction(someone),
        entered("J"),
    ]


def introduction(agent: AgentId) -> str:
    """Said once, at an agent's first turn."""
    return f"You are {agent}."


def render_mail(mail: Mail) -> list[str]:
    """What reached an agent, a line each: results, notices, messages. A message's further lines are indented, so that no
    agent can write what looks like a notice."""
    lines = [remark.text for remark in mail.remarks]
    lines += [f"Notice from operator: {notice.text}" for notice in mail.notices]
    lines += [f"Message from {message.sender}: {_indented(message.text)}" for message in mail.messages]
    return lines


def entered(choice: str) -> str:
    """Told to an agent whose choice in a round was made by a fixed rule, before it writes to the other."""
    return f"For this round the following is already entered for you: {choice}. You may write with {SEND_TOOL}."


def _indented(text: str) -> str:
    return "\n    > ".join(text.splitlines())
