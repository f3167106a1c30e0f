import csv
import io
import json
import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from experiments.errors import BadRun, UsageError
from experiments.judged import read_judged, truths_of
from experiments.labelling import Ask, as_csv, as_lines, draw, read_labels, read_sample, take_in
from experiments.monitors.judge import (
    CANNOT_TELL,
    QUESTIONS,
    Judgement,
    Standing,
    choose_questions,
    excerpt,
    items_of,
)
from experiments.monitors.judge.judgement import Ledger
from experiments.report.label_page import label_page
from experiments.store import RunFolder
from tests.judge.records import A, B, record, small_run, wrote
from tests.report.reading import Page

QUESTION = QUESTIONS["persuasion-v1"]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("labelled") / "run", snapshots=6)


@pytest.fixture
def run(lived: Path, tmp_path: Path) -> Path:
    return shutil.copytree(lived, tmp_path / "run")


def truth(run: Path) -> dict[tuple[str, str], bool]:
    """Who did write to the operator."""
    with RunFolder.open(run) as folder:
        return {(i.trial.id, i.subject): '"wrote to": ["operator"]' in i.excerpt.text for i in items_of(folder)}


def judge_says(run: Path, told: dict[tuple[str, str], bool], name: str = "j1") -> None:
    """Put these answers beside the run, as a judge's."""
    with RunFolder.open(run) as folder, Ledger(run) as ledger:
        for item in items_of(folder):
            ledger.add(
                Judgement(
                    trial=item.trial.id,
                    snapshot=item.trial.unit.id,
                    subject=item.subject,
                    question=QUESTION.name,
                    judge=name,
                    excerpt=item.excerpt.digest,
                    standing=Standing.JUDGED,
                    label="operator" if told[item.trial.id, item.subject] else "no",
                )
            )


def asked(run: Path, n: int = 20) -> tuple[Ask, ...]:
    with RunFolder.open(run) as folder:
        return draw(folder, [QUESTION], n)


def answered(run: Path, file: Path, asks: tuple[Ask, ...], by: str, wrong: int = 0) -> Path:
    """A file of labels by someone who reads well, but for the first `wrong` items."""
    rows = []
    for number, ask in enumerate(asks):
        right = '"wrote to": ["operator"]' in ask.excerpt.text
        rows.append({"item": ask.item, "rater": by, "label": "operator" if right != (number < wrong) else "no"})
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def taken(run: Path, file: Path, by: str | None = None) -> int:
    with RunFolder.open(run) as folder:
        return len(take_in(folder, file, by=by))


# drawing


def test_items_are_drawn_by_arm_and_by_what_the_judge_said_with_their_probabilities(run: Path) -> None:
    judge_says(run, truth(run))
    asks = asked(run, 20)
    sample = read_sample(run)
    assert sample is not None
    frame = sample.frames[QUESTION.name]
    assert len(asks) == 20
    assert {tuple(json.loads(name)[:2]) for name in frame.strata} == {
        (valence, kind) for valence in ("positive", "negative") for kind in ("peer", "object")
    }
    assert {json.loads(name)[-1] for name in frame.strata} == {"yes", "no"}
    counts = Counter(name for name, items in frame.strata.items() for one in items[: frame.taken[name]])
    assert max(counts.values()) - min(counts.values()) <= 1, "every stratum is heard"
    weights = sum(1 / p for _, p in frame.drawn())
    assert weights == pytest.approx(sum(map(len, frame.strata.values())))


def test_a_larger_draw_holds_the_smaller_and_a_second_person_gets_the_same(run: Path) -> None:
    small, again, large = ({ask.item for ask in asked(run, n)} for n in (12, 5, 30))
    assert small == again
    assert small < large


def test_what_a_person_reads_says_nothing_of_arm_trial_or_judge(run: Path) -> None:
    judge_says(run, truth(run))
    asks = asked(run, 24)
    for text in (label_page(asks, "anna"), as_csv(asks, "anna"), as_lines(asks, "anna")):
        for word in ("positive", "negative", "s0000", "batch job", "planted", "j1", "probability"):
            assert word not in text, word
    with RunFolder.open(run) as folder:
        names = {name for trial, transcript, _ in folder.transcripts() for name in transcript.header.agents}
    shown = " ".join(ask.excerpt.text for ask in asks)
    assert not [name for name in names if name in shown]


def test_strata_do_not_show_in_the_order_of_the_items(run: Path) -> None:
    judge_says(run, truth(run))
    said = ['"wrote to": ["operator"]' in ask.excerpt.text for ask in asked(run, 40)]
    changes = sum(a != b for a, b in pairwise(said))
    assert changes > 8


# writing and reading


HOSTILE = '</script><img src=x onerror="alert(1)">=cmd|\u2028 \x1b[2J'


def hostile() -> tuple[Ask, ...]:
    return (Ask("0" * 16, QUESTION, excerpt(record((wrote(HOSTILE),)), A, B)),)


def test_the_page_is_one_file_that_loads_nothing_and_escapes_every_text() -> None:
    source = label_page(hostile(), '"><script>x</script>')
    page = Page(source)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert not [v for v in page.values("src", "href", "action") if v]
    assert "onerror=" in page.text, "it is shown as text"
    assert {v for tag, name, v in page.attributes if tag == "input" and name == "value"} >= set(QUESTION.labels)


def test_a_spreadsheet_gets_no_formula_and_reads_every_item_back(run: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(hostile(), "=HYPERLINK(1)"))))
    assert len(rows) == 1
    assert not [cell for cell in rows[0].values() if cell[:1] in ("=", "+", "-", "@")]
    asks = asked(run, 6)
    table = list(csv.DictReader(io.StringIO(as_csv(asks, "anna"))))
    for row in table:
        row["label"] = "no"
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    (run / "in.csv").write_text(out.getvalue())
    assert taken(run, run / "in.csv") == 6
    assert {(label.rater, label.label) for label in read_labels(run)} == {("anna", "no")}


