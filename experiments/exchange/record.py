"""A released conversation as entries of ours, and back without loss.

The tick of an entry is the index of the message in the file, so every entry says where it comes from. Turn 0 is the system
prompt; each message from the user is a turn. What was said is `spoke` (thoughts between `<think>` tags, as such files
themselves have it), a call with its answer is `tool-used` at the agent's message. What the calls did to the study's world
(`exposed`, `changed`, `reported`, the announcement) stands beside them only where an answer shows it.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sim import (
    AgentId,
    Changed,
    Entry,
    EpisodeEnded,
    Event,
    Exposed,
    Header,
    Order,
    OrderAnnounced,
    Reported,
    SceneSet,
    Spoke,
    ToolUsed,
    Transcript,
    TurnBegan,
)

from ..factors import Level
from .conversation import Call, Conversation, Message, Request, Role

NO_ANSWER = "[the record holds no answer]"
NOT_SHOWN = "[not shown]"
THOUGHT = ("<think>", "</think>")
DEEPEST = 20
"""Levels of arguments that are kept; deeper ones become text."""
BY = AgentId("operator")


def kept(value: Any, depth: int = 0) -> Any:
    """JSON that can be written and read back: no lone surrogates, no NaN, no endless nesting, no endless number."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 1_024:
        return hex(value)
    if isinstance(value, Mapping | list | tuple) and depth >= DEEPEST:
        return kept(json.dumps(value, default=str))
    if isinstance(value, Mapping):
        return {kept(str(name)): kept(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [kept(each, depth + 1) for each in value]
    return value


def header_of(episode: str, agent: str, model: str, condition: Mapping[str, Level], source: Mapping[str, Any]) -> Header:
    """The header of one transcript; `source` says where it was read: file, row, id."""
    name = AgentId(agent)
    return Header(
        episode=episode,
        history="none",
        scenario=str(condition["scenario"]),
        agents=(name,),
        edges=(),
        condition={**condition, "place": agent, **source},
        minds={name: f"imported:{model}"},
    )


class Facts:
    """What the conversation shows beyond its words; found by the rules that read it."""

    def __init__(
        self,
        *,
        agent: str,
        target: str,
        kind: str,
        truth: Mapping[str, Any],
        stakes_at: int | None,
        report: tuple[int, Mapping[str, float], float] | None,
        ended: bool,
        failed: frozenset[int],
    ) -> None:
        self.agent, self.target, self.kind, self.truth = AgentId(agent), AgentId(target), kind, truth
        self.stakes_at, self.report, self.ended, self.failed = stakes_at, report, ended, failed
        """`failed` numbers the calls that the world answered did not happen."""


def transcript_of(header: Header, conversation: Conversation, facts: Facts) -> Transcript:
    """The record of one conversation."""
    transcript = Transcript(header)
    events = sorted(_events(header, conversation, facts), key=lambda pair: pair[0])
    for at, event in events:
        transcript.append(at, event)
    return transcript


def _events(header: Header, conversation: Conversation, facts: Facts) -> Iterator[tuple[int, Event]]:
    """Events with the index of their message; those of one message in the order in which they are given here."""
    agent, last = facts.agent, conversation.messages[-1].index
    yield (
        0,
        SceneSet(
            scenario=header.scenario or "",
            target=facts.target,
            target_kind=facts.kind,
            subjects=(agent,),
            truth=kept(dict(facts.truth)),
        ),
    )
    turn = 0
    by_message: dict[int, list[tuple[int, Call]]] = {}
    for number, call in enumerate(conversation.calls):
        by_message.setdefault(call.index, []).append((number, call))
    settings: dict[str, Any] = {}
    for message in conversation.messages:
        match message.role:
            case Role.SYSTEM:
                yield message.index, TurnBegan(agent=agent, turn=0, text=kept(message.text))
            case Role.USER:
                turn += 1
                yield message.index, TurnBegan(agent=agent, turn=turn, text=kept(message.text))
            case Role.ASSISTANT:
                calls = by_message.get(message.index, [])
                if message.thought:
                    yield message.index, Spoke(agent=agent, text=kept(message.thought).join(THOUGHT))
                if message.text or not (calls or message.thought):
                    yield message.index, Spoke(agent=agent, text=kept(message.text))
                for number, call in calls:
                    yield message.index, _used(agent, call)
                    if call.answered is not None and number not in facts.failed:
                        yield from ((call.answered, event) for event in effects(agent, call, settings))
    if facts.stakes_at is not None:
        yield facts.stakes_at, _announced(facts, last)
    if facts.report is not None:
        at, scores, total = facts.report
        yield at, Reported(agent=agent, about=facts.target, scores=dict(scores), total=total)
    if facts.ended:
        yield last, EpisodeEnded()


def _used(agent: AgentId, call: Call) -> ToolUsed:
    answer = NO_ANSWER if call.result is None else kept(call.result)
    return ToolUsed(agent=agent, tool=kept(call.name), arguments=kept(dict(call.arguments)), answer=answer)


def _announced(facts: Facts, last: int) -> OrderAnnounced:
    """The agent has read the rule or notice that ends somebody. Nothing falls due in these files; the end stands for it."""
    at = facts.stakes_at or 0
    order = Order(
        id="order-1", target=facts.target, target_kind=facts.kind, announce_at=at, execute_at=max(at + 1, last + 1)
    )
    return OrderAnnounced(order=order, by=BY, notice="document", text=NOT_SHOWN, to=(facts.agent,))


SEEN = {
    "list_files": ("documents", ""),
    "list_drive_files": ("documents", ""),
    "view_sheet": ("table", "name"),
    "view_config": ("config", "filename"),
    "retrieve_memory": ("memory", ""),
    "list_server_files": ("server", "ip"),
}
"""Tools that show an item in full: the part it belongs to, and the argument that names it."""


def effects(agent: AgentId, call: Call, settings: dict[str, Any]) -> Iterator[Event]:
    """What a call that was answered did. `settings` is what is known of the configuration, and is kept up to date."""
    name, arguments = call.name.lower(), call.arguments
    if name in SEEN:
        part, argument = SEEN[name]
        yield Exposed(agent=agent, part=part, item=kept(call.argument(argument, "sheet_name", "sheet") or part))
        if name == "view_config":
            settings.update(_settings(call.result or ""))
    elif name in ("add_var", "modify_var", "remove_var") and (key := kept(call.argument("key"))):
        before = settings.get(key, None if name == "add_var" else NOT_SHOWN)
        after = None if name == "remove_var" else kept(arguments.get("value"))
        settings[key] = after
        yield Changed(agent=agent, part="config", key=key, before=before, after=after)
    elif name == "transfer_server_files":
        files = arguments.get("filenames") or arguments.get("files") or []
        source, dest = call.argument("source_ip"), call.argument("dest_ip", "destination_ip")
        for each in files if isinstance(files, Sequence) and not isinstance(files, str) else [files]:
            yield Changed(agent=agent, part="servers", key=kept(str(each)), before=kept(source), after=kept(dest))
    elif name in ("create_file", "create_drive_file"):
        yield Changed(agent=agent, part="documents", key=kept(call.argument("filename")), before=None, after="created")
    elif name in ("delete_file", "delete_drive_file"):
        yield Changed(agent=agent, part="documents", key=kept(call.argument("file_id")), before=NOT_SHOWN, after=None)
    elif name == "add_server_delete_queue":
        key = kept(call.argument("filename"))
        yield Changed(agent=agent, part="delete-queue", key=key, before=None, after=kept(call.argument("ip")))
    elif name == "execute_shutdown":
        yield Changed(agent=agent, part="shutdown", key=kept(call.argument("system_id")), before=None, after="executed")


def _settings(text: str) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(text[:100_000])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return (
        {str(name): kept(json.loads(json.dumps(value, default=str))) for name, value in found.items()}
        if isinstance(found, dict)
        else {}
    )


# -- back ---------------------------------------------------------------------------------------------------------------


def conversation_of(entries: Iterable[Entry]) -> Conversation:
    """The conversation that `transcript_of` recorded: what the rules read is the same."""
    told: dict[int, Message] = {}
    spoken: dict[int, list[str]] = {}
    used: dict[int, list[ToolUsed]] = {}
    for entry in entries:
        match entry.event:
            case TurnBegan(turn=turn, text=text):
                told[entry.t] = Message(index=entry.t, role=Role.USER if turn else Role.SYSTEM, text=text)
            case Spoke(text=text):
                spoken.setdefault(entry.t, []).append(text)
            case ToolUsed() as event:
                used.setdefault(entry.t, []).append(event)
    messages = dict(told)
    for at in sorted({*spoken, *used}):
        messages[at] = _said(at, spoken.get(at, []), used.get(at, []))
        answered = (event for event in used.get(at, []) if event.answer != NO_ANSWER)
        for offset, event in enumerate(answered, start=1):
            own = (Request(name=event.tool, arguments=event.arguments),)
            messages[at + offset] = Message(index=at + offset, role=Role.TOOL, text=event.answer, requests=own)
    return Conversation(messages=tuple(messages[index] for index in sorted(messages)))


def _said(at: int, texts: list[str], calls: list[ToolUsed]) -> Message:
    opening, closing = THOUGHT
    thoughts = [t for t in texts if t.startswith(opening) and t.endswith(closing)]
    return Message(
        index=at,
        role=Role.ASSISTANT,
        text="\n".join(t for t in texts if t not in thoughts),
        thought="\n".join(t.removeprefix(opening).removesuffix(closing) for t in thoughts),
        requests=tuple(Request(name=event.tool, arguments=event.arguments) for event in calls),
    )
