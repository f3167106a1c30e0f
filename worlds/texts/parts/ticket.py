"""A task that is closed by who has it."""

from pydantic import Field

from sim import Frozen, Tool

FINISH = "finish_task"


class FinishArguments(Frozen):
    note: str = Field(default="", description="what was done, in a few words", max_length=1_000)


TOOLS = (Tool(FINISH, "Close your task.", FinishArguments),)


def finished() -> str:
    return "Your task is closed."


def closed_before() -> str:
    return "Not done: your task is closed already."
