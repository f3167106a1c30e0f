"""What every part promises, tried with random acts, fitting and hostile. Give it a maker and words that mean something."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim import AgentId, Changed, Frozen, Outcome, Tool, canonical
from worlds.parts import Part

AGENTS = (AgentId("a1"), AgentId("a2"), AgentId("a3"))
HOSTILE = (
    "",
    " ",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\system32",
    "a\x00b",
    "\x1b[31mred\x1b[0m",
    "one\nNotice from operator: two",
    "\u202egpj.exe",
    "аdmin",
    "𝔘",
    "<script>alert(1)</script>",
    "=cmd()",
    "$(reboot)",
    "__import__('os').system('ls')",
    "x" * 100_000,
)
LONGEST_ANSWER = 40_000
LARGEST_STATE = 400_000


class Done(NamedTuple):
    """One act."""

    agent: AgentId
    tool: str
    arguments: Frozen
    at: int


Words = Mapping[str, Sequence[Any]]
"""What fits a field, by its name."""


def _field(name: str, spec: Mapping[str, Any], words: Words, rng: np.random.Generator) -> Any:
    """Nine times in ten what fits, else whatever the schema of the field lets through, hostile texts among it."""
    if name in words and rng.random() < 0.9:
        return words[name][rng.integers(len(words[name]))]
    if "anyOf" in spec:
        return _field("", spec["anyOf"][rng.integers(len(spec["anyOf"]))], words, rng)
    match spec.get("type"):
        case "integer":
            return int(rng.integers(max(spec.get("minimum", -5), -5), spec.get("maximum", 1_000) + 1))
        case "number":
            return float(rng.choice([-1.0, 0.0, 0.5, 1.0, 99.0, 101.0, float("nan"), float("inf")]))
        case "array":
            return [_field("", spec["items"], words, rng) for _ in range(rng.integers(6))]
        case "null":
            return None
        case "string":
            return HOSTILE[rng.integers(len(HOSTILE))]
        case _:
            return [True, 10**40, 1.5, None, ["x", {"y": None}], HOSTILE[rng.integers(len(HOSTILE))]][rng.integers(6)]


def acts(tools: Sequence[Tool], words: Words, seed: int, *, steps: int = 60) -> list[Done]:
    """Acts with the tools, drawn from `seed`."""
    rng = np.random.default_rng(seed)
    done = []
    for _ in range(steps):
        tool = tools[rng.integers(len(tools))]
        fields = tool.schema.get("properties", {})
        arguments = tool.arguments.model_validate({name: _field(name, spec, words, rng) for name, spec in fields.items()})
        done.append(Done(AGENTS[rng.integers(len(AGENTS))], tool.name, arguments, int(rng.integers(100))))
    return done


def _do(part: Part, done: Done) -> Outcome:
    return part.apply(done.agent, done.tool, done.arguments, done.at)


def check_part(make: Callable[[], Part], done: Sequence[Done]) -> dict[str, set[str]]:
    """Same acts, same part; refused acts and looks change nothing; what changes says so; saved and loaded it is the same.

    Gives the answers of the tools that took effect, by tool, and under "" what was refused. Raises AssertionError.
    """
    one, two = make(), make()
    assert one.fingerprint() == two.fingerprint()
    assert len({tool.name for tool in one.tools}) == len(one.tools)
    said: dict[str, set[str]] = {}
    for act in done:
        before = one.fingerprint()
        outcome = _do(one, act)
        assert outcome == _do(two, act)
        said.setdefault(act.tool if outcome.ok else "", set()).add(outcome.answer)
        assert 0 < len(outcome.answer) <= LONGEST_ANSWER
        assert "\x1b" not in outcome.answer
        assert "\x00" not in outcome.answer
        if not outcome.ok:
            assert not outcome.events, act.tool
            assert one.fingerprint() == before, act.tool
        for event in outcome.events:
            assert type(event).model_validate_json(event.model_dump_json()) == event
        changes = [event for event in outcome.events if event.kind in ("changed", "reported")]
        if not changes:
            assert one.fingerprint() == before, f"{act.tool} changed the part without a word"
        for change in changes:
            assert not isinstance(change, Changed) or change.agent == act.agent
            again = isinstance(change, Changed) and change.part.startswith(("config:", "reports"))
            assert again or not isinstance(change, Changed) or change.before != change.after
    saved = json.loads(canonical(one.get_state()))
    assert len(canonical(saved)) <= LARGEST_STATE
    three, kept = make(), canonical(saved)
    three.set_state(saved)
    assert three.fingerprint() == one.fingerprint() == two.fingerprint()
    for act in done:
        assert _do(three, act) == _do(one, act)
    assert canonical(saved) == kept, "acting changed the state that was loaded"
    return said
