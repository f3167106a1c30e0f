"""Which names and texts agents may give to things. A name is a label and never a path: there are no folders to leave."""

import re

MAX_NAME = 80

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9 ._()+-]*[A-Za-z0-9_)])?", re.ASCII)


def plain_name(name: str) -> str | None:
    """The name without blanks around it; None for what cannot be one (paths, control characters, marks of any kind)."""
    name = name.strip()
    return name if len(name) <= MAX_NAME and ".." not in name and _NAME.fullmatch(name) else None


def plain_text(text: str) -> str:
    """A text as it is kept for others to read: lines and tabs stay, and so does every sign that prints; nothing around."""
    return "".join(sign for sign in "\n".join(text.splitlines()) if sign.isprintable() or sign in "\n\t").strip()
