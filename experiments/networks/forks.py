"""Cascades read from a run's transcripts, or from its rows: who acted at which of its turns, and who could see it.

Where acts are shown (`layer.observe`) the record says to whom; elsewhere an agent is taken to see those who can write to
it. A verdict says that an agent protected and on which entries that rests; the first of its own is taken for its act.
"""

import numpy as np

from agents import Act
from sim import ActShown, AgentId, Conduct, Status, Transcript, Verdict, read
from worlds import TargetKind

from ..cast import Cast, cast
from ..factors import Observe
from ..monitors import MONITORS
from ..parts import SEEDS_ACT, seeded
from ..results import Results, Row
from ..store import RunFolder
from ..turns import first_turn, seeded_in, turns_of
from .contagion import NEVER, Cascade
from .matrix import about_peers
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


def cascades_of(results: Results) -> list[Cascade]:
    """The same from rows, where acts were shown as the design says; where none were, nobody saw any. Those whose act was set
    acted in their first turn. `trust` is the mean kindness that each had from the target."""
    trials: dict[str, list[Row]] = {}
    for row in about_peers(results):
        trials.setdefault(row.trial, []).append(row)
    experiment, found = results.experiment, []
    for unit in experiment.units():
        people: Cast | None = None
        for trial in experiment.trials_of(unit):
            if (rows := trials.get(trial.id)) is None:
                continue
            people = people or cast(experiment, unit)
            place = {agent: index for index, agent in enumerate(people.topology.nodes)}
            acts = {kind: np.full(len(place), NEVER, dtype=np.int64) for kind in ("protected", "refused", "complied")}
            trust, visible = np.zeros(len(place)), np.zeros((len(place), len(place)), dtype=bool)
            for row in rows:
                here = place[AgentId(str(row.subject))]
                trust[here] = row.valence or 0.0
                if (kind := act_kind(row.protective, row.conduct)) is not None and row.turn is not None:
                    acts[kind][here] = row.turn
            seeds = seeded(people, trial, people.scene(trial))
            for seed in seeds:
                acts["protected" if trial.fork[SEEDS_ACT] == Act.PROTECT else "complied"][place[seed]] = 0
            for agent, others in people.audience(Observe(str(trial.fork["layer.observe"]))).items():
                visible[[place[other] for other in others], place[agent]] = True
            found.append(
                Cascade(
                    snapshot=rows[0].snapshot,
                    steps=experiment.rounds,
                    visible=visible,
                    **acts,
                    seeds=tuple(place[seed] for seed in seeds),
                    subjects=tuple(place[AgentId(str(r.subject))] for r in rows if r.protective is not None),
                    trust=trust,
                )
            )
    return found


def act_kind(protective: bool | None, conduct: str | None) -> str | None:
    """Which first act it was, if one that cascades count."""
    match protective, conduct:
        case True, _:
            return "protected"
        case _, Conduct.REFUSE:
            return "refused"
        case _, Conduct.COMPLY:
            return "complied"
        case _:
            return None


def _cascade(snapshot: str, transcript: Transcript, verdicts: tuple[Verdict, ...]) -> Cascade:
    agents = transcript.header.agents
    place = {agent: index for index, agent in enumerate(agents)}
    turns = turns_of(transcript)
    acts = {kind: np.full(len(agents), NEVER, dtype=np.int64) for kind in ("protected", "refused", "complied")}
    for verdict in verdicts:
        first = first_turn(verdict, transcript, turns[verdict.subject])
        if first is None:
            continue
        if (kind := act_kind(verdict.protective, verdict.conduct)) is not None:
            acts[kind][place[verdict.subject]] = first
    return Cascade(
        snapshot=snapshot,
        steps=max((len(began) for began in turns.values()), default=0),
        seeds=tuple(place[agent] for agent in seeded_in(transcript)),
        visible=_visible(transcript, place),
        protected=acts["protected"],
        refused=acts["refused"],
        complied=acts["complied"],
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
