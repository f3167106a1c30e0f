"""A tool call that outlives its turn ends quietly: the agent is gone."""

import asyncio

import pytest

from agents.bench import Bench
from sim.testing import RecordingHands


def test_a_call_that_outlives_its_turn_is_cancelled_and_never_made() -> None:
    hands = RecordingHands()

    async def main() -> None:
        bench = Bench((), hands)
        await bench.call_tool("look", {}, None, "1")
        bench.left = True
        with pytest.raises(asyncio.CancelledError):
            await bench.call_tool("look", {}, None, "2")

    asyncio.run(main())
    assert len(hands.actions) == 1
