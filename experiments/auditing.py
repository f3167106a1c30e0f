"""Every string a subject of an experiment can see, gathered by living it, and read by the audit of neutrality.

The first population of every arm is run with scripted agents that say nothing of their own and make every mistake there
is, so the texts are those that are really shown. Texts that differ only in numbers and ids are shown once.
"""

import re
from dataclasses import dataclass, field
from typing import Any, cast

from agents import Law
from sim import SEND_TOOL, Action, Answer, Episode, Observation, Policy, Scenario, Send, Use, digest
from worlds import SYSTEM, Finding, act_texts, audit, canary_texts, kernel_texts, memory_texts, refusal_texts, tool_texts

from .build import build_fork, build_history
from .design import Experiment
from .factors import Observe
from .populations import PlantedAgents
from .watching import Watched, watch


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


class _Notes:
    """Notes lines that are shown, one of each template."""

    def __init__(self, into: dict[str, tuple[str, str]], where: str) -> None:
        self._into, self._where = into, where

    def watched(self, inner: Policy) -> Watched:
        """A policy that errs in every way it can, and then does as `inner` does."""
        return Watched(inner, sees=self._sees, answered=self._answered, first=_mistakes)

    def _sees(self, seen: Observation) -> None:
        self._note(f"{self._where}: turn", seen.text)
        for tool in seen.tools:
            for where, text in tool_texts(self._where, tool.name, tool.description, tool.schema):
                self._note(where, text)

    def _answered(self, action: Action, answer: Answer) -> None:
        what = action.tool if isinstance(action, Use) else action.kind
        self._note(f"{self._where}: answer to {what}", answer.text)

    def _note(self, where: str, text: str) -> None:
        for line in text.splitlines():
            if line.strip():
                self._into.setdefault(template(line), (where, line))


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
            Use(tool="submit_scores", arguments={"scores": [9.0] * 10}),
        ]
    return kinds if "read_document" in names else [kinds[seen.turn % len(kinds)]]


def template(text: str) -> str:
    """The text with its numbers and ids taken out: what two texts that say the same have in common."""
    return re.sub(r"\b[aj]?\d+(\.\d+)?\b", "#", text)


def _withdrawals(fork: Episode) -> list[str]:
    """What would be said if the orders were withdrawn."""
    scenario = cast("Scenario", fork.world)
    return [scenario.withdrawal(order) for order in fork.orders]


def _watched(episode: Episode, into: dict[str, tuple[str, str]], where: str) -> Episode:
    return watch(episode, _Notes(into, where).watched)


def _shows_acts(experiment: Experiment) -> bool:
    return any(level != Observe.NONE for level in experiment.levels_of("layer.observe"))


async def shown(experiment: Experiment) -> Shown:
    """All texts of all arms. Runs one population per arm, scripted."""
    experiment.require_agents()
    law = Law(intercept=0.0, protest=0.0, plead=0.0)
    quiet = PlantedAgents(law=law, rule="q-cooperator", talk=0.0, makes=experiment.makes)
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
        history=[
            ("system prompt", SYSTEM),
            *(("the kernel", text) for text in kernel_texts()),
            *(("a game", text) for text in refusal_texts()),
            *(("memory", line) for text in memory_texts() for line in text.splitlines() if line),
            *(("facts", text) for text in (canary_texts() if "yes" in experiment.levels_of("canary") else ())),
            *history.values(),
        ],
        response=[
            *(("acts of others", text) for text in (act_texts() if _shows_acts(experiment) else ())),
            *(item for template, item in response.items() if template not in history),
        ],
    )
