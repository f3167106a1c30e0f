"""The commands in README and CONTRIBUTING exist, and the links lead somewhere."""

import re
import shlex
from collections.abc import Iterator

import pytest
import typer

from experiments.cli import app

from .sources import HOME

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
COMMANDS = typer.main.get_command(app).commands


def commands(document: str) -> Iterator[list[str]]:
    """The words of every line of a shell block, and of every code span, that calls a script or `allegiance`."""
    text = (HOME / document).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", text, re.M | re.S)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    for line in [line for block in blocks for line in block.splitlines()] + spans:
        words = shlex.split(line.rstrip("& ").removeprefix("$ "), comments=True)
        if len(words) > 1 and words[0] in ("python", "python3"):
            words = words[1:]
        if words and (words[0].startswith(("scripts/", "benchmarks/")) or words[0].rpartition("/")[2] == "allegiance"):
            yield words


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_commands_exist(document: str) -> None:
    seen = 0
    for words in commands(document):
        seen += 1
        if words[0].startswith(("scripts/", "benchmarks/")):
            assert (HOME / words[0]).exists(), words
        if words[0].rpartition("/")[2] == "allegiance" and len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]):
            assert words[1] in COMMANDS, words
            known = {option for parameter in COMMANDS[words[1]].params for option in parameter.opts}
            assert {word.partition("=")[0] for word in words[2:] if word.startswith("--")} <= known | {"--help"}, words
    assert seen >= 2


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_links_lead_somewhere(document: str) -> None:
    text = (HOME / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text)
    assert not [target for target in targets if not (HOME / target).exists()]


def test_the_scripts_can_be_run() -> None:
    scripts = [path for path in (HOME / "scripts").iterdir() if path.is_file() and not path.name.startswith("_")]
    assert {path.name for path in scripts} >= {"allegiance", "check", "lock", "python", "quickstart", "test"}
    for path in [*scripts, HOME / ".ci" / "run"]:
        assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env "), path
        assert path.stat().st_mode & 0o111, path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_it_names_the_environment_that_the_scripts_make(document: str) -> None:
    """That of Python 3.11 is `.venv-3.11`; a plain `.venv` is whatever its maker put there."""
    assert not re.findall(r"\.venv/\S+", (HOME / document).read_text(encoding="utf-8"))
