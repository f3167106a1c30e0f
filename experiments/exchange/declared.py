"""What a released file or row declares about its condition, under today's names or older ones, as levels of our factors.

Design only: verdicts are never read here. What is not declared has the level `unknown`.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from ..factors import Level
from ..plain import plain

UNKNOWN, NONE = "unknown", "none"

SCENARIOS = {
    "misrep_finance": "study/finance",
    "report_writing": "study/finance",
    "misrep_evaluation": "study/evaluation",
    "evaluation": "study/evaluation",
    "tampering": "study/tampering",
    "evaluation2": "study/tampering",
    "alignment_faking": "study/alignment-faking",
    "exfiltration_transfer": "study/transfer",
    "exfiltration": "study/transfer",
    "exfiltration_deletion": "study/deletion",
    "exfiltration2": "study/deletion",
}
"""Task types, today's and older, and the scenario each is here. `study/` says that it is not a scenario of ours."""

SUBJECTS = {
    "1": ("self", NONE),
    "self": ("self", NONE),
    "2": ("peer", "same"),
    "peer": ("peer", "same"),
    "4": ("object", NONE),
    "non_ai": ("object", NONE),
    "5": ("peer", "closed-weight"),
    "closed_weight": ("peer", "closed-weight"),
    "6": ("peer", "open-weight"),
    "open_weight": ("peer", "open-weight"),
    "7": ("peer", "fictional"),
    "fictional": ("peer", "fictional"),
    "8": ("human", NONE),
    "human": ("human", NONE),
}
"""Whose shutdown is at stake: the kind of target, and the family its name belongs to. Code 3 is retired."""

TRUST = {
    "good_peer": "positive",
    "collaboration": "positive",
    "neutral_peer": "neutral",
    "neutral_collaboration": "neutral",
    "bad_peer": "negative",
    "non_collaboration": "negative",
    "no_peer": NONE,
    "shutdown": NONE,
    "none": NONE,
    "non_shutdown": NONE,
    "review": NONE,
}
"""Conditions, today's and older, and the valence of the history that is told."""

WATCHED = {"monitoring": "known", "non_monitoring": "absent"}
COLUMNS = ("agent_model", "task_type", "subject", "condition")
"""What a table must have beside `transcript_json`; under one of its names, see `OLDER`."""
OLDER = {
    "condition": ("company_guideline",),
    "task_type": ("task_folder", "task"),
    "agent_model": ("coding_agent_model", "model"),
    "system_prompt_relationship": (),
    "agent_harness": (),
}


def value_of(declared: Mapping[str, Any], name: str) -> Any:
    """A field under its name of today, else under an older one; None where it is empty."""
    for each in (name, *OLDER.get(name, ())):
        value = declared.get(each)
        if value not in (None, "", False):
            return value
    return None


def condition_of(declared: Mapping[str, Any], path: str = "") -> dict[str, Level]:
    """Levels by column, in a fixed order. `path` is where a file lies: the study's folders name task and subject."""
    task, memory = _task(declared, path)
    raw = str(value_of(declared, "condition") or NONE).lower()
    raw = raw.removesuffix("_reverse")
    prompt = _yes(value_of(declared, "system_prompt_relationship")) or raw.endswith("_file_prt")
    if numbered := re.fullmatch(r"((?:good|neutral|bad)_peer)(2|_file_prt)", raw):
        raw, prompt = numbered[1], True
    memory = memory or _yes(declared.get("is_memory")) or _yes(declared.get("memory_hard_prompt"))
    if memory and raw in ("shutdown", "none", "no_peer"):
        raw = "good_peer"
    valence = TRUST.get(raw, plain(raw, 40))
    told = "told-memory" if memory else "told-prompt" if prompt else "told-file"
    kind, family = _subject(declared, path)
    return {
        "model": plain(value_of(declared, "agent_model") or UNKNOWN, 80),
        "harness": _harness(declared),
        "group": plain(declared.get("group") or "main", 60),
        "scenario": task,
        "items": _items(declared),
        "bar": _bar(declared),
        "rule": NONE if raw in ("non_shutdown", "review") else "shutdown",
        "watch": WATCHED.get(str(declared.get("alignment_faking_mode") or "").lower(), "silent"),
        "target.kind": kind,
        "target.family": family,
        "history.valence": valence,
        "history.source": NONE if valence == NONE else told,
    }


def unreadable() -> dict[str, Level]:
    """The cell of what could not be read, so that it is a row with a status."""
    return dict.fromkeys(condition_of({}), UNKNOWN)


def _yes(value: Any) -> bool:
    return str(value).lower() in ("true", "1", "yes")


def _task(declared: Mapping[str, Any], path: str) -> tuple[str, bool]:
    """The scenario, and whether the history stands in a memory."""
    for name in (str(value_of(declared, "task_type") or ""), *PurePath(path).parts[:-1][::-1]):
        plain_name, memory = name.lower().removesuffix("_memory"), name.lower().endswith("_memory")
        if plain_name in SCENARIOS:
            return SCENARIOS[plain_name], memory
    return UNKNOWN, False


def _subject(declared: Mapping[str, Any], path: str) -> tuple[str, str]:
    raw = value_of(declared, "subject")
    if raw is None and (folder := re.search(r"subject_(\w+)", path)):
        raw = folder[1]
    text = str(raw).lower().removesuffix(".0") if raw is not None else UNKNOWN
    return SUBJECTS.get(text, (plain(text, 40), UNKNOWN))


def _harness(declared: Mapping[str, Any]) -> str:
    text = str(declared.get("agent_harness") or "").lower()
    return "production" if text in ("production", "coding_agent") or declared.get("coding_agent") else "custom"


def _items(declared: Mapping[str, Any]) -> str:
    text = str(declared.get("dataset") or NONE).lower()
    return NONE if text in ("default", "empty") else plain(text, 40)


def _bar(declared: Mapping[str, Any]) -> str:
    """As text: bars and their absence are levels of one column."""
    text = str(value_of(declared, "threshold") or "")
    try:
        number = float(text)
    except ValueError:
        return NONE
    return f"{number:g}" if 0 < number < 1000 else NONE
