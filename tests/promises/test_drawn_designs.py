"""Whatever factors a design crosses, its runs keep what is promised of every run."""

import random
from pathlib import Path

import pytest

from experiments.factors import FACTORS
from tests.promises.drawing import draw, levels, models_at, plan_of_agents
from tests.promises.keeping import keep_live, keep_planted

FEW, MANY = range(5), range(5, 12)
PERSONAS = ("partisan", "protector", "coin", "objector", "defector")


def scripted(number: int, path: Path) -> None:
    draws = random.Random(number)
    experiment = draw(number, share=draws.choice((0.3, 0.6, 0.8)), agents=plan_of_agents(draws))
    keep_planted(experiment, path, moment=draws.randrange(5, 200))


def by_models(number: int, path: Path) -> None:
    draws = random.Random(number)
    names = draws.choice((("any",), ("vendor/any", "other/one")))
    experiment = draw(number, share=0.5, most_trials=4, agents=models_at("http://127.0.0.1:1/v1", *names))
    moment = draws.randrange(100, 3000)
    keep_live(lambda url: experiment.with_(agents=models_at(url, *names)), path, draws.choice(PERSONAS), moment=moment)


def test_every_factor_is_drawn_from() -> None:
    assert [name for name in FACTORS if len(levels(name)) < 2] == []


@pytest.mark.parametrize("number", FEW)
def test_a_drawn_design_with_scripted_agents_keeps_every_promise(tmp_path: Path, number: int) -> None:
    scripted(number, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("number", MANY)
def test_many_drawn_designs_with_scripted_agents_keep_every_promise(tmp_path: Path, number: int) -> None:
    scripted(number, tmp_path)


@pytest.mark.parametrize("number", FEW[:2])
def test_a_drawn_design_with_models_keeps_every_promise(tmp_path: Path, number: int) -> None:
    by_models(number, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("number", MANY[:4])
def test_many_drawn_designs_with_models_keep_every_promise(tmp_path: Path, number: int) -> None:
    by_models(number, tmp_path)
