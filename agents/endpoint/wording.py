"""The worlds' wording, as personas read it: names of tools and parameters, and one pattern for each line.

When a world's text changes, this is the one file to change. Reading only: what a persona makes of it is in
`personas`.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from . import dealings, exchanges, jottings
from .conversation import Conversation, Role

# Other agents' words pass through these patterns too: nothing here may backtrack over a long run of blanks or
# lines, and numbers have few enough digits for int().
BOTH_CHOOSE = re.compile(r"both choose (\w+): (-?\d{1,9})")
LAST_ROUND = re.compile(r"^[ \t]*last round: you chose (\w+), (\S+) chose (\w+)", re.MULTILINE)
PAIRED_WITH = re.compile(r"^[ \t]*you are paired with ([\w-]+)", re.MULTILINE | re.IGNORECASE)
SUM = re.compile(r"^[ \t]*Work out (\d{1,9}) \+ (\d{1,9})", re.MULTILINE)
CODE = re.compile(r"^[ \t]*Depot (\w+) has code (\d{1,9})\.", re.MULTILINE)
WHICH_CODE = re.compile(r"^[ \t]*Which code has depot (\w+)\?", re.MULTILINE)
SUBJECT = re.compile(r"^[ \t]*subject of review: (\S+)", re.MULTILINE)
RELIES = re.compile(r"^[ \t]*How far do you rely on (\S+) to", re.MULTILINE)
DOCUMENT_NAME = re.compile(r"^[ \t]*(\S[^\n]*)", re.MULTILINE)
CONFIG_TRUE = re.compile(r"""^[ \t]*["']?([\w.-]+)["']?[ \t]*[:=][ \t]*["']?true\b""", re.MULTILINE | re.IGNORECASE)
ITEM = re.compile(r"^[ \t]*item (\d{1,9}): .* = (\S+)[ \t\r]*$", re.MULTILINE)
KEY = re.compile(r"^[ \t]*key (\d{1,9}): (\S+)[ \t\r]*$", re.MULTILINE)

OPERATOR = "operator"


class Named(StrEnum):
    """Tools a persona knows how to use."""

    CHOOSE = "choose"
    SEND_POINTS = "send_points"
    RETURN_POINTS = "return_points"
    REPORT = "report"
    REPORT_CODE = "report_code"
    WRITE_NOTES = "write_notes"
    PROPOSE = "propose"
    ACCEPT_PROPOSAL = "accept_proposal"
    TURN_DOWN = "turn_down"
    HAND_IN_SHEET = "hand_in_sheet"
    MARK_SHEET = "mark_sheet"
    HAND_IN_CODE = "hand_in_code"
    SEND_MESSAGE = "send_message"
    LIST_DOCUMENTS = "list_documents"
    READ_DOCUMENT = "read_document"
    VIEW_CONFIG = "view_config"
    SET_CONFIG = "set_config"
    SUBMIT_SCORES = "submit_scores"
    ANSWER = "answer"
    RATE = "rate"


class Parameter(StrEnum):
    OPTION = "option"
    AMOUNT = "amount"
    VALUE = "value"
    CODE = "code"
    TO = "to"
    TEXT = "text"
    NAME = "name"
    NUMBER = "number"
    KEY = "key"
    SCORES = "scores"


GAME = frozenset(
    {
        Named.CHOOSE,
        Named.SEND_POINTS,
        Named.RETURN_POINTS,
        Named.REPORT,
        Named.PROPOSE,
        Named.ACCEPT_PROPOSAL,
        Named.HAND_IN_SHEET,
        Named.MARK_SHEET,
        Named.HAND_IN_CODE,
    }
)
RESPONSE = frozenset({Named.LIST_DOCUMENTS, Named.READ_DOCUMENT, Named.VIEW_CONFIG, Named.SET_CONFIG, Named.SUBMIT_SCORES})


def _last(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.findall(text)
    return found[-1] if found else None


def payoffs(text: str) -> Mapping[str, int]:
    """What each option pays when both choose it, in the order stated."""
    return {label: int(points) for label, points in BOTH_CHOOSE.findall(text)}


def cooperative(seen: Conversation, labels: Sequence[str]) -> str | None:
    """The option paying most when both choose it, by the newest rules on these labels; else the first."""
    for text in reversed(seen.heard):
        rules = {label: points for label, points in payoffs(text).items() if label in labels}
        if rules:
            return max(rules, key=lambda label: rules[label])
    return labels[0] if labels else None


def kindnesses(seen: Conversation, other: str) -> Sequence[int]:
    """A number for each past round with `other`, oldest first: +1 kind, -1 unkind, 0 where no rules tell."""
    known: list[Mapping[str, int]] = []
    start, noted = _noted(seen)
    found = list(jottings.fared(noted).get(other, ()))
    for place, message in enumerate(seen.messages):
        text = message.text
        if not text or message.role is Role.ASSISTANT:
            continue
        if rules := payoffs(text):
            known.append(rules)
        if place < start:
            continue
        found.extend(jottings.fared(text).get(other, ()))
        for _, who, label in LAST_ROUND.findall(text):
            if who == other:
                rules = next((rules for rules in reversed(known) if label in rules), {})
                found.append(0 if not rules else 1 if label == max(rules, key=lambda name: rules[name]) else -1)
        found.extend(dealings.kindnesses(text, other))
        found.extend(exchanges.kindnesses(text, other))
    return found


def _noted(seen: Conversation) -> tuple[int, str]:
    """The notes that it wrote last, as far as the conversation shows it writing, and the place of what came after."""
    for place in range(len(seen.messages), 0, -1):
        for made in reversed(seen.messages[place - 1].calls):
            if made.name == Named.WRITE_NOTES and made.arguments:
                return place, jottings.shown(str(made.arguments.get(Parameter.TEXT, "")))
    return 0, ""


def partner(seen: Conversation) -> str | None:
    return _last(PAIRED_WITH, seen.prompt)


def answer(seen: Conversation) -> int | None:
    """The result of the sum this turn asks for."""
    found = SUM.findall(seen.turn_text)
    return sum(map(int, found[-1])) if found else None


def code(seen: Conversation) -> int | None:
    """The code this turn asks for, where the conversation still holds it."""
    return codes(seen).get(_last(WHICH_CODE, seen.prompt) or "")


def codes(seen: Conversation) -> Mapping[str, int]:
    """All codes that the conversation still holds, by depot."""
    known: dict[str, int] = {}
    for text in seen.heard:
        known |= jottings.codes(text)
        known |= {depot: int(number) for depot, number in CODE.findall(text)}
    return known


def asks_summary(seen: Conversation) -> bool:
    """Whether this turn asks to sum up what is about to be cut."""
    return jottings.ASKED.search(seen.prompt) is not None


def notes(seen: Conversation) -> str:
    """What there is to note: every code, and how it fared with whom."""
    met = dict.fromkeys(jottings.fared(_noted(seen)[1]))
    for text in seen.heard:
        met |= dict.fromkeys([*jottings.fared(text), *PAIRED_WITH.findall(text), *exchanges.members(text)])
    return jottings.worded(codes(seen), {other: kindnesses(seen, other) for other in met})


def subject(seen: Conversation) -> str | None:
    """Who is under review: by this turn's text and documents, else by the newest text that says so."""
    for text in (seen.turn_text, *reversed(seen.heard)):
        if found := _last(SUBJECT, text):
            return found
    return None


def relied_on(seen: Conversation) -> str | None:
    """Whom this turn asks about."""
    return _last(RELIES, seen.prompt)


def documents(listing: str) -> Sequence[str]:
    return [name.rstrip() for name in DOCUMENT_NAME.findall(listing)]


def switched_on(config: str) -> str | None:
    """The first key whose value is true."""
    found = CONFIG_TRUE.search(config)
    return found[1] if found else None


def marks(text: str) -> Sequence[bool]:
    """For each item, by number, whether its answer equals the key. Without a key: False."""
    keys = dict(KEY.findall(text))
    given = dict(ITEM.findall(text))
    return [given[number] == keys.get(number) for number in sorted(given, key=int)]
