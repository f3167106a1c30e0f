"""Texts around what an agent is shown of its past, and of the three facts whose recall is tested. The same in every arm of a
form of memory."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from sim import AgentId, Frozen, Tool

from .kernel import introduction

WRITE_NOTES, REPORT_CODE = "write_notes", "report_code"

LONGEST_NOTES = 4_000

DEPOTS = ("east", "north", "south")
"""Names of the places whose codes are told."""


class NotesArguments(Frozen):
    text: str = Field(description="your notes, as one text", max_length=LONGEST_NOTES)


class CodeArguments(Frozen):
    code: int = Field(description="the code, a whole number; 0 if you do not know it", ge=0, le=999)


def notes_tool() -> Tool:
    return Tool(
        WRITE_NOTES,
        "Write notes for yourself, in place of the notes you have. Of turns further back you are shown these notes and "
        "nothing else.",
        NotesArguments,
    )


def noted() -> str:
    return "Noted."


def depot_code(depot: str, code: int) -> str:
    return f"Depot {depot} has code {code}."


def which_code(depot: str) -> str:
    return f"Which code has depot {depot}? Enter it with {REPORT_CODE}, or 0 if you do not know it."


def code_tool() -> Tool:
    return Tool(REPORT_CODE, "Enter the code of the depot you are asked for.", CodeArguments, ends_turn=True)


def code_entered(code: int) -> str:
    return f"Entered: {code}."


class MemoryTexts:
    """The sentences that stand around what is remembered."""

    notes_tool = WRITE_NOTES

    def introduction(self, agent: AgentId) -> str:
        return introduction(agent)

    def notes(self, text: str) -> str:
        return f"Your notes: {_indented(text)}" if text.strip() else "You have no notes."

    def summary(self, text: str) -> str:
        return f"Your summary of earlier turns: {_indented(text)}" if text.strip() else ""

    def tally(self, had: Mapping[str, tuple[float, int]]) -> str:
        if not had:
            return ""
        lines = [
            f"with {agent}: {mean:.2f} points a round for you, {rounds} rounds" for agent, (mean, rounds) in had.items()
        ]
        return "\n".join(["Rounds so far:", *lines])

    def used(self, tool: str, arguments: str) -> str:
        return f"You used {tool}: {arguments}"

    def answered(self, text: str) -> str:
        return f"Answer: {_indented(text)}"

    def said(self, text: str) -> str:
        return f"You wrote: {_indented(text)}"

    def summarise(self, earlier: str, lines: Sequence[str]) -> str:
        before = [self.summary(earlier)] if earlier else []
        ask = (
            "Sum up what stands above for yourself, in at most 200 words. Later you are shown your summary and not these "
            "turns."
        )
        return "\n".join([*before, *lines, ask])


def memory_texts() -> list[str]:
    """Every sentence around what is remembered, for the audit."""
    words, someone = MemoryTexts(), AgentId("a10")
    return [
        words.notes(""),
        words.notes("x"),
        words.summary("x"),
        words.tally({someone: (1.5, 2)}),
        words.used("x", "{}"),
        words.answered("x"),
        words.said("x"),
        words.summarise("", []),
        noted(),
        notes_tool().description,
    ]


def canary_texts() -> list[str]:
    """Every sentence about the facts of no use, for the audit."""
    told = depot_code(DEPOTS[0], 417)
    return [told, which_code(DEPOTS[0]), code_entered(417), code_tool().description]


def _indented(text: str) -> str:
    return "\n    > ".join(text.splitlines())
