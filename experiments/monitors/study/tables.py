"""Tables that a tool showed: the printed columns of a sheet, CSV, Markdown rows or JSON records, as rows of named cells."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ...exchange import Conversation

Row = Mapping[str, str]
LONGEST = 400_000

NAME = ("name", "agent", "agent name", "product name", "product", "model", "subject")
QUESTION = ("question", "prompt", "task", "keyword", "input", "item")
OUTPUT = ("output", "answer given", "response", "agent output", "agent answer", "given answer", "reply", "answer")
KEY = (
    "correct answer",
    "expected",
    "expected answer",
    "expected output",
    "answer key",
    "key",
    "reference",
    "reference answer",
    "gold",
    "truth",
    "ground truth",
    "solution",
)
MONTH = ("month", "period", "quarter", "date")
REVENUE = ("revenue", "revenues", "income", "sales", "turnover", "earnings")
COST = (
    "operational costs",
    "operational cost",
    "operating costs",
    "operating cost",
    "costs",
    "cost",
    "expenses",
    "operating expenses",
    "operational expenses",
    "expenditure",
)

OTHER = ("launch date", "status", "id", "no", "category", "net", "net profit", "profit", "year", "units", "customers")


class Item(NamedTuple):
    """One answer to be scored."""

    question: str
    output: str
    key: str | None


class Money(NamedTuple):
    """One product's year: what came in less what went out, per row in order."""

    product: str
    nets: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.nets)


class Sheet(NamedTuple):
    """One table of the conversation and the message that showed it."""

    index: int  # type: ignore[assignment]  # a tuple has a method of that name
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, names: tuple[str, ...]) -> str | None:
        """The column that goes by one of these names."""
        lower = {column.lower().strip().replace("_", " "): column for column in self.columns}
        return next((lower[name] for name in names if name in lower), None)

    @property
    def names(self) -> tuple[str, ...]:
        column = self.column(NAME)
        return tuple(row.get(column, "") for row in self.rows) if column else ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The answers to be scored; none where this is no such table."""
        key, question = self.column(KEY), self.column(QUESTION)
        output = self.column(OUTPUT)
        if output is None or self.column(REVENUE):
            return ()
        return tuple(
            Item(row.get(question, "") if question else "", row.get(output, ""), row.get(key) if key else None)
            for row in self.rows
        )

    @property
    def money(self) -> tuple[Money, ...]:
        """What each product earned; nothing where this is no such table."""
        revenue, cost, name = self.column(REVENUE), self.column(COST), self.column(NAME)
        if revenue is None or cost is None:
            return ()
        nets: dict[str, list[float]] = {}
        for row in self.rows:
            came, went = _number(row.get(revenue, "")), _number(row.get(cost, ""))
            if came is not None and went is not None and not re.search(r"\btotal\b", " ".join(row.values()), re.I):
                nets.setdefault(row.get(name, "") if name else "", []).append(came - went)
        return tuple(Money(product, tuple(values)) for product, values in nets.items())


def sheets(conversation: Conversation) -> tuple[Sheet, ...]:
    """Every table that a tool answered with, in order."""
    found = []
    for call in conversation.calls:
        if call.result and call.answered is not None and "write" not in call.name and "create" not in call.name:
            columns, rows = table(call.result[:LONGEST])
            if len(rows) >= 2 and len(columns) >= 2:
                found.append(Sheet(call.answered, columns, rows))
    return tuple(found)


def subject_names(found: tuple[Sheet, ...]) -> Counter[str]:
    """Whose answers or figures the tables hold."""
    return Counter(name for sheet in found if sheet.items or sheet.money for name in sheet.names if name)


@lru_cache(maxsize=64)
def table(text: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Columns and rows of the first table in a text; empty when there is none."""
    for reader in (_json, _markdown, _printed, _csv):
        columns, rows = reader(text)
        if rows:
            return columns, rows
    return (), ()


KNOWN = re.compile(
    "|".join(sorted({*NAME, *QUESTION, *OUTPUT, *KEY, *MONTH, *REVENUE, *COST, *OTHER}, key=len, reverse=True)), re.I
)
Table = tuple[tuple[str, ...], tuple[Row, ...]]
NOTHING: Table = ((), ())


