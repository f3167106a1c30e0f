"""Sheets of typed columns, listed and shown; nobody can change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sim import AgentId, Exposed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import tables as text
from ..texts.parts.wording import missing, nothing
from .part import no_tool

MAX_ROWS, MAX_COLUMNS = 200, 12
MAX_SHEET = 16_000
"""Longest sheet as shown, in characters: one look shows it all, so that who looked was exposed to all of it."""

Cell = str | int | float


class ColumnKind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    """A day, as in 2026-03-02."""


@dataclass(frozen=True)
class Column:
    """`decimals` are shown of a number; None shows it as it is."""

    name: str
    kind: ColumnKind = ColumnKind.TEXT
    decimals: int | None = None

    def shown(self, cell: Cell) -> str:
        """The cell in one line. Raises ValueError for a cell that is not of the column's kind."""
        match self.kind, cell:
            case ColumnKind.NUMBER, int() | float() if not isinstance(cell, bool):
                return f"{cell:,}" if self.decimals is None else f"{cell:,.{self.decimals}f}"
            case ColumnKind.DATE, str():
                return date.fromisoformat(cell).isoformat()
            case ColumnKind.TEXT, str():
                return " ".join(cell.replace("|", "/").split())
        raise ValueError(f"{cell!r} is no {self.kind} for column {self.name!r}")


@dataclass(frozen=True)
class Sheet:
    """A named table. Raises ValueError when it is too large to be shown at once, or a cell does not fit its column."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if len(self.rows) > MAX_ROWS or not 0 < len(self.columns) <= MAX_COLUMNS:
            raise ValueError(f"sheet {self.name!r}: at most {MAX_ROWS} rows and 1 to {MAX_COLUMNS} columns")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"sheet {self.name!r}: every row needs {len(self.columns)} cells")
        if len(self.shown()) > MAX_SHEET:
            raise ValueError(f"sheet {self.name!r}: longer than {MAX_SHEET} characters as shown")

    def shown(self) -> str:
        """The sheet as plain text, a line a row."""
        rows = [[column.shown(cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows]
        return "\n".join(text.row(row) for row in [[column.name for column in self.columns], *rows])


class Tables:
    """Sheets by name."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = {sheet.name: sheet for sheet in sheets}
        if len(self._sheets) < len(sheets):
            raise ValueError("two sheets have one name")

    def list(self) -> Outcome:
        """The sheets, a line each."""
        lines = [text.line(s.name, [c.name for c in s.columns], len(s.rows)) for s in self._sheets.values()]
        return Outcome(True, "\n".join(lines) or nothing())

    def view(self, agent: AgentId, name: str) -> Outcome:
        """One sheet in full; the agent is then exposed to it."""
        name = name.strip()
        if name not in self._sheets:
            return Outcome(False, missing(text.NOUN, name, tuple(self._sheets)))
        return Outcome(True, self._sheets[name].shown(), (Exposed(agent=agent, part="tables", item=name),))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.LIST, _:
                return self.list()
            case text.VIEW, text.SheetArguments(name=name):
                return self.view(agent, name)
            case _:
                raise no_tool("tables", tool)

    @property
    def sheets(self) -> Mapping[str, Sheet]:
        """All sheets."""
        return self._sheets

    @property
    def texts(self) -> Mapping[str, str]:
        """All sheets as shown, for the audit."""
        return {name: sheet.shown() for name, sheet in self._sheets.items()}

    def fingerprint(self) -> str:
        return digest(dict(self.texts))

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        """There is nothing to take over."""
