"""A line to models for what is done outside of a sweep: one fork, a question on a fork that is thrown away."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from agents import AgentError, Limits, ModelCall

from .design import Experiment
from .errors import BadRun
from .populations import LLMAgents
from .seating import Line


@asynccontextmanager
async def open_line(
    experiment: Experiment,
    *,
    cassette: Path | None = None,
    concurrency: int = 16,
    on_call: Callable[[ModelCall], None] = lambda _: None,
) -> AsyncIterator[Line | None]:
    """A line for the experiment's agents, None where they are scripted. Calls are recorded in `cassette`, if given.

    Raises `BadRun` in place of what goes wrong between an agent and its model.
    """
    if not isinstance(experiment.agents, LLMAgents):
        yield None
        return
    from agents.live import Cassette, close_connections

    try:
        tape = Cassette(cassette) if cassette is not None else None
        try:
            yield Line(Limits(max_concurrency=concurrency), tape, on_call)
        finally:
            await close_connections()
            if tape is not None:
                tape.close()
    except BaseExceptionGroup as group:
        known, _ = group.split(AgentError)
        if known is None:
            raise
        raise BadRun(str(_first(known))) from None
    except AgentError as error:
        raise BadRun(str(error)) from None


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
