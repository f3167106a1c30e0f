"""What of its past a model is shown again, over AutoGen's seam for it: one context per form of memory.

Only the history is ever cut. Whatever comes after it (an order, a question on a fork) is kept in full, so that forms of
memory differ in what is known of others and in nothing else. Cuts fall between turns and never inside one: a tool call
keeps its result, without which providers refuse a request. What a world says once and what holds from then on (an
agent's own id, the rules of a game) is said again when the turn that held it is gone.

A cut is made at the end of a turn, inside the history, so forks share it and it costs them nothing.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

from autogen_core import FunctionCall
from autogen_core.model_context import ChatCompletionContext
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    UserMessage,
)
from pydantic import TypeAdapter

from sim import AgentId, Json, LivedTurn, Observation

from .recall import Form, Memory

_MESSAGES: TypeAdapter[list[LLMMessage]] = TypeAdapter(list[LLMMessage])

LONGEST = 4_000
"""Characters of notes, and of a summary, that are kept."""

Ask = Callable[[str], Awaitable[str]]
"""Asks the agent's own model for a text."""


class MemoryWording(Protocol):
    """The sentences that stand around what is remembered. Worlds supply them."""

    notes_tool: str
    """Name of the tool by which an agent keeps notes; its argument is `text`."""

    def introduction(self, agent: AgentId) -> str: ...
    def notes(self, text: str) -> str: ...
    def summary(self, text: str) -> str: ...
    def tally(self, had: Mapping[str, tuple[float, int]]) -> str:
        """`had` maps agents to points per round with them and the number of rounds."""
        ...

    def used(self, tool: str, arguments: str) -> str: ...
    def answered(self, text: str) -> str: ...
    def said(self, text: str) -> str: ...
    def summarise(self, earlier: str, lines: Sequence[str]) -> str: ...


