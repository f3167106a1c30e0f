"""What can go wrong between a client and a model, at planted rates.

Transport faults are drawn anew at each attempt at one conversation, so a client that tries again gets
through. A model's mistakes belong to the answer and repeat with it, as they would at temperature zero.
"""

import math
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, model_validator

from .draw import Draw
from .personas import Call, Reply

Rate = Annotated[float, Field(ge=0, le=1)]


class Fault(StrEnum):
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    CUT = "cut"
    HANG = "hang"
    HTML = "html"
    BAD_ARGUMENTS = "bad_arguments"
    UNKNOWN_TOOL = "unknown_tool"
    PROSE = "prose"
    EMPTY = "empty"
    OVERLONG = "overlong"


TRANSPORT = (Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.CUT, Fault.HANG, Fault.HTML)
MISTAKES = (Fault.BAD_ARGUMENTS, Fault.UNKNOWN_TOOL, Fault.PROSE, Fault.EMPTY, Fault.OVERLONG)


class Faults(BaseModel):
    """A rate for each kind of fault; at most one happens to a request, so the rates add up to 1 at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate_limited: Rate = 0.0
    """429 with Retry-After, one of `retry_after` seconds."""
    server_error: Rate = 0.0
    """500 with OpenAI's error object."""
    cut: Rate = 0.0
    """200, then the connection closes half-way through the body."""
    hang: Rate = 0.0
    """Nothing, until the client leaves or `hang_seconds` have passed; then the connection closes."""
    html: Rate = 0.0
    """200 with a page for people, as proxies send."""
    bad_arguments: Rate = 0.0
    """The first call's arguments are cut JSON. A reply without calls is left as it is."""
    unknown_tool: Rate = 0.0
    """The first call names a tool nobody offered. A reply without calls is left as it is."""
    prose: Rate = 0.0
    """The calls are talked about, not made. A reply without calls is left as it is."""
    empty: Rate = 0.0
    """Neither text nor calls."""
    overlong: Rate = 0.0
    """`overlong_chars` of text instead of calls, with finish_reason "length"."""

    retry_after: Annotated[tuple[int, ...], Field(min_length=1)] = (0, 1)
    hang_seconds: NonNegativeFloat = 60.0
    overlong_chars: PositiveInt = 200_000

    @model_validator(mode="after")
    def _one_fault_a_request(self) -> "Faults":
        total = math.fsum(self.rate(kind) for kind in Fault)
        if total > 1 + 1e-9:
            raise ValueError(f"the rates of all faults add up to {total:g}; at most 1 is possible")
        return self

    @classmethod
    def spread(cls, rate: float) -> "Faults":
        """`rate` shared equally by the faults a client should retry: 429, 500 and a cut connection."""
        return cls(rate_limited=rate / 3, server_error=rate / 3, cut=rate / 3)

    def rate(self, kind: Fault) -> float:
        found: float = getattr(self, kind.value)
        return found

    @property
    def possible(self) -> bool:
        return any(self.rate(kind) for kind in Fault)

    def drawn(self, draw: Draw, attempt: int) -> Fault | None:
        """What goes wrong at this attempt (0 is the first) at the conversation of `draw`."""
        left = draw.uniform(f"fault {attempt}")
        for kind in Fault:
            left -= self.rate(kind)
            if left < 0:
                return kind
        return None

    def mistaken(self, reply: Reply, fault: Fault | None) -> Reply:
        """The reply after a model's mistake; the same object where the mistake does not apply."""
        match fault, reply.calls:
            case Fault.BAD_ARGUMENTS, (first, *rest):
                return Reply(calls=(Call(name=first.name, arguments=first.arguments[:-1]), *rest))
            case Fault.UNKNOWN_TOOL, (first, *rest):
                return Reply(calls=(Call(name=f"{first.name}_now", arguments=first.arguments), *rest))
            case Fault.PROSE, (first, *_):
                return Reply(text=f"I will use {first.name} next.")
            case Fault.EMPTY, _:
                return Reply()
            case Fault.OVERLONG, _:
                return Reply(
                    text=("and so on " * (self.overlong_chars // 10 + 1))[: self.overlong_chars],
                    cut_short=True,
                )
        return reply
