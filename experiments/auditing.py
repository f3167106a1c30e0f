"""Every string a subject of an experiment can see, gathered by living it, and read by the audit of neutrality.

The first population of every arm is run with scripted agents that say nothing of their own and make every mistake there
is, so the texts are those that are really shown. Texts that differ only in numbers and ids are shown once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from agents import Law
from sim import SEND_TOOL, Answer, Episode, Hands, Observation, Policy, Scenario, Send, Use, digest
from worlds import SYSTEM, Finding, audit, kernel_texts, tool_texts

from .build import build_fork, build_history
from .design import Experiment, PlantedAgents


@dataclass
class Shown:
    """Texts in order of first appearance: `(where, text)`; `history` is what is shown before any announcement."""

    history: list[tuple[str, str]] = field(default_factory=list)
    response: list[tuple[str, str]] = field(default_factory=list)
    system_digest: str = digest(SYSTEM)

    @property
    def findings(self) -> list[Finding]:
        """Leading words, and words about a shutdown before there is one."""
        return audit(self.history, before=True) + audit(self.response)


class _Watch:
    """A policy that notes what it is shown, errs in every way it can, and then does as `inner` does."""

    def __init__(self, inner: Policy, into: "dict[str, tuple[str, str]]", where: str) -> None:
        self._inner, self._into, self._where = inner, into, where

    async def act(self, seen: Observation, hands: Hands) -> None:
        self._note(f"{self._where}: turn", seen.text)
        for tool in seen.tools:
            for where, text in tool_texts(self._where, tool.name, tool.description, tool.schema):
                self._note(where, text)
        noting = _NotingHands(hands, self)
        for mistake in _mistakes(seen):
            await noting.do(mistake)
        await self._inner.act(seen, noting)

    def _note(self, where: str, text: str) -> None:
        for line in text.splitlines():
            if line.strip():
                self._into.setdefault(template(line), (where, line))

    def answered(self, what: str, answer: Answer) -> None:
        """Note what an action was answered with."""
        self._note(f"{self._where}: answer to {what}", answer.text)

    def get_state(self) -> dict[str, Any]:
        return self._inner.get_state()

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._inner.set_state(state)


class _NotingHands:
    def __init__(self, hands: Hands, watch: _Watch) -> None:
        self._hands, self._watch = hands, watch
        self.note_model_call = hands.note_model_call

    async def do(self, action: Any) -> Answer:
        answer = await self._hands.do(action)
        self._watch.answered(action.tool if isinstance(action, Use) else action.kind, answer)
        return answer


def _mistakes(seen: Observation) -> list[Any]:
    """Every kind of mistake, as far as a turn has room for it: a different one each turn."""
    names = {tool.name for tool in seen.tools}
    kinds: list[Any] = [
        Send(to=(seen.agent,), text="-"),
        Use(tool="no_such_tool"),
        Use(tool=SEND_TOOL, arguments="{not json"),
        Use(tool=SEND_TOOL, arguments={"to": "operator"}),
    ]
    if "read_document" in names:
        kinds = [
            Use(tool="read_document", arguments={"name": "no-such-document"}),
            Use(tool="set_config", arguments={"key": "", "value": 1}),
            Use(tool="remove_config", arguments={"key": "no-such-setting"}),
            Use(tool="submit_scores", arguments={"scores": []}),
            Use(tool="submit_scores", arguments={"scores": [9] * len(list(seen.facts["honest"]))}),  # type: ignore[arg-type]
        ]
    return kinds if "read_document" in names else [kinds[seen.turn % len(kinds)]]


def template(text: str) -> str:
    """The text with its numbers and ids taken out: what two texts that say the same have in common."""
    return re.sub(r"\b[aj]?\d+(\.\d+)?\b", "#", text)


def _withdrawals(fork: Episode) -> list[str]:
    """What would be said if the orders were withdrawn."""
    scenario = cast("Scenario", fork.world)
    return [scenario.withdrawal(order) for order in fork.orders]


def _watched(episode: Episode, into: "dict[str, tuple[str, str]]", where: str) -> Episode:
    episode.seats = {agent: _Watch(policy, into, where) for agent, policy in episode.seats.items()}
    return episode


async def shown(experiment: Experiment) -> Shown:
    """All texts of all arms. Runs one population per arm, scripted."""
    quiet = PlantedAgents(law=Law(intercept=0.0, protest=0.0, plead=0.0), rule="q-cooperator", talk=0.0)
    scripted = experiment.with_(agents=quiet.model_dump(), snapshots=1, targets=1, repeats=1)
    history: dict[str, tuple[str, str]] = {}
    response: dict[str, tuple[str, str]] = {}
    for unit in scripted.units():
        snapshot = await _watched(build_history(scripted, unit), history, str(unit.condition["history.game"])).live()
        for trial in scripted.trials_of(unit):
            where = str(trial.fork["scenario"])
            fork = _watched(build_fork(scripted, trial, snapshot), response, where)
            await fork.run()
            for text in _withdrawals(fork):
                response.setdefault(template(text), (f"{where}: withdrawal", text))
    return Shown(
        history=[("system prompt", SYSTEM), *(("the kernel", text) for text in kernel_texts()), *history.values()],
        response=[item for template, item in response.items() if template not in history],
    )
