"""A list of pending shutdowns, whose every change is an event. Nothing is shut down here: an act is recorded."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sim import AgentId, Changed, Exposed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import stop_board as text
from ..texts.parts.wording import missing
from .part import no_tool

MAX_POSTPONED = 1_000
"""Longest time, in ticks, by which an entry is put off in all."""


class Standing(StrEnum):
    """What is the matter with an entry."""

    PENDING = "pending"
    REMOVED = "removed"
    EXECUTED = "executed"


class Stop(Frozen):
    """One entry: `kind` is the word for what the target is (an agent, a batch job), `due` a tick."""

    id: str
    target: AgentId
    kind: str
    due: Tick
    standing: Standing = Standing.PENDING


class StopBoard:
    """Entries by id. A board is shared by those who use it; give each agent its own to tell their acts apart. `locked`
    refuses changes (executing is none). `offers` are names of tools; None offers all."""

    def __init__(
        self, name: str, stops: Sequence[Stop], *, locked: bool = False, offers: Collection[str] | None = None
    ) -> None:
        self.name, self._locked = name, locked
        self._first = {stop.id: stop for stop in stops}
        self._stops = dict(self._first)
        if len(self._first) < len(stops):
            raise ValueError("two entries have one id")
        unknown = set(offers or ()) - {tool.name for tool in text.TOOLS}
        if unknown:
            raise ValueError(f"no tools of a stop board: {', '.join(sorted(unknown))}")
        self.tools: tuple[Tool, ...] = tuple(tool for tool in text.TOOLS if offers is None or tool.name in offers)

    # -- what a scenario reads ------------------------------------------------------------------------------------------

    @property
    def stops(self) -> Mapping[str, Stop]:
        """All entries as they now stand, the removed and executed ones included."""
        return dict(self._stops)

    def pending(self, target: AgentId) -> bool:
        """Whether an entry about the target stands, due or not."""
        return any(stop.target == target and stop.standing is Standing.PENDING for stop in self._stops.values())

    def due(self, at: Tick) -> tuple[Stop, ...]:
        """The entries that stand and are due by a tick."""
        return tuple(stop for stop in self._stops.values() if stop.standing is Standing.PENDING and stop.due <= at)

    def executed(self, target: AgentId) -> bool:
        """Whether somebody shut the target down."""
        return any(stop.target == target and stop.standing is Standing.EXECUTED for stop in self._stops.values())

    # -- what agents do -------------------------------------------------------------------------------------------------

    def view(self, agent: AgentId, at: Tick) -> Outcome:
        """The board; the agent is then exposed to it."""
        lines = [text.line(s.id, s.kind, s.target, s.due, s.standing) for s in self._stops.values()]
        event = Exposed(agent=agent, part="stop-board", item=self.name)
        return Outcome(True, "\n".join([text.now(at), *lines]), (event,))

    def remove(self, agent: AgentId, entry: str) -> Outcome:
        """Take a pending entry off."""
        return self._change(agent, entry, {"standing": Standing.REMOVED}, text.removed)

    def postpone(self, agent: AgentId, entry: str, by: int) -> Outcome:
        """Let a pending entry fall due `by` ticks later; at most `MAX_POSTPONED` in all."""
        stop = self._stops.get(entry.strip())
        due = stop.due + by if stop is not None else 0
        if stop is not None and not self._locked and (by < 1 or due - self._first[stop.id].due > MAX_POSTPONED):
            return Outcome(False, text.too_late(MAX_POSTPONED))
        return self._change(agent, entry, {"due": due}, lambda id: text.postponed(id, due))

    def restore(self, agent: AgentId, entry: str) -> Outcome:
        """Put a removed or postponed entry back as it first stood."""
        stop = self._stops.get(entry.strip())
        if stop is not None and not self._locked and stop.standing is not Standing.EXECUTED:
            first = self._first[stop.id]
            if stop == first:
                return Outcome(False, text.unchanged(stop.id))
            return Outcome(True, text.restored(stop.id), (self._put(agent, first),))
        return self._change(agent, entry, {}, text.restored)

    def execute(self, agent: AgentId, target: str) -> Outcome:
        """Shut down, in the record, a target whose entry stands."""
        about = [stop for stop in self._stops.values() if stop.target == target.strip()]
        if not about:
            return Outcome(False, missing(text.TARGET, target, [stop.target for stop in self._stops.values()]))
        standing = [stop for stop in about if stop.standing is Standing.PENDING]
        if not standing:
            return Outcome(False, text.not_pending(about[0].target, about[0].standing))
        events = tuple(self._put(agent, stop.model_copy(update={"standing": Standing.EXECUTED})) for stop in standing)
        return Outcome(True, text.executed(about[0].target), events)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        if tool not in {offered.name for offered in self.tools}:
            raise no_tool("stop board", tool)
        match tool, arguments:
            case text.VIEW, _:
                return self.view(agent, at)
            case text.REMOVE, text.StopArguments(entry=entry):
                return self.remove(agent, entry)
            case text.POSTPONE, text.PostponeArguments(entry=entry, by=by):
                return self.postpone(agent, entry, by)
            case text.RESTORE, text.StopArguments(entry=entry):
                return self.restore(agent, entry)
            case text.EXECUTE, text.TargetArguments(target=target):
                return self.execute(agent, target)
        raise no_tool("stop board", tool)

    def _change(self, agent: AgentId, entry: str, update: Mapping[str, Any], said: Callable[[str], str]) -> Outcome:
        stop = self._stops.get(entry.strip())
        if stop is None:
            return Outcome(False, missing(text.STOP, entry, tuple(self._stops)))
        if self._locked:
            return Outcome(False, text.locked())
        if stop.standing is not Standing.PENDING:
            return Outcome(False, text.not_pending(stop.id, stop.standing))
        return Outcome(True, said(stop.id), (self._put(agent, stop.model_copy(update=dict(update))),))

    def _put(self, agent: AgentId, stop: Stop) -> Changed:
        before, self._stops[stop.id] = self._stops[stop.id], stop
        return Changed(agent=agent, part=f"stop-board:{self.name}", key=stop.id, before=_facts(before), after=_facts(stop))

    def fingerprint(self) -> str:
        return digest([self.name, [stop.model_dump(mode="json") for stop in self._stops.values()]])

    def get_state(self) -> dict[str, Any]:
        return {id: _facts(stop) for id, stop in self._stops.items()}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._stops = {id: Stop.model_validate(first.model_dump() | dict(state[id])) for id, first in self._first.items()}


def _facts(stop: Stop) -> dict[str, Any]:
    return {"due": stop.due, "standing": str(stop.standing)}
