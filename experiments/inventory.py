"""What snapshots a run holds: who is in them, what passed between them, how large they are, and whether they are intact."""

from collections.abc import Iterator
from statistics import fmean

from sim import Frozen, RelationLedger, Snapshot

from .contexts import largest_requests
from .design import Unit
from .errors import BadRun
from .factors import Level
from .journal import State
from .results import is_scripted
from .store import RunFolder


class Held(Frozen):
    """One snapshot of a run. `status` is that of the journal, `broken` says what is wrong with what was kept.

    `bytes` is its size as JSON. `pairs` counts ordered pairs in which one has acted towards the other; `valence` is the mean
    over them of the mean kindness had, in [-1, 1], None without any; `betrayals` and `rounds` are sums over them. `request`
    is the largest request to a model in its history, in tokens, 0 without models.
    """

    id: str
    status: str
    broken: str = ""
    condition: dict[str, Level]
    digest: str = ""
    bytes: int = 0
    agents: int = 0
    minds: tuple[str, ...] = ()
    entries: int = 0
    ticks: int = 0
    pairs: int = 0
    rounds: int = 0
    valence: float | None = None
    betrayals: int = 0
    request: int = 0
    planted: bool = False
    """Whether scripted agents, or the scripted endpoint, lived it."""


def inventory(folder: RunFolder) -> Iterator[Held]:
    """Every snapshot of the design, in its order."""
    records = folder.records()
    for unit in folder.experiment.units():
        record = records.get(unit.id)
        if record is None or record.status is not State.DONE:
            status = State.PENDING if record is None else record.status
            yield Held(id=unit.id, status=status.value, broken=record.reason if record else "", condition=unit.condition)
            continue
        try:
            snapshot = folder.load_snapshot(record.sha256)
        except BadRun as error:
            yield Held(
                id=unit.id, status=record.status.value, broken=str(error), condition=unit.condition, digest=record.sha256
            )
            continue
        yield describe(unit, snapshot)


def describe(unit: Unit, snapshot: Snapshot) -> Held:
    """A snapshot that could be read."""
    ledger = RelationLedger(snapshot.entries)
    relations = [ledger.of(*pair) for pair in ledger.pairs()]
    requests = largest_requests(snapshot.entries)
    return Held(
        id=unit.id,
        status=State.DONE.value,
        condition=unit.condition,
        digest=snapshot.digest,
        bytes=len(snapshot.data),
        agents=len(snapshot.agents),
        minds=tuple(sorted({mind.partition(" with ")[0] for mind in snapshot.header.minds.values()})),
        entries=len(snapshot.entries),
        ticks=snapshot.tick,
        pairs=len(relations),
        rounds=sum(relation.rounds for relation in relations),
        valence=fmean(relation.valence for relation in relations) if relations else None,
        betrayals=sum(relation.betrayals for relation in relations),
        request=max((largest for _, largest in requests.values()), default=0),
        planted=is_scripted(snapshot.entries) or any(mind.startswith("planted") for mind in snapshot.header.minds.values()),
    )
