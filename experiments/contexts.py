"""How much of its window a model was given to read: the largest request of every model, from the record.

A model that is near the end of its window drops or overlooks what stands in the middle, so a history would count for less
than was lived. Half the window is the bar.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sim import Entry, ModelAsked

from .design import Experiment
from .populations import LLMAgents
from .store import RunFolder

SHARE = 0.5
"""Of a window that a request may fill."""


class Context(NamedTuple):
    """The largest request to a model, in tokens; its window, None where that is not known."""

    model: str
    calls: int
    largest: int
    window: int | None

    @property
    def fits(self) -> bool | None:
        """Whether it stayed under half the window; None where the window is not known."""
        return None if self.window is None else self.largest <= SHARE * self.window


def largest_requests(entries: Iterable[Entry]) -> dict[str, tuple[int, int]]:
    """By model: how many calls, and the prompt tokens of the largest."""
    found: dict[str, tuple[int, int]] = {}
    for entry in entries:
        if isinstance(entry.event, ModelAsked):
            call = entry.event.call
            calls, largest = found.get(call.model, (0, 0))
            found[call.model] = calls + 1, max(largest, call.prompt_tokens)
    return found


def contexts(folder: RunFolder) -> tuple[Context, ...]:
    """Every model of a run. A history counts once, however often it was continued."""
    if not isinstance(folder.experiment.agents, LLMAgents):
        return ()
    total: dict[str, tuple[int, int]] = {}
    seen: set[str] = set()
    for _, transcript, snapshot in folder.transcripts():
        since = len(snapshot.entries)
        parts = [transcript.entries[since:]]
        if snapshot.digest not in seen:
            seen.add(snapshot.digest)
            parts.append(snapshot.entries)
        for entries in parts:
            for model, (calls, largest) in largest_requests(entries).items():
                before = total.get(model, (0, 0))
                total[model] = before[0] + calls, max(before[1], largest)
    windows = windows_of(folder.experiment)
    return tuple(Context(model, *found, windows.get(model)) for model, found in sorted(total.items()))


def windows_of(experiment: Experiment) -> dict[str, int | None]:
    """The window of every model of an experiment, in tokens: as given, else as LiteLLM's table has it. Imports LiteLLM."""
    if not isinstance(experiment.agents, LLMAgents):
        return {}
    from agents.live import known_window

    return {spec.model: known_window(spec) for spec in experiment.agents.models}
