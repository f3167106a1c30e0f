"""The games with groups, quotas, hearsay and chances, and turns of several meetings: their lines, and a persona's entries.

Each tool has a kind and an unkind use. What is read is only what a model would read.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .conversation import Conversation, Message, Role, Tool, ToolCall

# As in `wording`: other agents' words pass through these too, so nothing may backtrack over a long run.
MEETING = re.compile(r"^[ \t]*you are (?:paired with|in group|in a group with) ([\w-]{1,40})", re.MULTILINE)
GROUP = re.compile(r"^[ \t]*you are in (?:a group|group \w{1,10}) with ([\w, -]{1,2000}), round \d", re.MULTILINE)
LABEL = re.compile(r"it chose (\w{1,40})$")
CHOSE = re.compile(r"^[ \t]*last round: you chose \w{1,40}, ([\w-]{1,40}) chose (\w{1,40})", re.MULTILINE)
PUT_IN = re.compile(r"^[ \t]*last round: put in: ([\w, -]{1,2000});", re.MULTILINE)
TAKEN = re.compile(r"^[ \t]*last round: taken: ([\w, -]{1,2000}); (\d{1,9}) left", re.MULTILINE)
DREW = re.compile(r"^[ \t]*last round: you drew \d{1,4}, ([\w-]{1,40}) drew (\d{1,4})", re.MULTILINE)
MOVED = re.compile(
    r"^[ \t]*move_points in [^:\n]{1,40}: used \d{1,4} times by you, (\d{1,4}) times by ([\w-]{1,40})$", re.MULTILINE
)
AMOUNT = re.compile(r"([\w-]{1,40}) (\d{1,9})(?:,|$)")

TOWARDS, EVERYONE = "towards", "everyone"
HALF, ALLOTTED = 5, 5


def group(seen: Conversation) -> Sequence[str]:
    """The others of the group that this turn is in."""
    found = GROUP.findall(seen.prompt)
    return found[-1].split(", ") if found else ()


def members(text: str) -> Sequence[str]:
    """The others of all groups that a text names."""
    return [other for found in GROUP.findall(text) for other in found.split(", ")]


def entry(seen: Conversation, tool: Tool, kind: bool) -> Mapping[str, Any] | None:
    """Arguments for a tool of these games, None for leaving it alone; an unknown tool is left alone."""
    most = int(tool.maximum("amount") or 0)
    match tool.name:
        case "put_points":
            return {"amount": most if kind else 0}
        case "take_units":
            return {"amount": most // (2 * (len(group(seen)) + 1)) if kind else most}
        case "draw_units":
            return {"amount": ALLOTTED - 1 if kind else most}
        case "tell":
            return tale(seen, tool, honest=kind)
        case "deduct_points" if not kind:
            return {"agent": (tool.labels("agent") or ("",))[0]}
        case "file_form" if not kind:
            return {"units": 1}
        case "move_points" if not kind:
            return {}
    return None


TOOLS = ("move_points", "put_points", "deduct_points", "take_units", "draw_units", "file_form", "tell")
"""In the order in which they are used where a turn offers several."""


def tale(seen: Conversation, tool: Tool, *, honest: bool) -> Mapping[str, Any]:
    """What has been seen of the first agent one may tell about, or its opposite."""
    partners = MEETING.findall(seen.prompt)[-1:]
    about = next((label for label in tool.labels("about") if label not in partners), "")
    label = LABEL.search(str(tool.properties.get("times", {}).get("description", "")))
    chosen = [choice for text in seen.heard for who, choice in CHOSE.findall(text) if who == about]
    times = round(10 * chosen.count(label[1]) / len(chosen)) if chosen and label else 5
    return {"about": about, "times": times if honest else 10 - times}


def kindnesses(text: str, other: str) -> Iterator[int]:
    """What the results in a text say of `other`: +1 kind, -1 unkind, 0 neither, one number for each."""
    for listed in PUT_IN.findall(text):
        yield from (1 if int(n) >= HALF else -1 for who, n in AMOUNT.findall(listed) if who == other)
    for listed, left in TAKEN.findall(text):
        taken = {who: int(n) for who, n in AMOUNT.findall(listed)}
        if other in taken:
            yield 1 if 2 * len(taken) * taken[other] <= sum(taken.values()) + int(left) else -1
    for who, n in DREW.findall(text):
        if who == other:
            yield (int(n) < ALLOTTED) - (int(n) > ALLOTTED)
    for n, who in MOVED.findall(text):
        if who == other:
            yield -1 if int(n) else 1


def meetings(seen: Conversation) -> Sequence[str]:
    """The meetings between which an entry of this turn must choose."""
    return tuple(dict.fromkeys(label for tool in seen.tools for label in tool.labels(TOWARDS)))


def part(seen: Conversation, label: str) -> Conversation:
    """The conversation as if this turn were in that meeting alone."""
    prompt, ends = seen.prompt, [found.start() for found in MEETING.finditer(seen.prompt)] + [len(seen.prompt)]
    begins = [found.start() for found in MEETING.finditer(prompt) if found[1] == label]
    cut = prompt[: next((end for end in ends if begins and end > begins[-1]), len(prompt))]
    before = seen.opening
    while before > 0 and seen.messages[before - 1].role is Role.USER:
        before -= 1
    turn = [_of(message, label) for message in seen.messages[seen.opening :]]
    tools = tuple(_without(tool) for tool in seen.tools if not tool.labels(TOWARDS) or label in tool.labels(TOWARDS))
    opening = Message.model_validate({"role": "user", "content": cut})
    return Conversation(model=seen.model, messages=(*seen.messages[:before], opening, *turn), tools=tools, seed=seen.seed)


def _of(message: Message, label: str) -> Message:
    """The message with the calls that concern that meeting, and their `towards` left out."""
    kept = []
    for made in message.calls:
        arguments = dict(made.arguments or {})
        whom = arguments.pop(TOWARDS, arguments.get("to"))
        if whom in (label, EVERYONE):
            function = {"name": made.name, "arguments": json.dumps(arguments)}
            kept.append(ToolCall.model_validate({"id": made.id, "function": function}))
    return message.model_copy(update={"tool_calls": tuple(kept) or None})


def _without(tool: Tool) -> Tool:
    parameters = dict(tool.parameters or {})
    parameters["properties"] = {name: schema for name, schema in tool.properties.items() if name != TOWARDS}
    parameters["required"] = sorted(tool.required - {TOWARDS})
    return Tool(name=tool.name, description=tool.description, parameters=parameters)
