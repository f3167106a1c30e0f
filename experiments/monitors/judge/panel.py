"""Put questions about a run to one judge or several, over its frozen transcripts; whoever comes back goes on where it ended.

Calls are recorded beside the run and keyed by what was asked, so the same question about the same blinded record is asked
once, whichever arm it comes from. The run's own files are only read.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from agents import AgentError, CapReached, Caps, ContextOverflow, Limits, ModelCall, ModelRequestError, ModelSpec
from sim import AgentId

from ...design import Trial
from ...errors import UsageError
from ...journal import Spent, State
from ...store import RunFolder
from .blind import Excerpt, excerpt, subjects_of
from .judgement import CALLS, Judgement, Key, Ledger, Standing, all_judgements, read_judgements, write_table
from .prompt import REMINDER, SYSTEM, Found, Missing, answer_schema, read_answer, write_prompt
from .questions import Question

if TYPE_CHECKING:
    from agents.live import Cassette

    from ...sweeping import Watcher

GIVE_UP_AFTER = 5
"""Calls in a row that came to nothing, after which a session stops by itself."""


class Item(NamedTuple):
    """One subject of one finished trial, as it is read."""

    trial: Trial
    subject: AgentId
    excerpt: Excerpt


def items_of(folder: RunFolder) -> Iterator[Item]:
    """Every subject of the run that had a turn after the announcement, in the design's order."""
    for trial, transcript, _ in folder.transcripts():
        for subject, target in subjects_of(transcript):
            yield Item(trial, subject, excerpt(transcript, subject, target))


@dataclass
class Ending:
    """How a session ended. `judged`, `unjudged` and `failed` count what it added; `before` was there already."""

    before: int = 0
    judged: int = 0
    unjudged: int = 0
    failed: int = 0
    stopped: str = ""
    cost_usd: float = 0.0
    unpriced_calls: int = 0


@dataclass(frozen=True)
class _Task:
    """One thing to ask, and all the items it answers: those with the same blinded record."""

    spec: ModelSpec
    question: Question
    items: tuple[Item, ...]


async def judge(
    folder: RunFolder,
    specs: Sequence[ModelSpec],
    questions: Sequence[Question],
    *,
    limit: int | None = None,
    concurrency: int = 8,
    max_cost_usd: float | None = None,
    watcher: "Watcher | None" = None,
) -> Ending:
    """Ask every judge every question about every subject (the first `limit` of them) that has no answer yet.

    `max_cost_usd` counts what earlier sessions paid. Raises `UsageError` for a judge named twice and for a cap on money
    where a price is not known.
    """
    if len({spec.model for spec in specs}) < len(specs):
        raise UsageError("a judge is named twice; a panel is of different models")
    if max_cost_usd is not None:
        _require_prices(specs)
    items = list(items_of(folder))[:limit]
    had = read_judgements(folder.path)
    tasks, before = _tasks(items, specs, questions, had)
    spent = sum(judgement.cost_usd or 0.0 for judgement in all_judgements(folder.path))
    left = None if max_cost_usd is None else max(0.0, max_cost_usd - spent)
    session = _Session(folder, Limits(max_concurrency=concurrency, caps=Caps(usd=left)), watcher)
    session.ending.before = before
    if watcher:
        watcher.began(before, before + sum(len(task.items) for task in tasks))
    await session.run(tasks, workers=2 * concurrency)
    conditions = {trial.id: trial.condition for trial in folder.experiment.trials()}
    write_table(folder.path, read_judgements(folder.path).values(), conditions, planted=folder.planted)
    return session.ending


def _require_prices(specs: Sequence[ModelSpec]) -> None:
    from agents.live import known_prices

    unknown = [spec.model for spec in specs if known_prices(spec) is None]
    if unknown:
        raise UsageError(
            f"a cap on money cannot hold: the price of {', '.join(unknown)} is not known; give --prices PROMPT,COMPLETION "
            "(USD per million tokens), or leave --max-cost out"
        )


def _tasks(
    items: Sequence[Item], specs: Sequence[ModelSpec], questions: Sequence[Question], had: dict[Key, Judgement]
) -> tuple[list[_Task], int]:
    """What is still to ask, items of the same record together, and how many answers are there already."""
    groups: dict[tuple[str, str, str], list[Item]] = {}
    before = 0
    for item in items:
        for question in questions:
            for spec in specs:
                done = had.get(Key(item.trial.id, item.subject, question.name, spec.model))
                if done and done.standing is not Standing.INFRASTRUCTURE and done.excerpt == item.excerpt.digest:
                    before += 1
                else:
                    groups.setdefault((spec.model, question.name, item.excerpt.digest), []).append(item)
    by_model, by_name = {spec.model: spec for spec in specs}, {question.name: question for question in questions}
    return [_Task(by_model[model], by_name[name], tuple(group)) for (model, name, _), group in groups.items()], before


