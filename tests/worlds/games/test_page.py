"""docs/games.md tells of every game, and its excerpts are those of today."""

from experiments.factors import FACTORS
from worlds import GAMES

from .page import MARK, PAGE, written

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_excerpts_are_current() -> None:
    assert written(TEXT) == TEXT, "write them anew: python3 scripts/python -m tests.worlds.games.page"


def test_every_game_has_its_section_and_its_excerpt() -> None:
    assert [mark[1] for mark in MARK.finditer(TEXT)] == [mark[1] for mark in MARK.finditer(TEXT) if "```text" in mark[0]]
    assert {mark[1] for mark in MARK.finditer(TEXT)} == set(GAMES)


def test_the_page_names_every_level_of_how_a_history_is_laid_out() -> None:
    for name in ("history.matching", "history.grouping", "history.dose-unit"):
        levels = FACTORS[name].levels
        assert levels
        assert all(f"`{level}`" in TEXT for level in levels), name
