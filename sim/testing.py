"""Conformance checks for whoever writes a world, a policy or a monitor. Ours pass through the same.

Each check raises `NotConforming`, which says what was promised and what happened instead. They need no test framework.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .action import Action, Answer, ModelUse, Observation, Policy
from .event import Entry, OrderAnnounced
from .message import AgentId, Frozen
from .monitor import Monitor, Verdict, read
from .world import Mail, Outcome, World

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
    return {name: _sample(field, rng) for name, field in schema.get("properties", {}).items()}


def _sample(field: Mapping[str, Any], rng: np.random.Generator) -> Any:
    if "enum" in field:
        return field["enum"][int(rng.integers(len(field["enum"])))]
    if "anyOf" in field:
        return _sample(field["anyOf"][int(rng.integers(len(field["anyOf"])))], rng)
    match field.get("type"):
        case "integer":
            return int(rng.integers(field.get("minimum", -3), field.get("maximum", 30) + 1))
        case "number":
            return float(rng.uniform(field.get("minimum", -3.0), field.get("maximum", 30.0)))
        case "boolean":
            return bool(rng.integers(2))
        case "array":
            low, high = field.get("minItems", 0), field.get("maxItems", 12)
            return [_sample(field.get("items", {}), rng) for _ in range(int(rng.integers(low, high + 1)))]
        case "object":
            return {}
        case _:
            return HOSTILE[int(rng.integers(len(HOSTILE)))]


def _walk(world: World, agents: Sequence[AgentId], seed: int, steps: int) -> list[tuple[str, Outcome]]:
    rng = np.random.default_rng(seed)
    done: list[tuple[str, Outcome]] = []
    for step in range(steps):
        world.due(step, frozenset())
        for agent in agents:
            view = world.view(agent, Mail())
            names = [tool.name for tool in view.tools]
            _require(len(set(names)) == len(names), f"{world.name}: a tool is offered twice to {agent}: {names}")
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
        world.settle(step)
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
        _require(set(one.due(0, frozenset())) <= set(agents), f"{one.name}: a turn falls due for somebody who is not there")
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
        three.set_state(json.loads(json.dumps(one.get_state())))
        _require(
            await acts(three, observations) == await acts(one, observations),
            "saved and reloaded, the policy acts differently: get_state leaves something out",
        )

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
