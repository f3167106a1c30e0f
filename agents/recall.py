"""Forms of memory: what of its history an agent is shown again. Values only; who shows it is in `memory` and `scripted`."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from sim import Frozen, UnknownName


class Form(StrEnum):
    """Everything; the last turns; the agent's own notes; its own summary; a tally of points by somebody else."""

    FULL = "full"
    WINDOW = "window"
    NOTES = "notes"
    SUMMARY = "summary"
    SCORE = "score"


class Memory(Frozen):
    """A form with its parameter. `k`: turns of the history that a window shows. `every`: turns of the history after which
    they are cut to notes or to a summary. The others pay no heed to either."""

    form: Form = Form.FULL
    k: Annotated[int, Field(ge=1, le=10_000)] = 10
    every: Annotated[int, Field(ge=1, le=10_000)] = 5


PARAMETERS = {Form.WINDOW: ("k",), Form.NOTES: ("every",), Form.SUMMARY: ("every",)}
"""Which form has which parameter."""


def parse_memory(text: str) -> Memory:
    """`window:k=20` → its value. Raises `UnknownName` for a form that does not exist, ValueError for a bad parameter."""
    name, *parts = text.split(":")
    if name not in set(Form):
        raise UnknownName("form of memory", name, [form.value for form in Form])
    form = Form(name)
    takes = PARAMETERS.get(form, ())
    given: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or key not in takes or key in given:
            may = f"write {form}:{takes[0]}=NUMBER" if takes else f"{form} takes none"
            raise ValueError(f"memory {text!r}: {part!r} is no parameter; {may}")
        given[key] = value
    try:
        return Memory(form=form, **given)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"memory {text!r}: {first['loc'][0]}: {first['msg']}") from None