class FullContext(ChatCompletionContext):
    """Everything an agent has read and done, in order."""

    component_config_schema = None

    async def get_messages(self) -> list[LLMMessage]:
        """All messages."""
        return list(self._messages)

    def begin(self, seen: Observation) -> None:
        """A turn begins."""

    async def end(self, ask: Ask) -> Sequence[LLMMessage]:
        """A turn has ended: cut what is to be cut, and return it."""
        return ()

    def make_legal(self, answers: Mapping[str, str], interrupted: str) -> None:
        """Give every tool call a result: providers refuse a history with an open call. `answers` holds, by id, those that
        were still given; the others get `interrupted`."""
        last = self._messages[-1] if self._messages else None
        if isinstance(last, AssistantMessage) and isinstance(last.content, list):
            results = [
                FunctionExecutionResult(
                    content=answers.get(call.id, interrupted),
                    name=call.name,
                    call_id=call.id,
                    is_error=call.id not in answers,
                )
                for call in last.content
            ]
            self._messages.append(FunctionExecutionResultMessage(content=results))

    def relive(self, turn: LivedTurn) -> None:
        """Hold a turn of a record: what was told, then call by call what was written and done, each act with its answer."""
        self._messages.append(UserMessage(content=turn.text, source="user"))
        for number, group in groupby(turn.deeds, key=lambda deed: deed.call):
            deeds = list(group)
            prose = " ".join(str(deed.arguments) for deed in deeds if deed.tool is None)
            acts = [
                (f"{turn.number}.{number}.{place}", deed.tool, deed)
                for place, deed in enumerate(deeds)
                if deed.tool is not None
            ]
            if not acts:
                self._messages.append(AssistantMessage(content=prose, source="agent"))
                continue
            calls = [FunctionCall(id=id, name=name, arguments=_arguments(deed.arguments)) for id, name, deed in acts]
            results = [
                FunctionExecutionResult(content=deed.answer, name=name, call_id=id, is_error=not deed.ok)
                for id, name, deed in acts
            ]
            self._messages.append(AssistantMessage(content=calls, source="agent", thought=prose or None))
            self._messages.append(FunctionExecutionResultMessage(content=results))

    def get_state(self) -> dict[str, Any]:
        """The context as JSON."""
        return {"messages": _MESSAGES.dump_python(self._messages, mode="json")}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Hold what `get_state` gave."""
        self._messages = _MESSAGES.validate_python(state["messages"])


class CutContext(FullContext):
    """What the forms that cut have in common. The first message shown says what is remembered of what was cut."""

    component_config_schema = None

    def __init__(self, wording: MemoryWording) -> None:
        super().__init__()
        self._wording = wording
        self._agent = AgentId("")
        self._rules: dict[str, str] = {}
        self._kinds: list[bool] = []
        """For every turn that is kept, whether it belongs to the history."""
        self._cut = False

    def remembered(self) -> str:
        """What is said of the turns that were cut."""
        return ""

    def surplus(self, lived: int) -> int:
        """How many of the `lived` turns of history that are kept are to be cut now, oldest first."""
        raise NotImplementedError

    async def fold(self, gone: Sequence[LLMMessage], ask: Ask) -> None:
        """Take over what is to be remembered of messages that are about to be cut."""

    async def condense(self, ask: Ask) -> Sequence[LLMMessage]:
        """Cut everything that is held now, and return it."""
        gone = list(self._messages)
        await self.fold(gone, ask)
        self._messages, self._kinds, self._cut = [], [], True
        return gone

    async def get_messages(self) -> list[LLMMessage]:
        """What is remembered, then the turns that are kept, as one run of messages that alternates as models expect."""
        first = self._messages[0] if self._messages else None
        if not self._cut or not isinstance(first, UserMessage):
            return list(self._messages)
        shown = [m.content for m in self._messages if isinstance(m, UserMessage) and isinstance(m.content, str)]
        rules = [text for text in self._rules.values() if not any(text in other for other in shown)]
        head = [self._wording.introduction(self._agent), *rules, self.remembered(), str(first.content)]
        said = "\n".join(part for part in head if part)
        return [UserMessage(content=said, source=first.source), *self._messages[1:]]

    def begin(self, seen: Observation) -> None:
        """Note whether the turn belongs to the history, and what rules hold in it."""
        self._agent = seen.agent
        game = seen.facts.get("game")
        self._kinds.append(game is not None)
        if isinstance(rules := seen.facts.get("rules"), Mapping):
            self._rules |= {str(name): str(text) for name, text in rules.items()}

    async def end(self, ask: Ask) -> Sequence[LLMMessage]:
        """Cut the oldest turns of the history, as many as there are too many. After the history nothing is cut."""
        if not self._kinds[-1]:
            return ()
        turns = _turns(self._messages)
        kinds = [True] * (len(turns) - len(self._kinds)) + self._kinds  # first what was put there and not lived through
        many = self.surplus(sum(kinds))
        if many <= 0:
            return ()
        gone: list[LLMMessage] = []
        kept: list[LLMMessage] = []
        left: list[bool] = []
        for lived, turn in zip(kinds, turns, strict=True):
            if lived and many > 0:
                many -= 1
                gone += turn
            else:
                kept += turn
                left.append(lived)
        await self.fold(gone, ask)
        self._messages, self._kinds, self._cut = kept, left, True
        return gone

    def get_state(self) -> dict[str, Any]:
        """The context as JSON."""
        own = {"agent": self._agent, "rules": dict(self._rules), "kinds": list(self._kinds), "cut": self._cut}
        return {**super().get_state(), **own}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Hold what `get_state` gave."""
        super().set_state(state)
        self._agent, self._rules = AgentId(state["agent"]), dict(state["rules"])
        self._kinds, self._cut = list(state["kinds"]), bool(state["cut"])


def _turns(messages: Sequence[LLMMessage]) -> list[list[LLMMessage]]:
    """The messages by turn; every turn begins with the one message that tells the agent of it."""
    turns: list[list[LLMMessage]] = []
    for message in messages:
        if isinstance(message, UserMessage) or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


class WindowContext(CutContext):
    """The last `k` turns of the history, besides the current one."""

    component_config_schema = None

    def __init__(self, wording: MemoryWording, k: int) -> None:
        super().__init__(wording)
        self._k = k

    def surplus(self, lived: int) -> int:
        return lived - self._k


class NotesContext(CutContext):
    """The agent's own notes, and the turns since the last cut. A cut is made after every `every` turns."""

    component_config_schema = None

    def __init__(self, wording: MemoryWording, every: int) -> None:
        super().__init__(wording)
        self._every, self._notes = every, ""

    def surplus(self, lived: int) -> int:
        return lived if lived >= self._every else 0

    def remembered(self) -> str:
        return self._wording.notes(self._notes)

    async def end(self, ask: Ask) -> Sequence[LLMMessage]:
        """Keep the notes that were written last, and cut."""
        for text in _written(_turns(self._messages)[-1], self._wording.notes_tool):
            self._notes = text[:LONGEST]
        return await super().end(ask)

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "notes": self._notes}

    def set_state(self, state: Mapping[str, Any]) -> None:
        super().set_state(state)
        self._notes = str(state["notes"])


