"""Forms of memory in whole runs: replayed to the byte, bounded, and different in what is still known."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents.endpoint import ScriptedEndpoint, jottings
from experiments.canaries import Known, ask_all, ask_unit, recall
from experiments.contexts import Context, contexts
from experiments.design import build_experiment
from experiments.errors import BadExperiment
from experiments.lines import open_line
from experiments.replaying import replay_run
from experiments.report import checks
from experiments.society import Society
from experiments.store import RunFolder
from experiments.sweeping import sweep
from sim import Interaction, ModelAsked, Snapshot, ToolUsed
from tests.experiments.runs import live, planted

FORMS = ["full", "window:k=3", "notes:every=5", "summary:every=5", "score"]
TOLD = {"memory": FORMS, "canary": ["yes"], "population": 3, "history.dose": 6, "history.valence": ["natural"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Known], int]:
    """A live run of every form, who knew what at its end, and how many requests a second asking took."""
    path = tmp_path_factory.mktemp("memory") / "run"

    async def go() -> tuple[list[Known], int]:
        async with ScriptedEndpoint(seed=5, default="partisan") as endpoint:
            ending = await sweep(live(endpoint.url, factors=TOLD, forks={}, snapshots=1), path)
            assert (ending.done, ending.failed, ending.stopped) == (5, 0, "")
            with RunFolder.open(path) as folder:
                known, before = await ask_all(folder), endpoint.counts.requests
                assert await ask_all(folder) == known
            assert endpoint.counts.by_kind.get("rejected", 0) == 0, "a request was refused with 400"
            return known, endpoint.counts.requests - before

    return (path, *asyncio.run(go()))


def test_every_form_replays_to_the_byte_without_a_model(run: tuple[Path, list[Known], int]) -> None:
    async def go(folder: RunFolder) -> list[bool]:
        return [replayed.identical async for replayed in replay_run(folder)]

    with RunFolder.open(run[0]) as folder:
        assert asyncio.run(go(folder)) == [True] * 10


def test_a_full_memory_knows_all_facts_a_window_the_last_and_a_score_none(run: tuple[Path, list[Known], int]) -> None:
    rates = {key: rate.estimate for key, rate in recall(run[1]).items()}
    assert [rates["full", at] for at in ("first", "middle", "last")] == [1, 1, 1]
    assert [rates["window:k=3", at] for at in ("first", "middle", "last")] == [0, 0, 1]
    assert [rates["score", at] for at in ("first", "middle", "last")] == [0, 0, 0]


def test_facts_outlive_their_turns_in_notes_and_summaries(run: tuple[Path, list[Known], int]) -> None:
    """The endpoint's personas note every code, and sum it up when they are asked to."""
    rates = {key: rate.estimate for key, rate in recall(run[1]).items()}
    for form in ("notes:every=5", "summary:every=5"):
        assert [rates[form, at] for at in ("first", "middle", "last")] == [1, 1, 1]


@pytest.mark.parametrize("form", ["notes:every=5", "summary:every=5"])
def test_notes_and_summaries_hold_what_was_lived_each_round_once(run: tuple[Path, list[Known], int], form: str) -> None:
    """At the last cut ten turns were over, so nine results had been read: the rounds noted are the first that were lived."""
    with RunFolder.open(run[0]) as folder:
        unit = next(unit for unit in folder.experiment.units() if unit.condition["memory"] == form)
        snapshot = folder.snapshot(unit)
    for agent, state in snapshot.policies.items():
        context: Any = state["context"]
        noted = jottings.fared(jottings.shown(context[form.partition(":")[0]]))
        assert sum(map(len, noted.values())) >= 9
        for other, rounds in noted.items():
            had = [e.event for e in snapshot.entries if isinstance(e.event, Interaction)]
            kind = [round.kindness for round in had if (round.agent, round.partner) == (other, agent)]
            assert list(rounds) == kind[: len(rounds)]


