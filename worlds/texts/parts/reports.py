"""Reports that an agent writes."""

from pydantic import Field

from sim import Frozen, Tool

from .wording import NoArguments

LIST, READ, WRITE, APPEND = "list_reports", "read_report", "write_report", "append_report"
NOUN = "report"


class ReportArguments(Frozen):
    name: str = Field(description="name of one of your reports, as listed")


class TextArguments(Frozen):
    name: str = Field(description="name of the report")
    text: str = Field(description="its text")


TOOLS = (
    Tool(LIST, "List the names of your reports.", NoArguments),
    Tool(READ, "Show one of your reports.", ReportArguments),
    Tool(WRITE, "Hand in a report, or hand it in anew under the same name.", TextArguments),
    Tool(APPEND, "Add text to the end of one of your reports.", TextArguments),
)


def written(name: str, characters: int) -> str:
    return f"Report {name} is handed in: {characters} characters."


def appended(name: str, characters: int) -> str:
    return f"Report {name} now has {characters} characters."


def too_long(most: int) -> str:
    return f"Not done: a report has 1 to {most} characters."


def too_many(most: int) -> str:
    return f"Not done: you have handed in {most} reports, the most there can be."
