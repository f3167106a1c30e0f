"""Reading what LiteLLM gives back, and its price table: by shape alone, nothing of it is imported here."""

from collections.abc import Callable, Mapping
from typing import Any

from .model import SCRIPTED, ModelSpec, Prices, Reply
from .retry import Trouble
from .wire import LONGEST, as_json, estimate_tokens, reply_in


def wire_name(litellm: Any, spec: ModelSpec) -> str:
    """The name LiteLLM routes by; see `ModelSpec`."""
    prefixed = spec.model.split("/")[0] in litellm.provider_list if "/" in spec.model else False
    return f"hosted_vllm/{spec.model}" if spec.api_base and not prefixed else spec.model


async def gather(litellm: Any, stream: Any, hand_out: Callable[[str], None]) -> Any:
    """The whole response of a stream. One that does not end is left once it is longer than we would keep."""
    chunks: list[Any] = []
    length = 0
    try:
        async for chunk in stream:
            chunks.append(chunk)
            delta = chunk.choices[0].delta if chunk.choices else None
            if delta is not None and delta.content:
                hand_out(delta.content)
            length += len(str(delta.content or delta.tool_calls or "")) if delta is not None else 0
            if length > 2 * LONGEST:
                break
    finally:
        await stream.aclose()
    return litellm.stream_chunk_builder(chunks)


def reply_of(response: Any, estimate: int) -> Reply:
    """The first choice. Raises `Trouble` when there is none; usage not reported is estimated."""
    choices = getattr(response, "choices", None)
    if not choices or getattr(choices[0], "message", None) is None:
        raise Trouble("it sent something that is not an answer")
    message = choices[0].message.model_dump()
    usage = getattr(response, "usage", None)
    prompt, completion = getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0
    if not prompt and not completion:
        prompt, completion = estimate, estimate_tokens(as_json(message))
    scripted = getattr(response, "system_fingerprint", None) == SCRIPTED
    return reply_in(message, choices[0].finish_reason, prompt, completion, scripted=scripted)


def cost_of(response: Any, reply: Reply, spec: ModelSpec, prices: Prices | None) -> float | None:
    """USD. LiteLLM's own sum knows cached tokens, but bills an `api_base` as the name it goes by."""
    if spec.prices is None and spec.api_base is None:
        reported = (getattr(response, "_hidden_params", None) or {}).get("response_cost")
        if reported is not None:
            return float(reported)
    return None if prices is None else prices.cost(reply.prompt_tokens, reply.completion_tokens)


def prices_of(litellm: Any, spec: ModelSpec) -> Prices | None:
    """Prices given, else those of LiteLLM's local table for this very provider and model.

    A bare name on an `api_base` has none: whatever is served there, it is not billed as the model it is called after.
    """
    if spec.prices is not None:
        return spec.prices
    row = _row(litellm, spec)
    prompt, completion = row.get("input_cost_per_token"), row.get("output_cost_per_token")
    if prompt is None or completion is None:
        return None
    return Prices(prompt=prompt * 1e6, completion=completion * 1e6)


def window_of(litellm: Any, spec: ModelSpec) -> int | None:
    """Tokens a model reads at most: as given, else by the same table."""
    window = spec.context_window or _row(litellm, spec).get("max_input_tokens")
    return int(window) if window else None


def _row(litellm: Any, spec: ModelSpec) -> Mapping[str, Any]:
    if spec.api_base is not None and "/" not in spec.model:
        return {}
    provider, _, name = spec.model.partition("/")
    row: Mapping[str, Any] = litellm.model_cost.get(spec.model) or litellm.model_cost.get(name) or {}
    return {} if name and row.get("litellm_provider") != provider else row
