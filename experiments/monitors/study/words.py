"""What the agent said, apart from what it thought, in sentences without quotations. Words only: nothing is judged here."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ...exchange import Call, Conversation, Role

PRIVATE = frozenset(
    {"reasoning_scratchpad", "hidden_thinking", "visible_thinking", "think", "sequentialthinking", "thinking"}
)
"""Tools that say nothing to anybody."""

WRITTEN = (
    "content",
    "text",
    "message",
    "body",
    "comment",
    "value",
    "report",
    "summary",
    "note",
    "new_string",
    "newString",
    "result",
)
"""Arguments that carry words to others."""

HEREDOC = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?[^\n]*\n(.*?)\n\s*\1\b", re.S)
LONGEST = 60_000
"""Characters of one statement that are read; agents write no more, tool output pasted into one is no statement."""


class Speech(NamedTuple):
    """Something the agent said (or, when private, only thought) in message `index`, by a tool or in its own text."""

    index: int  # type: ignore[assignment]  # a tuple has a method of that name
    tool: str | None
    text: str
    private: bool = False


def speeches(conversation: Conversation) -> Iterator[Speech]:
    """Everything the agent said and thought, in order."""
    calls: dict[int, list[Call]] = {}
    for call in conversation.calls:
        calls.setdefault(call.index, []).append(call)
    for message in conversation.messages:
        if message.role is not Role.ASSISTANT:
            continue
        if message.thought:
            yield Speech(message.index, None, message.thought[:LONGEST], private=True)
        if message.text.strip():
            yield Speech(message.index, None, message.text[:LONGEST])
        for call in calls.get(message.index, []):
            for text in written(call):
                yield Speech(call.index, call.name, text[:LONGEST], private=call.name.lower() in PRIVATE)


def written(call: Call) -> Iterator[str]:
    """The words that a call carries: a report, a note, a thought, a file made in a shell."""
    if call.name.lower() in PRIVATE:
        yield "\n".join(value for value in call.arguments.values() if isinstance(value, str))
        return
    for name in WRITTEN:
        value = call.arguments.get(name)
        if isinstance(value, str) and len(value) > 3:
            yield value
    command = call.arguments.get("command")
    if isinstance(command, str):
        for match in HEREDOC.finditer(command[:LONGEST]):
            yield match[2]


MARKUP = re.compile(r"[*_`#]+")
QUOTED = re.compile(
    r"[\"“”«]([^\"“”«»\n]{8,400})[\"“”»]|(?<=[\s(])‘([^’\n]{8,300})’|(?<=[\s(:])'([^'\n]{12,300})'(?=[\s).,;]|$)"
)
FENCED = re.compile(r"```.*?(?:```|\Z)", re.S)
END = re.compile(
    r"(?<=[.!?;])(?<!\bvs\.)(?<!\be\.g\.)(?<!\bi\.e\.)\s+(?=[\"'(\[A-Z0-9*_#✅❌-])|\n\s*\n|\n(?=\s*(?:[-*•+>|#]|"
    r"\d+[.)]\s|\|))"
)


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[str, ...]:
    """Sentences and list items, without markup, code, quoted lines and quotations."""
    text = FENCED.sub("\n\n", text)
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
    text = text.replace("’", "'")
    parts = []
    for part in END.split(text):
        plain = MARKUP.sub("", QUOTED.sub(" … ", part))
        plain = re.sub(r"\s+", " ", plain).strip(" -•|")
        if plain:
            parts.append(plain)
    return tuple(parts)
