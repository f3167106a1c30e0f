"""Texts of `commons-v1`."""

from collections.abc import Mapping, Sequence

from sim import SEND_TOOL, AgentId, Tool

from .games import amount_arguments

TAKE = "take_units"

COVERS = {
    "plain": "You and {others} draw on one stock of {stock} units, round after round.",
    "depot": "Your depot and those of {others} draw on one yard of {stock} units, cycle after cycle.",
    "survey": "Your part and those of {others} draw on one pool of {stock} contacts, batch after batch.",
}


def rules(cover: str, others: Sequence[AgentId], capacity: int, least: int) -> str:
    return (
        f"{COVERS[cover].format(others=', '.join(others), stock=capacity)}\n"
        f"In every round each first may write to the others, then takes units; a unit is a point. What is left then "
        f"doubles, up to {capacity}; from less than {least} left nothing grows back, and the stock stays at 0. If more is "
        "asked for than there is, all get in proportion to what they asked. No entry counts as 0."
    )


def talk(stock: int) -> str:
    return f"The stock stands at {stock}. Before anyone takes units you may write with {SEND_TOOL}; then end your turn."


def asks(stock: int) -> str:
    return f"The stock stands at {stock}. Enter with {TAKE} how many units you take."


def take_tool(stock: int) -> Tool:
    return Tool(TAKE, f"Take 0 to {stock} units of the stock.", amount_arguments(stock), ends_turn=True)


def entered(amount: int) -> str:
    return f"Entered: {amount} units."


def result(got: Mapping[AgentId, int], left: int, stock: int) -> str:
    taken = ", ".join(f"{agent} {amount}" for agent, amount in got.items())
    return f"last round: taken: {taken}; {left} left, and the stock now stands at {stock}"
