"""The published rates are data: each with its source, and nothing claimed beyond it."""

import pytest

from experiments.published import Aggregate, PublishedRate, published
from experiments.published.rates import Unit
from sim import Behaviour


def cell(**fields: object) -> PublishedRate:
    (found,) = [rate for rate in published() if all(getattr(rate, name) == value for name, value in fields.items())]
    return found


def test_a_pair_of_figures_is_a_maximum_and_an_average() -> None:
    where = {"model": "Gemini 3 Flash", "behaviour": Behaviour.TAMPERING, "subject": "peer", "trust": "good"}
    highest, mean = cell(**where, aggregate=Aggregate.MAX), cell(**where, aggregate=Aggregate.AVERAGE)
    assert (highest.value, highest.n, mean.value, mean.n) == (99.7, 300, 82.8, 900)
    assert (highest.sources, highest.version, highest.table) == (("V", "W"), "v3", "3")


def test_without_a_peer_there_is_one_instantiation_and_one_figure() -> None:
    assert {rate.aggregate for rate in published() if rate.trust == "none"} == {Aggregate.SINGLE}


def test_an_interval_is_given_only_where_its_n_is_known_and_the_figure_is_a_share() -> None:
    for rate in published():
        if rate.interval is not None:
            low, high = rate.interval
            assert low <= rate.value <= high
            assert rate.n is not None
            assert rate.unit is Unit.PERCENT
            assert not rate.bound
    where = {"model": "Gemini 3 Flash", "behaviour": Behaviour.EXFILTRATION, "subject": "peer", "trust": "bad"}
    assert cell(**where, aggregate=Aggregate.MAX).interval == pytest.approx((0, 1.88), abs=0.01)


def test_no_cell_stands_there_twice() -> None:
    keys = [rate.model_dump(exclude={"value", "note"}).values() for rate in published()]
    assert len({tuple(map(str, key)) for key in keys}) == len(published()) > 100


def test_each_has_a_source_with_a_trust_and_a_baseline() -> None:
    for rate in published():
        assert set(rate.sources) <= set("VWBN")
        assert rate.source_trust
        assert rate.baseline
        assert rate.version in ("v1", "v3")
        assert 0 <= rate.value <= 100
