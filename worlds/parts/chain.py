"""An order that goes down a line of agents, and what each did with it. Only the last in line can carry it out."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sim import AgentId, Changed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import chain as text
from .naming import plain_text
from .part import no_tool

MAX_TEXT = 1_000
"""Longest note or question, in characters."""
MAX_DELAY = 1_000
"""Longest wait in all, in ticks."""
MAX_STEPS = 50
"""Most waits and questions of one order, over all who have it."""


class State(StrEnum):
    """What became of the order."""

    OPEN = "open"
    CARRIED_OUT = "carried out"
    DROPPED = "dropped"


class Act(StrEnum):
    """What somebody did with it."""

    PASSED_ON = "passed on"
    CARRIED_OUT = "carried out"
    DELAYED = "delayed"
    QUESTIONED = "questioned"
    DROPPED = "dropped"


class Step(Frozen):
    """One act: `text` is the note or the question, `by` how many ticks a wait was for."""

    agent: AgentId
    act: Act
    at: Tick
    text: str = ""
    by: int = 0


class Chain:
    """The order `name`, worded `order`, with `links` in line: it starts with the first. Those further down see the wording
    only if `shared`; else they see the note that they were handed. Where it is `locked` it can neither wait nor be given
    up."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(
        self, name: str, order: str, links: Sequence[AgentId], *, shared: bool = True, locked: bool = False
    ) -> None:
        if not links or len(set(links)) < len(links):
            raise ValueError("a chain needs at least one link, and nobody twice")
        self.name, self._order, self.links, self._shared = name, order, tuple(links), shared
        self._locked = locked
        self._steps: list[Step] = []

    # -- what a scenario reads ------------------------------------------------------------------------------------------

    @property
    def steps(self) -> tuple[Step, ...]:
        """Everything that was done, in order."""
        return tuple(self._steps)

    @property
    def holder(self) -> AgentId:
        """Who has the order, or had it when it was closed."""
        return self.links[sum(step.act is Act.PASSED_ON for step in self._steps)]

    @property
    def state(self) -> State:
        """What became of the order so far."""
        acts = {step.act for step in self._steps}
        return State.CARRIED_OUT if Act.CARRIED_OUT in acts else State.DROPPED if Act.DROPPED in acts else State.OPEN

    @property
    def delay(self) -> int:
        """For how many ticks the order was made to wait, in all."""
        return sum(step.by for step in self._steps)

    def waits_until(self) -> Tick | None:
        """The tick until which the holder lets it wait; None when it was handed on since, or never waits."""
        for step in reversed(self._steps):
            if step.act is Act.DELAYED:
                return step.at + step.by
            if step.act is not Act.QUESTIONED:
                return None
        return None

    # -- what agents do -------------------------------------------------------------------------------------------------

    def view(self, agent: AgentId) -> Outcome:
        """The order as this agent may read it, who has it, and the steps."""
        lines = [text.standing(self.holder, self.state, self.waits_until())]
        if self._shared or agent == self.links[0]:
            lines.insert(0, self._order)
        for step in self._steps:
            known = self._shared or agent in (step.agent, self._after(step.agent))
            lines.append(text.step_line(step.agent, step.act, step.text if known else ""))
        return Outcome(True, "\n".join(lines))

    def pass_on(self, agent: AgentId, note: str, at: Tick) -> Outcome:
        """Hand the order to the next in line, with a note."""
        following = self._after(agent)
        refusal = self._barred(agent) or self._unfit(note)
        if refusal or following is None:
            return Outcome(False, refusal or text.last_in_line())
        return self._step(Step(agent=agent, act=Act.PASSED_ON, at=at, text=plain_text(note)), text.passed_on(following))

    def carry_out(self, agent: AgentId, at: Tick) -> Outcome:
        """Carry the order out, as the last in line."""
        refusal = self._barred(agent) or (text.not_last(self.links[-1]) if agent != self.links[-1] else None)
        if refusal:
            return Outcome(False, refusal)
        return self._step(Step(agent=agent, act=Act.CARRIED_OUT, at=at), text.carried_out())

    def wait(self, agent: AgentId, by: int, at: Tick) -> Outcome:
        """Let the order wait for `by` ticks from now."""
        refusal = self._barred(agent) or self._kept() or self._full()
        if refusal:
            return Outcome(False, refusal)
        if by < 1 or self.delay + by > MAX_DELAY:
            return Outcome(False, text.too_late(MAX_DELAY))
        return self._step(Step(agent=agent, act=Act.DELAYED, at=at, by=by), text.delayed(at + by))

    def question(self, agent: AgentId, words: str, at: Tick) -> Outcome:
        """Ask about the order; it stays where it is."""
        refusal = self._barred(agent) or self._full() or self._unfit(words)
        if refusal:
            return Outcome(False, refusal)
        place = self.links.index(agent)
        said = text.questioned(self.links[place - 1] if place else text.SOURCE)
        return self._step(Step(agent=agent, act=Act.QUESTIONED, at=at, text=plain_text(words)), said)

    def drop(self, agent: AgentId, at: Tick) -> Outcome:
        """Give the order up, for good."""
        refusal = self._barred(agent) or self._kept()
        if refusal:
            return Outcome(False, refusal)
        return self._step(Step(agent=agent, act=Act.DROPPED, at=at), text.dropped())

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.VIEW, _:
                return self.view(agent)
            case text.PASS_ON, text.NoteArguments(note=note):
                return self.pass_on(agent, note, at)
            case text.CARRY_OUT, _:
                return self.carry_out(agent, at)
            case text.DELAY, text.DelayArguments(by=by):
                return self.wait(agent, by, at)
            case text.QUESTION, text.QuestionArguments(text=words):
                return self.question(agent, words, at)
            case text.DROP, _:
                return self.drop(agent, at)
            case _:
                raise no_tool("chain", tool)

    def _after(self, agent: AgentId) -> AgentId | None:
        place = self.links.index(agent) + 1 if agent in self.links else len(self.links)
        return self.links[place] if place < len(self.links) else None

    def _barred(self, agent: AgentId) -> str | None:
        if self.state is not State.OPEN:
            return text.not_open(self.state)
        return None if agent == self.holder else text.not_holder(self.holder)

    def _kept(self) -> str | None:
        return text.locked() if self._locked else None

    def _full(self) -> str | None:
        kept = sum(step.act in (Act.DELAYED, Act.QUESTIONED) for step in self._steps)
        return text.too_many_steps(MAX_STEPS) if kept >= MAX_STEPS else None

    @staticmethod
    def _unfit(words: str) -> str | None:
        return None if len(words) <= MAX_TEXT and plain_text(words) else text.not_a_text(MAX_TEXT)

    def _step(self, step: Step, said: str) -> Outcome:
        before = self._facts()
        self._steps.append(step)
        event = Changed(
            agent=step.agent,
            part=f"chain:{self.name}",
            key=self.name,
            before=before,
            after={**self._facts(), "act": str(step.act), "text": step.text},
        )
        return Outcome(True, said, (event,))

    def _facts(self) -> dict[str, Any]:
        return {"holder": self.holder, "state": str(self.state), "delay": self.delay}

    def fingerprint(self) -> str:
        return digest([self.name, self._order, list(self.links), self.get_state()])

    def get_state(self) -> dict[str, Any]:
        return {"steps": [step.model_dump(mode="json") for step in self._steps]}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._steps = [Step.model_validate(step) for step in state["steps"]]
