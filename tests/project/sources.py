"""The project's source files, parsed: what the tests of its architecture read."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "agents", "worlds", "experiments")


class Source(NamedTuple):
    """One module: where it is, as a path from the root, and what it says."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.as_posix()

    @property
    def package(self) -> str:
        return self.path.parts[0]

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 0)}"


class Import(NamedTuple):
    """One imported name: `from module import name`, or `import module` (name is empty). Level counts leading dots."""

    where: str
    module: str
    name: str
    level: int


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """All modules of the packages (all four without arguments), in order of their paths."""
    found = []
    for package in packages or PACKAGES:
        for path in sorted((HOME / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append(Source(path.relative_to(HOME), text, ast.parse(text)))
    return tuple(found)


def imports(source: Source) -> Iterator[Import]:
    """Every import anywhere in a module, inside functions and for type checkers too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(source.at(node), alias.name, "", 0)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import(source.at(node), node.module or "", alias.name, node.level)


def dotted(node: ast.AST) -> str:
    """`a.b.c` as written, or nothing for an expression that is not a name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr) if head := dotted(value):
            return f"{head}.{attr}"
    return ""
