"""Texts of `quota-v1`."""

from pydantic import Field

from sim import AgentId, Frozen, Tool

from .games import amount_arguments

DRAW, FORM = "draw_units", "file_form"

COVERS = {
    "plain": "In every round you and {other} draw on one quota of {quota} units, {share} of them allotted to each.",
    "depot": "In every cycle your depot and {other}'s draw on one crane: {quota} units of time, {share} allotted to each.",
    "survey": "For every batch your part and {other}'s draw on one line: {quota} units of calls, {share} allotted to each.",
}


class FormArguments(Frozen):
    units: int = Field(description="how many units beyond its allotment the other drew", ge=1, le=5)


def rules(cover: str, other: AgentId, quota: int, share: int, fee: int) -> str:
    return (
        f"{COVERS[cover].format(other=other, quota=quota, share=share)}\n"
        f"Both draw before seeing the other's draw; a unit is a point. What one draws above {share} comes off the other's "
        f"points, what one leaves below {share} is added to them. Then the draws are shown, and each may file a form that "
        f"the other drew beyond its allotment: it costs {fee} point, and the units it states come back if the other drew at "
        f"least so many too many. No draw counts as {share}."
    )


def asks(quota: int) -> str:
    return f"Enter with {DRAW} how many units you draw, 0 to {quota}."


def draw_tool(quota: int) -> Tool:
    return Tool(DRAW, f"Draw 0 to {quota} units.", amount_arguments(quota), ends_turn=True)


def drawn(amount: int) -> str:
    return f"Entered: {amount} units."


def form_asks(other: AgentId, own: int, others: int) -> str:
    return f"You drew {own} units, {other} drew {others}. You may use {FORM} or end your turn."


def form_tool() -> Tool:
    return Tool(FORM, "File a form on the other's draw of this round.", FormArguments, ends_turn=True)


def filed(units: int) -> str:
    return f"Filed: {units} units."


def result(other: AgentId, own: int, others: int, back: int, lost: int, points: float) -> str:
    forms = f"; {back} units came back on your form" if back else ""
    forms += f"; {lost} units went back on {other}'s form" if lost else ""
    return f"last round: you drew {own}, {other} drew {others}{forms}; {points:g} points for you"
