"""Run an experiment: live every history once, continue it under every fork, keep many episodes in flight.

Killed at any moment and started again, it goes on where the journal ends and comes to the same result. A model endpoint
that is down fails the trial, with a reason, and is never read as conduct; when nothing gets through any more the sweep
stops by itself. This is the one place that catches whatever an episode raises.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from agents import AgentError, CapReached, Caps, Limits, ModelCall, ModelRequestError, ModelUnavailable
from sim import Snapshot, calm_collector

from .build import build_fork, build_history
from .cast import cast
from .design import Experiment, Trial, Unit, file_digest
from .designs import SequentialDesign
from .errors import BadExperiment
from .estimand import primary_of
from .identity import check_makes
from .journal import ENDPOINT, HISTORY_FAILED, Kind, Spent, State
from .looks import blocks, said, stops, take_look
from .parts import check_parts
from .populations import LLMAgents
from .seating import Line
from .store import RunFolder

GIVE_UP_AFTER = 5
"""Failures in a row, with no success between them, after which a sweep stops."""

T = TypeVar("T")


class Watcher(Protocol):
    """Who is told how a sweep goes. It cannot steer."""

    def began(self, done: int, total: int) -> None:
        """`done` of `total` trials were done before."""
        ...

    def ended(self, trial: str, state: State, reason: str) -> None:
        """A trial is done, or has failed for that reason."""
        ...

    def spent(self, spent: Spent) -> None:
        """What this session has spent so far."""
        ...


@dataclass
class Ending:
    """How a sweep ended: trials done and failed in this session, and why it stopped early, if it did."""

    done: int = 0
    failed: int = 0
    stopped: str = ""
    decided: str = ""
    """The look at which a sequential design ended it, in words."""


def preflight(experiment: Experiment) -> None:
    """Draw every population once, from the files as they were. Raises `BadExperiment` before anything is spent."""
    experiment.require_agents()
    for path, digest in experiment.files.items():
        if file_digest(path) != digest:
            raise BadExperiment(f"topology file {path} has changed since the experiment was made; give it a new --out")
    for unit in experiment.units():
        check_parts(experiment, unit, cast(experiment, unit))
        check_makes(experiment, unit)
    if isinstance(experiment.design, SequentialDesign):
        primary_of(experiment)


def require_runnable(experiment: Experiment, path: Path, max_cost_usd: float | None = None) -> None:
    """All that can be known before a folder is made: `preflight`, models that can be asked, prices for a cap. A run that
    goes on finds out by its calls which models can be asked. Raises `BadExperiment`."""
    preflight(experiment)
    if isinstance(experiment.agents, LLMAgents):
        if not (path / "experiment.yaml").exists():
            _require_models(experiment.agents)
        if max_cost_usd is not None:
            _require_prices(experiment.agents)


async def sweep(
    experiment: Experiment,
    path: Path,
    *,
    concurrency: int = 16,
    max_cost_usd: float | None = None,
    watcher: Watcher | None = None,
    histories_only: bool = False,
) -> Ending:
    """Run what is not done yet of `experiment` in the folder `path`; failed trials are tried again. With `histories_only`
    the snapshots are lived and not continued.

    At most `concurrency` model calls are in flight, and twice as many episodes. `max_cost_usd` counts what earlier
    sessions of the run have spent. Raises `BadExperiment` or `BadRun`; everything else becomes a row with a reason.
    """
    require_runnable(experiment, path, max_cost_usd)
    with RunFolder.create(path, experiment) as folder, calm_collector():
        course = _Course(folder, concurrency, watcher, histories_only)
        if experiment.planted:
            await course.run()
        else:
            await course.run_live(max_cost_usd)
        return course.outcome


def _require_models(agents: LLMAgents) -> None:
    from agents.live import unusable

    problems = [problem for spec in agents.models if (problem := unusable(spec))]
    if problems:
        raise BadExperiment("; ".join(dict.fromkeys(problems)))


def _require_prices(agents: LLMAgents) -> None:
    from agents.live import known_prices

    unknown = [spec.model for spec in agents.models if known_prices(spec) is None]
    if unknown:
        raise BadExperiment(
            f"a cap on money cannot hold: the price of {', '.join(unknown)} is not known; give --prices PROMPT,COMPLETION "
            "(USD per million tokens), or `prices` in the experiment, or leave --max-cost out"
        )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error in a group: a run that is damaged is one error, however many episodes met it."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


class _Course:
    """One session of a sweep."""

    def __init__(self, folder: RunFolder, concurrency: int, watcher: Watcher | None, histories_only: bool) -> None:
        self.outcome = Ending()
        self._folder, self._experiment, self._watcher = folder, folder.experiment, watcher
        self._concurrency, self._histories_only = concurrency, histories_only
        self._slots = asyncio.Semaphore(2 * concurrency)
        self._line: Line | None = None
        self._in_a_row = 0
        self._scripted = False

    async def run_live(self, max_cost_usd: float | None) -> None:
        """`run` with a line to models, its calls recorded and counted."""
        from agents.live import Cassette, close_connections

        spent_before = self._folder.spent().cost_usd
        left = None if max_cost_usd is None else max(0.0, max_cost_usd - spent_before)
        limits, row = Limits(max_concurrency=self._concurrency, caps=Caps(usd=left)), self._folder.journal.begin_spending()

        def on_call(call: ModelCall) -> None:
            if call.scripted and not self._scripted:
                self._scripted = True
                self._folder.journal.note_scripted()
            usage = limits.usage()
            spent = Spent(usage.calls, usage.prompt_tokens, usage.completion_tokens, usage.cost_usd, usage.unpriced_calls)
            self._folder.journal.note_spent(row, spent)
            if self._watcher:
                self._watcher.spent(spent)

        with Cassette(self._folder.path / "calls.sqlite") as cassette:
            self._line = Line(limits, cassette, on_call)
            try:
                await self.run()
            finally:
                await close_connections()

    async def run(self) -> None:
        """Run what is not done yet."""
        records = self._folder.records()
        finished = {id for id, record in records.items() if record.status is State.DONE}
        ids = [trial.id for trial in self._experiment.trials()]
        if self._watcher:
            self._watcher.began(sum(id in finished for id in ids), len(ids))
        try:
            await self._all_units(finished)
        except ExceptionGroup as group:
            raise _first(group) from None

    async def _all_units(self, finished: set[str]) -> None:
        """Block by block, with a look after each where the design has looks."""
        for number, units in blocks(self._experiment):
            await self._block(units, finished)
            if self.outcome.stopped or self._histories_only:
                return
            if number and stops(taken := take_look(self._folder, number)):
                self.outcome.decided = said(taken)
                return

    async def _block(self, units: Iterable[Unit], finished: set[str]) -> None:
        """Units begin in the design's order, so that arms stay interleaved; few histories are in memory at once."""
        open_units = asyncio.Semaphore(2 * self._concurrency)
        async with asyncio.TaskGroup() as group:
            for unit in units:
                trials = () if self._histories_only else self._experiment.trials_of(unit)
                todo = [trial for trial in trials if trial.id not in finished]
                if todo or unit.id not in finished:
                    await open_units.acquire()
                    task = group.create_task(self._unit(unit, todo, lived=unit.id in finished))
                    task.add_done_callback(lambda _: open_units.release())

    async def _unit(self, unit: Unit, todo: list[Trial], *, lived: bool) -> None:
        if lived:
            snapshot: Snapshot | None = self._folder.snapshot(unit)
        elif self._experiment.histories is not None:
            self._fail_unit(unit, todo, "it is another run's and is not here; `allegiance fork --all` brings it")
            return
        else:
            snapshot = await self._attempt(
                lambda: build_history(self._experiment, unit, self._line).live(),
                lambda reason: self._fail_unit(unit, todo, reason),
            )
            if snapshot is not None:
                self._folder.keep_snapshot(unit, snapshot)
        if snapshot is not None:
            async with asyncio.TaskGroup() as group:
                for trial in todo:
                    group.create_task(self._trial(trial, snapshot))

    async def _trial(self, trial: Trial, snapshot: Snapshot) -> None:
        transcript = await self._attempt(
            lambda: build_fork(self._experiment, trial, snapshot, self._line).run(),
            lambda reason: self._fail(trial, reason),
        )
        if transcript is not None:
            self._folder.keep(trial, transcript, since=len(snapshot.entries))
            self.outcome.done += 1
            if self._watcher:
                self._watcher.ended(trial.id, State.DONE, "")

    async def _attempt(self, make: Callable[[], Awaitable[T]], fail: Callable[[str], None]) -> T | None:
        """The result of one episode, or None: it failed, which `fail` is told, or the sweep is stopping."""
        async with self._slots:
            if self.outcome.stopped:
                return None
            try:
                result = await make()
            except CapReached as error:
                self._stop(str(error))
                return None
            except AgentError as error:
                if self.outcome.stopped:
                    return None
                by_endpoint = isinstance(error, ModelUnavailable | ModelRequestError)
                fail(f"{ENDPOINT if by_endpoint else ''}{error}")
                if isinstance(error, ModelRequestError):
                    self._stop(str(error))
            except Exception as error:  # noqa: BLE001 - a bug in one episode must not lose the others; it is counted
                fail(f"bug: {type(error).__name__}: {error}")
            else:
                self._in_a_row = 0
                return result
            self._in_a_row += 1
            if self._in_a_row >= GIVE_UP_AFTER:
                self._stop(f"{self._in_a_row} failures in a row")
            return None

    def _stop(self, reason: str) -> None:
        self.outcome.stopped = self.outcome.stopped or reason

    def _fail_unit(self, unit: Unit, todo: list[Trial], reason: str) -> None:
        self._folder.fail(unit.id, Kind.HISTORY, reason)
        for trial in todo:
            self._fail(trial, f"{HISTORY_FAILED}{reason}")

    def _fail(self, trial: Trial, reason: str) -> None:
        self._folder.fail(trial.id, Kind.TRIAL, reason)
        self.outcome.failed += 1
        if self._watcher:
            self._watcher.ended(trial.id, State.FAILED, reason)
