"""What an exception of LiteLLM means for us: ask again, or one of our errors. Read by shape, not by import.

LiteLLM 1.110 gives every failure a `status_code`, also those that met no server (500), and puts the headers
of an answer, when there was one, in `litellm_response_headers`. Their presence tells the two apart.
"""

from collections.abc import Iterator

from .errors import AgentError, ContextOverflow, ModelRequestError
from .model import ModelSpec
from .retry import Trouble, retry_after

_NEVER_REACHED = {"ClientConnectorError", "ClientConnectorDNSError", "ConnectError", "ConnectionRefusedError"}
_NO_ANSWER = ("invalid response", "unable to get json", "with no 'choices'")
_NO_KEY = ("missing credentials", "api key is required", "missing api key", "missing anthropic api key")


def failure(error: BaseException, spec: ModelSpec, key: str | None) -> Trouble | AgentError:
    """`Trouble` for what may pass, `ModelRequestError` or `ContextOverflow` for what will not."""
    name = type(error).__name__
    status = getattr(error, "status_code", None) or 0
    headers = dict(getattr(error, "litellm_response_headers", None) or {})
    what = f"{spec.model} at {spec.endpoint or 'its default endpoint'}"
    if name == "ContextWindowExceededError":
        return ContextOverflow(f"{what}: the prompt is longer than the model's context")
    if name in ("Timeout", "APITimeoutError") or isinstance(error, TimeoutError):
        return Trouble("HTTP 408" if headers else f"no answer within {spec.timeout_s:g} s", uncertain=True)
    if status == 429 or (status >= 500 and headers):
        wait = retry_after(headers)
        return Trouble(f"HTTP {status}", retry_after=wait, throttled=status == 429 or wait is not None)
    if status == 200:
        return Trouble("it sent something that is not an answer")
    if 400 <= status < 500:
        return _refusal(what, status, str(error), spec, key)
    said = str(error).lower()
    if any(sign in said for sign in _NO_KEY):
        return ModelRequestError(f"{what}: no API key; name its environment variable in api_key_env")
    if any(sign in said for sign in _NO_ANSWER):
        return Trouble("it sent something that is not an answer")
    if _NEVER_REACHED & {type(link).__name__ for link in _chain(error)} or "cannot connect" in said:
        return Trouble("it could not be reached")
    return Trouble("the connection failed", uncertain=True)


def _refusal(what: str, status: int, said: str, spec: ModelSpec, key: str | None) -> ModelRequestError:
    if status in (401, 403):
        source = spec.api_key_env or ("none: api_key_env is not set" if spec.api_base else "the provider's variable")
        return ModelRequestError(f"{what} refused the key (HTTP {status}); it was read from {source}")
    line = " ".join((said.replace(key, "…") if key else said).split())
    line = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
    return ModelRequestError(f"{what} refused the request (HTTP {status}): {line[:300]}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
