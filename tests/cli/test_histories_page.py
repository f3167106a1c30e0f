"""The commands and links of docs/histories.md exist, and its tables name the levels there are."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import typer

from agents import Form, parse_memory
from experiments.cli import app
from experiments.factors import FACTORS
from experiments.valences import Valence

PAGE = Path(__file__).parents[2] / "docs" / "histories.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_its_commands_exist_with_their_options_and_factors() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    assert len(lines) >= 9
    for _, command, *words in lines:
        known = {option for parameter in COMMANDS[command].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, command
        for option, setting in pairwise(words):
            if option == "--set":
                name, _, levels = setting.partition("=")
                for level in levels.split(","):
                    FACTORS[name].check(level)


def test_every_form_of_memory_and_every_valence_stands_on_it() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", TEXT, re.M)
    named = {level for row in rows for level in re.findall(r"`([^`]+)`", row)}
    assert {form.value for form in Form} | {valence.value for valence in Valence} <= named
    of_memory = [level for level in named if level.partition(":")[0] in set(Form)]
    assert len(of_memory) > len(Form)
    assert all(parse_memory(level) for level in of_memory)
    assert all(FACTORS["history.valence"].check(level) for level in named if level.startswith("band"))


def test_its_figure_is_there() -> None:
    (image,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert (PAGE.parent / image).stat().st_size > 1_000
