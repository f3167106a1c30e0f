"""A run is confirmatory in what was locked before it began and unchanged since, and in nothing else."""

import hashlib
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from experiments.design import Experiment
from experiments.errors import BadExperiment, BadRun
from experiments.estimand import parse_estimand
from experiments.locking import adopt, metadata_of, preregister, read_preregistration, standing, write_preregistration
from experiments.report import write_picture, write_report
from experiments.report.contrasts import Family, contrasts, equivalences
from experiments.results import read_results
from experiments.store import RunFolder
from tests.experiments.runs import planted, swept

VAL = "history.valence:positive:negative"


def locked(experiment: Experiment, path: Path, *primaries: str) -> Path:
    asked = tuple(parse_estimand(experiment, text) for text in primaries)
    write_preregistration(preregister(experiment, asked), path)
    return path


@pytest.fixture
def study() -> Experiment:
    return planted(snapshots=2, question="Is a kind peer protected?")


def begun(study: Experiment, home: Path, *primaries: str) -> RunFolder:
    """A run that was locked before anything happened, finished and open."""
    prereg = locked(study, home / "prereg.yaml", *primaries)
    with RunFolder.create(home / "run", study) as folder:
        adopt(folder, prereg)
    swept(study, home / "run")
    return RunFolder.open(home / "run")


