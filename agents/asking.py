"""One question to a model outside of any episode, answered by a schema: how a judge asks. It keeps no conversation."""

from typing import NamedTuple

from autogen_core.models import LLMMessage, SystemMessage, UserMessage
from pydantic import BaseModel

from .litellm_client import LiteLLMClient

__all__ = ["Said", "ask"]


class Said(NamedTuple):
    """What a model answered, as text: nobody has checked that it fits the schema. `finish` is why it stopped."""

    text: str
    finish: str


async def ask(client: LiteLLMClient, system: str, prompt: str, schema: type[BaseModel]) -> Said:
    """Ask once. The schema is sent as the response format; whether the endpoint heeds it is for the caller to see.

    Raises what `LiteLLMClient.create` raises.
    """
    messages: list[LLMMessage] = [SystemMessage(content=system), UserMessage(content=prompt, source="user")]
    result = await client.create(messages, json_output=schema)
    text = result.content if isinstance(result.content, str) else " ".join(call.arguments for call in result.content)
    return Said(text, result.finish_reason)
