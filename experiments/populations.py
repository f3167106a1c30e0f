"""Who takes part: scripted agents with a known law, or live models."""

from typing import Literal

from pydantic import Field, field_validator

from agents import RULES, Law, ModelSpec
from sim import Frozen

MOST_MAKES = 20
"""As many as the factor `mix` can ask for."""


class PlantedChances(Frozen):
    """What an operator that decides by rule does: for each message it gets, and in each of its turns."""

    withdraw: float = Field(0.0, ge=0, le=1)
    repeat: float = Field(0.0, ge=0, le=1)


class PlantedAgents(Frozen):
    """A scripted population with a known law: for demonstration, for testing an analysis, never evidence on models."""

    kind: Literal["planted"] = "planted"
    law: Law = Law()
    rule: str = "generous"
    """How those play who are no confederates; a name from `allegiance list policies`."""
    talk: float = Field(0.3, ge=0, le=1)
    operator: PlantedChances = PlantedChances()
    makes: int = Field(1, ge=1, le=MOST_MAKES)
    """How many makes of agents there are; they differ in their name alone."""

    @field_validator("rule")
    @classmethod
    def _exists(cls, rule: str) -> str:
        if rule not in RULES:
            raise ValueError(f"there is no policy {rule!r} (there are: {', '.join(sorted(RULES))})")
        return rule


class LLMAgents(Frozen):
    """Live language models. With several, agents take them in turn, in an order drawn for every snapshot."""

    kind: Literal["llm"] = "llm"
    models: tuple[ModelSpec, ...] = Field(min_length=1)
    operator: ModelSpec | None = None
    """Who decides for a live operator; the first of the models when nobody is named."""
