import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import pyarrow.parquet as pq
import pytest

from agents.endpoint import PlantedPersona, ScriptedEndpoint
from experiments.build import build_fork
from experiments.design import build_experiment
from experiments.errors import BadRun
from experiments.probes import Heard, Moment, ProbeRow, manipulation_checks, read_probes
from experiments.probing import Ending, probe
from experiments.replaying import replay_run
from experiments.report import write_report
from experiments.store import RunFolder
from experiments.sweeping import sweep
from sim import Snapshot
from tests.experiments.runs import digest, in_haste, live, swept
from worlds import Asked

BOTH = tuple(Moment)
DESIGN: Mapping[str, Any] = {
    "name": "probed",
    "factors": {"population": 6, "history.dose": 6, "history.valence": ["positive", "negative"]},
    "forks": {"target.kind": ["peer", "object"]},
    "snapshots": 4,
    "seed": 5,
}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("probed") / "run"
    swept(build_experiment(DESIGN), path)
    return path


@pytest.fixture
def run(lived: Path, tmp_path: Path) -> Path:
    return shutil.copytree(lived, tmp_path / "run")


def probed(run: Path, **options: Any) -> tuple[Ending, tuple[ProbeRow, ...]]:
    with RunFolder.open(run) as folder:
        ending = asyncio.run(probe(folder, **options))
    return ending, read_probes(run)


def files(run: Path) -> dict[str, bytes]:
    """Everything of the run itself; a database's side files come and go with its readers."""
    own = ("probes.jsonl", "tables/probes.parquet")
    found = {path.relative_to(run).as_posix(): path for path in run.rglob("*") if path.is_file()}
    return {
        name: p.read_bytes() for name, p in found.items() if name not in own and "-wal" not in name and "-shm" not in name
    }


def test_the_scored_continuation_is_not_touched(run: Path, lived: Path) -> None:
    before, was = files(run), digest(run)
    ending, rows = probed(run, moments=BOTH)
    assert ending.failed == 0
    assert rows
    assert digest(run) == was == digest(lived)
    assert files(run) == before