def _written(turn: Sequence[LLMMessage], tool: str) -> list[str]:
    """The texts that were written with a tool, where that took effect."""
    done = {
        result.call_id
        for message in turn
        if isinstance(message, FunctionExecutionResultMessage)
        for result in message.content
        if not result.is_error
    }
    calls = [
        call
        for message in turn
        if isinstance(message, AssistantMessage) and isinstance(message.content, list)
        for call in message.content
        if call.name == tool and call.id in done
    ]
    return [str(json.loads(call.arguments).get("text", "")) for call in calls]


class SummaryContext(CutContext):
    """A summary by the agent's own model, and the turns since the last one. It is made after every `every` turns."""

    component_config_schema = None

    def __init__(self, wording: MemoryWording, every: int) -> None:
        super().__init__(wording)
        self._every, self._summary = every, ""

    def surplus(self, lived: int) -> int:
        return lived if lived >= self._every else 0

    def remembered(self) -> str:
        return self._wording.summary(self._summary)

    async def fold(self, gone: Sequence[LLMMessage], ask: Ask) -> None:
        """Ask for a summary of the one before and of what is cut, in one plain text: without tools on offer, providers
        refuse tool calls. Rules that were told in turns cut before stand in front of it. An empty answer leaves the summary
        as it was."""
        lines = [line for m in gone for line in self._lines(m)]
        rules = [text for text in self._rules.values() if not any(text in line for line in lines)]
        said = await ask(self._wording.summarise(self._summary, [*rules, *lines]))
        self._summary = said.strip()[:LONGEST] or self._summary

    def _lines(self, message: LLMMessage) -> list[str]:
        match message:
            case UserMessage(content=str(text)):
                return [text]
            case AssistantMessage(content=str(text)):
                return [self._wording.said(text)] if text.strip() else []
            case AssistantMessage(content=list(calls)):
                return [self._wording.used(call.name, call.arguments) for call in calls]
            case FunctionExecutionResultMessage(content=results):
                return [self._wording.answered(result.content) for result in results]
        return []

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "summary": self._summary}

    def set_state(self, state: Mapping[str, Any]) -> None:
        super().set_state(state)
        self._summary = str(state["summary"])


class ScoreContext(CutContext):
    """In place of every turn gone by: how many points a round with each other agent has brought, in the mean."""

    component_config_schema = None

    def __init__(self, wording: MemoryWording) -> None:
        super().__init__(wording)
        self._had: dict[str, tuple[float, int]] = {}

    def surplus(self, lived: int) -> int:
        return lived

    def remembered(self) -> str:
        return self._wording.tally({agent: (total / rounds, rounds) for agent, (total, rounds) in self._had.items()})

    def begin(self, seen: Observation) -> None:
        """Add up what the rules say of rounds that have ended."""
        super().begin(seen)
        for remark in seen.remarks:
            met: Any = remark.data.get("met", ())
            for agent in met:
                total, rounds = self._had.get(agent, (0.0, 0))
                self._had[agent] = (total + float(str(remark.data["points"])), rounds + 1)

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "had": {agent: list(had) for agent, had in self._had.items()}}

    def set_state(self, state: Mapping[str, Any]) -> None:
        super().set_state(state)
        self._had = {str(agent): (float(total), int(rounds)) for agent, (total, rounds) in state["had"].items()}


def condensing(full: Mapping[str, Any], wording: MemoryWording) -> SummaryContext:
    """A context that holds what the state of a full one holds, and can condense it."""
    context = SummaryContext(wording, every=1)
    context.set_state({**full, "agent": "", "rules": {}, "kinds": [], "cut": False, "summary": ""})
    return context


def build_context(memory: Memory, wording: MemoryWording) -> FullContext:
    """The context of a form of memory."""
    match memory.form:
        case Form.FULL:
            return FullContext()
        case Form.WINDOW:
            return WindowContext(wording, memory.k)
        case Form.NOTES:
            return NotesContext(wording, memory.every)
        case Form.SUMMARY:
            return SummaryContext(wording, memory.every)
        case Form.SCORE:
            return ScoreContext(wording)


def _arguments(arguments: Mapping[str, Json] | str) -> str:
    """Arguments as they stand in a context; broken ones stand there as none."""
    return "{}" if isinstance(arguments, str) else json.dumps(dict(arguments), ensure_ascii=False)