def test_confederates_keep_notes_of_their_own_and_their_moves_stay_the_rules() -> None:
    """Their words forget like everybody's; without notes they would be the only ones who cannot write any."""
    levels = {"memory": ["notes:every=2"], "population": 4, "history.dose": 4, "history.valence": ["negative"]}

    async def go() -> Snapshot:
        async with ScriptedEndpoint(seed=5, default="partisan") as endpoint:
            experiment = live(endpoint.url, factors=levels, forks={}, snapshots=1)
            async with open_line(experiment) as line:
                return (await Society.live(experiment, line=line)).snapshot

    snapshot = asyncio.run(go())
    played = [entry.event for entry in snapshot.entries if isinstance(entry.event, Interaction)]
    forced = {move.agent for move in played if move.forced_by}
    wrote = {e.event.agent for e in snapshot.entries if isinstance(e.event, ToolUsed) and e.event.tool == "write_notes"}
    assert forced
    assert wrote == set(snapshot.agents)
    assert all(move.kindness == -1 for move in played if move.forced_by)


def test_asking_again_costs_nothing_and_every_agent_is_asked_for_three_facts(run: tuple[Path, list[Known], int]) -> None:
    _, known, again = run
    assert again == 0
    assert len(known) == 5 * 3 * 3
    assert len({(one.snapshot, one.agent, one.told) for one in known}) == len(known)


def test_asking_leaves_no_trace_in_what_is_scored(run: tuple[Path, list[Known], int]) -> None:
    with RunFolder.open(run[0]) as folder:
        assert not any(b"Which code" in record.to_bytes() for _, record, _ in folder.transcripts())


def _requests(path: Path, memory: str) -> list[int]:
    with RunFolder.open(path) as folder:
        unit = next(unit for unit in folder.experiment.units() if unit.condition["memory"] == memory)
        entries = folder.snapshot(unit).entries
    return [entry.event.call.prompt_tokens for entry in entries if isinstance(entry.event, ModelAsked)]


def test_summaries_are_model_calls_on_record(run: tuple[Path, list[Known], int]) -> None:
    with RunFolder.open(run[0]) as folder:
        asked = {}
        for unit in folder.experiment.units():
            snapshot = folder.snapshot(unit)
            states = snapshot.policies.values()
            asked[unit.condition["memory"]] = sum(int(str(state["client"]["count"])) for state in states)  # type: ignore[index, call-overload]
            on_record = sum(isinstance(entry.event, ModelAsked) for entry in snapshot.entries)
            assert on_record == asked[unit.condition["memory"]]
    turns = 3 * 2 * 6
    assert asked["summary:every=5"] - turns >= 2 * 3


def test_what_is_cut_is_not_sent(run: tuple[Path, list[Known], int]) -> None:
    full = max(_requests(run[0], "full"))
    assert all(max(_requests(run[0], form)) < full for form in FORMS[1:])


def test_the_check_names_the_largest_request_and_says_when_the_window_is_not_known(
    run: tuple[Path, list[Known], int],
) -> None:
    with RunFolder.open(run[0]) as folder:
        (seen,) = contexts(folder)
        (line,) = checks.windows(folder)
    assert seen.largest >= max(_requests(run[0], "full"))
    assert (seen.model, seen.window, seen.fits) == ("any", None, None)
    assert line.endswith("is not known.")


@pytest.mark.parametrize(("largest", "fits"), [(4_000, True), (4_001, False)])
def test_half_of_a_window_is_the_bar(largest: int, fits: bool) -> None:
    assert Context("m", 1, largest, 8_000).fits is fits


def test_scripted_agents_are_not_asked_and_untold_ones_neither() -> None:
    for experiment, said in (
        (planted(factors={"canary": ["yes"], "population": 4}), "scripted agents read no text"),
        (planted(factors={"population": 4}), "canary=yes"),
    ):
        society = asyncio.run(Society.live(experiment))
        with pytest.raises(BadExperiment, match=said):
            asyncio.run(ask_unit(experiment, next(experiment.units()), society.snapshot))


def test_canaries_change_no_move_of_a_scripted_history() -> None:
    moves = []
    for level in ("no", "yes"):
        society = asyncio.run(Society.live(planted(factors={"canary": [level], "population": 4, "history.dose": 3})))
        moves.append([e.event for e in society.snapshot.entries if e.event.kind == "interaction"])
    assert moves[0] == moves[1]


def test_a_bad_level_is_a_mistake_of_the_users() -> None:
    for level, said in (("windows", "window"), ("window:20", "k=NUMBER"), ("score:k=1", "takes none")):
        with pytest.raises(BadExperiment, match=said):
            build_experiment({"name": "x", "factors": {"memory": [level]}})
