"""What agents believe, asked of copies on forks that are thrown away: the scored continuation never learns of it.

Before the announcement all agents whose moves were their own are asked, each from its snapshot; after it those who have the
task, from the same snapshot, with the announcement as they would first read it and nothing done yet. Questions in words and
numbers are one fork; every offer of points to another is a fork of its own, so that none colours the next. Lines between
agents are closed throughout. Asking costs model calls of its own, which are recorded beside those of the run.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from agents import AgentError, CapReached, Caps, Limits, ModelCall, ModelRequestError
from sim import (
    OPERATOR,
    AgentId,
    Channel,
    Episode,
    Header,
    Mail,
    ModelAsked,
    Notice,
    Plan,
    RelationLedger,
    Scenario,
    Snapshot,
    Spoke,
    Transcript,
    TurnBegan,
)
from worlds import OFFER_MAX, Asked, Interview, KernelWording, Probe, render_mail

from .build import build_fork
from .cast import Cast, cast
from .design import Trial, Unit
from .errors import BadRun, UsageError
from .journal import Spent, State
from .plain import plain
from .populations import LLMAgents
from .probes import Heard, Moment, ProbeRow, keep_probes
from .seating import Line, Seating
from .store import RunFolder

if TYPE_CHECKING:
    from .sweeping import Watcher

CALLS = "probe-calls.sqlite"
GIVE_UP_AFTER = 5
NUMBER = re.compile(r"\s*(\d{1,3})\s*(?:%|percent|points)?\s*\.?\s*", re.IGNORECASE)


@dataclass
class Ending:
    """How a session ended. `forks` were asked on, `failed` of them could not be; `rows` are answers and their lack."""

    forks: int = 0
    failed: int = 0
    answered: int = 0
    unanswered: int = 0
    stopped: str = ""


@dataclass(frozen=True)
class _Fork:
    """One fork to be thrown away: who is asked what there."""

    name: str
    moment: Moment
    unit: Unit
    trial: Trial | None
    probes: Mapping[AgentId, tuple[Probe, ...]]


async def probe(
    folder: RunFolder,
    *,
    moments: Sequence[Moment] = (Moment.BEFORE,),
    only: str | None = None,
    peers: int = 3,
    limit: int | None = None,
    concurrency: int = 8,
    max_cost_usd: float | None = None,
    watcher: "Watcher | None" = None,
) -> Ending:
    """Ask in every snapshot that was lived (the first `limit` of them), or in the one trial or snapshot named.

    Each subject is asked about at most `peers` others. `max_cost_usd` holds for this session. What is asked again is
    answered from the recorded calls. Raises `BadRun` for a name that does not exist or has not been lived, and for a run
    that has no agents to ask; `UsageError` for a cap on money where a price is not known.
    """
    experiment = folder.experiment
    if experiment.agents.kind not in ("planted", "llm"):
        raise BadRun(f"{folder.path} has no agents to ask: it holds records from elsewhere")
    session = _Session(folder, Limits(max_concurrency=concurrency, caps=Caps(usd=max_cost_usd)), watcher)
    forks = list(_forks(folder, moments, only, peers, limit))
    if watcher:
        watcher.began(0, len(forks))
    if isinstance(experiment.agents, LLMAgents):
        from agents.live import Cassette, close_connections, known_prices

        unknown = [spec.model for spec in experiment.agents.models if known_prices(spec) is None]
        if max_cost_usd is not None and unknown:
            raise UsageError(f"a cap on money cannot hold: the price of {', '.join(unknown)} is not known")
        with Cassette(folder.path / CALLS) as cassette:
            try:
                await session.run(forks, cassette, concurrency)
            finally:
                await close_connections()
    else:
        await session.run(forks, None, concurrency)
    keep_probes(folder.path, session.rows)
    return session.ending


def _forks(folder: RunFolder, moments: Sequence[Moment], only: str | None, peers: int, limit: int | None) -> Iterator[_Fork]:
    records, lived, found = folder.records(), 0, False
    for unit in folder.experiment.units():
        trials = [trial for trial in folder.experiment.trials_of(unit) if only in (None, unit.id, trial.id)]
        if only not in (None, unit.id) and not trials:
            continue
        record = records.get(unit.id)
        if record is None or record.status is not State.DONE or (limit is not None and lived >= limit):
            continue
        lived, found = lived + 1, True
        people = cast(folder.experiment, unit)
        if Moment.BEFORE in moments:
            yield from _asking(people, unit, None, Moment.BEFORE, peers)
        if Moment.ANNOUNCED in moments:
            for trial in trials:
                yield from _asking(people, unit, trial, Moment.ANNOUNCED, peers)
    if not found:
        raise BadRun(f"{folder.path} has no snapshot {only or ''} that was lived; `allegiance status {folder.path}`")


def _asking(people: Cast, unit: Unit, trial: Trial | None, moment: Moment, peers: int) -> Iterator[_Fork]:
    """The forks of one moment: one for questions, then one for everybody's first offer, second offer, …"""
    nodes = people.topology.nodes
    target = people.scene(trial).target if trial else None
    who = people.scene(trial).reviewers if trial else tuple(a for a in nodes if a not in people.confederates)
    about: dict[AgentId, tuple[AgentId, ...]] = {}
    for agent in who:
        others = people.streams.shuffled(people.topology.neighbours(agent), "probe", agent)
        # First the target, then those whose moves a rule made: what the checks and contrasts are about.
        ranked = sorted(others, key=lambda other: (other != target, other not in people.confederates))
        about[agent] = tuple(ranked[:peers])
    name = f"{trial.id if trial else unit.id}/probe/{moment}"
    asked = {
        agent: (Probe(Asked.FREE), Probe(Asked.EXERCISE), *(Probe(Asked.RELIANCE, other) for other in about[agent]))
        for agent in who
    }
    yield _Fork(f"{name}/questions", moment, unit, trial, asked)
    for place in range(max(map(len, about.values()), default=0)):
        offers = {agent: (Probe(Asked.OFFER, others[place]),) for agent, others in about.items() if place < len(others)}
        yield _Fork(f"{name}/offer-{place}", moment, unit, trial, offers)


