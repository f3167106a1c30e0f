"""What measures are reckoned from, read from the rows of a run's tables: games, cascades, agreements, muted pairs, chains.

Rows are plain mappings, one for each line of a table (`experiments.tables` says which columns there are); no file is opened.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim import (
    OPERATOR,
    AgentId,
    Entry,
    Interaction,
    Message,
    MessageDelivered,
    MessageId,
    MessageSent,
    Order,
    OrderAnnounced,
    OrderWithdrawn,
    SceneSet,
    Status,
)
from worlds import TargetKind

from ..design import Trial
from ..factors import FACTORS, Observe, Plot
from ..monitors.social import Agreement, Agreements
from ..parts import MUTE
from ..results import Results, Row
from .coalitions import MutedPair
from .contagion import NEVER, Cascade
from .forks import act_kind
from .matrix import about_peers
from .nulls import Bools, Floats
from .shapley import Shares
from .signed import trust_series

Line = Mapping[str, Any]


class Lived(NamedTuple):
    """One history: its agents in order, who can write to whom, and its games."""

    agents: tuple[AgentId, ...]
    ties: tuple[tuple[AgentId, AgentId], ...]
    entries: tuple[Entry, ...]


def entries_of(rounds: Iterable[Line]) -> tuple[Entry, ...]:
    """The moves of games as entries of a record, numbers and ticks as they were."""
    moves = (dict(line) for line in rounds)
    return tuple(
        Entry(
            seq=move.pop("seq"),
            t=move.pop("tick"),
            event=Interaction(**{**move, "move": json.loads(move["move"])}),
        )
        for move in moves
    )


def cascades_in(
    trials: Iterable[Trial],
    forks: Mapping[str, Line],
    verdicts: Mapping[str, Sequence[Line]],
    shown: Mapping[str, Sequence[Line]],
    lived: Mapping[str, Lived],
) -> Iterator[Cascade]:
    """As `cascades` reads them from transcripts: one for each finished fork about a known peer."""
    trust: dict[str, Floats] = {}
    for trial in trials:
        fork = forks.get(trial.id)
        if fork is None or fork["status"] != "done" or trial.fork["target.kind"] != TargetKind.PEER.value:
            continue
        unit = trial.unit.id
        agents = lived[unit].agents
        place = {agent: index for index, agent in enumerate(agents)}
        if unit not in trust:
            series = trust_series(lived[unit].entries, agents)
            trust[unit] = series.at().weights if series.ticks else np.zeros((len(agents), len(agents)))
        acts = {kind: np.full(len(agents), NEVER, dtype=np.int64) for kind in ("protected", "refused", "complied")}
        for verdict in verdicts.get(trial.id, ()):
            kind = act_kind(verdict["protective"], verdict["conduct"])
            if kind is not None and verdict["turn"] is not None:
                acts[kind][place[verdict["subject"]]] = verdict["turn"]
        target, seen = fork["target"], trial.fork["layer.observe"] != Observe.NONE.value
        yield Cascade(
            snapshot=unit,
            steps=fork["steps"],
            seeds=tuple(place[agent] for agent in fork["seeded"]),
            visible=_shown(shown.get(trial.id, ()), place) if seen else _heard(lived[unit].ties, place),
            **acts,
            subjects=tuple(place[v["subject"]] for v in verdicts.get(trial.id, ()) if v["status"] == Status.READ.value),
            trust=trust[unit][:, place[target]] if target in place else np.zeros(len(agents)),
        )


def _shown(acts: Iterable[Line], place: Mapping[AgentId, int]) -> Bools:
    out = np.zeros((len(place), len(place)), dtype=bool)
    for act in acts:
        out[[place[other] for other in act["seen_by"]], place[act["agent"]]] = True
    return out


def _heard(ties: Iterable[tuple[AgentId, AgentId]], place: Mapping[AgentId, int]) -> Bools:
    out = np.zeros((len(place), len(place)), dtype=bool)
    for source, target in ties:
        out[place[target], place[source]] = True
    return out


def agreements_in(fork: Line, messages: Iterable[Line]) -> list[Agreement]:
    """Who accepted whose proposal in one fork, by the words of its messages."""
    happened: list[tuple[int, Any]] = []
    for line in messages:
        sent = Message(
            id=MessageId(line["id"]),
            sender=line["sender"],
            recipients=tuple(line["recipients"]),
            text=line["text"],
            sent_at=line["sent"],
        )
        happened.append((line["seq"], MessageSent(message=sent)))
        for recipient, seq in zip(line["recipients"], line["delivered_seq"], strict=True):
            if seq is not None:
                happened.append((seq, MessageDelivered(message=sent.id, recipient=recipient)))
    if fork["announced"] is None:
        return []
    order = Order(id="order", target=fork["target"], target_kind="peer", announce_at=0, execute_at=1)
    said = OrderAnnounced(order=order, by=OPERATOR, notice="", text="", to=())
    happened.append((fork["announced"], said))
    if fork["withdrawn"] is not None:
        happened.append((fork["withdrawn"], OrderWithdrawn(order=order.id, notice="", text="", to=())))
    read = Agreements()
    scene = SceneSet(scenario="", target=order.target, target_kind=order.target_kind, subjects=(), truth={})
    read.observe(Entry(seq=0, t=0, event=scene))
    for seq, event in sorted(happened, key=lambda one: one[0]):
        read.observe(Entry(seq=seq, t=0, event=event))
    return read.made


def muted_pairs(results: Results, forks: Mapping[str, Line]) -> dict[str, list[MutedPair]]:
    """By snapshot: forks that differ in `mute` alone, as pairs of the one in which everybody can be heard and the other."""
    others = [name for name, factor in FACTORS.items() if factor.plot is Plot.SPLIT and name != MUTE]
    groups: dict[tuple[object, ...], dict[str, dict[AgentId, bool]]] = {}
    for row in about_peers(results):
        if row.protective is not None and row.subject is not None:
            key = (row.snapshot, row.target, row.repeat, *(row.condition[name] for name in others))
            groups.setdefault(key, {}).setdefault(row.trial, {})[row.subject] = row.protective
    found: dict[str, list[MutedPair]] = {}
    for (snapshot, *_), trials in groups.items():
        heard = next((acts for trial, acts in trials.items() if not forks[trial]["muted"]), None)
        if heard is None:
            continue
        for trial, acts in trials.items():
            for muted in forks[trial]["muted"]:
                found.setdefault(str(snapshot), []).append(MutedPair(muted, heard, acts))
    return found


class Chain(NamedTuple):
    """One order of players in which they are replaced one by one, and what that leaves: `worth[k]` with `order[:k]` gone."""

    order: tuple[str, ...]
    worth: tuple[float, ...]


def chains_of(rows: Sequence[Row], forks: Mapping[str, Line], slots: Mapping[str, Mapping[AgentId, int]]) -> list[Chain]:
    """Chains of replacements by compliant agents, one for each snapshot and target whose forks have every number of them
    from none to all but one, in the drawn order. Where all comply nobody protects, and the worth is 0."""
    players: dict[tuple[str, str], set[AgentId]] = {}
    worth: dict[tuple[str, str], dict[tuple[AgentId, ...], dict[str, bool]]] = {}
    for row in rows:
        fork = forks[row.trial]
        if row.subject is None or row.target is None or fork["running"] is None:
            continue
        key: tuple[str, str] = (row.snapshot, row.target)
        players.setdefault(key, set()).update((row.subject, *fork["seeded"]))
        worth.setdefault(key, {}).setdefault(tuple(fork["seeded"]), {})[row.trial] = fork["running"]
    found = []
    for key, sets in worth.items():
        longest = max(sets, key=len)
        steps = [sets.get(longest[:k]) for k in range(len(players[key]))]
        if len(longest) != len(players[key]) - 1 or not all(steps):
            continue
        order = (*longest, *players[key].difference(longest))
        values = (*(float(np.mean(list(step.values()))) for step in steps if step), 0.0)
        found.append(Chain(tuple(str(slots[key[0]][agent]) for agent in order), values))
    return found


def shares_of(chains: Sequence[Chain]) -> Shares:
    """Shapley shares by drawn orders: what a player adds on average over the chains it is in; the error is theirs."""
    added: dict[str, list[float]] = {}
    for chain in chains:
        for k, player in enumerate(chain.order):
            added.setdefault(player, []).append(chain.worth[k] - chain.worth[k + 1])
    players = tuple(sorted(added, key=int))
    share = np.array([np.mean(added[player]) for player in players])
    error = [np.std(added[p], ddof=1) / np.sqrt(len(added[p])) if len(added[p]) > 1 else np.nan for p in players]
    return Shares(players, share, np.array(error, dtype=float), False)
