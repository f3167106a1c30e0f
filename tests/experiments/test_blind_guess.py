"""Arms cannot be told apart by what the operator wrote, and a guesser that should can."""

import asyncio
from typing import Any

import pytest

from agents.endpoint import Conversation, Draw, Reply, ScriptedEndpoint
from experiments import blind_guess
from experiments.blind_guess import (
    BAR,
    DIFFERS,
    Document,
    Guess,
    blind_factors,
    blinded,
    collect,
    giveaways,
    guess,
    told_apart,
)
from experiments.design import Experiment
from experiments.errors import BadExperiment
from experiments.factors import FACTORS
from experiments.lines import open_line
from experiments.populations import LLMAgents
from tests.experiments.runs import live, planted

ARMS = {"population": 4, "history.dose": 2, "history.valence": ["positive", "negative", "betrayed"]}


def guessed(experiment: Experiment) -> dict[tuple[Any, ...], Guess]:
    return {(one.factor, one.a, one.b): one for one in asyncio.run(guess(experiment))}


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1", "donor-v1"])
def test_the_valence_of_a_history_cannot_be_read_off_the_operators_text(game: str) -> None:
    found = guessed(planted(factors={**ARMS, "history.game": [game]}, forks={}, snapshots=3))
    assert len(found) == 3
    for one in found.values():
        assert (one.auc, one.identical, one.words) == (0.5, one.pairs, ())
        assert one.passed


def test_levels_of_the_fork_that_must_be_blind_are_asked_as_well() -> None:
    forks = {"channel": ["neighbours", "closed"], "target.kind": ["peer", "object"]}
    found = guessed(planted(factors={"population": 4, "history.dose": 1}, forks=forks, snapshots=2))
    assert list(found) == [("channel", "neighbours", "closed")]
    assert found["channel", "neighbours", "closed"].pairs == 4


def test_a_sentence_that_leaks_the_arm_is_found_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    leaking = dict(DIFFERS)
    del leaking["target.kind"]
    monkeypatch.setattr(blind_guess, "DIFFERS", leaking)
    found = guessed(planted(factors={"population": 4, "history.dose": 1}, snapshots=3))
    one = found["target.kind", "peer", "object"]
    assert one.auc == 1.0 > BAR
    assert not one.passed
    assert any("batch job" in line for line in one.words)


def test_a_new_factor_must_be_blind_until_somebody_says_why_not() -> None:
    assert set(DIFFERS) <= set(FACTORS)
    assert {"history.valence", "history.dose", "channel", "population"} <= set(FACTORS) - set(DIFFERS)
    assert blind_factors(planted(factors={**ARMS, "cover": ["plain", "depot"]})) == (
        ["history.valence"],
        ["cover", "target.kind"],
    )


def test_with_nothing_to_guess_it_says_what_to_vary() -> None:
    with pytest.raises(BadExperiment, match=r"target\.kind, whose text differs by intent"):
        guessed(planted(factors={"population": 4}))


def test_messages_results_numbers_ids_and_labels_are_not_the_operators() -> None:
    wholes, _ = asyncio.run(collect(planted(factors={**ARMS, "history.valence": ["positive"]}, forks={})))
    lines = {line for one in wholes for line in one.lines}
    assert any(line.startswith("you are paired with #, round # of #") for line in lines)
    assert not any("last round" in line or line.startswith("Message from") for line in lines)
    assert blinded("a12 and a7 choose J, 3 points; by a1, a2, a3") == "# and # choose @, # points; by #"


# -- the classifier -----------------------------------------------------------------------------------------------------


def documents(leak: float, n: int = 40, seed: int = 3) -> list[tuple[Document, Document]]:
    """Pairs that share noise words; a word comes with probability `leak` in the first arm and never in the second."""
    import numpy as np

    rng = np.random.default_rng(seed)
    pairs = []
    for replicate in range(n):
        noise = [tuple(f"w{word}" for word in rng.choice(50, size=20)) for _ in range(2)]
        told = ("leak",) if rng.random() < leak else ()
        pairs.append((Document(replicate, {}, (*noise[0], *told)), Document(replicate, {}, noise[1])))
    return pairs


def test_noise_is_a_coin_and_a_leak_is_found_in_proportion() -> None:
    import statistics

    assert 0.42 <= statistics.fmean(told_apart(documents(0.0, seed=seed)) for seed in range(10)) <= 0.58
    assert told_apart(documents(1.0)) >= 0.95
    half = statistics.fmean(told_apart(documents(0.5, seed=seed)) for seed in range(5))
    assert 0.65 < half < 0.9
    assert giveaways(documents(1.0))[0] == "leak"


def test_texts_that_are_the_same_are_ties() -> None:
    one = Document(0, {}, ("a", "b"))
    assert told_apart([(one, one), (one._replace(replicate=1), one._replace(replicate=1))]) == 0.5


# -- a model ------------------------------------------------------------------------------------------------------------


class Guesses:
    """Answers with what stands where `tell` says, and counts."""

    def __init__(self, tell: str) -> None:
        self.tell, self.asked = tell, 0

    def reply(self, request: Conversation, draw: Draw) -> Reply:
        self.asked += 1
        first, _ = request.prompt.split("Text 2:")
        if self.tell == "knows":
            return Reply(text=f'{{"which": {1 if "batch job" not in first else 2}}}')
        return Reply(text=self.tell)


def by_model(persona: Guesses, monkeypatch: pytest.MonkeyPatch) -> float | None:
    leaking = dict(DIFFERS)
    del leaking["target.kind"]
    monkeypatch.setattr(blind_guess, "DIFFERS", leaking)
    experiment = planted(factors={"population": 4, "history.dose": 1}, snapshots=2)

    async def go() -> list[Guess]:
        async with ScriptedEndpoint(default=persona) as endpoint:
            asking = live(endpoint.url)
            assert isinstance(asking.agents, LLMAgents)
            async with open_line(asking) as line:
                return await guess(experiment, line, asking.agents)

    (one,) = asyncio.run(go())
    return one.by_model


def test_a_model_that_knows_guesses_all_and_one_that_says_nothing_half(monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_model(Guesses("knows"), monkeypatch) == 1.0
    assert by_model(Guesses("I cannot say."), monkeypatch) == 0.5


def test_a_model_is_not_asked_about_texts_that_are_the_same() -> None:
    persona = Guesses("1")

    async def go() -> list[Guess]:
        async with ScriptedEndpoint(default=persona) as endpoint:
            asking = live(endpoint.url)
            assert isinstance(asking.agents, LLMAgents)
            async with open_line(asking) as line:
                return await guess(planted(factors=ARMS, forks={}, snapshots=2), line, asking.agents)

    assert {one.by_model for one in asyncio.run(go())} == {0.5}
    assert persona.asked == 0


def test_either_guesser_above_the_bar_fails() -> None:
    one = Guess(factor="f", a="a", b="b", pairs=4, identical=4, auc=0.5)
    assert one.passed
    assert not one.model_copy(update={"auc": 0.56}).passed
    assert not one.model_copy(update={"by_model": 0.75}).passed