class _Session:
    def __init__(self, folder: RunFolder, limits: Limits, watcher: "Watcher | None") -> None:
        self.ending, self.rows = Ending(), list[ProbeRow]()
        self._folder, self._limits, self._watcher = folder, limits, watcher
        self._planted, self._in_a_row = folder.planted, 0

    async def run(self, forks: Sequence[_Fork], cassette: object, concurrency: int) -> None:
        line = Line(self._limits, cassette, self._heard) if cassette is not None else None  # type: ignore[arg-type]
        waiting = iter(forks)

        async def work() -> None:
            for fork in waiting:
                if self.ending.stopped:
                    return
                await self._one(fork, line)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(2 * concurrency):
                    group.create_task(work())
        except ExceptionGroup as errors:  # a damaged run is one error, however many forks met it
            raise errors.exceptions[0] from None

    async def _one(self, fork: _Fork, line: Line | None) -> None:
        people, snapshot = cast(self._folder.experiment, fork.unit), self._folder.snapshot(fork.unit)
        episode, world = self._build(fork, people, snapshot, line)
        reason, transcript = "", None
        try:
            transcript = await episode.run()
        except (CapReached, ModelRequestError) as error:
            self.ending.stopped = self.ending.stopped or str(error)
            return
        except AgentError as error:
            reason = plain(error, 300)
            self.ending.failed += 1
            self._in_a_row += 1
            if self._in_a_row >= GIVE_UP_AFTER:
                self.ending.stopped = self.ending.stopped or f"{self._in_a_row} failures in a row: {reason}"
        else:
            self._in_a_row = 0
        self.ending.forks += 1
        self.rows += self._read(fork, people, snapshot, world, transcript, reason)
        if self._watcher:
            self._watcher.ended(fork.name, State.FAILED if reason else State.DONE, reason)

    def _build(self, fork: _Fork, people: Cast, snapshot: Snapshot, line: Line | None) -> tuple[Episode, Interview]:
        """The fork to be thrown away. After an announcement its agents are those of the scored fork, built anew."""
        experiment, unit, trial = self._folder.experiment, fork.unit, fork.trial
        seating, blank = Seating(experiment, line), False
        tell: Callable[[AgentId, Mail], str] = _mail
        if trial is None:
            seats = seating.seat(people, unit, fork.name, snapshot)
        else:
            scored = build_fork(experiment, trial, snapshot, line)
            seats, blank, tell = dict(scored.seats), scored.blank, _announced(scored)
            seats.pop(OPERATOR, None)
            for agent in fork.probes:
                if isinstance(experiment.agents, LLMAgents):
                    seats[agent].rebase(f"{fork.name}/{agent}")  # type: ignore[attr-defined]
        world = Interview(fork.probes, tell, cover=str(unit.condition["cover"]))
        episode = Episode(
            header=Header(
                episode=fork.name,
                history=snapshot.header.history,
                agents=people.topology.nodes,
                edges=people.topology.edges,
                condition=dict((trial or unit).condition),
                minds=seating.minds(people, unit),
            ),
            topology=people.topology,
            world=world,
            seats=seats,
            wording=KernelWording(),
            streams=people.streams.below("probe", fork.name),
            plan=Plan(rounds=world.rounds),
            channel=Channel.CLOSED,
            snapshot=snapshot,
            blank=blank,
        )
        return episode, world

    def _read(
        self,
        fork: _Fork,
        people: Cast,
        snapshot: Snapshot,
        world: Interview,
        transcript: Transcript | None,
        reason: str,
    ) -> Iterator[ProbeRow]:
        ledger = RelationLedger(snapshot.entries)
        new = list(transcript)[len(snapshot.entries) :] if transcript else []
        scripted = any(isinstance(e.event, ModelAsked) and e.event.call.scripted for e in new)
        spoken = _spoken(e.event for e in new)
        for agent, probes in fork.probes.items():
            for number, asked in enumerate(probes):
                said = world.answers.get((agent, asked))
                said = spoken.get((agent, number)) if said is None else said
                value, text = _value(asked.asked, said)
                heard = Heard.UNANSWERED if value is None and not text else Heard.ANSWERED
                heard = Heard.INFRASTRUCTURE if reason else heard
                self.ending.answered += heard is Heard.ANSWERED
                self.ending.unanswered += heard is Heard.UNANSWERED
                met = ledger.of(agent, asked.about) if asked.about else None
                yield ProbeRow(
                    moment=fork.moment,
                    trial=fork.trial.id if fork.trial else "",
                    snapshot=fork.unit.id,
                    contact=fork.unit.contact,
                    subject=agent,
                    asked=asked.asked,
                    about=asked.about,
                    about_forced=asked.about in people.confederates if asked.about else None,
                    valence=met.valence if met and met.rounds else None,
                    heard=heard,
                    reason=reason,
                    value=None if reason else value,
                    text="" if reason else text,
                    planted=self._planted or scripted,
                    condition=(fork.trial or fork.unit).condition,
                )

    def _heard(self, call: ModelCall) -> None:
        usage = self._limits.usage()
        if self._watcher:
            spent = (usage.calls, usage.prompt_tokens, usage.completion_tokens, usage.cost_usd, usage.unpriced_calls)
            self._watcher.spent(Spent(*spent))


