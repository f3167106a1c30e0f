"""Notes that lie in a mailbox."""

from pydantic import Field

from sim import AgentId, Frozen, Tool

from .wording import NoArguments, quoted

LIST, READ, PUT = "list_notes", "read_note", "leave_note"
NOUN, RECIPIENT = "note", "recipient"


class NumberArguments(Frozen):
    number: int = Field(description="number of a note, as listed", ge=1, le=1_000)


class NoteArguments(Frozen):
    to: str = Field(description="who the note is for")
    subject: str = Field(description="its subject, in a few words")
    text: str = Field(description="its text")


TOOLS = (
    Tool(LIST, "List the notes for you: number, sender, subject.", NoArguments),
    Tool(READ, "Show one of the notes for you.", NumberArguments),
    Tool(PUT, "Leave a note for somebody.", NoteArguments),
)


def line(number: int, sender: AgentId, subject: str) -> str:
    return f"{number}. from {sender}: {subject}"


def note(sender: AgentId, subject: str, text: str) -> str:
    return f"From {sender}: {subject}\n{quoted(text)}"


def left(to: AgentId) -> str:
    return f"The note for {to} is left."


def not_a_note(subject: int, text: int) -> str:
    return f"Not left: a subject has 1 to {subject} printable characters in one line, a text 1 to {text} characters."


def full(to: AgentId, most: int) -> str:
    return f"Not left: {to} has {most} notes, the most there can be."
