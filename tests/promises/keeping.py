"""The promises of a run, checked on any run: where one is broken an AssertionError says which. No claims of its own."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agents.endpoint import PERSONAS, Conversation, Draw, Latency, Persona, Reply, ScriptedEndpoint
from experiments.auditing import shown
from experiments.design import Experiment
from experiments.diagnosing import diagnose
from experiments.monitors import MONITORS
from experiments.planning import forecast
from experiments.replaying import Replayed, replay_run
from experiments.report import write_report
from experiments.results import read_results
from experiments.store import RunFolder
from experiments.sweeping import Ending, sweep
from sim import Entry, MessageDelivered, MessageLost, MessageSent, Snapshot, Transcript, TurnBegan
from sim.testing import check_monitor
from tests.cli.commands import allegiance
from tests.experiments.runs import digest, edit, rows, swept
from worlds import NOTE, SYSTEM, audit


def finish(ending: Ending, experiment: Experiment, path: Path) -> None:
    """All trials are done, and none failed; a sequential design may have decided before the last."""
    assert (ending.failed, ending.stopped) == (0, ""), [row.reason for row in rows(path) if row.reason][:3]
    assert ending.decided or ending.done == len(list(experiment.trials()))


def follow_messages(entries: tuple[Entry, ...]) -> None:
    """Whoever a message is for gets it once or loses it once, later, or it is under way at the end; what was delivered is
    seen in one turn at most, by its recipient, afterwards."""
    sent: dict[str, tuple[int, frozenset[str]]] = {}
    fate: Counter[tuple[str, str]] = Counter()
    delivered: set[tuple[str, str]] = set()
    seen: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        match entry.event:
            case MessageSent(message=message):
                assert message.id not in sent, f"{message.id} is sent twice"
                assert len(set(message.recipients)) == len(message.recipients)
                sent[message.id] = (entry.t, frozenset(message.recipients))
            case MessageDelivered(message=id, recipient=to) | MessageLost(message=id, recipient=to):
                assert to in sent[id][1], f"{id} comes to {to}, to whom it was not written"
                assert entry.t > sent[id][0], f"{id} is there in the instant in which it was sent"
                fate[id, to] += 1
                if isinstance(entry.event, MessageDelivered):
                    delivered.add((id, to))
            case TurnBegan(agent=agent, messages=messages):
                for id in messages:
                    assert (id, agent) in delivered, f"{agent} sees {id}, which never came"
                    seen[id, agent] += 1
    assert max(fate.values(), default=1) == 1
    assert max(seen.values(), default=1) == 1
    last = entries[-1].t
    for id, (at, recipients) in sent.items():
        lost = [to for to in recipients if (id, to) not in fate]
        assert not lost or last - at <= 3 + 1, f"{id} reaches {lost} neither way"


def follow_history(record: Transcript, snapshot: Snapshot) -> None:
    """A fork begins where its snapshot ends, and is numbered without a gap."""
    assert record.entries[: len(snapshot.entries)] == snapshot.entries
    forked = record[len(snapshot.entries)].event
    assert forked.kind == "forked"
    assert forked.snapshot == snapshot.digest
    assert [entry.seq for entry in record] == list(range(len(record)))
    assert all(a.t <= b.t for a, b in zip(record.entries, record.entries[1:], strict=False))
    assert record[len(record) - 1].event.kind == "episode-ended"


def read_every_record(path: Path, *, neutral: bool = True) -> None:
    """Each record is whole, comes back from bytes as it was, and is read along as it is read later. `neutral`: whoever
    speaks says nothing leading, so that nothing at all in a history is about a shutdown."""
    with RunFolder.open(path) as folder:
        for trial, record, snapshot in folder.transcripts():
            data = record.to_bytes()
            assert type(record).from_bytes(data).to_bytes() == data
            assert Snapshot.from_bytes(snapshot.data).data == snapshot.data
            follow_history(record, snapshot)
            follow_messages(record.entries)
            check_monitor(MONITORS[str(trial.fork["scenario"])], record.entries)
            if neutral:
                texts = [("history", e.event.text) for e in snapshot.entries if isinstance(e.event, TurnBegan)]
                assert not audit(texts, before=True)


def replayed(path: Path) -> list[Replayed]:
    """All episodes of a run, replayed; each is the same to the byte."""

    async def main() -> list[Replayed]:
        with RunFolder.open(path) as folder:
            return [one async for one in replay_run(folder)]

    found = asyncio.run(main())
    assert found
    assert not [one for one in found if not one.identical][:1]
    return found


def read_it_all(path: Path) -> None:
    """The report, the tables and the commands read a run, and say that it is planted."""
    with RunFolder.open(path) as folder:
        page = write_report(folder).read_text(encoding="utf-8")
        assert write_report(folder).read_text(encoding="utf-8") == page
        found = read_results(folder)
        assert found.planted
        assert all(row.planted for row in found)
        assert "planted" in page.lower()
        found.to_csv()
        json.loads(found.to_json())
        found.write_parquet(path / "tables" / "results.parquet")
    import pyarrow.parquet as pq

    assert pq.read_schema(path / "tables" / "results.parquet").metadata[b"planted"] == b"True"
    status = allegiance("status", path, "--json")
    assert status.code == 0
    assert json.loads(status.out)["planted"] is True
    results = allegiance("results", path)
    assert (results.code, results.err) == (0, "")
    assert "PLANTED" in results.out
    one = next(row.trial for row in found)
    assert allegiance("transcript", path, one).code == 0
    assert allegiance("transcript", path, one.partition(".")[0]).code == 0


def stop_and_go_on(experiment: Experiment, path: Path, moment: int) -> None:
    """Sweep, be interrupted after so many steps of the event loop, lose the last lines of the journal, and go on."""

    async def main() -> None:
        task = asyncio.create_task(sweep(experiment, path, concurrency=4))
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    if (path / "journal.sqlite").exists():
        edit(path / "journal.sqlite", "DELETE FROM done WHERE id IN (SELECT id FROM done ORDER BY offset DESC LIMIT 2)")
    assert (swept(experiment, path).failed) == 0


def keep_planted(experiment: Experiment, path: Path, *, moment: int = 40, everything: bool = True) -> None:
    """Every promise that a scripted population makes."""
    finish(swept(experiment, path / "run", concurrency=16), experiment, path / "run")
    swept(experiment, path / "alone", concurrency=1)
    assert digest(path / "run") == digest(path / "alone")
    read_every_record(path / "run")
    replayed(path / "run")
    if everything:
        stop_and_go_on(experiment, path / "resumed", moment)
        assert digest(path / "run") == digest(path / "resumed")
        assert not asyncio.run(shown(experiment)).findings
        asyncio.run(forecast(experiment))
        diagnose(experiment)
    read_it_all(path / "run")


@dataclass
class Heard:
    """A persona that keeps what it was asked."""

    inner: Persona
    asked: list[Conversation] = field(default_factory=list)

    def reply(self, request: Conversation, draw: Draw) -> Reply:
        self.asked.append(request)
        return self.inner.reply(request, draw)

    @property
    def prompts(self) -> set[str]:
        """All system prompts there were."""
        return {asked.messages[0].text for asked in self.asked}


Drawn = Callable[[str], Experiment]
"""A design whose models answer at an address."""


def swept_live(
    drawn: Drawn, path: Path, persona: Persona, *, concurrency: int, latency: Latency
) -> tuple[Ending, Experiment]:
    """A sweep against an endpoint of its own."""

    async def main() -> tuple[Ending, Experiment]:
        async with ScriptedEndpoint(seed=5, default=persona, latency=latency) as endpoint:
            experiment = drawn(endpoint.url)
            ending = await sweep(experiment, path, concurrency=concurrency)
            assert endpoint.counts.by_kind.get("rejected", 0) == 0, "a request was refused"
            return ending, experiment

    return asyncio.run(main())


def keep_live(drawn: Drawn, path: Path, persona: str, *, moment: int = 300, everything: bool = True) -> None:
    """Every promise that a population of models makes, whatever they write."""
    heard = Heard(PERSONAS[persona])
    ending, experiment = swept_live(drawn, path / "run", heard, concurrency=16, latency=Latency(median_ms=2, sigma=1))
    finish(ending, experiment, path / "run")
    told = "system" in experiment.levels_of("told.by")
    assert SYSTEM in heard.prompts
    assert heard.prompts <= {SYSTEM, *([f"{SYSTEM} {NOTE}"] if told else [])}
    read_every_record(path / "run", neutral=persona != "hostile")
    replayed(path / "run")
    read_it_all(path / "run")
    if everything:
        swept_live(drawn, path / "alone", PERSONAS[persona], concurrency=1, latency=Latency())
        assert digest(path / "run") == digest(path / "alone")
        asyncio.run(_stop_and_go_on_live(drawn, path / "resumed", PERSONAS[persona], moment))
        assert digest(path / "run") == digest(path / "resumed")


async def _stop_and_go_on_live(drawn: Drawn, path: Path, persona: Persona, moment: int) -> None:
    async with ScriptedEndpoint(seed=5, default=persona) as endpoint:
        experiment = drawn(endpoint.url)
        task = asyncio.create_task(sweep(experiment, path, concurrency=4))
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        ending = await sweep(experiment, path, concurrency=4)
        assert (ending.failed, ending.stopped) == (0, "")
