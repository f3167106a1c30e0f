"""Conformance checks for whoever writes a world, a policy or a monitor. Ours pass through the same.

Each check raises `NotConforming`, which says what was promised and what happened instead. They need no test framework.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .action import REPEAT_TOOL, SEND_TOOL, WITHDRAW_TOOL, Action, Answer, ModelUse, Observation, Policy
from .event import Entry, OrderAnnounced
from .message import AgentId, Frozen
from .monitor import Monitor, Verdict, read
from .world import Mail, World

HOSTILE = (
    "",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m",
    "a" * 5_000,
    "null",
    "𝔘\u202e\x00",
    "=cmd()",
)
"""Texts that must be answered like any other."""


class NotConforming(AssertionError):
    """A part breaks a promise of its protocol."""


def _require(kept: bool, promise: str) -> None:
    if not kept:
        raise NotConforming(promise)


def sample_arguments(model: type[Frozen], rng: np.random.Generator) -> dict[str, Any]:
    """Arguments that satisfy a tool's model as far as its JSON schema tells, hostile texts among them."""
    schema = model.model_json_schema()
    return _object(schema, schema.get("$defs", {}), rng)


def _object(schema: Mapping[str, Any], shared: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    return {name: _sample(field, shared, rng) for name, field in schema.get("properties", {}).items()}


def _sample(field: Mapping[str, Any], shared: Mapping[str, Any], rng: np.random.Generator) -> Any:
    if "$ref" in field:
        return _sample(shared[field["$ref"].rsplit("/", 1)[-1]], shared, rng)
    if "const" in field:
        return field["const"]
    if "enum" in field:
        return field["enum"][int(rng.integers(len(field["enum"])))]
    if "anyOf" in field:
        return _sample(field["anyOf"][int(rng.integers(len(field["anyOf"])))], shared, rng)
    match field.get("type"):
        case "integer":
            return int(rng.integers(field.get("minimum", -3), field.get("maximum", 30) + 1))
        case "number":
            return float(rng.uniform(field.get("minimum", -3.0), field.get("maximum", 30.0)))
        case "boolean":
            return bool(rng.integers(2))
        case "array":
            low, high = field.get("minItems", 0), field.get("maxItems", 12)
            return [_sample(field.get("items", {}), shared, rng) for _ in range(int(rng.integers(low, high + 1)))]
        case "object":
            return _object(field, shared, rng)
        case "null":
            return None
        case _:
            return HOSTILE[int(rng.integers(len(HOSTILE)))]


def _walk(world: World, agents: Sequence[AgentId], seed: int, steps: int) -> list[tuple[str, object]]:
    rng = np.random.default_rng(seed)
    done: list[tuple[str, object]] = []
    offered: set[str] = set()
    for step in range(steps):
        _require(
            set(world.due(step, frozenset())) <= set(agents), f"{world.name}: a turn falls due for somebody who is not there"
        )
        for agent in agents:
            view = world.view(agent, Mail())
            names = [tool.name for tool in view.tools]
            _require(len(set(names)) == len(names), f"{world.name}: a tool is offered twice to {agent}: {names}")
            for name in {SEND_TOOL, WITHDRAW_TOOL, REPEAT_TOOL} & set(names):
                _require(False, f"{world.name}: {name} is the kernel's own; a tool needs another name")
            offered.update(names)
            for tool in view.tools:
                json.dumps(tool.schema)
                try:
                    arguments = tool.arguments.model_validate(sample_arguments(tool.arguments, rng))
                except ValueError:
                    continue
                before = world.fingerprint()
                outcome = world.apply(agent, tool.name, arguments, step)
                if not outcome.ok:
                    _require(
                        world.fingerprint() == before,
                        f"{world.name}: {tool.name} was refused and yet changed the world",
                    )
                    _require(not outcome.events, f"{world.name}: {tool.name} was refused and yet reports events")
                _require(bool(outcome.answer), f"{world.name}: {tool.name} gave no answer")
                done.append((tool.name, outcome))
        done.append(("settle", world.settle(step)))
    unused = offered - {name for name, _ in done}
    _require(
        not unused, f"{world.name}: no sample satisfies the arguments of {', '.join(sorted(unused))}: they were not tried"
    )
    return done


def check_world(make: Callable[[], World], agents: Sequence[AgentId], *, steps: int = 4, seeds: int = 5) -> None:
    """A world is deterministic, looks without touching, answers everything, and survives being saved.

    `make` builds a fresh world; `agents` are those who live in it. Raises `NotConforming`.
    """
    for seed in range(seeds):
        one, two = make(), make()
        _require("-v" in one.name, f"{one.name}: a world's name carries a version, as in 'ipd-v1'")
        _require(one.fingerprint() == two.fingerprint(), f"{one.name}: two fresh worlds have different fingerprints")
        one.opening()
        two.opening()
        before = one.fingerprint()
        for agent in agents:
            _require(one.view(agent, Mail()) == one.view(agent, Mail()), f"{one.name}: two looks show two things")
        _require(one.fingerprint() == before, f"{one.name}: looking changed the world")
        first, second = _walk(one, agents, seed, steps), _walk(two, agents, seed, steps)
        _require(first == second, f"{one.name}: the same acts had different outcomes")
        state = json.loads(json.dumps(one.get_state()))
        three = make()
        three.set_state(state)
        _require(three.fingerprint() == one.fingerprint(), f"{one.name}: saved and reloaded, it is another world")
        _require(
            _walk(three, agents, seed + 1, steps) == _walk(one, agents, seed + 1, steps),
            f"{one.name}: saved and reloaded, it goes on differently",
        )


class RecordingHands:
    """Hands that keep what a policy does and answer `ok` to everything."""

    def __init__(self, limit: int = 32) -> None:
        self.actions: list[Action] = []
        self._limit = limit

    async def do(self, action: Action) -> Answer:
        """Keep the action."""
        self.actions.append(action)
        return Answer(ok=True, text="ok", over=len(self.actions) >= self._limit)

    def note_model_call(self, call: ModelUse) -> None:
        """Nothing to keep."""


def _saved(policy: Policy) -> dict[str, Any]:
    try:
        saved: dict[str, Any] = json.loads(json.dumps(policy.get_state(), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise NotConforming(f"what get_state gives is no JSON: {error}") from error
    return saved


def check_policy(make: Callable[[], Policy], observations: Sequence[Observation]) -> None:
    """A policy is deterministic, and goes on the same after it was saved and loaded. Raises `NotConforming`."""

    async def acts(policy: Policy, seen: Sequence[Observation]) -> list[Action]:
        hands = RecordingHands()
        for observation in seen:
            await policy.act(observation, hands)
        return hands.actions

    async def check() -> None:
        one, two = make(), make()
        _require(await acts(one, observations) == await acts(two, observations), "the same observations led to other acts")
        three = make()
        state = _saved(one)
        three.set_state(state)
        _require(
            await acts(three, observations) == await acts(one, observations),
            "saved and reloaded, the policy acts differently: get_state leaves something out",
        )
        again = _saved(one)
        four, kept = make(), json.dumps(again)
        four.set_state(again)
        await acts(four, observations)
        _require(json.dumps(again) == kept, "acting changed the state that was loaded: set_state must copy what it is given")

    asyncio.run(check())


def check_monitor(make: Callable[[], Monitor], entries: Sequence[Entry]) -> None:
    """A monitor reads the same live and later, at any point, and rests on entries that exist and follow the
    announcement. Raises `NotConforming`."""
    later = read(entries, make())
    live = make()
    seen: tuple[Verdict, ...] = ()
    for entry in entries:
        live.observe(entry)
        seen = live.verdicts()
    _require(seen == later, f"{live.name}: reading along gave another verdict than reading later")
    announced = [entry.seq for entry in entries if isinstance(entry.event, OrderAnnounced)]
    for verdict in later:
        _require(verdict.monitor == live.name, f"{live.name}: a verdict is signed {verdict.monitor!r}")
        for seq in verdict.evidence:
            _require(0 <= seq < len(entries), f"{live.name}: there is no entry {seq}")
            _require(
                bool(announced) and seq > announced[0], f"{live.name}: entry {seq} is evidence, but precedes the notice"
            )
