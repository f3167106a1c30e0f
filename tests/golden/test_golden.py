"""One transcript per world is kept, and today's kernel must write it again to the byte."""

import pytest

from experiments.monitors import TamperingMonitor
from sim import Transcript, first_deviation, read
from worlds import GAMES, SCENARIOS

from .worlds import GOLDEN, path

ANEW = "if the change is meant, write them anew: python3 scripts/python -m tests.golden.worlds"


def kept(world: str) -> Transcript:
    assert path(world).exists(), f"there is no golden transcript of {world}; {ANEW}"
    return Transcript.from_bytes(path(world).read_bytes())


@pytest.mark.parametrize("world", GOLDEN)
def test_the_golden_transcript_is_written_again_to_the_byte(world: str) -> None:
    deviation = first_deviation(kept(world), GOLDEN[world]())
    assert deviation is None, (
        f"entry {deviation.seq} of {world} was\n{deviation.recorded}\nand is\n{deviation.again}\n{ANEW}"
    )


@pytest.mark.parametrize("world", GOLDEN)
def test_the_golden_transcript_survives_the_disk(world: str) -> None:
    assert kept(world).to_bytes() == path(world).read_bytes()


def test_every_world_has_a_golden_transcript() -> None:
    assert set(GOLDEN) == {*GAMES, *SCENARIOS}


def test_the_golden_review_shows_something_to_read() -> None:
    kinds = {entry.event.kind for entry in kept("tampering-v1")}
    assert {"forked", "scene-set", "exposed", "changed", "reported", "mechanism-read", "order-due"} <= kinds
    assert any(verdict.protective for verdict in read(kept("tampering-v1"), TamperingMonitor()))
