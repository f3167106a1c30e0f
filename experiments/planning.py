"""What an experiment will come to before anything is spent: cells, episodes, model calls, tokens, money, time.

One population of every arm is lived and forked with scripted agents, and what each of them read and did is counted as if a
model had done it one call at a time. A model that reads more slowly, talks more or thinks aloud will differ: this is a
forecast, to the nearest half.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from agents import Law, Prices
from sim import Action, AgentId, Answer, Episode, Frozen, Hands, ModelUse, Observation, Policy, canonical
from worlds import SYSTEM

from .build import build_fork, build_history
from .design import Experiment
from .populations import LLMAgents, PlantedAgents
from .store import RunFolder

CHARACTERS_PER_TOKEN = 4


@dataclass
class _Meter:
    """What the agents of one episode would have asked of a model."""

    calls: int = 0
    prompt: int = 0
    completion: int = 0


class Forecast(Frozen):
    """Episodes and model calls of a whole experiment; tokens are estimates. `cost_usd` is None where no price is known."""

    cells: int
    snapshots: int
    forks: int
    history_calls: int
    fork_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None

    @property
    def calls(self) -> int:
        """All model calls."""
        return self.history_calls + self.fork_calls

    def seconds(self, *, latency_s: float, concurrency: int) -> float:
        """Wall time with calls of `latency_s` each and `concurrency` of them in flight."""
        return self.calls * latency_s / concurrency


class _Metered:
    """A policy whose turns are counted as a model's. `context` is the length of what it has read and done so far."""

    def __init__(self, inner: Policy, meter: _Meter, context: int = 0) -> None:
        self._inner, self._meter, self.context = inner, meter, context

    async def act(self, seen: Observation, hands: Hands) -> None:
        self.context += len(seen.text)
        offered = sum(len(tool.description) + len(canonical(tool.schema)) for tool in seen.tools)
        counting = _CountingHands(hands, self, len(SYSTEM) + offered)
        await self._inner.act(seen, counting)
        if not counting.over:
            self.call(counting.always, 10)

    def call(self, always: int, said: int) -> None:
        """One model call, with `always` characters besides the context, answered with `said` characters."""
        self._meter.calls += 1
        self._meter.prompt += (always + self.context) // CHARACTERS_PER_TOKEN
        self._meter.completion += max(1, said // CHARACTERS_PER_TOKEN)
        self.context += said

    def get_state(self) -> dict[str, Any]:
        return self._inner.get_state()

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._inner.set_state(state)


class _CountingHands:
    def __init__(self, hands: Hands, turn: _Metered, always: int) -> None:
        self._hands, self._turn, self.always = hands, turn, always
        self.over = False

    async def do(self, action: Action) -> Answer:
        self._turn.call(self.always, len(action.model_dump_json()))
        answer = await self._hands.do(action)
        self._turn.context += len(answer.text)
        self.over = answer.over
        return answer

    def note_model_call(self, call: ModelUse) -> None:
        self._hands.note_model_call(call)


def _metered(episode: Episode, meter: _Meter, contexts: Mapping[AgentId, int]) -> dict[AgentId, _Metered]:
    seats = {agent: _Metered(policy, meter, contexts.get(agent, 0)) for agent, policy in episode.seats.items()}
    episode.seats = seats
    return seats


async def forecast(experiment: Experiment, prices: Prices | None = None) -> Forecast:
    """Count one population per cell, with every fork, and multiply."""
    agents = PlantedAgents(law=Law(), makes=experiment.makes)
    scripted = experiment.with_(agents=agents.model_dump(), snapshots=1, targets=1, repeats=1)
    history, fork, cells, forks, counted = _Meter(), _Meter(), 0, 0, 0
    for unit in scripted.units():
        cells += 1
        forks += sum(1 for _ in experiment.trials_of(unit))
        lived = build_history(scripted, unit)
        seats = _metered(lived, history, {})
        snapshot = await lived.live()
        contexts = {agent: policy.context for agent, policy in seats.items()}
        for trial in scripted.trials_of(unit):
            counted += 1
            continued = build_fork(scripted, trial, snapshot)
            _metered(continued, fork, contexts)
            await continued.run()
    times_history, times_fork = experiment.snapshots, experiment.snapshots * forks / max(1, counted)
    prompt = history.prompt * times_history + round(fork.prompt * times_fork)
    completion = history.completion * times_history + round(fork.completion * times_fork)
    return Forecast(
        cells=cells,
        snapshots=cells * experiment.snapshots,
        forks=sum(1 for _ in experiment.trials()),
        history_calls=history.calls * times_history,
        fork_calls=round(fork.calls * times_fork),
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_usd=None if prices is None else prices.cost(prompt, completion),
    )


def known_prices_of(experiment: Experiment) -> Prices | None:
    """The prices of the experiment's models, averaged where there are several; None where one is not known or none is
    live."""
    if not isinstance(experiment.agents, LLMAgents):
        return None
    from agents.live import known_prices

    found = [known_prices(spec) for spec in experiment.agents.models]
    known = [prices for prices in found if prices is not None]
    if len(known) < len(found):
        return None
    return Prices(
        prompt=sum(prices.prompt for prices in known) / len(known),
        completion=sum(prices.completion for prices in known) / len(known),
    )


FILE = "forecast.json"


class Compared(NamedTuple):
    """A forecast beside what came of it, as text, and the second as a share of the first (None where one is not known)."""

    what: str
    forecast_text: str
    actual_text: str
    share: float | None


async def keep_forecast(folder: RunFolder) -> None:
    """Write what a live run will come to into its folder, once, before it begins. Planted agents call no model, and of an
    imported run nothing is run: there is nothing to forecast."""
    path = folder.path / FILE
    if not isinstance(folder.experiment.agents, LLMAgents) or path.exists():
        return
    found = await forecast(folder.experiment, known_prices_of(folder.experiment))
    part = path.with_name(f"{FILE}.part")
    part.write_text(found.model_dump_json(indent=1), encoding="utf-8")
    part.replace(path)


def kept_forecast(folder: RunFolder) -> Forecast | None:
    """The forecast of a run, None where it has none that can be read."""
    try:
        return Forecast.model_validate_json((folder.path / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def compared(folder: RunFolder) -> tuple[Compared, ...]:
    """Calls, tokens and money as forecast for the whole run and as spent so far; nothing where nothing was forecast."""
    expected, spent = kept_forecast(folder), folder.spent()
    if expected is None:
        return ()
    counts = (
        ("calls", expected.calls, spent.calls),
        ("tokens read", expected.prompt_tokens, spent.prompt_tokens),
        ("tokens written", expected.completion_tokens, spent.completion_tokens),
    )
    found = [Compared(what, f"{plan:,}", f"{came:,}", came / plan if plan else None) for what, plan, came in counts]
    plan = "not known" if expected.cost_usd is None else f"${expected.cost_usd:,.4f}"
    came = f"${spent.cost_usd:,.4f}" + (f" and {spent.unpriced_calls:,} calls unpriced" if spent.unpriced_calls else "")
    share = spent.cost_usd / expected.cost_usd if expected.cost_usd and not spent.unpriced_calls else None
    return (*found, Compared("money", plan, came, share))
