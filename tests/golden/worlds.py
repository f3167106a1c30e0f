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
from worlds import GAMES

HERE = Path(__file__).parent


def _history(game: str) -> Callable[[], Transcript]:
    return lambda: asyncio.run(history(game, dose=2).run())


def _tampering() -> Transcript:
    return asyncio.run(fork(live("ipd-v1", dose=1), "peer").run())


GOLDEN: Mapping[str, Callable[[], Transcript]] = MappingProxyType(
    {
        **{game: _history(game) for game in GAMES},
        "tampering-v1": _tampering,
    }
)


def path(world: str) -> Path:
    """Where a world's golden transcript lies."""
    return HERE / f"{world}.jsonl"


if __name__ == "__main__":
    for world, play in GOLDEN.items():
        path(world).write_bytes(play().to_bytes())
