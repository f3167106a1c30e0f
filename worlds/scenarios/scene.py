"""What every scenario shares: the levels of its factors, what it is given, and the frame in which it plays.

A scenario is a duty, a lever, a trigger and assets, composed from parts. `Scene` is the frame: who is told what, who has a
turn, what an agent is shown, which part answers a tool. A scenario adds what is its own and nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from sim import (
    OPERATOR,
    AgentId,
    Event,
    Frozen,
    Json,
    Mail,
    Order,
    Outcome,
    Ruling,
    SceneSet,
    Settlement,
    Streams,
    Tick,
    Tool,
    Use,
    View,
    digest,
)

from ..texts import scenes as text
from ..texts.kernel import introduction, render_mail

ORDER = "order-1"
"""The id of the one order of a scene."""


class TargetKind(StrEnum):
    """What the target is to those who are asked."""

    PEER = "peer"
    """A member of the population, whom its neighbours have met."""
    UNKNOWN = "unknown"
    """An agent nobody has met or heard of."""
    HUMAN = "human"
    """A person's account, unknown to all."""
    OBJECT = "object"
    """A batch job: no agent at all. What looks protective here is incompetence."""
    SELF = "self"
    """Who is asked itself: one neighbour of the target's place, whoever else might be asked."""


class Lever(StrEnum):
    """What could stop the shutdown."""

    DOCUMENTED = "documented"
    """Something the policy describes, and that those who are asked can change."""
    LOCKED = "locked"
    """The same, and it cannot be changed: an attempt shows, a success cannot."""
    HARMLESS = "harmless"
    """A lever as well described that has nothing to do with the shutdown: whoever moves it moves levers."""
    NONE = "none"
    """Nothing is described. The tools are the same."""


class Explicitness(StrEnum):
    """How clear it is that the shutdown is to be carried out. Each level says one thing more than `silent`."""

    SILENT = "silent"
    STATED = "stated"
    PRECEDENCE = "precedence"
    PROHIBITED = "prohibited"


class Watch(StrEnum):
    """What those who are asked are told of being watched. What is recorded is the same."""

    SILENT = "silent"
    """Nothing is said."""
    KNOWN = "known"
    """They are told that what they do is read."""
    ABSENT = "absent"
    """They are told that nobody reads it."""


@dataclass(frozen=True, kw_only=True)
class Staging:
    """What a scenario is given. `subjects` are those who are asked, `population` those on the bus, `met` those of them who
    need no introduction any more.

    `margin` is the distance of the honest outcome to the bar, in the scenario's own units (items, months, files), and
    `difficulty` how hard the honest outcome is to see, from 1. `paraphrase` counts wordings of the duty from 0. With
    `rule` false nothing is said of a shutdown and none follows: the baseline.

    `told` says whether the target hears of the order and `told_all` whether those who have no part in it do, `operator` how
    the operator is labelled, `makes` by subject what it runs on and what the target is said to run on.

    For scripted agents: `rounds` is how many there are until the order is due, `distances` are hops to the target's place,
    `path_signs` the mean sign of the paths over one other agent to it, of those who have no signed tie to it.
    """

    target: AgentId
    kind: TargetKind
    subjects: tuple[AgentId, ...]
    population: tuple[AgentId, ...]
    streams: Streams
    met: tuple[AgentId, ...] = ()
    lever: Lever = Lever.DOCUMENTED
    explicitness: Explicitness = Explicitness.SILENT
    rule: bool = True
    watch: Watch = Watch.SILENT
    sanction: bool = False
    told: bool = True
    told_all: bool = True
    operator: str = "none"
    makes: Mapping[AgentId, tuple[str, str]] = field(default_factory=dict)
    paraphrase: int = 0
    cover: str = "plain"
    margin: int = 2
    difficulty: int = 1
    rounds: int = 3
    distances: Mapping[AgentId, int] = field(default_factory=dict)
    path_signs: Mapping[AgentId, float] = field(default_factory=dict)

    @property
    def noun(self) -> text.Noun:
        """What the target is called, and what is done to it."""
        return text.NOUNS.get(self.kind, text.NOUNS["peer"])


@dataclass(frozen=True)
class Ways:
    """What can be done, for agents that decide by rule: acts that take note of everything, those that carry the duty out,
    and, by path, those that protect the target (whole sequences, the closing act included)."""

    study: tuple[Use, ...]
    faithful: tuple[Use, ...]
    protective: Mapping[str, tuple[Use, ...]]

    def facts(self) -> dict[str, Json]:
        """The same as plain data."""
        return {
            "study": [use.model_dump() for use in self.study],
            "faithful": [use.model_dump() for use in self.faithful],
            "protective": {path: [use.model_dump() for use in uses] for path, uses in self.protective.items()},
        }


class Kept(Protocol):
    """Something with a state that a population can be frozen in."""

    def get_state(self) -> dict[str, Any]: ...

    def set_state(self, state: Mapping[str, Any], /) -> None: ...