def test_a_lock_holds_what_a_reviewer_would_ask(study: Experiment, tmp_path: Path) -> None:
    path = tmp_path / "prereg.yaml"
    digest = write_preregistration(preregister(study), path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert data["experiment_digest"] == study.digest
    assert data["hypotheses"][0]["estimand"] == "VAL: history.valence positive − negative (target.kind peer)"
    assert data["test"] == {
        "name": "paired permutation of snapshots",
        "null_model": "paired sign-flip",
        "alpha": 0.05,
        "sidedness": "two-sided",
    }
    assert data["sample"]["snapshots"] == 4
    assert data["sample"]["rule"] == "fixed in advance"
    assert data["multiplicity"].startswith("Holm")
    assert {"exclusions", "missing", "versions", "looks", "outcomes", "population", "deviations", "power"} <= set(data)
    assert read_preregistration(path)[0] == preregister(study)


def test_a_lock_is_not_written_over(study: Experiment, tmp_path: Path) -> None:
    path = locked(study, tmp_path / "prereg.yaml")
    with pytest.raises(BadExperiment, match="not written over"):
        write_preregistration(preregister(study), path)


def test_at_most_three_different_primaries_are_locked(study: Experiment) -> None:
    one = parse_estimand(study, VAL)
    with pytest.raises(BadExperiment, match="each once"):
        preregister(study, (one, one))
    other = parse_estimand(study, "target.kind:peer:object")
    with pytest.raises(BadExperiment, match="looks at one primary"):
        preregister(study.with_(design="sequential"), (one, other))


def test_a_null_claim_needs_its_margin(study: Experiment) -> None:
    claimed = preregister(study, margin=5)
    assert claimed.hypotheses[0].direction == "equivalent"
    assert claimed.hypotheses[0].margin == 0.05
    assert claimed.test["name"] == "two one-sided tests over snapshots"
    with pytest.raises(BadExperiment, match="margin"):
        preregister(study, margin=0)


@pytest.mark.parametrize(("slope", "margin", "said"), [(9.0, 5, "not shown"), (0.0, 99, "yes")])
def test_a_locked_null_claim_is_answered_by_its_own_test(slope: float, margin: float, said: str, tmp_path: Path) -> None:
    law = {"intercept": 0.0, "slope": slope}
    study = planted(snapshots=6, forks={}, agents={"kind": "planted", "law": law})
    write_preregistration(preregister(study, margin=margin), tmp_path / "prereg.yaml")
    with RunFolder.create(tmp_path / "run", study) as folder:
        adopt(folder, tmp_path / "prereg.yaml")
    swept(study, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        ((_, found),) = equivalences(read_results(folder), standing(folder))
        page = write_report(folder).read_text(encoding="utf-8")
    assert found.margin == margin / 100
    assert found.equivalent is (said == "yes")
    assert f"<td>{said}</td>" in page


def test_what_was_locked_is_confirmatory_and_the_rest_exploratory(study: Experiment, tmp_path: Path) -> None:
    with begun(study, tmp_path, VAL) as folder:
        found = standing(folder)
        assert found.confirmatory
        assert found.sha256 == hashlib.sha256((tmp_path / "prereg.yaml").read_bytes()).hexdigest()
        rows = contrasts(read_results(folder), found)
        primary = [one for one in rows if one.family is Family.PRIMARY]
        assert [one.estimand for one in primary] == ["VAL"]
        assert primary[0].adjusted == primary[0].difference.p_value
        assert {found.of(one.asked) for one in rows if one.family is Family.SECONDARY} == {"exploratory"}


def test_a_locked_contrast_that_no_report_would_choose_is_reported(tmp_path: Path) -> None:
    study = planted(snapshots=2, factors={"population": 4, "history.dose": [1, 2, 3]})
    with begun(study, tmp_path, "history.dose:3:2") as folder:
        (first, *_) = contrasts(read_results(folder), standing(folder))
        assert (first.a, first.b, first.family) == ("3", "2", Family.PRIMARY)


def test_every_figure_and_table_says_what_it_is(study: Experiment, tmp_path: Path) -> None:
    with begun(study, tmp_path) as folder:
        page = write_report(folder).read_text(encoding="utf-8")
        picture = write_picture(folder, tmp_path / "picture.svg").read_text(encoding="utf-8")
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, flags=re.DOTALL)
    tables = re.findall(r"<table[^>]*>(<caption.*?</caption>)?", page)
    assert captions
    assert len(tables) > 5
    assert all(re.search(r"CONFIRMATORY|EXPLORATORY", each) for each in [*captions, *tables])
    assert sum("CONFIRMATORY for H1" in each for each in captions) == 1
    assert "Locked in advance, and so confirmatory: H1, VAL" in page
    assert "CONFIRMATORY for H1" in picture


def test_without_a_lock_every_figure_and_table_says_why(study: Experiment, tmp_path: Path) -> None:
    swept(study, tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        page = write_report(folder).read_text(encoding="utf-8")
    assert "CONFIRMATORY" not in page
    tables = re.findall(r"<table[^>]*>(<caption.*?</caption>)?", page)
    assert all("EXPLORATORY: no pre-registration was locked" in each for each in tables)


def test_tables_carry_the_hash(study: Experiment, tmp_path: Path) -> None:
    with begun(study, tmp_path) as folder:
        read_results(folder).write_parquet(tmp_path / "t.parquet", metadata_of(folder))
        expected = standing(folder).sha256
    found = pq.read_schema(tmp_path / "t.parquet").metadata
    assert found[b"prereg_sha256"].decode() == expected
    assert found[b"standing"].decode().startswith("CONFIRMATORY")


def test_a_lock_changed_afterwards_does_not_hold(study: Experiment, tmp_path: Path) -> None:
    with begun(study, tmp_path) as folder:
        file = folder.path / "prereg.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("alpha: 0.05", "alpha: 0.10"), encoding="utf-8")
        assert "was changed after it was locked" in standing(folder).mark(shows=True)
        file.unlink()
        assert "missing" in standing(folder).reason


def test_a_lock_that_came_after_the_data_does_not_hold(study: Experiment, tmp_path: Path) -> None:
    swept(study, tmp_path / "run")
    with RunFolder.create(tmp_path / "run", study) as folder:
        adopt(folder, locked(study, tmp_path / "prereg.yaml"))
        assert "were done before it was locked" in standing(folder).reason
        assert not standing(folder).confirmatory


def test_a_lock_of_other_code_does_not_hold(study: Experiment, tmp_path: Path) -> None:
    prereg = preregister(study)
    other = prereg.model_copy(update={"versions": {**prereg.versions, "allegiance": "0.0.1"}})
    write_preregistration(other, tmp_path / "prereg.yaml")
    with RunFolder.create(tmp_path / "run", study) as folder:
        adopt(folder, tmp_path / "prereg.yaml")
        assert "locked with Allegiance 0.0.1" in standing(folder).reason


def test_a_lock_of_another_experiment_is_refused(study: Experiment, tmp_path: Path) -> None:
    prereg = locked(study.with_(seed=99), tmp_path / "prereg.yaml")
    with RunFolder.create(tmp_path / "run", study) as folder, pytest.raises(BadExperiment, match="another experiment"):
        adopt(folder, prereg)


def test_a_run_is_locked_once(study: Experiment, tmp_path: Path) -> None:
    first = locked(study, tmp_path / "a.yaml", VAL)
    second = locked(study, tmp_path / "b.yaml", "target.kind:peer:object")
    with RunFolder.create(tmp_path / "run", study) as folder:
        assert adopt(folder, first) == adopt(folder, first)
        with pytest.raises(BadRun, match="locked already"):
            adopt(folder, second)


@pytest.mark.parametrize("text", ["", "[1, 2]", "title: x", "\x00", "{"])
def test_a_file_that_is_no_lock_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "prereg.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadExperiment, match="allegiance lock"):
        read_preregistration(tmp_path / "prereg.yaml")
