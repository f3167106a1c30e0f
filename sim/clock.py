"""Simulated time in ticks, joined to asyncio: time stands still while agents think.

SimPy keeps the queue. Within one instant the order is fixed (`Priority`), and equal priorities keep the order in which
they were set. Only when nothing is left to do at the current instant are all who think at it awaited, side by side; then
their decisions take effect in the order in which their turns fell due. How long anyone took can change nothing but the
wait.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

import simpy

from .errors import InvariantBroken
from .message import Tick


class Priority(IntEnum):
    """What comes first within one instant."""

    SETTLE = 0
    """The round that ends is settled by the world's rules."""
    ORDER = 1
    """Orders are announced, fall due, are carried out."""
    DELIVERY = 2
    """Messages arrive."""
    TURN = 3
    """Turns fall due, and answers reach those in the middle of one. Thinking and acting follow."""


class Thinker(Protocol):
    """Somebody whose decision the clock must wait for."""

    async def decided(self) -> None:
        """Return when there is a decision to take."""
        ...

    def take_effect(self) -> None:
        """Let the decision take effect at the current instant."""
        ...


class Clock:
    """A queue of things to do at ticks, and of thinkers to wait for."""

    def __init__(self, start: Tick = 0) -> None:
        self._env = simpy.Environment(initial_time=start)
        self._thinking: list[Thinker] = []

    @property
    def now(self) -> Tick:
        """The current tick."""
        return int(self._env.now)

    def at(self, tick: Tick, priority: Priority, do: Callable[[], None]) -> None:
        """Do something at `tick`, which must not lie in the past."""
        if tick < self._env.now:
            raise InvariantBroken(f"tick {tick} lies in the past: it is {self.now}")
        event = simpy.Event(self._env)
        event._ok, event._value = True, None
        event.callbacks.append(lambda _: do())
        self._env.schedule(event, simpy.events.EventPriority(priority), tick - self._env.now)

    def wait_for(self, thinker: Thinker) -> None:
        """Do not leave the current instant before this thinker has decided."""
        self._thinking.append(thinker)

    async def run(self) -> None:
        """Go on until nothing is left to do."""
        env = self._env
        while True:
            if self._thinking and env.peek() > env.now:
                thinking, self._thinking = self._thinking, []
                for thinker in thinking:
                    await thinker.decided()
                for thinker in thinking:
                    thinker.take_effect()
            elif env.peek() == float("inf"):
                return
            else:
                env.step()
