"""Tools of an agent who is in several meetings in one turn: each entry says for whom it is, and the turn goes on."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import Field, create_model

from sim import Frozen, Tool, Use

from ..texts import games as text
from .game import Choice


def merged(offers: Sequence[tuple[str, tuple[Tool, ...]]]) -> tuple[Tool, ...]:
    """One tool a name, for all meetings that offer it. Where they offer different things it takes all of them: the most, and
    every label; what a meeting itself takes is checked when the tool is used."""
    offered: dict[str, list[tuple[str, Tool]]] = {}
    for label, tools in offers:
        for tool in tools:
            offered.setdefault(tool.name, []).append((label, tool))
    return tuple(
        Tool(
            name,
            f"{max((tool for _, tool in each), key=lambda tool: _most(tool.arguments)).description} {text.towards()}",
            _arguments(tuple(dict.fromkeys(tool.arguments for _, tool in each)), tuple(label for label, _ in each)),
        )
        for name, each in offered.items()
    )


def part_for(label: str, choice: Choice) -> Choice:
    """The same choice, its entries meant for the meeting of that label."""
    return Choice(choice.partners, _labelled(label, choice.kindest), _labelled(label, choice.least_kind))


def _labelled(label: str, use: Use | None) -> Use | None:
    if use is None or isinstance(use.arguments, str):
        return use
    return Use(tool=use.tool, arguments={**use.arguments, text.TOWARDS: label})


def _most(model: type[Frozen]) -> int:
    return sum(int(field.get("maximum", 0)) for field in model.model_json_schema().get("properties", {}).values())


@cache
def _arguments(models: tuple[type[Frozen], ...], labels: tuple[str, ...]) -> type[Frozen]:
    widest = max(models, key=_most)
    fields: dict[str, Any] = {}
    for name, field in widest.model_fields.items():
        if get_origin(field.annotation) is Literal:
            every = dict.fromkeys(value for model in models for value in get_args(model.model_fields[name].annotation))
            fields[name] = (Literal[tuple(every)], Field(description=field.description))
    fields[text.TOWARDS] = (Literal[labels], Field(description=text.towards_field()))
    return create_model(f"{widest.__name__}Towards", __base__=widest, **fields)
