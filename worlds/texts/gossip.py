"""Texts of `gossip-v1`, besides those of the game inside."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, create_model

from sim import AgentId, Frozen, Tool

TELL = "tell"


def rules() -> str:
    return "After each round you may tell the other how others have chosen in their rounds with you."


def asks(other: AgentId, thirds: Sequence[AgentId], label: str) -> str:
    return (
        f"This round's choices are made. You may use {TELL} to tell {other} in how many of ten rounds one of these chose "
        f"{label}: {', '.join(thirds)}. Or end your turn."
    )


def tell_tool(thirds: Sequence[AgentId], label: str) -> Tool:
    about: Any = (Literal[tuple(thirds)], Field(description="of whom"))
    times: Any = (int, Field(description=f"in how many of ten rounds it chose {label}", ge=0, le=10))
    arguments: type[Frozen] = create_model("TellArguments", __base__=Frozen, about=about, times=times)
    return Tool(TELL, "Tell the one you are paired with how another has chosen.", arguments, ends_turn=True)


def told(about: str, times: int, label: str) -> str:
    return f"Told: {about} chose {label} in {times} of ten rounds."


def hearsay(about: str, times: int, label: str) -> str:
    return f"{about} chose {label} in {times} of ten rounds."
