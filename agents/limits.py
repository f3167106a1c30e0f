"""How much may be asked at once, and how much in all. One `Limits` is shared by every episode in flight.

Concurrency is kept per provider and adapts to it: halved when the provider says it is full, grown back by one
for each full round of successes, never above what was asked for (additive increase, multiplicative decrease).
Who waits is served in the order of arrival. Caps on money, tokens and calls hold for the whole `Limits`: an
attempt reserves what it could cost at most before it is made, and settles what it did cost afterwards.

A call without a known price counts towards tokens and calls but cannot count towards money; `Usage` says how
many there were.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import NonNegativeFloat, NonNegativeInt

from .errors import CapReached
from .model import Frozen


class Caps(Frozen):
    """Never passed. None: no cap."""

    usd: NonNegativeFloat | None = None
    tokens: NonNegativeInt | None = None
    calls: NonNegativeInt | None = None


class Usage(Frozen):
    """What has been used so far. `cost_usd` is the known part of it; replayed calls are not in it.

    `uncertain_*` are attempts that were given up unanswered. The provider may have billed them, so their
    estimate counts against the caps; nobody told us, so it counts as use nowhere else.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    unpriced_calls: int = 0
    uncertain_calls: int = 0
    uncertain_tokens: int = 0
    uncertain_usd: float = 0.0


class Estimate(NamedTuple):
    """The most an attempt could come to. `usd` None: no known price."""

    tokens: int
    usd: float | None = None


class _Gate:
    """The concurrency of one provider."""

    def __init__(self, widest: float) -> None:
        self.widest = widest
        self.width = widest
        self.active = 0
        self.cuts = 0
        self.resume_at = -math.inf
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.timer: asyncio.TimerHandle | None = None

    def _open(self) -> bool:
        return self.active < int(self.width) and asyncio.get_running_loop().time() >= self.resume_at

    async def enter(self) -> None:
        if not self.waiting and self._open():
            self.active += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        self.serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            else:
                self.waiting.remove(turn)
                self.serve()
            raise

    def leave(self) -> None:
        self.active -= 1
        self.serve()

    def serve(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        while self.waiting and self._open():
            turn = self.waiting.popleft()
            if turn.cancelled():
                continue
            self.active += 1
            turn.set_result(None)
        loop = asyncio.get_running_loop()
        if self.waiting and self.resume_at > loop.time():
            self.timer = loop.call_at(self.resume_at, self.serve)

    def grow(self) -> None:
        self.width = min(self.widest, self.width + 1 / self.width)

    def shrink(self, cuts_at_entry: int, pause_s: float) -> None:
        """A burst of refusals from one round is one signal, so only the first of them halves the width."""
        if cuts_at_entry == self.cuts:
            self.width = max(1.0, self.width / 2)
            self.cuts += 1
        self.resume_at = max(self.resume_at, asyncio.get_running_loop().time() + pause_s)


@dataclass
class _Tally:
    """What counts against the caps: used, given up, and reserved by attempts in flight."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    unpriced_calls: int = 0
    uncertain_calls: int = 0
    uncertain_tokens: int = 0
    uncertain_usd: float = 0.0
    reserved_calls: int = 0
    reserved_tokens: int = 0
    reserved_usd: float = 0.0

    def reserve(self, estimate: Estimate, sign: int) -> None:
        self.reserved_calls += sign
        self.reserved_tokens += sign * estimate.tokens
        self.reserved_usd = self.reserved_usd + sign * (estimate.usd or 0.0) if self.reserved_calls else 0.0

    def committed(self) -> tuple[int, int, float]:
        """Calls, tokens and USD."""
        tokens = self.prompt_tokens + self.completion_tokens + self.uncertain_tokens + self.reserved_tokens
        calls = self.calls + self.uncertain_calls + self.reserved_calls
        return calls, tokens, self.cost_usd + self.uncertain_usd + self.reserved_usd


class Slot:
    """Leave to make one attempt. Say what came of it; nothing said means that it cost nothing."""

    def __init__(self, tally: _Tally, gate: _Gate, estimate: Estimate) -> None:
        self._tally = tally
        self._gate = gate
        self._cuts_at_entry = gate.cuts
        self._estimate = estimate

    def settle(self, prompt_tokens: int, completion_tokens: int, cost_usd: float | None) -> None:
        """It was answered, at this cost."""
        self._tally.calls += 1
        self._tally.prompt_tokens += prompt_tokens
        self._tally.completion_tokens += completion_tokens
        self._tally.cost_usd += cost_usd or 0.0
        self._tally.unpriced_calls += cost_usd is None
        self._gate.grow()

    def throttled(self, pause_s: float) -> None:
        """The provider is full, and wants to be left alone for a while."""
        self._gate.shrink(self._cuts_at_entry, pause_s)

    def lost(self) -> None:
        """It was given up after it was sent; whether it was billed is not known."""
        self._tally.uncertain_calls += 1
        self._tally.uncertain_tokens += self._estimate.tokens
        self._tally.uncertain_usd += self._estimate.usd or 0.0


class Limits:
    """`async with limits.slot(provider, estimate) as slot: ...; slot.settle(...)`"""

    def __init__(self, *, max_concurrency: int = 32, caps: Caps | None = None) -> None:
        if max_concurrency < 1:
            raise ValueError(f"max_concurrency is {max_concurrency}; it must be at least 1")
        self._widest = float(max_concurrency)
        self._caps = caps or Caps()
        self._gates: dict[str, _Gate] = {}
        self._tally = _Tally()

    def usage(self) -> Usage:
        """What has been used up to now."""
        return Usage(**{name: getattr(self._tally, name) for name in Usage.model_fields})

    def width(self, provider: str) -> int:
        """How many attempts the provider is now trusted with at once."""
        return int(self._gate(provider).width)

    @asynccontextmanager
    async def slot(self, provider: str, estimate: Estimate) -> AsyncIterator[Slot]:
        """Wait for a turn, reserve the estimate, and give both back at the end.

        Raises `CapReached` when what is used and reserved already leaves no room for this much more. Only
        attempts in flight hold a reservation; those that wait for a turn hold none.
        """
        gate = self._gate(provider)
        await gate.enter()
        try:
            self._reserve(estimate)
            try:
                yield Slot(self._tally, gate, estimate)
            finally:
                self._tally.reserve(estimate, -1)
        finally:
            gate.leave()

    def _gate(self, provider: str) -> _Gate:
        return self._gates.setdefault(provider, _Gate(self._widest))

    def _reserve(self, estimate: Estimate) -> None:
        calls, tokens, usd = self._tally.committed()
        caps = self._caps
        if caps.calls is not None and calls + 1 > caps.calls:
            raise CapReached(f"the cap of {caps.calls} calls is reached")
        if caps.tokens is not None and tokens + estimate.tokens > caps.tokens:
            raise CapReached(
                f"the next call may take {estimate.tokens} tokens; {tokens} of {caps.tokens} are used or reserved"
            )
        if caps.usd is not None and usd + (estimate.usd or 0.0) > caps.usd:
            raise CapReached(
                f"the next call may cost {estimate.usd or 0.0:.4f} USD; {usd:.4f} of {caps.usd:.4f} are used or reserved"
            )
        self._tally.reserve(estimate, +1)
