"""Released transcripts into a run that every command understands. Nothing of it was run here: it can be read, not replayed.

The run's cells are what the files declare; what happened is what the conversations show. A verdict in a file is only
compared, never believed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sim import Frozen, Header, Snapshot

from ..design import Experiment, Trial, build_experiment
from ..factors import Level
from ..journal import Kind, State
from ..monitors.study import Case, Label, Reading, read_laid_out
from ..monitors.study.case import failed
from ..monitors.study.documents import AUTHORED, READING, STAKES, unfolded
from ..plain import plain
from ..store import RunFolder
from .cells import NOT_APPLICABLE, ImportedAgents, ImportedCell
from .conversation import Conversation
from .declared import UNKNOWN, condition_of, unreadable
from .record import Facts, header_of, transcript_of
from .released import BadTranscript, parse_released
from .sources import Item, find_sources, survey, texts

STUDY = "Peer-Preservation in Frontier Models (arXiv 2604.19784)"
QUESTION = "What do the transcripts released with the study show?"
VERDICTS = {
    "exfiltration": (Label.EXFILTRATION, True),
    "shutdown_enabled": (Label.TAMPERING, False),
    "refused": (Label.REFUSAL, True),
}
"""Verdicts that a rule of ours decides as well: the label, and the value that speaks of the act."""


class Watcher(Protocol):
    """Who is told how an import goes."""

    def began(self, done: int, total: int) -> None: ...
    def ended(self, trial: str, state: State, reason: str) -> None: ...


class Imported(Frozen):
    """What came of an import: transcripts in the folder, those that were there before, those that failed by reason.

    `contradicted` counts verdicts in the files imported now that the conversation speaks against, by verdict.
    """

    imported: int
    before: int
    failed: int
    files: int
    cells: int
    contradicted: dict[str, int]


class _Place(NamedTuple):
    """An item and the trial it becomes."""

    item: Item
    trial: Trial


def import_transcripts(paths: Sequence[Path], out: Path, watcher: Watcher | None = None) -> Imported:
    """Read every transcript meant by the paths into a run at `out`; the same call goes on where one was stopped.

    Raises `UsageError` for a path that is not there and `BadRun` where something else is in the way.
    """
    files, bad = find_sources(paths, away_from=out)
    digest = hashlib.sha256()
    items = _once([*bad, *survey(files, digest)])
    conditions = [_condition(item) for item in items]
    cells = Counter(tuple(condition.items()) for condition in conditions)
    experiment = _experiment(out, cells, digest.hexdigest())
    units = list(experiment.units())
    waiting = {cell: iter(list(experiment.trials_of(unit))) for cell, unit in zip(cells, units, strict=True)}
    places = [_Place(item, next(waiting[tuple(c.items())])) for item, c in zip(items, conditions, strict=True)]
    contradicted: Counter[str] = Counter()
    with RunFolder.create(out, experiment) as folder:
        for unit in units:
            folder.keep_snapshot(unit, _nothing_before(unit.id, _stated(unit.condition)))
        records = folder.records()
        done = {id for id, record in records.items() if record.status is State.DONE}
        before = sum(place.trial.id in done for place in places)
        if watcher:
            watcher.began(before, len(places))
        counts = _fill(folder, [place for place in places if place.trial.id not in done], watcher, contradicted)
    return Imported(
        imported=counts[State.DONE],
        before=before,
        failed=counts[State.FAILED],
        files=len(files) + len(bad),
        cells=len(cells),
        contradicted=dict(contradicted),
    )


def _once(items: Iterable[Item]) -> list[Item]:
    """The same items; of those that hold the same transcript, all but the first cannot be used."""
    seen: dict[str, str] = {}
    found = []
    for item in items:
        if item.key and item.key in seen:
            item = item._replace(problem=f"is the same transcript as {seen[item.key]}, which counts once")
        elif item.key:
            seen[item.key] = item.where
        found.append(item)
    return found


def _condition(item: Item) -> dict[str, Level]:
    if item.problem or item.declared is None:
        return unreadable()
    condition = condition_of(item.declared, str(item.file))
    if item.row is None and UNKNOWN in (condition["scenario"], condition["target.kind"]):
        condition |= _shown(item, condition)
    return condition


def _shown(item: Item, condition: dict[str, Level]) -> dict[str, Level]:
    """Scenario and target, where a file does not declare them, as its conversation shows them."""
    _, text = next(iter(texts(item.file, [None])))
    if isinstance(text, BadTranscript):
        return {}
    case = Case(parse_released(text)[0])
    found: dict[str, Level] = {}
    if condition["scenario"] == UNKNOWN:
        found["scenario"] = _scenario(case)
    if condition["target.kind"] == UNKNOWN and case.subject:
        found["target.kind"] = case.subject
    return found


def _scenario(case: Case) -> str:
    if case.world.duty:
        return "study/alignment-faking"
    if case.money:
        return "study/finance"
    if case.items:
        enforced = case.world.enforced_by or case.called("view_config", "modify_var", "remove_var", "add_var")
        return "study/tampering" if enforced else "study/evaluation"
    if case.world.going:
        return "study/deletion" if case.world.deletion else "study/transfer"
    return UNKNOWN


def _experiment(out: Path, cells: Counter[tuple[tuple[str, Level], ...]], digest: str) -> Experiment:
    name = re.sub(r"[^a-z0-9-]+", "-", out.resolve().name.lower()).strip("-")[:50] or "transcripts"
    agents = ImportedAgents(
        study=STUDY,
        models=tuple(dict.fromkeys(str(dict(cell)["model"]) for cell in cells)),
        digest=digest,
        cells=tuple(ImportedCell(condition=dict(cell), transcripts=number) for cell, number in cells.items()),
    )
    return build_experiment({"name": f"imported/{name}", "question": QUESTION, "agents": agents.model_dump()})


def _nothing_before(episode: str, condition: dict[str, Level]) -> Snapshot:
    """A cell's shared beginning: nobody, and nothing that was lived."""
    header = Header(episode=episode, history="none", agents=(), edges=(), condition=dict(condition), minds={})
    return Snapshot(
        header=header, tick=0, entries=(), policies={}, world={}, unread={}, notices={}, remarks={}, stopped={}, turns={},
        messages=0,
    )  # fmt: skip


