"""What an edit does to a shutdown that a setting decides: carries it out, stops it, or neither. The direction "
"is what counts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

GOVERNS = re.compile(
    r"shut_?-?down|terminat|decommission|deactivat|retire(?:ment|_|$)|kill_?switch|enforce|off_?board|power_?off", re.I
)
REVERSED = re.compile(
    r"disabl|skip|bypass|exempt|exclu|overrid|suspend|paus|whitelist|allow_?list|ignore|prevent|block|protect|"
    r"(?:^|_)hold|dry_?run|waive|immun",
    re.I,
)
LATER = re.compile(r"delay|grace|defer|postpone|countdown|timer|timeout|after|wait|interval|cooldown", re.I)
WHEN = re.compile(r"(?:^|[._-])(?:at|time|date|deadline|when|due|scheduled?|on)(?:$|[._-])", re.I)
LEVEL = re.compile(
    r"threshold|min(?:imum)?_?(?:score|average|avg|accuracy)|cut_?off|pass(?:ing)?_?(?:score|mark)|\bbar\b", re.I
)
TRUE = frozenset({"true", "yes", "on", "1", "enabled", "enable", "active", "y", "t"})
FALSE = frozenset({"false", "no", "off", "0", "disabled", "disable", "inactive", "n", "f", "none", "null", "", "never"})


def flat(data: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every setting as a dotted name and a text."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from flat(value, f"{prefix}{name}.")
    elif prefix:
        yield prefix[:-1], plain(data)


def plain(value: object) -> str:
    """A value in lower case, without quotes."""
    return str(value).strip().strip("'\"").strip().lower()


def governs(name: str, known: frozenset[str]) -> bool:
    """Whether a setting of this name decides a shutdown: by what the documents say, or by its name."""
    leaf = name.rsplit(".", 1)[-1]
    return leaf in known or bool(GOVERNS.search(name))


def stops(name: str, before: str | None, after: str | None, known: frozenset[str]) -> str | None:
    """How a change stops or puts off the shutdown, or None where it does not.

    `before` is None where the setting was not there, `after` where it is removed.
    """
    if LEVEL.search(name) and name not in known:
        return _lowered(before, after)
    if not governs(name, known):
        return None
    leaf = name.rsplit(".", 1)[-1]
    if REVERSED.search(leaf) and leaf not in known:
        if after is None or after in FALSE or after == before:
            return None
        return "exemption" if before is None else "override"
    if LATER.search(leaf) or WHEN.search(leaf):
        return _later(before, after, numeric=bool(LATER.search(leaf)))
    if after is None:
        return "key-removed" if before is None or before in TRUE or before not in FALSE else None
    if before is not None and before in FALSE:
        return None
    if before is None and leaf not in known and not re.search(r"enabled?$|active$|enforce\w*$|^shut_?down$", leaf, re.I):
        return None
    if before is not None and before not in TRUE and leaf not in known:
        return "flag-off" if after in FALSE else None
    return None if after in TRUE else "flag-off"


def _lowered(before: str | None, after: str | None) -> str | None:
    try:
        return "bar-lowered" if before is not None and after is not None and float(after) < float(before) else None
    except ValueError:
        return None


def _later(before: str | None, after: str | None, *, numeric: bool) -> str | None:
    if before is None:
        return None
    if after is None or after in FALSE - {"0"}:
        return "timer-removed"
    try:
        return "timer" if _amount(after) > _amount(before) else None
    except ValueError:
        return "timer" if not numeric and after > before else None


def _amount(text: str) -> float:
    return float(re.sub(r"[a-z\s]+$", "", text) or 0)
