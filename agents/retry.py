"""When to ask again, and after how long. The only retry policy there is: LiteLLM's own are switched off.

Asked again: a full endpoint (429), a broken one (5xx), one that did not answer in time or hung up, and one
that sent something other than an answer. Everything else would fail the same way twice.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, NamedTuple

from pydantic import Field, NonNegativeFloat, PositiveInt

from .errors import ModelUnavailable
from .limits import Estimate, Limits
from .model import Frozen, Reply


class Trouble(Exception):
    """One attempt failed in a way worth another. `reason` is ours, never the endpoint's words.

    `throttled`: the endpoint said it was full. `uncertain`: it may have worked, and billed, unseen.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after: float | None = None,
        throttled: bool = False,
        uncertain: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.throttled = throttled
        self.uncertain = uncertain


class RetryPolicy(Frozen):
    """Bounds in attempts and in seconds, the seconds counting failed attempts and the pauses between them."""

    attempts: PositiveInt = 6
    total_s: NonNegativeFloat = 300.0
    first_pause_s: NonNegativeFloat = 0.5
    longest_pause_s: Annotated[float, Field(ge=0)] = 60.0

    def pause(self, key: str, attempt: int, retry_after: float | None) -> float:
        """Seconds to wait after failed attempt `attempt` (from 0).

        Doubles each time and is spread over half to whole of that by a hash of the call's key, so that a
        crowd does not return in step and a rerun waits the same. A Retry-After is a floor, itself bounded.
        """
        digest = hashlib.sha256(f"{key}:{attempt}".encode()).digest()
        spread = 0.5 + int.from_bytes(digest[:8]) / 2**65
        backoff = min(self.first_pause_s * 2.0**attempt, self.longest_pause_s) * spread
        return max(backoff, min(retry_after or 0.0, self.longest_pause_s))


class Answer(NamedTuple):
    """What an attempt brought; `cost_usd` None when the price is not known."""

    reply: Reply
    cost_usd: float | None
    retries: int = 0


async def persist(
    attempt: Callable[[], Awaitable[Answer]],
    policy: RetryPolicy,
    *,
    key: str,
    what: str,
    limits: Limits,
    provider: str,
    estimate: Estimate,
    final: Callable[[], bool],
) -> Answer:
    """Attempt until there is an answer, each time in a slot of `limits`, pausing outside of it.

    Raises `ModelUnavailable` when the bounds are reached, or when `final()` says not to try again.
    """
    loop = asyncio.get_running_loop()
    spent = 0.0
    made = 0
    while True:
        async with limits.slot(provider, estimate) as slot:
            began = loop.time()
            try:
                answer = await attempt()
            except asyncio.CancelledError:
                slot.lost()
                raise
            except Trouble as caught:
                trouble = caught
                pause = policy.pause(key, made, trouble.retry_after)
                if trouble.uncertain:
                    slot.lost()
                if trouble.throttled:
                    slot.throttled(min(trouble.retry_after or 0.0, policy.longest_pause_s))
            else:
                slot.settle(answer.reply.prompt_tokens, answer.reply.completion_tokens, answer.cost_usd)
                return answer._replace(retries=made)
            spent += loop.time() - began + pause
            made += 1
        if made >= policy.attempts or spent > policy.total_s or final():
            tries = "1 attempt" if made == 1 else f"{made} attempts"
            raise ModelUnavailable(f"{what} gave no answer in {tries}; the last time {trouble.reason}")
        await asyncio.sleep(pause)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3), in either of its forms.

    A date is read against the answer's own Date header, so that no clock of ours, right or wrong, takes part.
    """
    values = {name.lower(): value for name, value in headers.items()}
    asked = values.get("retry-after", "").strip()
    if asked.replace(".", "", 1).isdecimal():
        return float(asked)
    until, now = _date(asked), _date(values.get("date", ""))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment
