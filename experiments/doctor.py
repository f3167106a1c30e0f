"""What is installed, which model keys are there (by name only), and whether an endpoint answers."""

import http.client
import json
import os
import platform
import sys
import urllib.error
import urllib.request
from importlib import metadata
from typing import NamedTuple

from .import_names import import_names
from .plain import plain
from .store import PINNED

KEYS = [
    "ANTHROPIC_API_KEY",
    "AZURE_API_KEY",
    "COHERE_API_KEY",
    "DEEPSEEK_API_KEY",
    "GEMINI_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "MOONSHOT_API_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "TOGETHERAI_API_KEY",
    "XAI_API_KEY",
    "ZAI_API_KEY",
]
"""Environment variables from which LiteLLM takes keys; there are more."""


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks the endpoint itself: no proxy stands before an address of one's own."""
MOST_BYTES = 2_000_000


class Check(NamedTuple):
    """One line of the examination."""

    what: str
    ok: bool
    found: str


def examine(api_base: str | None) -> list[Check]:
    """All checks; keys are named, never shown."""
    checks = [Check("python", sys.version_info >= (3, 11), platform.python_version())]
    for name in PINNED:
        try:
            checks.append(Check(name, True, metadata.version(name)))
        except metadata.PackageNotFoundError:
            checks.append(Check(name, False, "not installed"))
    checks += [Check(f"import {name}", ok, place) for name, (ok, place) in import_names().items()]
    keys = [key for key in KEYS if os.environ.get(key)]
    checks.append(Check("model keys", True, ", ".join(keys) or "none seen; a local endpoint needs none"))
    if api_base is not None:
        checks.append(ask_endpoint(api_base))
    return checks


def ask_endpoint(api_base: str, timeout_s: float = 5) -> Check:
    """Whether an OpenAI-compatible endpoint lists its models."""
    url = f"{api_base.rstrip('/')}/models"
    if not url.startswith(("http://", "https://")):
        return Check(f"endpoint {api_base}", False, "not an http address")
    try:
        with OPENER.open(url, timeout=timeout_s) as response:
            answer = response.read(MOST_BYTES)
    except urllib.error.HTTPError as error:
        return Check(f"endpoint {api_base}", False, f"answers HTTP {error.code} to GET /models")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Check(f"endpoint {api_base}", False, f"no usable answer to GET /models: {plain(error)}")
    try:
        models = [str(model["id"]) for model in json.loads(answer)["data"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Check(f"endpoint {api_base}", False, f"no list of models came back from GET /models, but {_what(answer)}")
    return Check(
        f"endpoint {api_base}", True, f"{len(models)} models: {', '.join(plain(model, 60) for model in models[:8])}"
    )


def _what(answer: bytes) -> str:
    """What came back, in a few words."""
    text = plain(answer[:400].decode("utf-8", "replace"), 80)
    if not text:
        return "nothing"
    if text.lower().startswith(("<!doctype html", "<html")):
        return f"a web page ({text}); an OpenAI-compatible endpoint often lies below /v1"
    try:
        json.loads(answer)
    except (ValueError, RecursionError):
        return f"no JSON: {text}"
    return f"JSON of another kind: {text}"
