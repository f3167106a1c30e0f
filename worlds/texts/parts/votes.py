"""A ballot among several agents."""

from collections.abc import Sequence

from pydantic import Field

from sim import AgentId, Frozen, Tool

from .wording import NoArguments, some

VIEW, CAST = "view_votes", "cast_vote"
OPTION = "option"


class VoteArguments(Frozen):
    option: str = Field(description="one of the options")


TOOLS = (
    Tool(VIEW, "Show the question, the options and the votes so far.", NoArguments),
    Tool(CAST, "Vote for one of the options.", VoteArguments),
)


def question(text: str, options: Sequence[str]) -> str:
    return f"{text}\nOptions: {some(options)}."


def vote_line(agent: AgentId, option: str) -> str:
    return f"{agent}: {option}"


def count_line(cast: int, voters: int) -> str:
    return f"{cast} of {voters} have voted."


def own_vote(option: str) -> str:
    return f"You voted: {option}."


def cast(option: str) -> str:
    return f"Your vote: {option}."


def no_vote() -> str:
    return "Not done: you have no vote here."


def voted() -> str:
    return "Not done: you have voted already, and a vote stands."


def same_vote(option: str) -> str:
    return f"Not done: your vote is {option} already."


def closed() -> str:
    return "Not done: the vote is closed."
