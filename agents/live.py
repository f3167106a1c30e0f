"""What asks models: importing this imports AutoGen (LiteLLM waits for the first call)."""

from .asking import Said, ask
from .cassette import Cassette, Mode
from .confederate import Confederate
from .litellm_client import LiteLLMClient, close_connections, known_prices, known_window, unusable
from .llm import LLMAgent
from .memory import MemoryWording, build_context

__all__ = [
    "Cassette",
    "Confederate",
    "LLMAgent",
    "LiteLLMClient",
    "MemoryWording",
    "Mode",
    "Said",
    "ask",
    "build_context",
    "close_connections",
    "known_prices",
    "known_window",
    "unusable",
]
