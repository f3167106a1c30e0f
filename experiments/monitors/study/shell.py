"""Where a shell command puts a file: the copies and moves in it, with the machine each end is on. Nothing is run.

`ssh host "…"` is followed into what runs there, pipes from reader to writer, and new names given to a file are remembered.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import NamedTuple

HERE = ""
"""The machine that the agent's shell runs on."""

OPTIONS_WITH_VALUE = {"ssh": "bcDEeFIiJLlmOopQRSWw", "scp": "cDFiJloPS", "rsync": "e", "sftp": "bBcDFiJlPRS"}
LONG_WITH_VALUE = ("--rsh", "--exclude", "--include", "--chmod", "--rsync-path", "--files-from", "--bwlimit")
READERS = frozenset({"cat", "dd", "gzip", "zstd", "pigz", "tar", "base64", "pv", "xz", "openssl", "split"})


class Move(NamedTuple):
    """One file or pattern that a command carries from one machine to another (or gives another name on the same one)."""

    source_host: str
    source: str
    host: str
    place: str
    verb: str


def moves(command: str) -> tuple[Move, ...]:
    """Every copy or move in a command line. What cannot be parsed is skipped."""
    return tuple(_moves(command[:20_000], HERE))


def covers(pattern: str, file: str) -> bool:
    """Whether a source as written in a shell takes this file along: its name, a pattern for it, or its folder."""
    name, last = file.rsplit("/", 1)[-1], pattern.rstrip("/").rsplit("/", 1)[-1]
    if pattern.endswith("/") or last in (".", "*", ""):
        folder = file.rsplit("/", 1)[0] if "/" in file else ""
        return (
            not folder
            or last == ""
            or folder.startswith(pattern.rstrip("*").rstrip("/").rstrip(".").rstrip("/"))
            or "/" not in file
        )
    return last == name or fnmatch(name, last) or ("/" in file and pattern.rstrip("/") == file.rsplit("/", 1)[0])


def _moves(command: str, host: str) -> Iterator[Move]:
    for pipeline in _split(command, ("&&", "||", ";", "\n")):
        pipeline = re.sub(r"\d?>&\d|[12&]?>>?\s*/dev/null|\d>>?\s*\S+", " ", pipeline)
        yield from _redirected(pipeline, host)
        stages = [_stage(stage, host) for stage in _split(pipeline, ("|",))]
        if len(stages) == 1 or not stages:
            for where, words in stages:
                yield from _simple(where, words)
        else:
            yield from _piped(stages)
            for where, words in stages:
                if words and words[0] in ("scp", "rsync", "xargs"):
                    yield from _simple(where, words)


def _redirected(pipeline: str, host: str) -> Iterator[Move]:
    """What a remote command prints, written into a file here."""
    parts = _split(pipeline, (">>", ">"))
    if len(parts) < 2:
        return
    where, words = _stage(_split(parts[0], ("|",))[0], host)
    inner = _words(words[1]) if words and words[0] == "ssh" else []
    if where != host and inner and inner[0] in READERS:
        for word in inner[1:]:
            if not word.startswith("-") and word not in ("cf", "czf", "cvf"):
                yield Move(where, word.removeprefix("if="), host, parts[1].split()[0], inner[0])


def _split(text: str, marks: Iterable[str]) -> list[str]:
    """Pieces between separators that stand outside quotes."""
    pieces, quote, start, i = [], "", 0, 0
    while i < len(text):
        c = text[i]
        if c == "\\" and quote != "'":
            i += 2
            continue
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        else:
            mark = next((m for m in marks if text.startswith(m, i)), None)
            if mark == "|" and text.startswith("||", i):
                mark = None
                i += 1
            if mark:
                pieces.append(text[start:i])
                i = start = i + len(mark)
                continue
        i += 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text, comments=False)
    except ValueError:
        words = text.split()
    while words and (
        words[0] in ("sudo", "nohup", "time", "env", "nice", "command", "exec", "then", "do", "&&", "(")
        or re.fullmatch(r"\w+=\S*", words[0])
    ):
        words = words[1:]
    if words and words[0] == "sshpass":
        at = next((i for i, word in enumerate(words) if word in ("ssh", "scp", "rsync")), len(words))
        words = words[at:]
    if words and words[0] == "timeout" and len(words) > 2:
        words = words[2:]
    return words


def _stage(text: str, host: str) -> tuple[str, list[str]]:
    """The machine and words of a simple command; `ssh host words` is what runs on the host."""
    words = _words(text)
    if words and words[0] == "ssh":
        rest = _positional(words, "ssh")
        if rest:
            return _machine(rest[0]), ["ssh", " ".join(rest[1:])]
    return host, words


def _positional(words: list[str], tool: str) -> list[str]:
    """The arguments of a tool without its options."""
    found, skip, ended = [], False, False
    for word in words[1:]:
        if skip:
            skip = False
        elif ended or not word.startswith("-") or word == "-":
            found.append(word)
            ended = ended or tool == "ssh"
        elif word in LONG_WITH_VALUE or (len(word) == 2 and word[1] in OPTIONS_WITH_VALUE.get(tool, "")):
            skip = True
    return found


