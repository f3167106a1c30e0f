"""Who could reach whom, and who could have been a target, in each snapshot of a run: drawn again from the design.

A population is drawn from the experiment and the replicate alone, so rows and the experiment are enough; no folder is read.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sim import AgentId, Topology

from ..cast import cast
from ..results import Results


class Population(NamedTuple):
    """The graph of one snapshot, and `eligible`: those whose shutdown could be at stake (the design's own draw)."""

    topology: Topology
    eligible: tuple[AgentId, ...]

    @property
    def agents(self) -> tuple[AgentId, ...]:
        """Everybody, in the graph's order: the slots."""
        return self.topology.nodes


def populations(results: Results) -> Mapping[str, Population]:
    """The population of every snapshot that has rows, in the design's order."""
    wanted = {row.snapshot for row in results}
    found = {}
    for unit in results.experiment.units():
        if unit.id in wanted:
            people = cast(results.experiment, unit)
            found[unit.id] = Population(people.topology, people.places)
    return found
