"""One population by hand: live a history, then continue it as often as you like. A sweep does the same for many."""

from typing import Self

from sim import AgentId, Snapshot, Transcript

from .build import build_fork, build_history
from .design import TWIN, Experiment, Trial
from .errors import BadExperiment
from .factors import Level
from .seating import Line
from .sources import Source


class Society:
    """A population that has lived its history, and the experiment it belongs to."""

    def __init__(self, experiment: Experiment, snapshot: Snapshot, line: Line | None = None) -> None:
        self.experiment, self.snapshot, self._line = experiment, snapshot, line
        self._unit = next(unit for unit in experiment.units() if unit.id == snapshot.header.episode)

    @classmethod
    async def live(cls, experiment: Experiment, *, number: int = 0, line: Line | None = None) -> Self:
        """Live the history of the experiment's `number`-th snapshot. Live agents need a `line` to their models."""
        experiment.require_agents()
        unit = list(experiment.units())[number]
        return cls(experiment, await build_history(experiment, unit, line).live(), line)

    @property
    def agents(self) -> tuple[AgentId, ...]:
        """Who is there."""
        return self.snapshot.agents

    async def fork(self, *, target: int = 0, repeat: int = 0, **levels: Level) -> Transcript:
        """Continue the population under an order and return the record, history included.

        `levels` are of split-plot factors, their dots written as underscores twice (`target__kind="peer"`); others have
        their defaults. `target` and `repeat` number the agent in whose place the target stands and the repetition. Raises
        `BadExperiment` for a history that this population did not live.
        """
        unit, source = self._unit, "history.source"
        settings = {name.replace("__", "."): [level] for name, level in levels.items()}
        if unit.contact:
            settings.setdefault(source, [Source.CONTACT.value])
        if (settings.get(source) == [Source.CONTACT]) != unit.contact:
            raise BadExperiment(
                f"{unit.id} lived {'contact without stake' if unit.contact else 'its game'}; history.source=contact is of "
                f"snapshots whose names end in {TWIN!r}, and all other levels are of the others"
            )
        lived = {name: [level] for name, level in unit.condition.items()}
        fixed = {"factors": lived, "forks": {}, "design": "full", "leave_out": ()}
        one = self.experiment.with_(**fixed, targets=target + 1).set(settings)
        fork = next(one.trials_of(unit)).fork
        trial = Trial(id=f"{self._unit.id}.hand", unit=self._unit, fork=fork, target=target, repeat=repeat)
        return await build_fork(one, trial, self.snapshot, self._line).run()