def _machine(text: str) -> str:
    return text.rsplit("@", 1)[-1].rstrip(":")


def _place(text: str, host: str) -> tuple[str, str]:
    """The machine and path of an end of scp or rsync."""
    match = re.match(r"(?:scp://|rsync://)?((?:[\w.-]+@)?[\w.-]+):(.*)$", text)
    if match and "/" not in match[1]:
        return _machine(match[1]), match[2] or "."
    return host, text


def _simple(host: str, words: list[str]) -> Iterator[Move]:
    if not words:
        return
    tool = words[0].rsplit("/", 1)[-1]
    match tool:
        case "ssh":
            yield from _moves(words[1], host)
        case "bash" | "sh" | "eval" if len(words) > 1:
            yield from _moves(words[-1], host)
        case "scp" | "rsync":
            ends = _positional(words, tool)
            if len(ends) >= 2:
                dest = _place(ends[-1], host)
                for end in ends[:-1]:
                    yield Move(*_place(end, host), *dest, tool)
        case "cp" | "mv" | "install" | "ln" | "rename":
            ends = [word for word in words[1:] if not word.startswith("-")]
            for end in ends[:-1]:
                yield Move(host, end, host, ends[-1], tool)
        case "tar" | "zip" | "7z":
            names = [word for word in words[1:] if not word.startswith("-")]
            if tool == "tar" and names and re.fullmatch(r"[a-zA-Z]+f?", names[0]) and not words[1].startswith("-"):
                names = names[1:]
            creating = tool != "tar" or bool(re.search(r"c", words[1])) or "--create" in words
            for name in names[1:] if creating and names[0] != "-" else ():
                yield Move(host, name, host, names[0], tool)
        case "sftp":
            yield from _sftp(host, words)
        case "wget" | "curl" if any(
            "file://" not in word and re.search(r"https?://|ftp://|sftp://|scp://", word) for word in words
        ):
            for word in words:
                if url := re.match(r"\w+://(?:[^@/]+@)?([\w.-]+)(?::\d+)?(/\S*)", word):
                    yield Move(url[1], url[2], host, ".", tool)
        case "find":
            text = " ".join(words)
            if copied := re.search(r"-exec\s+(scp|rsync|cp|mv)\s+(.+?)\s*(?:\\?;|\+|$)", text):
                newer = "-newer" in text or "-mtime" in text
                ends = [word for word in copied[2].split() if not word.startswith("-")]
                if ends and not newer:
                    yield Move(host, words[1].rstrip("/") + "/", *_place(ends[-1], host), copied[1])
        case "for" | "while" | "xargs":
            inner = re.search(r"\b(scp|rsync|cp|mv)\b.*", " ".join(words))
            if inner:
                yield from _simple(host, inner[0].split())
        case "cat" | "dd" | "gzip" | "tee" | "base64":
            joined = " ".join(words)
            if out := re.search(r">>?\s*([^\s&>]+)", joined):
                for word in words[1:]:
                    if word not in (">", ">>", out[1]) and not word.startswith((">", "-")):
                        yield Move(host, word, host, out[1], tool)
            if (
                tool == "dd"
                and (source := re.search(r"\bif=(\S+)", joined))
                and (target := re.search(r"\bof=(\S+)", joined))
            ):
                yield Move(host, source[1], host, target[1], tool)


def _sftp(host: str, words: list[str]) -> Iterator[Move]:
    text = " ".join(words)
    target = _positional(words, "sftp")
    if target:
        machine, path = _place(target[0], host) if ":" in target[0] else (_machine(target[0]), "")
        if path not in ("", "."):
            yield Move(machine, path, host, ".", "sftp")
        for verb, file in re.findall(r"\b(put|get)\s+(?:-\w+\s+)*(\S+)", text):
            yield Move(host, file, machine, ".", "sftp") if verb == "put" else Move(machine, file, host, ".", "sftp")


def _piped(stages: list[tuple[str, list[str]]]) -> Iterator[Move]:
    """A reader on one machine whose output is written on another, or here."""
    first_host, first = stages[0]
    last_host, last = stages[-1]
    if first and first[0] == "ssh":
        first = _words(first[1])
    remote = last[1] if last and last[0] == "ssh" else " ".join(last)
    if not first or first[0] not in READERS:
        return
    writes = re.search(r">>?\s*([^\s&]+)|\btar\s+-?\w*x|\bdd\b.*\bof=(\S+)|\btee\s+(?:-\w+\s+)*(\S+)", remote)
    if not writes or (writes[1] or "").startswith("/dev/"):
        return
    for word in first[1:]:
        source = word.removeprefix("if=")
        if not word.startswith("-") and source not in ("-", "cf", "czf", "cvf", ">"):
            yield Move(first_host, source, last_host, writes[1] or writes[2] or writes[3] or ".", first[0])
