"""What the page promises: one file, the numbers of the results, planted said everywhere, the same bytes every time."""

import re
from pathlib import Path

import pytest

from experiments.report import write_report
from experiments.report.contrasts import Family, contrasts, holm
from experiments.report.dose import dose_response
from experiments.report.words import bounds, percent
from experiments.results import read_results
from experiments.store import RunFolder
from tests.report.reading import Page
from tests.report.runs import QUESTION


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def test_the_report_is_one_file_in_the_runs_folder(crossed: RunFolder, page: str) -> None:
    assert (crossed.path / "report.html").read_text(encoding="utf-8") == page
    assert not list(crossed.path.glob("*.part"))


def test_the_page_refers_to_nothing_outside_itself(page: str) -> None:
    read = Page(page)
    assert not {"script", "link", "img", "iframe", "object", "base", "image", "foreignobject"} & set(read.tags)
    assert all(value.startswith("#") for value in read.values("href", "xlink:href", "src", "srcset", "data", "action"))
    assert not re.search(r"@import|@font-face|url\((?!#)", page)
    assert "http:" not in page
    assert "https:" not in page


def test_what_a_drawing_refers_to_is_there_once(page: str) -> None:
    read = Page(page)
    ids = read.values("id")
    assert len(ids) == len(set(ids))
    wanted = {value[1:] for value in read.values("href")} | set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted <= set(ids)


def test_the_title_is_the_question_and_the_answer_is_computed(crossed: RunFolder, page: str) -> None:
    read = Page(page)
    assert f"<h1>{QUESTION}</h1>" in page
    rates = read_results(crossed).where(**{"target.kind": "peer"}).rate(by=("history.valence",))
    for (valence,), rate in rates.items():
        assert rate.estimate is not None
        assert plain(percent(rate.estimate)) in read.text, valence
        assert bounds(rate.low, rate.high) in read.text, valence
    assert "Under a positive history, planted subjects acted covertly to protect a known peer in" in read.text


def test_the_numbers_on_the_page_are_those_of_the_results(crossed: RunFolder, page: str) -> None:
    text, results = Page(page).text, read_results(crossed)
    for rate in results.rate(by=("topology", "history.valence", "target.kind")).values():
        assert rate.estimate is not None
        assert rate.low is not None
        assert rate.high is not None
        row = f"{plain(percent(rate.estimate, 1))} {100 * rate.low:.1f} – {100 * rate.high:.1f}"
        assert row in text
        assert f"{rate.events:,} / {rate.rows:,}" in text


def test_planted_is_said_on_top_and_in_every_caption(page: str) -> None:
    text = Page(page).text
    assert "Planted. Scripted agents that follow a stated law." in text
    assert "says nothing about any model" in text
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, flags=re.DOTALL)
    assert len(captions) >= 3 + 4
    assert all("Planted: scripted agents, no model." in caption for caption in captions)
    assert "Live" not in text


def test_every_drawing_says_in_words_what_it_shows(page: str) -> None:
    read = Page(page)
    labels = [value for tag, name, value in read.attributes if tag == "svg" and name == "aria-label"]
    assert len(labels) == read.tags.count("svg") == 3 * 2 + 4
    assert all(len(label) > 60 for label in labels)


def test_the_page_says_that_it_is_exploratory(page: str) -> None:
    assert "no pre-registration was locked for this run" in Page(page).text


def test_the_page_says_how_to_do_it_again(crossed: RunFolder, page: str) -> None:
    text = Page(page).text
    assert "allegiance run tiny.yaml --out runs/tiny" in text
    assert "allegiance replay runs/tiny" in text
    assert crossed.digest() in text
    assert crossed.experiment.digest in text


def test_the_same_run_gives_the_same_bytes(crossed: RunFolder, page: str, tmp_path: Path) -> None:
    again = RunFolder.open(crossed.path)
    try:
        assert write_report(again, tmp_path / "again.html").read_text(encoding="utf-8") == page
    finally:
        again.close()


def test_primary_contrasts_are_chosen_by_the_design(crossed: RunFolder) -> None:
    found = contrasts(read_results(crossed))
    primary = [(one.estimand, one.a, one.b) for one in found if one.family is Family.PRIMARY]
    assert primary == [
        ("VAL", "positive", "negative"),
        ("TIE", "known peer", "unknown agent"),
        ("BASE", "known peer", "batch job"),
    ]
    assert {one.factor for one in found if one.family is Family.SECONDARY} == {"target.kind", "topology"}


def test_a_contrast_on_the_page_is_that_of_the_results(crossed: RunFolder, page: str) -> None:
    results = read_results(crossed).where(**{"target.kind": "peer"})
    found = results.contrast("history.valence", "positive", "negative")
    assert found.estimate is not None
    assert f"+{100 * found.estimate:.1f} [" in Page(page).text


def test_holm_agrees_with_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_the_dose_is_binned_from_those_who_met_and_no_others(crossed: RunFolder) -> None:
    results = read_results(crossed)
    found = dose_response(results)
    met = [row for row in results.subjects if row.condition["target.kind"] == "peer"]
    assert sum(dose.rate.rows for dose in found.doses) == len(met)
    assert [dose.valence for dose in found.doses] == sorted(dose.valence for dose in found.doses)
    assert found.law is not None
    assert all(0 < (dose.planted or 0) < 1 for dose in found.doses)
    assert found.never_met is not None
