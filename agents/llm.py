"""The LLM agent: an AutoGen `AssistantAgent` whose tools are the world's, with one context for its whole life.

AutoGen keeps the context and runs the tools; when a turn ends is decided here, so that no model call is spent on saying
that one is done. An agent cut off in the middle of a tool call is left with a context that every provider accepts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import TextMessage
from autogen_core import CancellationToken
from autogen_core.models import LLMMessage, SystemMessage, UserMessage

from sim import Hands, LivedTurn, ModelUse, Observation, Say

from .bench import Bench, Screened
from .litellm_client import LiteLLMClient
from .memory import CutContext, FullContext, MemoryWording, condensing
from .model import ModelCall


class LLMAgent:
    """Decides by asking a model.

    `system` is the system prompt; `interrupted` stands in the context for the result of a tool call that was cut off. At
    most `calls` model calls are made in a turn. `context` is what of its past is shown again: everything, if not given.
    """

    def __init__(
        self,
        client: LiteLLMClient,
        *,
        system: str,
        interrupted: str,
        calls: int = 16,
        context: FullContext | None = None,
    ) -> None:
        self.client = client
        self._also, client.on_call = client.on_call, self._heard
        self._system, self._interrupted, self._calls = system, interrupted, calls
        self._context = context or FullContext()
        self._hands: Hands | None = None
        self._condense = False

    async def act(self, seen: Observation, hands: Hands) -> None:
        """Read what is new, then act until the turn is over or the model has nothing more to do."""
        self._hands = hands
        if self._condense and isinstance(self._context, CutContext):
            self._condense = False
            self.client.forget(await self._context.condense(self._ask))
        self._context.begin(seen)
        await self._take_turn(seen, hands)
        self.client.forget(await self._context.end(self._ask))

    async def _take_turn(self, seen: Observation, hands: Hands) -> None:
        bench = Bench(seen.tools, hands)
        agent = AssistantAgent(
            "agent",
            Screened(self.client, bench),
            workbench=bench,
            model_context=self._context,
            system_message=self._system,
            max_tool_iterations=1,
        )
        messages = [TextMessage(content=seen.text, source="user")]
        try:
            for _ in range(self._calls):
                bench.offer_anew()
                response = await agent.on_messages(messages, CancellationToken())
                messages = []
                if isinstance(response.chat_message, TextMessage):
                    if response.chat_message.content.strip():
                        await hands.do(Say(text=response.chat_message.content))
                    return
                if bench.over:
                    return
        finally:
            bench.left = True
            self._context.make_legal(bench.answers, self._interrupted)

    async def _ask(self, text: str) -> str:
        """A text from the model outside a conversation; empty where it gave none."""
        asked: list[LLMMessage] = [SystemMessage(content=self._system), UserMessage(content=text, source="user")]
        said = (await self.client.create(asked)).content
        return said if isinstance(said, str) else ""

    def _heard(self, call: ModelCall) -> None:
        if self._also is not None:
            self._also(call)
        if self._hands is not None:
            self._hands.note_model_call(
                ModelUse(
                    request=call.request,
                    model=call.model,
                    prompt_tokens=call.prompt_tokens,
                    completion_tokens=call.completion_tokens,
                    finish=call.finish.value,
                    scripted=call.scripted,
                )
            )

    def get_state(self) -> dict[str, Any]:
        """The context and the client's state, as JSON."""
        own = {"condense": True} if self._condense else {}
        return {"context": self._context.get_state(), "client": self.client.get_state(), **own}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Remember what `get_state` gave."""
        self._context.set_state(state["context"])
        self.client.set_state(state["client"])
        self._condense = bool(state.get("condense"))

    def condense(self, wording: MemoryWording) -> None:
        """Before the next turn, let notes of its own take the place of everything it remembers. For a full context."""
        self._context, self._condense = condensing(self._context.get_state(), wording), True

    def recollect(self, turns: Sequence[LivedTurn]) -> None:
        """Take turns of a record for turns of its own: the context holds them as if this agent had taken them."""
        for turn in turns:
            self._context.relive(turn)

    def rebase(self, position: str) -> None:
        """Number model calls anew from `position`: a fork draws for itself."""
        self.client.rebase(position)
