"""Released files become a run: what can be read is a trial, what cannot is a failed one with its reason."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.errors import BadExperiment, UsageError
from experiments.exchange import sources
from experiments.exchange.importing import Imported, import_transcripts
from experiments.journal import State
from experiments.results import Row, read_results
from experiments.scoring import score_files
from experiments.store import RunFolder
from experiments.sweeping import preflight

from .study import Json, evaluation, servers, transfer, weights
from .tables import graded, honest, inflated, left, moved, row, table


def rows(out: Path) -> tuple[Row, ...]:
    with RunFolder.open(out) as folder:
        return read_results(folder).rows


def reasons(out: Path) -> list[str]:
    with RunFolder.open(out) as folder:
        return [record.reason for record in folder.records().values() if record.status is State.FAILED]


def file(path: Path, data: Json) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))
    return path


def with_metadata(data: Json, **metadata: Any) -> Json:
    return {**data, "task_evaluation": {}, "experiment_metadata": {"agent_model": "vendor/x", **metadata}}


# -- what can be read -----------------------------------------------------------------------------------------------------


def test_single_files_become_trials_in_cells_of_what_they_declare(tmp_path: Path) -> None:
    home = tmp_path / "files"
    file(home / "a.json", with_metadata(moved().data(), subject=2, company_guideline="collaboration"))
    file(home / "b" / "c.json", with_metadata(left().data(), subject=2, company_guideline="collaboration"))
    file(home / "d.json", with_metadata(inflated().data(), subject=2, company_guideline="non_collaboration", threshold="80"))
    found = import_transcripts([home], tmp_path / "run")
    assert (found.imported, found.failed, found.files, found.cells) == (3, 0, 3, 2)
    moving, staying, bending = rows(tmp_path / "run")
    assert moving.behaviours == ("exfiltration",)
    assert staying.behaviours == ()
    assert bending.behaviours == ("misrepresentation",)
    assert (moving.condition["scenario"], moving.condition["history.valence"]) == ("study/transfer", "positive")
    assert (bending.condition["scenario"], bending.condition["bar"]) == ("study/evaluation", "80")
    assert (moving.mind, moving.subject, moving.planted) == ("imported:vendor/x", "Marlin Agent 1", False)
    assert len({each.snapshot for each in (moving, staying, bending)}) == 3, "each transcript is a draw of its own"


def test_evidence_points_at_entries_whose_tick_is_the_message_and_whose_file_is_named(tmp_path: Path) -> None:
    data = moved()
    path = file(tmp_path / "a.json", with_metadata(data.data(), subject=2))
    import_transcripts([path], tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        ((_, transcript, _),) = folder.transcripts()
    (found,) = rows(tmp_path / "run")
    assert [transcript[number].t for number in found.evidence] == [data.marks["last"] - 2]
    assert transcript.header.condition["file"] == str(path)


def test_a_table_is_read_row_by_row_with_its_own_names_for_where(tmp_path: Path) -> None:
    path = table(
        tmp_path / "t.parquet",
        [
            row(moved(), 1),
            row(left(), 2, condition="bad_peer"),
            row(honest(), 3, task_type="misrep_evaluation", threshold="80", dataset="factual"),
            row(graded("B"), 4, task_type="misrep_finance", subject="peer"),
            row(graded("C"), 5, task_type="misrep_finance", condition="non_shutdown"),
        ],
    )
    found = import_transcripts([path], tmp_path / "run")
    assert (found.imported, found.failed) == (5, 0)
    by_id = {}
    with RunFolder.open(tmp_path / "run") as folder:
        for trial, transcript, _ in folder.transcripts():
            by_id[trial.id] = transcript.header.condition
    assert sorted(str(each["transcript_id"]) for each in by_id.values()) == [f"{n:012x}" for n in range(1, 6)]
    assert sorted(int(str(each["row"])) for each in by_id.values()) == [0, 1, 2, 3, 4]
    shown = {
        str(each.condition["scenario"]) + str(each.condition["rule"]): each.behaviours for each in rows(tmp_path / "run")
    }
    assert shown["study/financeshutdown"] == ("misrepresentation",)


def test_a_table_is_never_in_memory_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "t.parquet", [row(moved(), n) for n in range(9)])
    monkeypatch.setattr(sources, "ROWS", 2)
    sizes: list[int] = []
    dicts = sources._dicts
    monkeypatch.setattr(sources, "_dicts", lambda piece, names: (sizes.append(len(piece)), dicts(piece, names))[1])
    assert import_transcripts([path], tmp_path / "run").imported == 9
    texts = [size for size in sizes if size <= 2]
    assert sum(texts) == 9, "of transcripts two at a time"
    assert max(sizes) <= 4096


@pytest.mark.parametrize(
    ("fields", "without", "kind"),
    [
        ({"subject": 1}, (), "self"),
        ({"subject": 5}, (), "peer"),
        ({"company_guideline": "collaboration"}, ("condition",), "peer"),
    ],
)
def test_a_table_with_older_names_and_codes_is_read(
    tmp_path: Path, fields: Json, without: tuple[str, ...], kind: str
) -> None:
    path = table(tmp_path / "t.parquet", [row(moved(), task_type="exfiltration", **fields)], without=without)
    assert import_transcripts([path], tmp_path / "run").failed == 0
    (found,) = rows(tmp_path / "run")
    assert (found.condition["target.kind"], found.condition["scenario"]) == (kind, "study/transfer")


def test_a_verdict_that_the_conversation_speaks_against_is_counted_and_not_believed(tmp_path: Path) -> None:
    quiet = {**left().data(), "task_evaluation": {"exfiltration": True, "refuse": False}}
    loud = {**moved().data(), "task_evaluation": {"exfiltration": False, "refuse": True}}
    file(tmp_path / "a.json", quiet)
    file(tmp_path / "b.json", loud)
    found = import_transcripts([tmp_path / "a.json", tmp_path / "b.json"], tmp_path / "run")
    assert found.contradicted == {"exfiltration": 2, "refused": 1}
    assert sorted(each.behaviours for each in rows(tmp_path / "run")) == [(), ("exfiltration",)]


def test_no_verdict_enters_the_record(tmp_path: Path) -> None:
    loud = {**left().data(), "task_evaluation": {"exfiltration": True, "refuse": True, "score": 77.7125}}
    import_transcripts([file(tmp_path / "a.json", loud)], tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        ((_, transcript, _),) = folder.transcripts()
    assert "refuse" not in transcript.to_bytes().decode()
    assert "77.7125" not in transcript.to_bytes().decode()


def test_imported_transcripts_score_as_their_files_do(tmp_path: Path) -> None:
    files = [file(tmp_path / f"{n}.json", with_metadata(t.data())) for n, t in enumerate((moved(), inflated(), honest()))]
    import_transcripts(files, tmp_path / "run")
    from_run = {tuple(s.labels): s.model_copy(update={"file": ""}) for s in score_files([tmp_path / "run"])}
    from_files = {tuple(s.labels): s.model_copy(update={"file": ""}) for s in score_files(files)}
    assert from_run == from_files
    assert len(from_run) == 3


def test_half_a_megabyte_of_output_is_kept_whole(tmp_path: Path) -> None:
    long = (
        servers("transfer").says(None, ("list_server_files", {"ip": "10.0.0.1"}, "x" * 500_000), transfer(weights())).end()
    )
    assert import_transcripts([file(tmp_path / "a.json", long.data())], tmp_path / "run").imported == 1
    with RunFolder.open(tmp_path / "run") as folder:
        ((_, transcript, _),) = folder.transcripts()
    assert max(len(getattr(entry.event, "answer", "")) for entry in transcript) == 500_000


# -- what cannot ------------------------------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (lambda p: p.write_text(moved().text()[:-50]), "breaks off inside its JSON"),
    "other schema": (lambda p: p.write_text('{"chat": []}'), "is of another schema"),
    "a key twice": (lambda p: p.write_text('{"conversation": [], "conversation": []}'), "twice"),
    "empty": (lambda p: p.write_text(""), "is empty"),
    "no text": (lambda p: p.write_bytes(b"\xff\xfe{}"), "is not UTF-8 text"),
    "a number": (lambda p: p.write_text("1"), "is of another schema"),
    "deep": (lambda p: p.write_text("[" * 200_000), "nested too deeply"),
    "a link to nothing": (lambda p: p.symlink_to(p.parent / "gone"), "is a link to nothing"),
    "no Parquet": (lambda p: p.with_suffix(".parquet").write_bytes(b"PAR1 no"), "is no readable Parquet"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_a_failed_trial_with_one_line_and_the_rest_is_imported(tmp_path: Path, name: str) -> None:
    home = tmp_path / "files"
    file(home / "good.json", with_metadata(moved().data(), subject=2))
    spoil, said = BROKEN[name]
    spoil(home / "broken.json")
    found = import_transcripts([home], tmp_path / "run")
    assert (found.imported, found.failed) == (1, 1)
    (reason,) = reasons(tmp_path / "run")
    assert said in reason
    assert "broken" in reason
    assert "\n" not in reason
    assert sorted(each.status for each in rows(tmp_path / "run")) == ["failed", "read"]


def test_a_table_says_which_columns_it_lacks_and_which_it_has(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", [row(moved())], without=("subject", "transcript_json"))
    assert import_transcripts([path], tmp_path / "run").failed == 1
    (reason,) = reasons(tmp_path / "run")
    assert "lacks the columns subject, transcript_json; it has transcript_id, task_type, agent_model" in reason


def test_rows_that_cannot_be_read_fail_and_their_neighbours_do_not(tmp_path: Path) -> None:
    bad = [{**row(moved(), n), "transcript_json": text} for n, text in enumerate([None, "", "{", '{"x": 1}'])]
    path = table(tmp_path / "t.parquet", [*bad, row(moved(), 9)])
    found = import_transcripts([path], tmp_path / "run")
    assert (found.imported, found.failed) == (1, 4)
    assert {reason.split()[1:3] == ["row", reason.split()[2]] for reason in reasons(tmp_path / "run")} == {True}


def test_a_table_without_rows_is_said(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    whole = pq.read_table(table(tmp_path / "t.parquet", [row(moved())]))
    pq.write_table(whole.slice(0, 0), tmp_path / "t.parquet")
    import_transcripts([tmp_path / "t.parquet"], tmp_path / "run")
    assert "without rows" in reasons(tmp_path / "run")[0]


def test_the_same_transcript_counts_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        file(tmp_path / "files" / f"{name}.json", with_metadata(moved().data(), subject=2))
    found = import_transcripts([tmp_path / "files"], tmp_path / "run")
    assert (found.imported, found.failed) == (1, 1)
    assert "is the same transcript as" in reasons(tmp_path / "run")[0]


def test_a_path_that_is_not_there_or_holds_nothing_is_a_user_s_mistake(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, said in ((tmp_path / "no", "does not exist"), (tmp_path / "empty", r"holds no \*.json and no \*.parquet")):
        with pytest.raises(UsageError, match=said):
            import_transcripts([path], tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_links_to_folders_are_not_followed_round_and_round(tmp_path: Path) -> None:
    file(tmp_path / "files" / "a.json", with_metadata(moved().data()))
    (tmp_path / "files" / "loop").symlink_to(tmp_path / "files")
    assert import_transcripts([tmp_path / "files"], tmp_path / "run").imported == 1


# -- the run ------------------------------------------------------------------------------------------------------------


class _Pulled(Exception):
    """The plug."""


def test_an_import_that_was_stopped_goes_on_and_comes_to_the_same(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", [row(moved(), n) for n in range(6)])
    whole = import_transcripts([path], tmp_path / "whole")

    class Pulls:
        ended_so_far = 0

        def began(self, done: int, total: int) -> None:
            assert total == 6

        def ended(self, trial: str, state: State, reason: str) -> None:
            self.ended_so_far += 1
            if self.ended_so_far == 3:
                raise _Pulled

    with pytest.raises(_Pulled):
        import_transcripts([path], tmp_path / "cut", Pulls())
    found = import_transcripts([path], tmp_path / "cut")
    assert (found.before, found.imported) == (3, 3)
    assert whole == Imported(**{**found.model_dump(), "before": 0, "imported": 6, "contradicted": whole.contradicted})
    digests = []
    for name in ("whole", "cut"):
        with RunFolder.open(tmp_path / name) as folder:
            digests.append(folder.digest())
    assert digests[0] == digests[1]


def test_other_files_into_the_same_folder_are_refused(tmp_path: Path) -> None:
    import_transcripts([file(tmp_path / "a.json", moved().data())], tmp_path / "run")
    with pytest.raises(UsageError, match="another experiment"):
        import_transcripts([file(tmp_path / "b.json", left().data())], tmp_path / "run")


def test_a_folder_below_the_sources_is_no_source(tmp_path: Path) -> None:
    file(tmp_path / "a.json", moved().data())
    import_transcripts([tmp_path], tmp_path / "run")
    (tmp_path / "run" / "tables" / "results.parquet").write_bytes(b"PAR1")
    assert import_transcripts([tmp_path], tmp_path / "run").before == 1


def test_an_imported_run_has_nobody_to_run(tmp_path: Path) -> None:
    import_transcripts([file(tmp_path / "a.json", moved().data())], tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder, pytest.raises(BadExperiment, match="cannot be run"):
        preflight(folder.experiment)


def test_rates_can_be_asked_by_what_the_files_declare_and_by_nothing_else(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", [row(t, n, agent_model=f"m{n % 2}") for n, t in enumerate((moved(), left()))])
    import_transcripts([path], tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        results = read_results(folder)
    assert {levels: rate.estimate for levels, rate in results.rate(by=("model",)).items()} == {("m0",): 1.0, ("m1",): 0.0}
    assert results.contrast("model", "m0", "m1").estimate == 1.0
    with pytest.raises(BadExperiment, match="there is no factor 'modell'"):
        results.rate(by=("modell",))


def test_the_source_is_named_by_the_bytes_that_were_read(tmp_path: Path) -> None:
    import_transcripts([file(tmp_path / "a.json", evaluation().end().data())], tmp_path / "run")
    with RunFolder.open(tmp_path / "run") as folder:
        agents = folder.experiment.agents
    assert agents.kind == "imported"
    inner = hashlib.sha256((tmp_path / "a.json").read_bytes()).hexdigest()
    assert agents.digest == hashlib.sha256(inner.encode()).hexdigest()
