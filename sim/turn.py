"""One turn in progress: an agent that thinks and acts, seen from the kernel.

The policy runs as a task of its own. Whatever it does waits here until the kernel takes it, one action at a tick, so
that latency decides nothing. Cancelling leaves no waiter behind, whatever the policy was in the middle of.
"""

import asyncio
from collections import deque

from .action import Action, Answer, ModelUse, Observation, Policy
from .message import AgentId


class Turn:
    """The hands of one agent for one turn."""

    def __init__(self, agent: AgentId, number: int) -> None:
        self.agent, self.number = agent, number
        self.taken = 0
        """Actions taken so far."""
        self.over = False
        """What is still asked for is refused."""
        self._asked: deque[tuple[Action, asyncio.Future[Answer]]] = deque()
        self._calls: list[ModelUse] = []
        self._signal: asyncio.Event = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None
        self._answering: asyncio.Future[Answer] | None = None

    def start(self, policy: Policy, seen: Observation) -> None:
        """Let the policy begin to think."""
        self._task = asyncio.ensure_future(policy.act(seen, self))
        self._task.add_done_callback(lambda _: self._signal.set())

    # -- the policy's side ------------------------------------------------------------------------------------------

    async def do(self, action: Action) -> Answer:
        """Act, and learn what came of it. Several calls at once are taken in the order in which they were made."""
        if self._closed:
            raise asyncio.CancelledError(f"the turn of {self.agent} has ended")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked.append((action, answer))
        self._signal.set()
        return await answer

    def note_model_call(self, call: ModelUse) -> None:
        """Remember a model call until the next action is taken."""
        self._calls.append(call)

    # -- the kernel's side --------------------------------------------------------------------------------------------

    async def decided(self) -> None:
        """Return when an action waits, or the policy is done."""
        while not self._asked and self._task is not None and not self._task.done():
            self._signal.clear()
            await self._signal.wait()

    @property
    def live(self) -> bool:
        """Whether the turn can still act."""
        return not self._closed

    def next_action(self) -> Action | None:
        """The action to take now, or None when the policy is done. Raises what the policy raised."""
        if self._asked:
            action, self._answering = self._asked.popleft()
            self.taken += 1
            return action
        if self._task is not None and self._task.done():
            self._task.result()
        return None

    def calls(self) -> list[ModelUse]:
        """Model calls since this was last asked."""
        calls, self._calls = self._calls, []
        return calls

    def reply(self, answer: Answer) -> None:
        """Tell the policy what came of the action taken last."""
        if self._answering is not None and not self._answering.done():
            self._answering.set_result(answer)

    def close(self) -> "asyncio.Task[None] | None":
        """End the turn, and cancel the policy if it is not done. Returns a task that still has to be awaited, if any."""
        self._closed = True
        waiting = [answer for _, answer in self._asked]
        if self._answering is not None:
            waiting.append(self._answering)
        for answer in waiting:
            answer.cancel()
        self._asked.clear()
        if self._task is None or self._task.done():
            return None
        self._task.cancel()
        return self._task
