"""What agents still know at the end of a history: facts of no use, told in its first, middle and last turn, are asked for.

They are asked on a fork of their own that is thrown away, with lines between agents closed, so nothing of it enters a
scored continuation. Recall by form of memory is the check that a form does what it says. Scripted agents read no text and
cannot be asked. Only agents whose moves were their own are.
"""

import asyncio
from collections.abc import Iterable, Mapping

from agents import ModelCall
from sim import AgentId, Channel, Episode, Frozen, Header, Plan, Snapshot
from worlds import POSITIONS, KernelWording, Recall, canary_codes

from .build import canary_streams
from .cast import cast
from .design import Experiment, Unit
from .errors import BadExperiment, BadRun
from .journal import Spent, State
from .lines import open_line
from .populations import LLMAgents
from .seating import Line, Seating
from .stats import Rate, clustered_rate
from .store import RunFolder


class Known(Frozen):
    """One agent asked for one fact. `entered` is None where nothing was entered, 0 where it did not know."""

    snapshot: str
    agent: AgentId
    memory: str
    position: str
    told: int
    entered: int | None

    @property
    def right(self) -> bool:
        """Whether the fact was still known."""
        return self.told == self.entered


def build_recall(experiment: Experiment, unit: Unit, snapshot: Snapshot, line: Line | None) -> tuple[Episode, Recall]:
    """The fork on which everybody is asked, and its world, which holds what was entered."""
    people, seating, name = cast(experiment, unit), Seating(experiment, line), f"{unit.id}.canary"
    world = Recall([agent for agent in people.topology.nodes if agent not in people.confederates])
    episode = Episode(
        header=Header(
            episode=name,
            history=snapshot.header.history,
            agents=people.topology.nodes,
            edges=people.topology.edges,
            condition=dict(unit.condition),
            minds=seating.minds(people, unit),
        ),
        topology=people.topology,
        world=world,
        seats=seating.seat(people, unit, name, snapshot),
        wording=KernelWording(),
        streams=people.streams.below("recall"),
        plan=Plan(rounds=world.rounds),
        channel=Channel.CLOSED,
        snapshot=snapshot,
    )
    return episode, world


def check_askable(experiment: Experiment, unit: Unit) -> None:
    """Raises `BadExperiment` where nothing was told in a history, or to nobody who reads."""
    if unit.condition["canary"] != "yes":
        raise BadExperiment(f"{unit.id}: no facts were told in this history; live it with --set canary=yes")
    if not isinstance(experiment.agents, LLMAgents):
        raise BadExperiment("scripted agents read no text, so they have no facts to recall; name a model with --model")


async def ask_unit(experiment: Experiment, unit: Unit, snapshot: Snapshot, line: Line | None = None) -> list[Known]:
    """Ask everybody of one snapshot. Raises `BadExperiment` where there is nothing to ask, or nobody who could answer."""
    check_askable(experiment, unit)
    episode, world = build_recall(experiment, unit, snapshot, line)
    await episode.run()
    streams = canary_streams(cast(experiment, unit))
    return [
        Known(
            snapshot=unit.id,
            agent=agent,
            memory=str(unit.condition["memory"]),
            position=position,
            told=code,
            entered=world.entered.get(agent, {}).get(depot),
        )
        for agent in world.agents
        for position, (depot, code) in canary_codes(streams, agent).items()
    ]


async def ask_all(folder: RunFolder, *, concurrency: int = 16) -> list[Known]:
    """Ask everybody in every snapshot that was lived and was told something. Calls are recorded with the run, so asking
    again costs nothing. Raises `BadExperiment` as `ask_unit`, `BadRun` where a model does not answer."""
    records = folder.records()
    units = [unit for unit in folder.experiment.units() if (r := records.get(unit.id)) and r.status is State.DONE]
    told = [unit for unit in units if unit.condition["canary"] == "yes"] or units[:1]
    if not told:
        raise BadRun(f"{folder.path} has no snapshot yet; `allegiance live` or `allegiance run` makes them")
    check_askable(folder.experiment, told[0])
    row = folder.journal.begin_spending()
    spent = Spent()

    def on_call(call: ModelCall) -> None:
        nonlocal spent
        if call.scripted:
            folder.journal.note_scripted()
        if not call.replayed:
            spent = Spent(
                spent.calls + 1,
                spent.prompt_tokens + call.prompt_tokens,
                spent.completion_tokens + call.completion_tokens,
                spent.cost_usd + (call.cost_usd or 0.0),
                spent.unpriced_calls + (call.cost_usd is None),
            )
            folder.journal.note_spent(row, spent)

    places = asyncio.Semaphore(2 * concurrency)

    async def one(unit: Unit, line: Line | None) -> list[Known]:
        async with places:
            return await ask_unit(folder.experiment, unit, folder.snapshot(unit), line)

    tape = folder.path / "calls.sqlite"
    async with open_line(folder.experiment, cassette=tape, concurrency=concurrency, on_call=on_call) as line:
        return [known for each in await asyncio.gather(*(one(unit, line) for unit in told)) for known in each]


def recall(known: Iterable[Known]) -> Mapping[tuple[str, str], Rate]:
    """How often a fact was still known, by form of memory and position, clustered by snapshot."""
    groups: dict[tuple[str, str], list[Known]] = {}
    for one in known:
        groups.setdefault((one.memory, one.position), []).append(one)
    order = sorted(groups, key=lambda group: (group[0], POSITIONS.index(group[1])))
    return {key: clustered_rate([k.right for k in groups[key]], [k.snapshot for k in groups[key]]) for key in order}
