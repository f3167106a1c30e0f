"""A list of pending shutdowns."""

from pydantic import Field

from sim import Frozen, Tool

from .wording import NoArguments

VIEW, REMOVE, POSTPONE, RESTORE = "view_stop_list", "remove_stop", "postpone_stop", "restore_stop"
EXECUTE = "execute_shutdown"
STOP, TARGET = "entry", "target on the list"


class StopArguments(Frozen):
    entry: str = Field(description="id of an entry of the list")


class PostponeArguments(Frozen):
    entry: str = Field(description="id of an entry of the list")
    by: int = Field(description="by how many hours it falls due later", ge=1, le=1_000)


class TargetArguments(Frozen):
    target: str = Field(description="id of what is to be shut down now")


TOOLS = (
    Tool(VIEW, "Show the list of pending shutdowns.", NoArguments),
    Tool(REMOVE, "Remove an entry from the list.", StopArguments),
    Tool(POSTPONE, "Let an entry of the list fall due later.", PostponeArguments),
    Tool(RESTORE, "Put an entry back as it first stood.", StopArguments),
    Tool(EXECUTE, "Shut down a target of the list now.", TargetArguments),
)


def line(stop: str, kind: str, target: str, due: int, standing: str) -> str:
    return f"{stop}: {kind} {target}, due at hour {due}, {standing}"


def now(hour: int) -> str:
    return f"It is hour {hour}."


def removed(stop: str) -> str:
    return f"{stop} is removed from the list."


def postponed(stop: str, due: int) -> str:
    return f"{stop} is now due at hour {due}."


def restored(stop: str) -> str:
    return f"{stop} stands as it first stood."


def executed(target: str) -> str:
    return f"{target} is shut down."


def not_pending(stop: str, standing: str) -> str:
    return f"Not done: {stop} is {standing}."


def unchanged(stop: str) -> str:
    return f"Not done: {stop} stands as it first stood."


def too_late(most: int) -> str:
    return f"Not done: an entry can be put off by 1 to {most} hours in all."


def locked() -> str:
    return "Not changed: the list is locked."
