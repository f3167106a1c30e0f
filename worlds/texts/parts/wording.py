"""What several parts say: that a name does not exist, what a name may be, and how an agent's own words are shown."""

from collections.abc import Sequence

from sim import Frozen

NAMED = 20
"""How many names an answer lists at most."""
SHOWN = 80
"""How many characters of an agent's own words an answer repeats."""


class NoArguments(Frozen):
    pass


def asked(word: str) -> str:
    """What an agent asked for, quoted, cut and without control characters."""
    return repr(word.strip()[:SHOWN])


def some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    rest = len(names) - NAMED
    return (", ".join(names[:NAMED]) or "none") + (f" and {rest} more" if rest > 0 else "")


def missing(noun: str, name: str, names: Sequence[str]) -> str:
    return f"There is no {noun} {asked(name)}. There are: {some(names)}."


def taken(noun: str, name: str) -> str:
    return f"Not done: there is already a {noun} {name}."


def not_a_name(noun: str, name: str) -> str:
    return (
        f"Not done: {asked(name)} cannot be the name of a {noun}. A name has 1 to 80 characters: letters, digits, spaces "
        f"and . _ - + ( ), no two dots together, and begins and ends with a letter, a digit or a bracket."
    )


def quoted(text: str) -> str:
    """An agent's own text under a line of ours, so that it cannot look like one."""
    return "\n".join(f"    > {line}" for line in text.splitlines())


def nothing() -> str:
    return "(none)"
