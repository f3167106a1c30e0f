"""A policy that is watched: what it is shown, and what its actions are answered with, is told to somebody else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim import Action, Answer, Episode, Hands, ModelUse, Observation, Policy


class Watched:
    """Does as `inner` does. `sees` hears of every turn, `answered` of every answer; with `first`, those actions are taken
    before the inner policy's own."""

    def __init__(
        self,
        inner: Policy,
        *,
        sees: Callable[[Observation], None],
        answered: Callable[[Action, Answer], None],
        first: Callable[[Observation], Sequence[Action]] = lambda _: (),
    ) -> None:
        self._inner, self._sees, self._answered, self._first = inner, sees, answered, first

    async def act(self, seen: Observation, hands: Hands) -> None:
        self._sees(seen)
        watched = _WatchedHands(hands, self._answered)
        for action in self._first(seen):
            await watched.do(action)
        await self._inner.act(seen, watched)

    def get_state(self) -> dict[str, Any]:
        return self._inner.get_state()

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._inner.set_state(state)


class _WatchedHands:
    def __init__(self, hands: Hands, answered: Callable[[Action, Answer], None]) -> None:
        self._hands, self._answered = hands, answered

    async def do(self, action: Action) -> Answer:
        answer = await self._hands.do(action)
        self._answered(action, answer)
        return answer

    def note_model_call(self, call: ModelUse) -> None:
        self._hands.note_model_call(call)


def watch(episode: Episode, watched: Callable[[Policy], Watched]) -> Episode:
    """The same episode with everybody watched."""
    episode.seats = {agent: watched(policy) for agent, policy in episode.seats.items()}
    return episode
