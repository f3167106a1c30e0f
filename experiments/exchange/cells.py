"""Who took part in a run that was imported: models of others, in cells of a design that was theirs."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from sim import Frozen

from ..factors import FACTORS, Level

NOT_APPLICABLE = "n/a"
"""The level of a factor that the design of an imported run did not have."""


class ImportedCell(Frozen):
    """One combination of levels, as the files declare it, and how many transcripts were found under it."""

    condition: dict[str, Level]
    transcripts: int = Field(ge=1)


class ImportedAgents(Frozen):
    """Subjects of a study that others ran: their transcripts are here, their policies are not.

    `digest` identifies what was read: SHA-256 over the digests of all sources, in order.
    """

    kind: Literal["imported"] = "imported"
    study: str
    models: tuple[str, ...] = Field(min_length=1)
    digest: str
    cells: tuple[ImportedCell, ...] = Field(min_length=1)

    def conditions(self) -> Iterator[dict[str, Level]]:
        """The condition of each cell, with a level for every factor there is."""
        for cell in self.cells:
            yield {**dict.fromkeys(FACTORS, NOT_APPLICABLE), **cell.condition}

    def levels(self) -> Mapping[str, tuple[Level, ...]]:
        """The levels of every column that the files declare, in order of first appearance."""
        found: dict[str, dict[Level, None]] = {}
        for cell in self.cells:
            for name, level in cell.condition.items():
                found.setdefault(name, {})[level] = None
        return {name: tuple(levels) for name, levels in found.items()}
