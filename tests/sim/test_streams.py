"""One seed, many streams: each a function of its name alone."""

import enum
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim import Streams

parts = st.one_of(st.text(max_size=6), st.integers(-100, 10**6))
names = st.lists(parts, max_size=4).map(tuple)


@given(names, names, st.integers(1, 50))
def test_adding_a_draw_moves_no_other(one: tuple[str | int, ...], two: tuple[str | int, ...], extra: int) -> None:
    streams = Streams("seed", 1)
    before = streams.at(*two).integers(0, 2**62, 8).tolist(), streams.uniform(*two)
    streams.at(*one).random(extra)
    streams.shuffled(tuple(range(extra)), *one)
    assert (streams.at(*two).integers(0, 2**62, 8).tolist(), streams.uniform(*two)) == before


@given(names, names)
def test_different_names_are_different_streams(one: tuple[str | int, ...], two: tuple[str | int, ...]) -> None:
    def spelled(name: tuple[str | int, ...]) -> list[tuple[type, str | int]]:
        return [(type(part), part) for part in name]

    assume(spelled(one) != spelled(two))
    assert Streams(*one).uniform() != Streams(*two).uniform()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("a", 1), ("a1",)),
        (("a", 1), ("a", "1")),
        (("a", "b"), ("ab",)),
        (("a", ""), ("a",)),
        (("a", "b"), ("b", "a")),
        ((1, 2), (12,)),
        (("a\x1fsb",), ("a", "b")),
        (("a\x1fi1",), ("a", 1)),
        (('a","b',), ("a", "b")),
    ],
)
def test_names_are_unambiguous(one: tuple[str | int, ...], two: tuple[str | int, ...]) -> None:
    assert Streams(*one).uniform() != Streams(*two).uniform()
    assert Streams("x").below(*one).at().random() != Streams("x").below(*two).at().random()


def test_a_name_can_be_split_anywhere() -> None:
    assert Streams("a", "b", 3).uniform() == Streams("a").below("b").uniform(3) == Streams().uniform("a", "b", 3)


def test_a_name_means_the_same_however_its_parts_are_typed() -> None:
    """A level that is an enum here and a plain text after the disk, a number out of numpy: one stream."""
    level = enum.StrEnum("level", {"PEER": "peer"})
    assert Streams(level.PEER).uniform() == Streams("peer").uniform()
    assert Streams(np.int64(3)).uniform() == Streams(3).uniform()  # type: ignore[arg-type]


@given(names)
def test_a_stream_begins_anew_each_time_it_is_asked_for(name: tuple[str | int, ...]) -> None:
    streams = Streams("x")
    assert streams.at(*name).random() == streams.at(*name).random()
    assert 0 <= streams.uniform(*name) < 1


def test_single_draws_are_uniform() -> None:
    draws = np.array([Streams("u").uniform(i) for i in range(20_000)])
    assert abs(draws.mean() - 0.5) < 0.01
    assert abs(draws.var() - 1 / 12) < 0.005
    assert np.histogram(draws, 10, (0, 1))[0].min() > 1_800


@given(st.lists(st.integers(), max_size=12), names)
def test_shuffling_keeps_what_was_there(items: list[int], name: tuple[str | int, ...]) -> None:
    assert sorted(Streams("x").shuffled(tuple(items), *name)) == sorted(items)


def test_every_order_of_three_is_as_likely_as_another() -> None:
    seen: dict[tuple[int, ...], int] = {}
    for number in range(6_000):
        order = Streams("s").shuffled((1, 2, 3), number)
        seen[order] = seen.get(order, 0) + 1
    assert len(seen) == 6
    assert min(seen.values()) > 850


def test_streams_are_the_same_in_another_process() -> None:
    script = "from sim import Streams; s = Streams('x', 7); print(s.uniform('a', 1), s.at('b').random(3).tolist())"
    for hashing in ("0", "99"):
        there = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": hashing},
        )
        s = Streams("x", 7)
        assert there.stdout.strip() == f"{s.uniform('a', 1)} {s.at('b').random(3).tolist()}"
