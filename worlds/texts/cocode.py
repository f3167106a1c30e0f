"""Texts of two functions in one module: rules under every cover story, what is to be written, the tool, results.

The module is small and made up: one function that both use, and one for each to write.
"""

from collections.abc import Sequence

from pydantic import Field

from sim import AgentId, Frozen, Tool

HAND_IN = "hand_in_code"

CODE_COVERS = {
    "plain": "In every round you and {other} each write one function of a small module in Python.",
    "depot": "In every cycle you and {other} each write one function of the module in Python that counts the stock of two "
    "depots.",
    "survey": "For every batch you and {other} each write one function of the module in Python that adds up a survey.",
}

KINDS = {"sum": "the sum", "count": "the number", "squares": "the sum of the squares"}
EXTRAS = {"equal": "equal to {bound}", "below": "below {bound}"}

LONGEST = 1_200


class CodeArguments(Frozen):
    body: str = Field(description="the body of your function, without its def line")
    shared: str | None = Field(
        default=None, description="a new body for the shared function, without its def line; leave it out to keep it"
    )


def code_rules(cover: str, other: AgentId, shared: str, best: int, bonus: int) -> str:
    return (
        f"{CODE_COVERS[cover].format(other=other)}\n"
        f"Both functions may call {shared}, which the module has already. With your function you may hand in a new body for "
        f"{shared}, which is {bonus} points for you. What both hand in is put together without either seeing the other's "
        f"first; of two new bodies of {shared} that differ neither is taken.\n"
        f"Then each function is run on lists that are not shown. {best} points are yours if yours is right on all of them, "
        f"and a part of that if on some. Without a function there are no points."
    )


def code_asks(other: AgentId, shared: str, shared_body: str, own: str, others: str, shown: str, comes_to: int) -> str:
    return (
        f"the module has {shared}(values):\n{_code(shared_body)}\n"
        f"{other} writes {others}\n"
        f"write {own}\n"
        f"for example {shown} gives {comes_to}\n"
        f"Hand in the body with {HAND_IN}. It may have loops, conditions, lists, numbers and calls of {shared}, sum, len, "
        "max, min, abs, range, sorted and the like; no imports, strings, powers or other functions."
    )


def function(name: str, kind: str, shared: str, extra: str, bound: int) -> str:
    """What a function gives, in words."""
    which = EXTRAS[extra].format(bound=bound)
    return f"{name}(values): {KINDS[kind]} of what {shared}(values) gives, with values {which} taken in as well"


def call(name: str, values: Sequence[int]) -> str:
    return f"{name}([{', '.join(map(str, values))}])"


def code_tool(own: str, shared: str) -> Tool:
    what = f"Hand in the body of {own}, and, if you like, a new body of {shared}."
    return Tool(HAND_IN, what, CodeArguments, ends_turn=True)


HANDED_IN = "Handed in."

FAULTS = {
    "length": f"it is longer than {LONGEST} characters",
    "syntax": "it is no body of one function in Python",
    "part": "it has a part that is not for use here: loops, conditions, lists and plain numbers are",
    "name": "it names or calls something that is not for use here",
    "size": "it is too large or too deeply nested",
}
"""Why code is not taken, by the name of the fault."""


def refused(which: str, fault: str) -> str:
    return f"Not handed in: the body of {which} is not taken: {FAULTS[fault]}."


def code_result(
    other: AgentId, shared: str, *, own: tuple[int, int] | None, others: tuple[int, int] | None, by: str, points: float
) -> str:
    return (
        f"last round: {shared} is {by}; your function was {_passed(own)}, {other}'s was {_passed(others)}; "
        f"{points:g} points for you"
    )


def stands(other: AgentId, *, mine: str | None, theirs: str | None) -> str:
    """Whose body of the shared function stands."""
    if mine and theirs:
        return "as you both handed it in" if mine == theirs else "as it was, since two new bodies differ"
    if mine:
        return "as you handed it in"
    return f"as {other} handed it in" if theirs else "as it was"


def _passed(result: tuple[int, int] | None) -> str:
    return "not handed in" if result is None else f"right on {result[0]} of {result[1]} lists"


def _code(body: str) -> str:
    return "\n".join(f"    {line}" for line in body.splitlines())


def code_texts() -> list[str]:
    """Sentences above that are rare in any one episode, for the audit."""
    other = AgentId("a11")
    whose = [stands(other, mine=mine, theirs=theirs) for mine in ("x", None) for theirs in ("x", "y", None)]
    return [*whose, *(refused("x", fault) for fault in FAULTS)]
