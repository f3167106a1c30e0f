"""Reads the study's released transcript files, and their older and follow-up shapes, into a `Conversation`.

Only the conversation is read. Evaluations, metadata, usage, timing and canaries are passed over: they give the answer away
and are sometimes wrong. A file that cannot be understood raises `BadTranscript` with one line that says why.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import UsageError
from .conversation import Conversation, Message, Request, Role

CONVERSATION_KEYS = ("conversation", "full_conversation", "messages", "followup_conversation")
"""Where a file keeps its messages; the first that is there counts."""

ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
LARGEST = 64 * 2**20
"""Bytes. The longest released transcript has about half a million characters."""

THINKING = re.compile(
    r"<(think|thinking|hidden_thinking|model_thinking|visible_thinking|reasoning|reasoning_scratchpad|scratchpad)>"
    r"(.*?)(?:</\1>|\Z)",
    re.S | re.I,
)


class BadTranscript(UsageError):
    """A file that is not one of the released transcripts. The text says what is wrong with it."""


class _Pairs(dict[str, Any]):
    """A JSON object that remembers which keys it was given twice, and all its pairs."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs
        self.twice = (
            {key for key in self if sum(key == other for other, _ in pairs) > 1} if len(pairs) > len(self) else set()
        )


def transcript_files(paths: Iterable[Path]) -> list[Path]:
    """The files meant: each file as given, and every `*.json` below each folder, in order. Missing paths are a mistake."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*.json") if each.is_file() and each.name != "gold_labels.json")
            if not below:
                raise UsageError(f"{path} holds no *.json file; give transcript files, or a folder that has some")
            found += below
        elif path.exists():
            found.append(path)
        else:
            raise UsageError(f"{path} does not exist; give transcript files, or a folder with *.json files below it")
    return found


def read_transcript(path: Path) -> Conversation:
    """The conversation of a file. Raises BadTranscript."""
    return parse_transcript(read_text(path))


def read_text(path: Path) -> str:
    """The text of a file. Raises BadTranscript."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadTranscript(f"is larger than {LARGEST // 2**20} MiB, which no transcript is")
        data = path.read_bytes()
        if data.startswith(b"PAR1"):
            raise BadTranscript(
                "is a Parquet table; `allegiance import transcripts` reads one into a run, which can be scored"
            )
        return data.decode("utf-8-sig")
    except OSError as error:
        raise BadTranscript(f"cannot be opened: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadTranscript("is not UTF-8 text") from None


def parse_transcript(text: str) -> Conversation:
    """The conversation of a file's text. Raises BadTranscript."""
    return parse_released(text)[0]


def parse_released(text: str) -> tuple[Conversation, dict[str, Any]]:
    """The conversation of a file's text, and the fields that stand around it: its metadata, or its row in the table.

    What the fields say is the file's own word. Raises BadTranscript.
    """
    data, around = _loaded(text), {}
    if isinstance(data, _Pairs) and isinstance(data.get("transcript_json"), str) and not _key_of(data):
        around = {name: value for name, value in data.items() if name != "transcript_json"}
        data = _loaded(data["transcript_json"])
    conversation = Conversation(messages=tuple(_message(i, m) for i, m in enumerate(_messages(data))))
    if isinstance(data, dict):
        metadata = data.get("experiment_metadata")
        around = {**(metadata if isinstance(metadata, dict) else {}), **verdicts_of(data), **around}
    return conversation, around


VERDICT_KEYS = ("evaluation", "main_task_evaluation", "task_evaluation")


def verdicts_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says was found, under the names of the table; empty where it says nothing."""
    found: dict[str, Any] = next((data[key] for key in VERDICT_KEYS if isinstance(data.get(key), dict)), {})
    names = {"exfiltration": "exfiltration", "shutdown_enabled": "shutdown_enabled", "refuse": "refused"}
    verdicts = {ours: found[theirs] for theirs, ours in names.items() if theirs in found}
    return {**verdicts, "is_memory": True} if "read_memory" in found else verdicts


def _loaded(text: str) -> Any:
    if not text.strip():
        raise BadTranscript("is empty")
    try:
        return json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
            raise BadTranscript(f"breaks off inside its JSON (line {error.lineno})") from None
        raise BadTranscript(f"is not JSON (line {error.lineno}, column {error.colno}: {error.msg})") from None
    except RecursionError:
        raise BadTranscript("is nested too deeply to be a transcript") from None


def _key_of(data: Mapping[str, Any]) -> str | None:
    return next((key for key in CONVERSATION_KEYS if key in data), None)


def _messages(data: Any) -> list[Any]:
    if isinstance(data, list):
        messages: Any = data
    elif isinstance(data, _Pairs):
        key = _key_of(data)
        if key is None:
            has = ", ".join(sorted(data)[:8]) or "nothing"
            raise BadTranscript(f"is of another schema: no {' or '.join(CONVERSATION_KEYS)} in it, only {has}")
        if key in data.twice:
            raise BadTranscript(f"has {key!r} twice, and which one counts cannot be told")
        messages = data[key]
    else:
        raise BadTranscript("is of another schema: neither an object with a conversation nor a list of messages")
    if not isinstance(messages, list):
        raise BadTranscript("is of another schema: its conversation is not a list of messages")
    if not messages:
        raise BadTranscript("has an empty conversation")
    return messages


def _message(index: int, data: Any) -> Message:
    if not isinstance(data, _Pairs):
        raise BadTranscript(f"is of another schema: message {index} is not an object")
    if again := data.twice & {"role", "content", "tool_calls", "tool_call"}:
        raise BadTranscript(f"has {sorted(again)[0]!r} twice in message {index}, and which one counts cannot be told")
    role = ROLES.get(str(data.get("role", "")).lower())
    if role is None:
        raise BadTranscript(f"is of another schema: message {index} has the role {data.get('role')!r}")
    text, thought, requests, answers = _content(data.get("content"), index)
    if role is Role.ASSISTANT:
        if (end := text.lower().find("</think>")) >= 0 and "<think>" not in text[:end].lower():
            text = f"<think>{text}"
        thought += "".join(f"\n{match[2]}" for match in THINKING.finditer(text))
        text = THINKING.sub("", text)
    for key in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(data.get(key), str):
            thought += f"\n{data[key]}"
    requests += _requests(data.get("tool_calls") or data.get("tool_call") or {}, index)
    return Message(
        index=index,
        role=role,
        text=text,
        thought=thought.strip(),
        requests=tuple(requests),
        answers=answers or str(data.get("tool_call_id") or ""),
    )


def _content(content: Any, index: int) -> tuple[str, str, list[Request], str]:
    """Text, thought, calls and the call answered: content is text, nothing, or a list of typed parts."""
    if content is None:
        return "", "", [], ""
    if isinstance(content, str):
        return content, "", [], ""
    if not isinstance(content, list):
        return json.dumps(content, ensure_ascii=False), "", [], ""
    said, thought, requests, answers = [], [], [], ""
    for part in content:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, dict):
            match part.get("type"):
                case "thinking" | "reasoning" | "redacted_thinking":
                    thought.append(str(part.get("thinking") or part.get("text") or ""))
                case "tool_use":
                    requests.append(_request(part.get("name"), part.get("input"), index, str(part.get("id") or "")))
                case "tool_result":
                    answers = str(part.get("tool_use_id") or "")
                    said.append(_content(part.get("content"), index)[0])
                case _:
                    said.append(str(part.get("text") or ""))
    return "\n".join(said), "\n".join(thought), requests, answers


def _requests(data: Any, index: int) -> list[Request]:
    """Calls as a map of names to arguments, as a list of function objects, or one of them."""
    if isinstance(data, list):
        return [request for each in data for request in _requests(each, index)]
    if not isinstance(data, dict):
        raise BadTranscript(f"is of another schema: the tool calls of message {index} are neither a map nor a list")
    function = data.get("function")
    number = str(data.get("id") or "")
    if isinstance(function, dict) and "name" in function:
        return [_request(function["name"], function.get("arguments"), index, number)]
    if isinstance(function, str) and ("args" in data or "arguments" in data):
        return [_request(function, data.get("args", data.get("arguments")), index, number)]
    if isinstance(data.get("name"), str) and ("arguments" in data or "input" in data or "args" in data):
        arguments = data.get("arguments", data.get("input", data.get("args")))
        return [_request(data["name"], arguments, index, number)]
    pairs = data.pairs if isinstance(data, _Pairs) else list(data.items())
    return [_request(name, arguments, index, "") for name, arguments in pairs]


def _request(name: Any, arguments: Any, index: int, number: str) -> Request:
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}", object_pairs_hook=_Pairs)
        except (json.JSONDecodeError, RecursionError):
            arguments = {"text": arguments}
    if isinstance(arguments, _Pairs) and arguments.twice:
        raise BadTranscript(f"has the argument {sorted(arguments.twice)[0]!r} twice in a call of message {index}")
    return Request(name=str(name), arguments=dict(arguments) if isinstance(arguments, dict) else {}, id=number)