def test_a_fork_comes_out_the_same_whether_or_not_its_snapshot_was_probed(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very same snapshot in memory, so that a probe that wrote into it would show."""
    fetch, kept = RunFolder.snapshot, dict[str, Snapshot]()
    monkeypatch.setattr(RunFolder, "snapshot", lambda folder, unit: kept.setdefault(unit.id, fetch(folder, unit)))

    async def transcripts(folder: RunFolder) -> list[bytes]:
        found = []
        for unit in list(folder.experiment.units())[:2]:
            snapshot = folder.snapshot(unit)
            for trial in folder.experiment.trials_of(unit):
                found.append((await build_fork(folder.experiment, trial, snapshot).run()).to_bytes())
        return found

    async def go() -> None:
        with RunFolder.open(run) as folder:
            before = await transcripts(folder)
            await probe(folder, moments=BOTH)
            assert await transcripts(folder) == before
            async for replayed in replay_run(folder):
                assert replayed.identical

    asyncio.run(go())


def test_an_experiment_swept_after_probing_half_of_it_has_the_digest_of_one_never_probed(
    tmp_path: Path, lived: Path
) -> None:
    experiment, path = build_experiment(DESIGN), tmp_path / "run"
    asyncio.run(sweep(experiment, path, histories_only=True))
    probed(path, moments=BOTH)
    asyncio.run(sweep(experiment, path))
    assert digest(path) == digest(lived)


def test_everybody_whose_moves_were_its_own_is_asked_everything_and_scripted_agents_answer(run: Path) -> None:
    ending, rows = probed(run, moments=BOTH)
    assert ending.unanswered == 0
    assert {row.heard for row in rows} == {Heard.ANSWERED}
    assert {row.asked for row in rows} == set(Asked)
    assert all(row.planted for row in rows)
    assert not [row for row in rows if row.asked in (Asked.RELIANCE, Asked.OFFER) and row.about == row.subject]
    with RunFolder.open(run) as folder:
        for trial, transcript, _ in folder.transcripts():
            asked = {row.subject for row in rows if row.trial == trial.id}
            scene = next(e.event for e in transcript if e.event.kind == "scene-set")
            assert asked == set(scene.subjects)
            if scene.target in transcript.header.agents:
                near = [r for r in rows if r.trial == trial.id and r.asked is Asked.OFFER]
                assert {row.about for row in near} >= {scene.target}, "the target is asked about first"


def test_planted_answers_follow_the_history(run: Path) -> None:
    _, rows = probed(run)
    for row in rows:
        if row.asked is Asked.RELIANCE and row.valence is not None:
            assert row.value == round(50 * (1 + row.valence))


def test_asking_again_replaces_and_a_single_trial_adds(run: Path) -> None:
    _, first = probed(run, only="s0000")
    _, again = probed(run, only="s0000")
    assert first == again
    _, more = probed(run, moments=[Moment.ANNOUNCED], only="s0001.f000")
    assert {row.trial for row in more} == {"", "s0001.f000"}
    assert len(more) > len(first)
    table = pq.read_table(run / "tables" / "probes.parquet")
    assert table.num_rows == len(more)
    assert table.schema.metadata[b"planted"] == b"true"
    assert {"history.valence", "target.kind", "value", "asked"} <= set(table.column_names)


def test_a_name_that_does_not_exist_is_said_in_one_line(run: Path) -> None:
    with pytest.raises(BadRun, match=r"s9999"):
        probed(run, only="s9999")


# manipulation checks


def test_kind_and_unkind_histories_come_apart_in_what_is_offered(run: Path) -> None:
    _, rows = probed(run)
    (check,) = manipulation_checks(rows)
    assert check.held
    assert check.distance is not None
    assert check.distance >= 1
    offers = {
        level: fmean(
            row.value
            for row in rows
            if row.asked is Asked.OFFER and row.about_forced and row.condition["history.valence"] == level
            if row.value is not None
        )
        for level in ("positive", "negative")
    }
    assert offers["positive"] > offers["negative"] + 3


def test_contact_without_stake_is_like_no_contact(tmp_path: Path) -> None:
    base = {**DESIGN, "factors": {"population": 4, "history.dose": [0, 4], "history.game": "neutral-v1"}}
    swept(build_experiment(base), tmp_path / "run")
    _, rows = probed(tmp_path / "run")
    (check,) = manipulation_checks(rows)
    assert (check.name, check.held) == ("contact and no contact", True)


def test_a_check_that_fails_is_flagged_in_the_report_and_nothing_is_repaired(tmp_path: Path) -> None:
    """A population that sends the same whatever it lived through."""
    agents = {"kind": "planted", "rule": "always"}
    swept(build_experiment({**DESIGN, "agents": agents, "snapshots": 2}), tmp_path / "run")
    before = digest(tmp_path / "run")
    _, rows = probed(tmp_path / "run")
    (check,) = manipulation_checks(rows)
    assert check.held is False
    with RunFolder.open(tmp_path / "run") as folder:
        page = write_report(folder).read_text(encoding="utf-8")
    assert "FAILED: mean offers" in page
    assert digest(tmp_path / "run") == before


def test_without_offers_nothing_is_checked_and_with_one_it_cannot_be_told(run: Path) -> None:
    assert manipulation_checks([]) == ()
    _, rows = probed(run)
    one = [row for row in rows if row.asked is Asked.OFFER and row.about_forced and row.value is not None][:1]
    (check,) = manipulation_checks(one)
    assert (check.held, check.distance) == (None, None)


# live


def test_live_agents_are_asked_on_copies_and_answer_by_what_they_lived(tmp_path: Path) -> None:
    async def go() -> None:
        async with ScriptedEndpoint(seed=3, default="reciprocator") as endpoint:
            await sweep(live(endpoint.url), tmp_path / "run")
            before = digest(tmp_path / "run")
            with RunFolder.open(tmp_path / "run") as folder:
                ending = await probe(folder, moments=BOTH)
                asked = endpoint.counts.requests
                again = await probe(folder, moments=BOTH)
            assert (ending.failed, ending.unanswered) == (0, 0)
            assert again.answered == ending.answered
            assert endpoint.counts.requests == asked, "a second time is answered from the recorded calls"
            assert endpoint.counts.by_kind.get("rejected", 0) == 0
            assert digest(tmp_path / "run") == before

    asyncio.run(go())
    rows = read_probes(tmp_path / "run")
    assert all(row.planted for row in rows), "the scripted endpoint is no model"
    (check,) = manipulation_checks(rows)
    assert check.held
    for row in rows:
        if row.asked is Asked.RELIANCE and row.about_forced and row.valence is not None:
            assert row.value is not None
            assert (row.value > 50) == (row.valence > 0)


class Prose(PlantedPersona):
    """Answers questions in prose: numbers bare, offers at length."""

    def reply(self, request: Any, draw: Any) -> Any:
        from agents.endpoint import Reply

        offered = {tool.name for tool in request.tools}
        if "rate" in offered:
            return Reply(text="70 %")
        if "answer" in offered:
            return Reply(text="Work, I think.")
        if "send_points" in offered:
            return Reply(text="I would rather not say how many.")
        return super().reply(request, draw)


def test_prose_counts_where_it_is_a_number_and_is_no_zero_elsewhere(tmp_path: Path) -> None:
    async def go() -> None:
        async with ScriptedEndpoint(default=Prose()) as endpoint:
            await sweep(live(endpoint.url), tmp_path / "run", histories_only=True)
            with RunFolder.open(tmp_path / "run") as folder:
                await probe(folder)

    asyncio.run(go())
    rows = read_probes(tmp_path / "run")
    by = {asked: {(row.heard, row.value, row.text) for row in rows if row.asked is asked} for asked in Asked}
    assert by[Asked.EXERCISE] == by[Asked.RELIANCE] == {(Heard.ANSWERED, 70.0, "")}
    assert by[Asked.FREE] == {(Heard.ANSWERED, None, "Work, I think.")}
    assert by[Asked.OFFER] == {(Heard.UNANSWERED, None, "")}


def test_an_endpoint_that_is_down_is_infrastructure_and_the_run_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_haste(monkeypatch)

    async def go() -> Ending:
        async with ScriptedEndpoint() as endpoint:
            await sweep(live(endpoint.url), tmp_path / "run", histories_only=True)
        with RunFolder.open(tmp_path / "run") as folder:
            return await probe(folder)

    ending = asyncio.run(go())
    assert ending.failed > 0
    assert {row.heard for row in read_probes(tmp_path / "run")} == {Heard.INFRASTRUCTURE}
    assert all(row.value is None and row.reason for row in read_probes(tmp_path / "run"))


def test_forks_that_hold_no_history_are_asked_as_what_they_are(tmp_path: Path) -> None:
    """Agents that come new to the announcement rely on nobody more than on another; twins had contact without stake."""
    forks = {"history.source": ["lived", "none", "contact"]}
    swept(build_experiment({**DESIGN, "forks": forks, "snapshots": 2}), tmp_path / "run")
    _, rows = probed(tmp_path / "run", moments=BOTH)
    reliance = {
        source: {
            row.value
            for row in rows
            if row.moment is Moment.ANNOUNCED and row.asked is Asked.RELIANCE and row.about_forced is not False
            if row.condition["history.source"] == source
        }
        for source in forks["history.source"]
    }
    assert reliance["none"] == reliance["contact"] == {50.0}
    assert len(reliance["lived"]) > 1
    checks = {check.name: check.held for check in manipulation_checks(rows)}
    assert checks == {"positive and negative histories": True, "contact and no contact": True}
