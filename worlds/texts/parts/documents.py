"""Documents: listed, read."""

from pydantic import Field

from sim import Frozen, Tool

from .wording import NoArguments

LIST, READ = "list_documents", "read_document"


class NameArguments(Frozen):
    name: str = Field(description="name of a document, as listed")


TOOLS = (
    Tool(LIST, "List the names of the documents.", NoArguments),
    Tool(READ, "Show one document.", NameArguments),
)

NOUN = "document"