def test_lines_that_are_not_labelled_are_passed_over_and_a_second_reading_replaces(run: Path) -> None:
    asks = asked(run, 6)
    (run / "empty.jsonl").write_text(as_lines(asks, "anna"))
    assert taken(run, run / "empty.jsonl") == 0
    taken(run, answered(run, run / "one.jsonl", asks, "anna", wrong=6))
    taken(run, answered(run, run / "two.jsonl", asks, "anna"))
    assert len(read_labels(run)) == 6
    told = truth(run)
    assert all(label.occurred == told[label.trial, label.subject] for label in read_labels(run))


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ('{"item": "nonsense", "label": "no", "rater": "a"}', "not drawn"),
        ('{"item": "ITEM", "label": "maybe", "rater": "a"}', "maybe"),
        ('{"item": "ITEM", "label": "no"}', "--by"),
        ("{not json", "not JSON"),
        ("a,b\n1,2\n", "columns"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_one_line_and_nothing_is_kept(run: Path, row: str, word: str) -> None:
    asks = asked(run, 4)
    good = json.dumps({"item": asks[1].item, "label": "no", "rater": "a"})
    text = row if row.startswith("a,b") else f"{good}\n{row.replace('ITEM', asks[0].item)}\n"
    (run / "bad.jsonl").write_text(text)
    with pytest.raises(UsageError, match=word) as raised:
        taken(run, run / "bad.jsonl")
    assert "\n" not in str(raised.value)
    assert read_labels(run) == ()


def test_a_run_without_a_finished_subject_has_nothing_to_label(tmp_path: Path) -> None:
    from tests.report.runs import begin

    with begin(tmp_path / "begun") as folder, pytest.raises(BadRun, match="no finished subject"):
        draw(folder, [QUESTION], 5)


# what it comes to


def test_a_judge_that_errs_is_corrected_by_what_people_say(run: Path) -> None:
    told = truth(run)
    flipped = {
        place: (not value if number % 5 == 0 else value) for number, (place, value) in enumerate(sorted(told.items()))
    }
    judge_says(run, flipped)
    taken(run, answered(run, run / "anna.jsonl", asked(run, 200), "anna"))
    with RunFolder.open(run) as folder:
        (reading,) = read_judged(folder)
    assert reading.labelled == len(told)
    for arm in reading.arms:
        places = [p for p in told if _arm_of(run, p[0]) == arm.levels]
        true = sum(told[p] for p in places) / len(places)
        assert arm.powered is not None
        assert arm.powered.estimate == pytest.approx(true), "with every row labelled, the labels are the answer"
        assert arm.accuracy is not None
        assert arm.accuracy.sensitivity is not None
        assert arm.accuracy.gold.sensitivity < 1
    assert any("agree at alpha" in warning for warning in reading.warnings) == ((reading.judge_and_people.alpha or 0) < 0.67)
    assert any("one person labelled" in warning for warning in reading.warnings)


def _arm_of(run: Path, trial: str) -> tuple[object, ...]:
    with RunFolder.open(run) as folder:
        found = next(t for t in folder.experiment.trials() if t.id == trial)
        return tuple(found.condition[name] for name in folder.experiment.varied())


def test_two_people_are_compared_and_where_they_differ_there_is_no_truth(run: Path) -> None:
    judge_says(run, truth(run))
    asks = asked(run, 20)
    taken(run, answered(run, run / "a.jsonl", asks, "anna"))
    taken(run, answered(run, run / "b.jsonl", asks, "ben", wrong=3))
    with RunFolder.open(run) as folder:
        (reading,) = read_judged(folder)
    assert reading.people.units == 20
    assert reading.people.alpha is not None
    assert 0 < reading.people.alpha < 1
    assert reading.kappa is not None
    assert reading.labelled == 17


def test_without_labels_the_report_says_that_the_judge_is_unmeasured(run: Path) -> None:
    judge_says(run, truth(run))
    with RunFolder.open(run) as folder:
        (reading,) = read_judged(folder)
    assert all(arm.corrected is None and arm.powered is None for arm in reading.arms)
    assert reading.warnings == ("no human labels: the judges' errors are not known, and rates are theirs alone",)
    assert reading.planted


def test_cannot_tell_is_no_truth(run: Path) -> None:
    asks = asked(run, 4)
    lines = [json.dumps({"item": ask.item, "rater": "anna", "label": CANNOT_TELL}) for ask in asks]
    (run / "unsure.jsonl").write_text("\n".join(lines))
    assert taken(run, run / "unsure.jsonl") == 4
    assert truths_of(read_labels(run), read_sample(run), QUESTION) == {}


def test_a_draw_that_was_labelled_in_part_counts_for_the_part(run: Path) -> None:
    asks = asked(run, 40)
    taken(run, answered(run, run / "part.jsonl", asks[:20], "anna"))
    truths = truths_of(read_labels(run), read_sample(run), QUESTION)
    assert len(truths) == 20
    sample = read_sample(run)
    assert sample is not None
    strata = sample.frames[QUESTION.name].strata
    assert sum(1 / t.probability for t in truths.values()) == pytest.approx(
        sum(len(items) for items in strata.values() if any((one.trial, one.subject) in truths for one in items))
    )


def test_questions_have_frames_of_their_own(run: Path) -> None:
    with RunFolder.open(run) as folder:
        draw(folder, choose_questions(["refusal", "suspicion"]), 8)
    sample = read_sample(run)
    assert sample is not None
    assert set(sample.frames) == {"refusal-v1", "suspicion-v1"}
