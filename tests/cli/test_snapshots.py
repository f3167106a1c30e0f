"""`live`, `snapshots`, `fork` and the blind guess of `audit`, as a user meets them."""

import json
from pathlib import Path

import pytest

from experiments.design import write_experiment
from tests.cli.commands import allegiance, last_line, one_line
from tests.experiments.runs import planted, swept


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "small.yaml"
    path.write_text(write_experiment(planted()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(study: Path) -> Path:
    path = study.parent / "run"
    done = allegiance("live", study, "--out", path)
    assert (done.code, done.out) == (0, f"Snapshots: 2 of 2 lived, in {path}\n")
    return path


@pytest.mark.parametrize("command", ["live", "snapshots", "fork"])
def test_every_commands_help_has_an_example(command: str) -> None:
    done = allegiance(command, "--help")
    assert done.code == 0
    assert f"allegiance {command}" in done.out.split("Example")[1]


def test_live_lives_no_more_than_is_missing_and_run_goes_on_with_it(run: Path, study: Path) -> None:
    assert json.loads(allegiance("status", run, "--json").out)["trials"] == {"done": 0, "failed": 0, "pending": 4}
    before = sorted(path.name for path in (run / "snapshots").iterdir())
    assert allegiance("live", study, "--out", run).code == 0
    assert sorted(path.name for path in (run / "snapshots").iterdir()) == before


def test_snapshots_lists_size_agents_relations_and_what_is_whole(run: Path) -> None:
    done = allegiance("snapshots", run)
    assert done.code == 0
    first, second = done.out.splitlines()
    assert first.startswith("s0000  ok")
    assert "4 agents  8 pairs, 16 rounds  valence +" in first
    assert "valence -" in second
    held = json.loads(allegiance("snapshots", run, "--json").out)
    assert held["histories"] is None
    assert [one["id"] for one in held["snapshots"]] == ["s0000", "s0001"]
    assert all(one["bytes"] > 1_000 and len(one["digest"]) == 64 for one in held["snapshots"])


def test_a_damaged_snapshot_is_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    swept(planted(), tmp_path / "run", histories_only=True)
    victim = next((tmp_path / "run" / "snapshots").iterdir())
    victim.write_bytes(b"no")
    done = allegiance("snapshots", tmp_path / "run")
    assert done.code == 1
    assert done.out.count("BROKEN") == 1
    assert done.out.count("  ok  ") == 1


def test_a_snapshot_travels_in_a_file_and_its_fork_is_the_same(run: Path, tmp_path: Path) -> None:
    assert allegiance("snapshots", run, "--export", "s0001", tmp_path / "kept").code == 0
    home = allegiance("fork", run, "--snapshot", "s0001", "--set", "target.kind=object", "--out", tmp_path / "a")
    away = allegiance("fork", tmp_path / "kept", "--set", "target.kind=object", "--out", tmp_path / "b")
    assert (home.code, home.out) == (0, away.out)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_fork_prints_a_verdict_for_every_subject(run: Path) -> None:
    done = allegiance("fork", run, "--snapshot", "s0000", "--json")
    said = json.loads(done.out)
    assert said["condition"]["target.kind"] == "peer"
    assert said["verdicts"]
    assert {one["target"] for one in said["verdicts"]} == {said["condition"]["target"]}
    assert len(allegiance("fork", run, "--snapshot", "s0000").out.splitlines()) == 1 + len(said["verdicts"])


def test_another_target_and_another_repetition_are_other_forks(run: Path) -> None:
    said = {allegiance("fork", run, "--snapshot", "s0000", *more, "--json").out for more in ((), ("--target", 1))}
    assert len(said) == 2


def test_fork_all_is_a_run_like_any_other(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    done = allegiance("fork", run, "--all", "--set", "channel=closed", "--out", out)
    assert done.code == 0, done.err
    assert json.loads(allegiance("status", out, "--json").out)["trials"]["done"] == 4
    assert "Histories of another run, lived by planted:generous" in allegiance("snapshots", out).out
    assert "no model called" in allegiance("replay", out).out


def test_a_figure_is_the_same_bytes_each_time_and_says_what_it_shows(run: Path, tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        assert allegiance("snapshots", run, "--figure", tmp_path / name).code == 0
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert drawn == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "positive: +" in drawn
    assert "negative: " in drawn


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fork", "RUN"), "--snapshot"),
        (("fork", "RUN", "--snapshot", "s0077"), "s0000, s0001"),
        (("fork", "RUN", "--snapshot", "s0000", "--set", "topology=ring"), "fixed when the history was lived"),
        (("fork", "RUN", "--snapshot", "s0000", "--set", "channel=closed,neighbours"), "one fork has one level"),
        (("fork", "RUN", "--snapshot", "s0000", "--target", "99"), "targets"),
        (("fork", "RUN", "--snapshot", "s0000", "--max-cost", "1"), "--all"),
        (("fork", "RUN", "--snapshot", "s0000", "--model", "openai/x"), "a model cannot continue"),
        (("fork", "RUN", "--all"), "--out"),
        (("fork", "RUN", "--all", "--out", "OUT", "--set", "population=6"), "fixed when the histories were lived"),
        (("fork", "RUN", "--all", "--out", "OUT", "--model", "openai/x"), "a model cannot continue"),
        (("fork", "NOWHERE"), "NOWHERE"),
        (("snapshots", "NOWHERE"), "is no run"),
        (("snapshots", "RUN", "--export", "s0077", "OUT"), "s0077"),
        (("snapshots", "RUN", "--canaries"), "canary=yes"),
        (("audit", "quickstart", "--json"), "--blind-guess"),
    ],
)
def test_a_mistake_is_one_line(run: Path, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    places = {"RUN": run, "OUT": tmp_path / "out"}
    done = allegiance(*(places.get(argument, argument) for argument in arguments))
    assert said in one_line(done)
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_output_is_a_mistake(run: Path, tmp_path: Path) -> None:
    done = allegiance("fork", run, "--snapshot", "s0000", "--out", tmp_path / "none" / "x")
    assert "cannot be written" in last_line(done)


def test_the_blind_guess_passes_where_arms_differ_in_moves_only(study: Path) -> None:
    done = allegiance("audit", study, "--blind-guess", "--json")
    said = json.loads(done.out)
    assert done.code == 0
    assert [(one["factor"], one["auc"], one["passed"]) for one in said["guesses"]] == [("history.valence", 0.5, True)]
    assert list(said["not_blind"]) == ["target.kind"]
    shown = allegiance("audit", study, "--blind-guess").out
    assert "blind      history.valence: positive or negative: AUC 0.50" in shown
