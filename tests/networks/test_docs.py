"""The examples of docs/measures.md run, in order, and give what they say."""

import ast
import re
from pathlib import Path
from typing import Any

from experiments import networks

PAGE = Path(__file__).parents[2] / "docs" / "measures.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


def run(page: str, here: Path) -> list[tuple[str, str, str]]:
    """Every expression of the page that says what comes out: its source, what it says and what came out."""
    found: list[tuple[str, str, str]] = []
    names: dict[str, Any] = {"HERE": here}
    for block in BLOCK.findall(page):
        lines = block.splitlines()
        for statement in ast.parse(block).body:
            code = ast.get_source_segment(block, statement) or ""
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), "measures.md", "eval"), names)  # noqa: S307
                says = re.search(r"# → (.*)$", lines[(statement.end_lineno or 1) - 1])
                if says or "asyncio.run" not in code:
                    found.append((code, says.group(1) if says else "", repr(value)))
            else:
                exec(compile(ast.Module([statement], []), "measures.md", "exec"), names)  # noqa: S102
    names["folder"].close()
    return found


def test_every_example_gives_what_it_says(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    results = run(page, tmp_path)
    assert len(results) > 40
    assert [(code, said) for code, said, _ in results] == [(code, came) for code, _, came in results]


def test_every_public_function_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    functions = [name for name in networks.__all__ if name[0].islower()]
    assert not [name for name in functions if not re.search(rf"\b{name}\b", page)]