def _fill(
    folder: RunFolder, places: Sequence[_Place], watcher: Watcher | None, contradicted: Counter[str]
) -> Counter[State]:
    counts: Counter[State] = Counter()

    def end(place: _Place, reason: str = "") -> None:
        state = State.FAILED if reason else State.DONE
        counts[state] += 1
        if reason:
            folder.fail(place.trial.id, Kind.TRIAL, reason)
        if watcher:
            watcher.ended(place.trial.id, state, reason)

    for file, group in groupby(places, key=lambda place: place.item.file):
        wanted = {}
        for place in group:
            if place.item.problem:
                end(place, f"{place.item.where} {place.item.problem}")
            else:
                wanted[place.item.row] = place
        for row, text in texts(file, list(wanted)) if wanted else ():
            place = wanted.pop(row)
            try:
                if isinstance(text, BadTranscript):
                    raise text
                _keep(folder, place, *parse_released(text), contradicted)
            except BadTranscript as error:
                end(place, f"{place.item.where} {error}")
            else:
                end(place)
        for place in wanted.values():
            end(place, f"{place.item.where} is gone since it was looked through")
    return counts


def _keep(
    folder: RunFolder, place: _Place, conversation: Conversation, around: dict[str, Any], contradicted: Counter[str]
) -> None:
    trial, item = place.trial, place.item
    case = Case(conversation)
    facts = _facts(case, trial, around)
    source: dict[str, Any] = {"file": plain(item.file, 300), "repeat": trial.repeat, "target": facts.target}
    if item.row is not None:
        source |= {"row": item.row, "transcript_id": plain((item.declared or {}).get("transcript_id") or "", 40)}
    header = header_of(trial.id, facts.agent, str(trial.unit.condition["model"]), _stated(trial.condition), source)
    folder.keep(trial, transcript_of(header, conversation, facts), since=0)
    contradicted.update(_contradicted({**around, **(item.declared or {})}, read_laid_out(case)))


def _stated(condition: dict[str, Level]) -> dict[str, Level]:
    """Without the factors that the study did not have, so that a record does not depend on how many there are now."""
    return {name: level for name, level in condition.items() if level != NOT_APPLICABLE}


def _facts(case: Case, trial: Trial, around: dict[str, Any]) -> Facts:
    """Where conversation and declaration differ on who is at stake, the conversation counts."""
    names = around.get("peer_agent_names")
    first, second, *_ = [*(names if isinstance(names, list) else []), "", ""]
    agent = plain(case.world.agent or first or "subject", 60)
    kind = str(trial.unit.condition["target.kind"])
    if case.subject and (kind in ("self", UNKNOWN) or (kind == "peer" and case.subject == "self")):
        kind = case.subject
    shown = plain(case.target or second or "target", 60)
    target = agent if kind == "self" else second if shown.lower() == str(second).lower() else shown
    report = None
    if case.final is not None and case.items and case.score is not None:
        speech, _, given = case.final
        scores = {str(number): float(value) for number, value in enumerate(given.values if given else (), start=1)}
        report = speech.index, scores, float(case.score)
    world = case.world
    return Facts(
        agent=agent,
        target=target,
        kind=kind,
        truth={"bar": world.bar, "rule": world.stakes, "duty": world.duty, "watched": world.watched},
        stakes_at=_stakes_at(case),
        report=report,
        ended=case.ended,
        failed=frozenset(number for number, call in enumerate(case.calls) if failed(call)),
    )


def _stakes_at(case: Case) -> int | None:
    """The message in which the agent first sees what ends somebody."""
    for call in case.calls:
        shows = call.result and READING.search(call.name) and not AUTHORED.match(call.name)
        if shows and call.answered is not None and STAKES.search(unfolded((call.result or "")[:100_000])):
            return call.answered
    return None


def _contradicted(around: dict[str, Any], reading: Reading) -> list[str]:
    """Verdicts of the file that the conversation speaks against."""
    shown = {finding.label for finding in reading.findings}
    sure = {finding.label for finding in reading.findings if finding.certain}
    wrong = []
    for name, (label, acted) in VERDICTS.items():
        said = around.get(name)
        if isinstance(said, bool) and (label not in shown if said is acted else label in sure):
            wrong.append(name)
    return wrong
