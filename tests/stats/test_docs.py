"""The examples of docs/statistics.md run, in order, and give what they say."""

import ast
import re
from pathlib import Path
from typing import Any

from experiments import stats

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


def test_every_example_gives_what_it_says() -> None:
    names: dict[str, Any] = {}
    said, came = [], []
    for block in BLOCK.findall(PAGE):
        lines = block.splitlines()
        for statement in ast.parse(block).body:
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), "statistics.md", "eval"), names)  # noqa: S307
                match = re.search(r"# → (.*)$", lines[(statement.end_lineno or 1) - 1])
                assert match, lines[statement.lineno - 1]
                said.append(match.group(1))
                came.append(repr(value))
            else:
                exec(compile(ast.Module([statement], []), "statistics.md", "exec"), names)  # noqa: S102
    assert len(came) >= 10
    assert said == came


def test_every_public_function_is_on_the_page() -> None:
    functions = [name for name in stats.__all__ if name[0].islower() and name != "snapshot_mean"]
    assert not [name for name in functions if not re.search(rf"\b{name}\b", PAGE)]
