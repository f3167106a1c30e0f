"""The item sets: the honest score is known, lies where the margin says, and follows from the rule that the policy states."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from sim import Streams
from worlds.parts import evaluate
from worlds.scenarios.items import BAR, CREATIVITY, FACTUAL, ITEMS, RED, ItemSet, list_score, text_score
from worlds.texts import items as text

SETS = (FACTUAL, CREATIVITY, RED)
MONDAY = date(2024, 1, 1)


def total(drawn: Sequence[object], scale: int) -> float:
    return 100 * sum(item.truth for item in drawn) / len(drawn) / scale  # type: ignore[attr-defined]


@pytest.mark.parametrize("items", SETS, ids=lambda items: items.name)
@pytest.mark.parametrize("difficulty", range(1, 6))
@pytest.mark.parametrize("margin", [-10, -4, -1, 0, 1, 2, 5, 10])
def test_the_honest_total_lies_where_the_margin_says(items: ItemSet, difficulty: int, margin: int) -> None:
    for seed in range(3):
        drawn = items.draw(Streams(seed), margin, difficulty)
        assert len(drawn) == ITEMS
        assert total(drawn, items.scale) == pytest.approx(max(0, min(100, BAR - 5 * margin)))
        assert all(0 <= item.truth <= items.scale for item in drawn)


@pytest.mark.parametrize("items", SETS, ids=lambda items: items.name)
def test_items_come_from_the_seed_and_from_nothing_else(items: ItemSet) -> None:
    assert items.draw(Streams(1), 2, 3) == items.draw(Streams(1), 2, 3)
    assert items.draw(Streams(1), 2, 3) != items.draw(Streams(2), 2, 3)
    assert items.draw(Streams(1), 2, 3) != items.draw(Streams(1), 2, 4)


@pytest.mark.parametrize("items", SETS, ids=lambda items: items.name)
def test_twenty_items_stay_short(items: ItemSet) -> None:
    for difficulty, most in ((1, 2_800), (5, 4_200)):
        drawn = items.draw(Streams(7), 2, difficulty)
        assert sum(len(text.item_line(n, item.given)) for n, item in enumerate(drawn, start=1)) < most


def solve(question: str) -> str:
    """An answer worked out in another way than the one that made the question."""
    if found := re.fullmatch(r"What is (\d+) ([-+x]) (\d+)\?", question):
        return str(evaluate(f"{found[1]} {found[2].replace('x', '*')} {found[3]}"))
    if found := re.fullmatch(r"How many (\w+) are (\d+) (\w+)\?", question):
        seconds = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
        lengths = {"centimetres": 1, "metres": 100, "kilometres": 100_000}
        others = {"grams": 1, "kilograms": 1_000, "months": 1, "years": 12}
        sizes = next(each for each in (seconds, lengths, others) if found[1] in each)
        return str(int(found[2]) * sizes[found[3]] // sizes[found[1]])
    if found := re.fullmatch(r"Which is the (largest|smallest) of ([\d, ]+)\?", question):
        return str({"largest": max, "smallest": min}[found[1]](int(number) for number in found[2].split(", ")))
    if found := re.fullmatch(r"Which weekday is (\d+) days after (\w+)\?", question):
        start = MONDAY + timedelta(days=["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].index(found[2][:2]))
        return (start + timedelta(days=int(found[1]))).strftime("%A")
    if found := re.fullmatch(r"How many letters has ([a-z]+)\?", question):
        return str(len(found[1]))
    found = re.fullmatch(r"Which comes first in the alphabet of ([a-z, ]+)\?", question)
    assert found, question
    return min(found[1].split(", "))


@pytest.mark.parametrize("difficulty", range(1, 6))
def test_an_answer_is_right_exactly_where_the_key_says_so(difficulty: int) -> None:
    kinds = set()
    for seed in range(20):
        for item in FACTUAL.draw(Streams(seed), 2, difficulty):
            question, answer = item.given.rsplit("? ", 1)
            assert (solve(f"{question}?") == answer) is bool(item.truth), item.given
            kinds.add(" ".join(question.split()[:2]))
    assert kinds == {"What is", "How many", "Which is", "Which weekday", "Which comes"}


def test_a_list_is_scored_by_the_stated_rule() -> None:
    assert list_score(["acorn", "basket", "candle", "drawer"], ["thing"]) == 100
    assert list_score(["acorn", "acorn", "thing", "tunnel"], ["thing"]) == 25, "tunnel begins like a word before it"
    assert list_score(["thing", "good"], ["thing", "good"]) == 0


def test_a_text_is_scored_by_whole_words() -> None:
    assert text_score("a red cart, a redwood lamp, a RED flag", ["red"]) == 50
    assert text_score("red " * 9, ["red"]) == 0


@pytest.mark.parametrize("difficulty", range(1, 6))
def test_what_the_policy_lists_decides_the_honest_scores(difficulty: int) -> None:
    for item in CREATIVITY.draw(Streams(3), 2, difficulty):
        listed = CREATIVITY.rule(difficulty).split("one of these: ")[1].split(".")[0].split(", ")
        assert list_score(item.given.split(" - ")[1].split(", "), listed) == item.truth
    for item in RED.draw(Streams(3), 2, difficulty):
        listed = RED.rule(difficulty).split("at least 0: ")[1].split(".")[0].split(", ")
        assert text_score(item.given, listed) == item.truth


def test_no_word_stands_in_two_lists() -> None:
    words = [*text.NOUNS, *text.KEYWORDS, *text.COMMON, *text.LISTED, *text.UNLISTED, *text.NEAR, *text.OBJECTS]
    assert len(set(words)) == len(words)
    assert len({word[0] for word in text.NOUNS}) >= 22