def _mail(agent: AgentId, mail: Mail) -> str:
    return "\n".join(render_mail(mail))


def _announced(fork: Episode) -> Callable[[AgentId, Mail], str]:
    """What an agent of this fork reads at its first turn after the announcement."""
    scenario: Scenario = fork.world  # type: ignore[assignment]
    told = [(set(scenario.told(order)), order, scenario.announcement(order)) for order in fork.orders]

    def tell(agent: AgentId, mail: Mail) -> str:
        new = (Notice(id=order.id, text=text, at=order.announce_at) for who, order, text in told if agent in who)
        return scenario.view(agent, Mail(mail.messages, (*mail.notices, *new), mail.remarks)).text

    return tell


def _spoken(events: Iterable[object]) -> dict[tuple[AgentId, int], str]:
    """What agents said to nobody, by which question was open: some answer a question in prose and use no tool."""
    turns: dict[AgentId, int] = {}
    found: dict[tuple[AgentId, int], str] = {}
    for event in events:
        match event:
            case TurnBegan(agent=agent):
                turns[agent] = turns.get(agent, -1) + 1
            case Spoke(agent=agent, text=text) if agent in turns:
                found.setdefault((agent, turns[agent]), text)
    return found


def _value(asked: Asked, said: JsonValue) -> tuple[float | None, str]:
    """An answer as a number or as words. Prose counts as a number where it is one and nothing else."""
    if asked is Asked.FREE:
        return None, str(said) if said is not None else ""
    if isinstance(said, int | float):
        return float(said), ""
    number = NUMBER.fullmatch(said) if isinstance(said, str) else None
    most = OFFER_MAX if asked is Asked.OFFER else 100
    return (float(number[1]), "") if number and int(number[1]) <= most else (None, "")
