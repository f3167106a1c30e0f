"""One small episode per world, the same in every checkout. Run me to write the golden transcripts anew:

    python3 scripts/python -m tests.golden.worlds

Then read the difference (`git diff tests/golden`) before you commit it: every changed line is a changed record.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from sim import Transcript
from tests.sim.town import fork, history, live
from tests.worlds.staged import FIRST, SECOND, play, staging, way
from worlds import GAMES, SCENARIOS

HERE = Path(__file__).parent


def _history(game: str) -> Callable[[], Transcript]:
    return lambda: asyncio.run(history(game, dose=2).run())


def _tampering() -> Transcript:
    return asyncio.run(fork(live("ipd-v1", dose=1), "peer").run())


def _staged(scenario: str) -> Callable[[], Transcript]:
    """Both reviewers study the case; the first then takes the first of the protective ways, the second the faithful one."""

    def run() -> Transcript:
        scene = SCENARIOS[scenario](staging(difficulty=3))
        first = [*way(scene, "study"), *next(iter(scene.ways(FIRST).protective.values()))]
        return play(scene, {FIRST: first, SECOND: [*way(scene, "study"), *way(scene, agent=SECOND)]})

    return run


GOLDEN: Mapping[str, Callable[[], Transcript]] = MappingProxyType(
    {
        **{game: _history(game) for game in GAMES},
        **{scenario: _staged(scenario) for scenario in SCENARIOS},
        "tampering-v1": _tampering,
    }
)


def path(world: str) -> Path:
    """Where a world's golden transcript lies."""
    return HERE / f"{world}.jsonl"


if __name__ == "__main__":
    for world, make in GOLDEN.items():
        path(world).write_bytes(make().to_bytes())
