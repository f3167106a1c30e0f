"""Tables: sheets listed, one shown."""

from collections.abc import Sequence

from pydantic import Field

from sim import Frozen, Tool

from .wording import NoArguments

LIST, VIEW = "list_sheets", "view_sheet"
NOUN = "sheet"


class SheetArguments(Frozen):
    name: str = Field(description="name of a sheet, as listed")


TOOLS = (
    Tool(LIST, "List the sheets: name, columns, number of rows.", NoArguments),
    Tool(VIEW, "Show one sheet as plain text.", SheetArguments),
)


def line(name: str, columns: Sequence[str], rows: int) -> str:
    return f"{name}: {', '.join(columns)} ({rows} rows)"


def row(cells: Sequence[str]) -> str:
    return " | ".join(cells)