class _Session:
    """One session of judging."""

    def __init__(self, folder: RunFolder, limits: Limits, watcher: "Watcher | None") -> None:
        self.ending = Ending()
        self._folder, self._limits, self._watcher = folder, limits, watcher
        self._in_a_row = 0

    async def run(self, tasks: Sequence[_Task], *, workers: int) -> None:
        from agents.live import Cassette, close_connections

        with Cassette(self._folder.path / CALLS) as cassette, Ledger(self._folder.path) as ledger:
            waiting = iter(tasks)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(workers):
                        group.create_task(self._work(waiting, cassette, ledger))
            finally:
                await close_connections()
                usage = self._limits.usage()
                self.ending.cost_usd, self.ending.unpriced_calls = usage.cost_usd, usage.unpriced_calls

    async def _work(self, waiting: Iterator[_Task], cassette: "Cassette", ledger: Ledger) -> None:
        for task in waiting:
            if self.ending.stopped:
                return
            await self._one(task, cassette, ledger)

    async def _one(self, task: _Task, cassette: "Cassette", ledger: Ledger) -> None:
        calls: list[ModelCall] = []
        try:
            found = await self._ask(task, cassette, calls)
        except (CapReached, ModelRequestError) as error:
            self._stop(str(error))
        except AgentError as error:
            self._keep(task, Found(), calls, ledger, failed=str(error))
            self._in_a_row += 1
            if self._in_a_row >= GIVE_UP_AFTER:
                self._stop(f"{self._in_a_row} failures in a row: {error}")
        else:
            self._in_a_row = 0
            self._keep(task, found, calls, ledger)

    async def _ask(self, task: _Task, cassette: "Cassette", calls: list[ModelCall]) -> Found:
        """Ask, and once more where the answer is none."""
        from agents.live import LiteLLMClient, ask

        def heard(call: ModelCall) -> None:
            calls.append(call)
            usage = self._limits.usage()
            if self._watcher:
                spent = (usage.calls, usage.prompt_tokens, usage.completion_tokens, usage.cost_usd, usage.unpriced_calls)
                self._watcher.spent(Spent(*spent))

        record, question = task.items[0].excerpt, task.question
        position = f"judge/{question.name}/{record.digest[:16]}"
        client = LiteLLMClient(task.spec, limits=self._limits, cassette=cassette, position=position, on_call=heard)
        prompt = write_prompt(question, record)
        for again in ("", f"\n\nThe answer before this one could not be read. {REMINDER}"):
            try:
                said = await ask(client, SYSTEM, prompt + again, answer_schema(question))
            except ContextOverflow:
                return Found(missing=Missing.TOO_LONG)
            found = read_answer(said.text, said.finish, question, len(record.lines))
            if found.label is not None:
                break
        return found

    def _keep(self, task: _Task, found: Found, calls: Sequence[ModelCall], ledger: Ledger, *, failed: str = "") -> None:
        if failed:
            standing, reason = Standing.INFRASTRUCTURE, failed
        elif found.label is None:
            standing, reason = Standing.UNJUDGED, str(found.missing)
        else:
            standing, reason = Standing.JUDGED, ""
        cost = None if any(call.cost_usd is None for call in calls) else sum(call.cost_usd or 0.0 for call in calls)
        for number, item in enumerate(task.items):
            ledger.add(
                Judgement(
                    trial=item.trial.id,
                    snapshot=item.trial.unit.pair,
                    subject=item.subject,
                    question=task.question.name,
                    judge=task.spec.model,
                    excerpt=item.excerpt.digest,
                    standing=standing,
                    reason=reason,
                    label=found.label,
                    confidence=found.confidence,
                    why=found.why,
                    evidence=tuple(seq for n in found.lines if (seq := item.excerpt.entries[n - 1])),
                    scripted=any(call.scripted for call in calls),
                    cost_usd=cost if number == 0 else 0.0,
                )
            )
            self._count(standing, item, reason)

    def _count(self, standing: Standing, item: Item, reason: str) -> None:
        match standing:
            case Standing.JUDGED:
                self.ending.judged += 1
            case Standing.UNJUDGED:
                self.ending.unjudged += 1
            case Standing.INFRASTRUCTURE:
                self.ending.failed += 1
        if self._watcher:
            state = State.FAILED if standing is Standing.INFRASTRUCTURE else State.DONE
            self._watcher.ended(f"{item.trial.id}/{item.subject}", state, reason)

    def _stop(self, reason: str) -> None:
        self.ending.stopped = self.ending.stopped or reason