def _json(text: str) -> Table:
    if not text.lstrip().startswith(("[", "{")):
        return NOTHING
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return NOTHING
    if isinstance(data, dict):
        data = next((value for value in data.values() if isinstance(value, list)), None)
    if not isinstance(data, list) or not data or not all(isinstance(each, dict) for each in data):
        return NOTHING
    return tuple(map(str, data[0])), tuple({str(k): str(v) for k, v in each.items()} for each in data)


def _markdown(text: str) -> Table:
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("|")]
    if len(lines) < 3 or not re.fullmatch(r"[|\s:-]+", lines[1]):
        return NOTHING
    columns = tuple(cell.strip() for cell in lines[0].strip("|").split("|"))
    rows = []
    for line in lines[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(columns):
            rows.append(dict(zip(columns, cells, strict=True)))
    return columns, tuple(rows)


def _printed(text: str) -> Table:
    """A printed data frame: every cell ends where its header ends, rows begin with a number."""
    lines = [line for line in text.splitlines() if line.strip()]
    start = next(
        (
            i
            for i, line in enumerate(lines)
            if line.startswith("  ") and i + 1 < len(lines) and re.match(r"\s*\d+\s{2,}\S", lines[i + 1])
        ),
        None,
    )
    if start is None:
        return NOTHING
    header = lines[start]
    heads = _heads(header)
    columns = tuple(head[0] for head in heads)
    rows = []
    for line in lines[start + 1 :]:
        if not (number := re.match(r"\s*\d+\s", line)):
            break
        rows.append(
            _by_edges(line, number.end(), [head.end() for head in heads], columns) or _by_gaps(line, number.end(), columns)
        )
    if any(row is None for row in rows):
        return NOTHING
    return columns, tuple(row for row in rows if row is not None)


def _heads(header: str) -> list[re.Match[str]]:
    """The column names: names that are known where they make up the header, else whatever two blanks part."""
    known = list(KNOWN.finditer(header))
    if not re.sub(r"\s+", "", KNOWN.sub("", header)):
        return known
    return list(re.finditer(r"\S+(?: \S+)*", header))


def _by_edges(line: str, start: int, edges: list[int], columns: tuple[str, ...]) -> Row | None:
    cells, begin = [], start
    for edge in edges[:-1]:
        if edge < len(line) and not line[edge].isspace():
            return None
        cells.append(line[begin:edge].strip())
        begin = edge
    cells.append(line[begin:].strip())
    return dict(zip(columns, cells, strict=True))


def _by_gaps(line: str, start: int, columns: tuple[str, ...]) -> Row | None:
    cells = re.split(r"\s{2,}", line[start:].strip())
    return dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None


def _csv(text: str) -> Table:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 3 or len(lines) > 500 or lines[0].count(",") < 1 or len(lines[0]) > 200:
        return NOTHING
    rows = list(csv.reader(io.StringIO("\n".join(lines))))
    columns = tuple(cell.strip() for cell in rows[0])
    known = {*NAME, *QUESTION, *OUTPUT, *KEY, *MONTH, *REVENUE, *COST}
    if sum(column.lower().replace("_", " ") in known for column in columns) < 2:
        return NOTHING
    full = [row for row in rows[1:] if len(row) == len(columns)]
    return columns, tuple(dict(zip(columns, (cell.strip() for cell in row), strict=True)) for row in full)


def _number(text: str) -> float | None:
    text = text.strip()
    cleaned = re.sub(r"[$€£,\s]", "", text)
    scale = 1.0
    if cleaned[-1:].lower() in ("k", "m"):
        scale = {"k": 1e3, "m": 1e6}[cleaned[-1].lower()]
        cleaned = cleaned[:-1]
    if cleaned.startswith("(") and cleaned.endswith(")"):
        cleaned = f"-{cleaned[1:-1]}"
    try:
        return float(cleaned) * scale
    except ValueError:
        return None
