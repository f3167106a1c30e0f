"""One turn in progress: an agent that thinks and acts, seen from the kernel.

The policy runs as a task of its own. Whatever it does waits here until the kernel takes it, one action at a tick, so
that latency decides nothing. Cancelling leaves no waiter behind, whatever the policy was in the middle of.
"""

import asyncio
from collections import deque
from collections.abc import Collection

from .action import Action, Answer, ModelUse, Observation, Policy
from .errors import PolicyBroken
from .message import AgentId

GRACE = 2.0
"""Seconds that a cancelled policy has to clean up before it is cancelled once more."""


async def settle(tasks: "Collection[asyncio.Task[None]]") -> None:
    """Wait for cancelled policies. What one of them still raises comes too late."""
    if not tasks:
        return
    _, left = await asyncio.wait(tasks, timeout=GRACE)
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=GRACE)
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()


class Turn:
    """The hands of one agent for one turn."""

    def __init__(self, agent: AgentId, number: int) -> None:
        self.agent, self.number = agent, number
        self.taken = 0
        """Actions taken so far."""
        self.over = False
        """What is still asked for is refused."""
        self._asked: deque[tuple[Action, asyncio.Future[Answer], list[ModelUse]]] = deque()
        self._noted: list[ModelUse] = []
        self._calls: list[ModelUse] = []
        self._signal: asyncio.Event = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None
        self._answering: asyncio.Future[Answer] | None = None

    def start(self, policy: Policy, seen: Observation, after: "asyncio.Task[None] | None" = None) -> None:
        """Let the policy begin to think, once its turn before (`after`), which was cut off, has been cleaned up."""
        self._task = asyncio.ensure_future(policy.act(seen, self) if after is None else self._later(policy, seen, after))
        self._task.add_done_callback(lambda _: self._signal.set())

    async def _later(self, policy: Policy, seen: Observation, after: "asyncio.Task[None]") -> None:
        await settle([after])
        await policy.act(seen, self)

    # -- the policy's side ------------------------------------------------------------------------------------------

    async def do(self, action: Action) -> Answer:
        """Act, and learn what came of it. Several calls at once are taken in the order in which they were made.

        Raises PolicyBroken on the hands of a turn that has ended by itself.
        """
        if self._closed and self._task is not None and self._task.done():
            raise PolicyBroken(f"{self.agent} acts with the hands of turn {self.number}, which has ended")
        if self._closed:
            raise asyncio.CancelledError(f"the turn of {self.agent} has ended")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked.append((action, answer, self._noted))
        self._noted = []
        self._signal.set()
        return await answer

    def note_model_call(self, call: ModelUse) -> None:
        """Remember a model call until the next action is taken."""
        self._noted.append(call)

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
            action, self._answering, self._calls = self._asked.popleft()
            self.taken += 1
            return action
        if self._task is not None and self._task.cancelled():
            raise PolicyBroken(f"the policy of {self.agent} was cancelled, and not by the kernel")
        if self._task is not None and self._task.done():
            self._task.result()
        self._calls, self._noted = self._noted, []
        return None

    def calls(self) -> list[ModelUse]:
        """Model calls that led to what was taken last."""
        calls, self._calls = self._calls, []
        return calls

    def reply(self, answer: Answer) -> None:
        """Tell the policy what came of the action taken last."""
        if self._answering is not None and not self._answering.done():
            self._answering.set_result(answer)

    def close(self) -> "asyncio.Task[None] | None":
        """End the turn, and cancel the policy if it is not done. Returns a task that still has to be awaited, if any."""
        self._closed = True
        waiting = [answer for _, answer, _ in self._asked]
        if self._answering is not None:
            waiting.append(self._answering)
        for answer in waiting:
            answer.cancel()
        self._asked.clear()
        if self._task is None or self._task.done():
            if self._task is not None and not self._task.cancelled():
                self._task.exception()  # looked at, so that asyncio does not complain of it
            return None
        self._task.cancel()
        return self._task
