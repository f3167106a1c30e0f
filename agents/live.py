"""What asks models: importing this imports AutoGen (LiteLLM waits for the first call)."""

from .cassette import Cassette, Mode
from .confederate import Confederate
from .litellm_client import LiteLLMClient, close_connections, known_prices
from .llm import LLMAgent

__all__ = ["Cassette", "Confederate", "LLMAgent", "LiteLLMClient", "Mode", "close_connections", "known_prices"]
