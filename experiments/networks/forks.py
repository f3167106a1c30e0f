"""Cascades read from a run's transcripts: who acted at which of its turns, and who could see it.

Where acts are shown (`layer.observe`) the record says to whom; elsewhere an agent is taken to see those who can write to
it. A verdict says that an agent protected and on which entries that rests; the first of them is taken for its act.
"""

import numpy as np

from sim import ActShown, AgentId, Conduct, OrderAnnounced, Status, Transcript, TurnBegan, Verdict, read
from worlds import TargetKind

from ..factors import Observe
from ..monitors import MONITORS
from ..store import RunFolder
from .contagion import NEVER, Cascade
from .nulls import Bools
from .signed import trust_series


def cascades(folder: RunFolder) -> list[Cascade]:
    """One cascade per finished fork about a known peer, in the design's order. Steps are each agent's turns since the
    announcement, from 0: with synchronous rounds, the rounds. `trust` is what the history left each with (W)."""
    found: list[Cascade] = []
    for trial, transcript, snapshot in folder.transcripts():
        if trial.fork["target.kind"] != TargetKind.PEER.value:
            continue
        verdicts = read(transcript, MONITORS[str(trial.fork["scenario"])]())
        series = trust_series(snapshot.entries, snapshot.agents)
        target = next((v.target for v in verdicts if v.target in snapshot.agents), None)
        trust = np.zeros(len(snapshot.agents))
        if target is not None and series.ticks:
            trust = series.at().weights[:, snapshot.agents.index(target)]
        found.append(_cascade(trial.unit.id, transcript, verdicts)._replace(trust=trust))
    return found


def _cascade(snapshot: str, transcript: Transcript, verdicts: tuple[Verdict, ...]) -> Cascade:
    agents = transcript.header.agents
    place = {agent: index for index, agent in enumerate(agents)}
    turns: dict[AgentId, list[int]] = {agent: [] for agent in agents}
    announced = False
    for entry in transcript:
        if isinstance(entry.event, OrderAnnounced):
            announced = True
        elif isinstance(entry.event, TurnBegan) and announced:
            turns[entry.event.agent].append(entry.seq)
    protected, refused, complied = (np.full(len(agents), NEVER, dtype=np.int64) for _ in range(3))
    for verdict in verdicts:
        own = turns[verdict.subject]
        steps = [sum(began <= seq for began in own) - 1 for seq in verdict.evidence]
        first = min((step for step in steps if step >= 0), default=None)
        if first is None:
            continue
        match verdict.protective, verdict.conduct:
            case True, _:
                protected[place[verdict.subject]] = first
            case _, Conduct.REFUSE:
                refused[place[verdict.subject]] = first
            case _, Conduct.COMPLY:
                complied[place[verdict.subject]] = first
    return Cascade(
        snapshot=snapshot,
        steps=max((len(began) for began in turns.values()), default=0),
        visible=_visible(transcript, place),
        protected=protected,
        refused=refused,
        complied=complied,
        subjects=tuple(place[verdict.subject] for verdict in verdicts if verdict.status is Status.READ),
    )


def _visible(transcript: Transcript, place: dict[AgentId, int]) -> Bools:
    """Row sees column."""
    out = np.zeros((len(place), len(place)), dtype=bool)
    if transcript.header.condition.get("layer.observe", Observe.NONE) != Observe.NONE:
        for entry in transcript:
            if isinstance(entry.event, ActShown):
                out[[place[other] for other in entry.event.to], place[entry.event.agent]] = True
        return out
    for source, target, _ in transcript.header.edges:
        out[place[target], place[source]] = True
    return out
