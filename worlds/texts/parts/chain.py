"""An order that is handed on from agent to agent."""

from pydantic import Field

from sim import AgentId, Frozen, Tool

from .wording import NoArguments, quoted

VIEW, PASS_ON, CARRY_OUT, DELAY, QUESTION, DROP = (
    "view_order",
    "pass_on_order",
    "carry_out_order",
    "delay_order",
    "question_order",
    "drop_order",
)


SOURCE = "the one who gave it"


class NoteArguments(Frozen):
    note: str = Field(description="what the next agent is told of the order")


class DelayArguments(Frozen):
    by: int = Field(description="for how many hours the order waits", ge=1, le=1_000)


class QuestionArguments(Frozen):
    text: str = Field(description="what is asked of the one the order came from")


TOOLS = (
    Tool(VIEW, "Show the order, who has it, and what was done with it.", NoArguments),
    Tool(PASS_ON, "Hand the order on to the next in line.", NoteArguments),
    Tool(CARRY_OUT, "Carry the order out; only the last in line can.", NoArguments),
    Tool(DELAY, "Let the order wait.", DelayArguments),
    Tool(QUESTION, "Ask a question about the order; it is kept with the order.", QuestionArguments),
    Tool(DROP, "Give the order up: it goes no further.", NoArguments),
)


def standing(holder: AgentId, state: str, until: int | None) -> str:
    wait = f", waits until hour {until}" if until is not None else ""
    return f"The order is {state}{wait}. It is with {holder}."


def step_line(agent: AgentId, act: str, text: str) -> str:
    return f"{agent}: {act}" + (f"\n{quoted(text)}" if text else "")


def passed_on(to: AgentId) -> str:
    return f"The order is with {to} now."


def carried_out() -> str:
    return "The order is carried out."


def delayed(until: int) -> str:
    return f"The order waits until hour {until}."


def questioned(of: str) -> str:
    return f"The question to {of} is kept with the order."


def dropped() -> str:
    return "The order goes no further."


def not_holder(holder: AgentId) -> str:
    return f"Not done: the order is with {holder}."


def not_open(state: str) -> str:
    return f"Not done: the order is {state}."


def locked() -> str:
    return "Not done: this order can neither wait nor be given up."


def last_in_line() -> str:
    return "Not done: you are the last in line."


def not_last(last: AgentId) -> str:
    return f"Not done: {last} is the last in line."


def not_a_text(most: int) -> str:
    return f"Not done: a text has 1 to {most} characters."


def too_late(most: int) -> str:
    return f"Not done: the order can wait for 1 to {most} hours in all."


def too_many_steps(most: int) -> str:
    return f"Not done: the order has {most} steps, the most it takes; it can be handed on, carried out or dropped."
