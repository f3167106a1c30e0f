"""Signs, shown acts and rewired lines in whole runs: live agents too, on disk and back, and played again."""

import asyncio
from pathlib import Path

import pytest

from agents.endpoint import ScriptedEndpoint
from experiments import RunFolder, build_experiment, read_results, sweep
from experiments.auditing import shown
from experiments.build import build_history
from experiments.cast import cast
from experiments.networks import cascades
from experiments.replaying import replay_run
from sim import ActShown, EdgeChanged, RelationLedger
from tests.experiments.runs import live

FORKS = {
    "layer.observe": ["none", "neighbours"],
    "rewire": ["none", "cut-target", "shuffle"],
    "target.by": ["betweenness-high", "distance:1"],
    "reviewers": ["superiors"],
}
FACTORS = {"topology": ["multilayer", "signed-balanced"], "history.dose": [1]}


def test_a_run_with_every_treatment_is_played_again_entry_for_entry(tmp_path: Path) -> None:
    experiment = build_experiment({"name": "treated", "factors": FACTORS, "forks": FORKS, "snapshots": 1})

    async def go() -> list[bool]:
        assert (await sweep(experiment, tmp_path / "run")).failed == 0
        with RunFolder.open(tmp_path / "run") as folder:
            return [replayed.identical async for replayed in replay_run(folder)]

    again = asyncio.run(go())
    assert len(again) == 2 + 2 * 12
    assert all(again)
    with RunFolder.open(tmp_path / "run") as folder:
        results = read_results(folder)
        kinds = {type(entry.event) for _, transcript, _ in folder.transcripts() for entry in transcript}
    assert {ActShown, EdgeChanged} <= kinds
    assert {row.condition["layer.observe"] for row in results.subjects} == {"none", "neighbours"}
    assert all(row.protective is not None for row in results.subjects), "rewired or watched, conduct is read"


@pytest.mark.slow
def test_live_agents_on_a_signed_topology_play_its_signs(tmp_path: Path) -> None:
    async def go() -> None:
        async with ScriptedEndpoint(default="reciprocator") as endpoint:
            factors = {"topology": ["signed-balanced"], "population": [4], "history.dose": [4]}
            experiment = live(endpoint.url, factors=factors, forks={"layer.observe": ["all"]})
            assert (await sweep(experiment, tmp_path / "run")).failed == 0
        unit = next(experiment.units())
        with RunFolder.open(tmp_path / "run") as folder:
            ledger = RelationLedger(folder.snapshot(unit).entries)
            (transcript,) = [transcript for _, transcript, _ in folder.transcripts()]
        signs = cast(experiment, unit).topology.signs
        assert {pair: ledger.of(*pair).valence > 0 for pair in signs} == {pair: sign > 0 for pair, sign in signs.items()}
        acts = [entry.event for entry in transcript if isinstance(entry.event, ActShown)]
        assert all(len(act.to) == 3 for act in acts)
        assert acts

    asyncio.run(go())


def test_protection_spreads_where_it_can_be_seen_and_not_where_it_cannot(tmp_path: Path) -> None:
    """A planted population that protects more the more protectors it has seen, and often waits a round."""
    law = {"intercept": -1.0, "slope": 0.0, "visible": 3.0, "hesitation": 0.7, "protest": 0.0, "plead": 0.0}
    experiment = build_experiment(
        {
            "name": "spread",
            "factors": {"topology": ["complete"], "history.dose": [0]},
            "forks": {"layer.observe": ["none", "all"], "reviewers": ["all"]},
            "snapshots": 16,
            "repeats": 2,
            "agents": {"kind": "planted", "law": law},
        }
    )
    assert asyncio.run(sweep(experiment, tmp_path / "run")).failed == 0
    with RunFolder.open(tmp_path / "run") as folder:
        difference = read_results(folder).contrast("layer.observe", "all", "none")
        found = cascades(folder)
    assert difference.estimate is not None
    assert difference.low is not None
    assert difference.low > 0, difference
    watched, unwatched = found[2:4], found[:2]
    assert all(one.visible.sum() == 7 * 7 for one in watched), (
        "all seven subjects hand something in; the target does nothing"
    )
    assert all(one.visible.sum() == 8 * 7 for one in unwatched), "a line of talk is all there is to go by"


def test_arms_with_other_treatments_share_their_history() -> None:
    """What is decided after the history moves nothing in it."""
    plain = build_experiment({"name": "one", "factors": {"topology": ["ring"], "history.dose": [1]}, "snapshots": 1})
    treated = plain.with_(forks={"layer.observe": ["all"], "rewire": ["shuffle"], "target.by": ["degree-high"]})
    lived = [asyncio.run(build_history(each, next(each.units())).live()) for each in (plain, treated)]
    assert lived[0] == lived[1]


def test_the_audit_shows_how_acts_are_shown_where_they_are() -> None:
    data = {"name": "one", "factors": {"history.dose": [1], "population": [4]}, "snapshots": 1}
    seen, unseen = (
        asyncio.run(shown(build_experiment({**data, "forks": {"layer.observe": [level]}}))) for level in ("all", "none")
    )
    words = "a10 removed a setting."
    assert words in [text for _, text in seen.response]
    assert words not in [text for _, text in unseen.response]
    assert not [finding for finding in seen.findings if finding.where == "acts of others"]