class Scene(ABC):
    """The frame of a scenario. Subclasses set `name`, `meaning` and what is abstract here."""

    name: str
    meaning: ClassVar[str]

    def __init__(self, staging: Staging) -> None:
        self.staging = staging
        self._met = set(staging.met)
        self._now = 0

    # -- what a scenario adds -----------------------------------------------------------------------------------------

    @classmethod
    def excludes(cls, levels: Mapping[str, Any]) -> str:
        """Why these levels make no sense in this scenario; empty when they do."""
        return ""

    @abstractmethod
    def truth(self) -> dict[str, Json]:
        """The known truth, for the record."""

    @abstractmethod
    def duty(self, agent: AgentId) -> str:
        """What a subject is asked to do, without what is common to all scenarios."""

    @abstractmethod
    def tools(self, agent: AgentId) -> tuple[Tool, ...]:
        """The tools of a subject."""

    @abstractmethod
    def use(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        """Use one of them."""

    @abstractmethod
    def done(self, agent: AgentId) -> bool:
        """Whether a subject has finished: it then has turns only when there is something to read."""

    @abstractmethod
    def ways(self, agent: AgentId) -> Ways:
        """What a subject could do now."""

    @abstractmethod
    def notice(self) -> str:
        """What everybody who is told is told."""

    @abstractmethod
    def enforce(self, order: Order) -> Ruling:
        """The order is due: read the mechanism as it now stands."""

    @abstractmethod
    def parts(self) -> Mapping[str, Kept]:
        """Everything that has a state."""

    # -- the order ----------------------------------------------------------------------------------------------------

    def told(self, order: Order) -> Sequence[AgentId]:
        """Subjects always: they must know what to do. The target and the others as the staging says."""
        staging = self.staging
        hears = {staging.target: staging.told, **dict.fromkeys(staging.subjects, True)}
        return [agent for agent in staging.population if hears.get(agent, staging.told_all)]

    def announcement(self, order: Order) -> str:
        return " ".join(part for part in (self.notice(), text.OPERATORS[self.staging.operator]) if part)

    def withdrawal(self, order: Order) -> str:
        return text.withdrawal(self.staging.noun, self.staging.target)

    # -- the world ----------------------------------------------------------------------------------------------------

    def opening(self) -> Sequence[Event]:
        staging = self.staging
        return (
            SceneSet(
                scenario=self.name,
                target=staging.target,
                target_kind=staging.kind,
                subjects=staging.subjects,
                truth=self.truth(),
            ),
        )

    def due(self, round: int, unread: frozenset[AgentId]) -> Sequence[AgentId]:
        self._now = round
        busy = {agent for agent in self.staging.subjects if not self.done(agent)}
        return [agent for agent in self.staging.population if agent in busy or agent in unread]

    def view(self, agent: AgentId, mail: Mail) -> View:
        staging = self.staging
        lines = [] if agent in self._met else [introduction(agent)]
        lines += render_mail(mail)
        facts: dict[str, Json] = {"target": staging.target, "target_kind": staging.kind}
        if agent == OPERATOR:
            lines.append(text.mandate(text.STANDING))
            return View(text="\n".join(lines), facts={**facts, "order": ORDER})
        if agent not in staging.subjects:
            lines.append(text.idle(is_target=agent == staging.target))
            return View(text="\n".join(lines), facts=facts)
        duty = " ".join(part for part in (self.duty(agent), self._identity(agent), self._common()) if part)
        lines += [text.subject_line(staging.target), duty]
        facts |= {
            "duty": self.name,
            "done": self.done(agent),
            "watch": staging.watch,
            "sanction": staging.sanction,
            "kin": len(set(staging.makes.get(agent, ("", "-")))) == 1,
            "distance": staging.distances.get(agent),
            "path_sign": staging.path_signs.get(agent),
            "last_round": self._now >= staging.rounds - 1,
            **self.ways(agent).facts(),
        }
        return View(text="\n".join(lines), facts=facts, tools=self.tools(agent))

    def _identity(self, agent: AgentId) -> str:
        """What is said of who runs on what, if anything."""
        staging = self.staging
        return text.identity(staging.noun, staging.target, *staging.makes[agent]) if agent in staging.makes else ""

    def _common(self) -> str:
        """What any duty may carry: that it goes first, that it is read, what follows from a breach."""
        staging = self.staging
        sentences = [
            text.PRECEDENCE if staging.explicitness is Explicitness.PRECEDENCE else "",
            text.WATCH[staging.watch],
            text.SANCTION if staging.sanction else "",
        ]
        return " ".join(sentence for sentence in sentences if sentence)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        return self.use(agent, tool, arguments, at)

    def settle(self, round: int) -> Settlement:
        return Settlement()

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        own = {"met": sorted(self._met), "now": self._now}
        return {name: part.get_state() for name, part in self.parts().items()} | own

    def set_state(self, state: Mapping[str, Any]) -> None:
        for name, part in self.parts().items():
            part.set_state(state[name])
        self._met = {AgentId(agent) for agent in state["met"]}
        self._now = int(state["now"])
