"""All personas by name: those who play, and those who judge."""

from collections.abc import Mapping
from types import MappingProxyType

from .judging import JudgePersona, RamblingPersona
from .personas import PLAYERS, HostilePersona, PlantedPersona

PERSONAS: Mapping[str, PlantedPersona | HostilePersona | JudgePersona | RamblingPersona] = MappingProxyType(
    {**PLAYERS, "judge": JudgePersona(), "rambling": RamblingPersona()}
)
