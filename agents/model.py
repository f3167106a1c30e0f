"""Values of the model-call layer: which model is asked, what it answered, what the call came to.

Nothing here talks to anybody. `Reply` is our own shape of an answer, free of any library's, so that a
recorded call can be read back without the library that made it.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PositiveFloat, PositiveInt, field_validator

# fmt: off
TRANSPORT = frozenset(
    {
        "api_base", "api_key", "api_version", "base_url", "cache", "caching", "custom_llm_provider",
        "default_headers", "drop_params", "extra_body", "extra_headers", "fallbacks",
        "function_call", "functions", "headers", "max_completion_tokens", "max_retries",
        "max_tokens", "messages", "metadata", "mock_response", "model", "n", "num_retries",
        "response_format", "seed", "stream", "stream_options", "temperature", "timeout",
        "tool_choice", "tools", "top_p",
    }
)
# fmt: on
"""What `extra` and `extra_create_args` may not carry: it has its own place, or is not sampling."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prices(Frozen):
    """USD per million tokens."""

    prompt: Annotated[float, Field(ge=0)]
    completion: Annotated[float, Field(ge=0)]

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


ASSUMED_WINDOW = 128_000
"""Tokens that a model is taken to read where nobody has said; a check of contexts says "not known" instead."""


class ModelSpec(Frozen):
    """A model and how it is sampled.

    `model` is LiteLLM's name, `provider/name`. With `api_base` set and no provider in front, the endpoint is
    spoken to as `hosted_vllm/<name>`: the plain OpenAI protocol over aiohttp, at less CPU a call than
    `openai/`. A model whose own name begins like a provider's needs the prefix spelt out:
    `hosted_vllm/openai/gpt-oss-20b`.

    `api_key_env` is the name of an environment variable, never a key. Without it an `api_base` gets a dummy
    key (a key in the environment is never sent to an address it was not meant for), and a provider's default
    endpoint gets the variable LiteLLM knows for it.

    `seed` and whatever `extra` holds are sent as they stand, the same from every agent and in every repeat; a
    provider that refuses them is a `ModelRequestError`, and nothing is dropped. `structured_output=False` asks for a
    schema in the looser way that llama.cpp understands (`json_object` with a `schema`). `prices` are for models whose
    price LiteLLM's table cannot know; a bare name on an `api_base` has no price unless it is given here. The same holds of
    `context_window`, in tokens.
    """

    model: Annotated[str, Field(min_length=1)]
    api_base: str | None = None
    api_key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: PositiveInt = 1024
    seed: int | None = None
    timeout_s: PositiveFloat = 120.0
    function_calling: bool = True
    structured_output: bool = True
    context_window: PositiveInt | None = None
    prices: Prices | None = None
    extra: dict[str, JsonValue] = Field(default_factory=dict)

    @field_validator("api_base")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"api_base is {value!r}; expected something like http://127.0.0.1:8000/v1")
        if parts.username or parts.password or parts.query:
            raise ValueError("api_base carries credentials or a query; name the key's variable in api_key_env")
        return value.rstrip("/")

    @field_validator("extra")
    @classmethod
    def _is_sampling(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if taken := sorted(TRANSPORT & value.keys()):
            raise ValueError(f"extra holds {', '.join(taken)}; it is for further sampling parameters only")
        return value

    @property
    def endpoint(self) -> str:
        """`scheme://host:port`, or "" for the provider's default."""
        if self.api_base is None:
            return ""
        parts = urlsplit(self.api_base)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"

    @property
    def provider(self) -> str:
        """Whose capacity a call uses: the endpoint, else the provider in front of the model's name."""
        return self.endpoint or self.model.split("/")[0]

    def sampling(self) -> dict[str, Any]:
        """Every parameter that shapes the draw, in one fixed order, unset ones left out."""
        known = {"temperature": self.temperature, "top_p": self.top_p, "seed": self.seed}
        chosen = {name: value for name, value in known.items() if value is not None}
        return {"max_tokens": self.max_tokens, **chosen, **dict(sorted(self.extra.items()))}


SCRIPTED = "scripted-v1"
"""The `system_fingerprint` of every answer of the scripted endpoint: what it says is never evidence about a model."""


class Finish(StrEnum):
    """Why a model stopped, in AutoGen's words."""

    STOP = "stop"
    LENGTH = "length"
    CALLS = "function_calls"
    FILTER = "content_filter"
    UNKNOWN = "unknown"


class ToolCall(Frozen):
    """One call as the model wrote it: `arguments` is its text, valid JSON or not."""

    id: str
    name: str
    arguments: str


class Aside(Frozen):
    """What a turn with tool calls held besides them and must be sent back: its text, its signed thinking."""

    text: str = ""
    thinking: tuple[dict[str, JsonValue], ...] = ()


class Reply(Frozen):
    """A model's answer."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    thinking: tuple[dict[str, JsonValue], ...] = ()
    finish: Finish
    prompt_tokens: Annotated[int, Field(ge=0)]
    completion_tokens: Annotated[int, Field(ge=0)]
    scripted: bool = False
    """Whether it carries the fingerprint of the scripted endpoint."""


class ModelCall(Frozen):
    """What one call came to. `cost_usd` None: the price is not known. A replayed call cost nothing.

    `request` is the digest of model and request without the address asked, so that a record does not depend on where a
    model happens to be served.
    """

    schema_version: Literal[1] = 1
    key: str
    request: str
    position: str
    model: str
    endpoint: str
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    finish: Finish
    scripted: bool
    replayed: bool
    retries: int
