"""Whether a model can be asked, as far as that shows before the first call: a provider of that name, a key for it.

Providers that take credentials of several kinds (a cloud's own login, a token, a profile) are not judged.
"""

import os
from collections.abc import Callable
from typing import Any

from .model import ModelSpec


def problem_of(litellm: Callable[[], Any], spec: ModelSpec) -> str | None:
    """What is in the way, in one line; None where nothing shows. `litellm` gives the library, which takes seconds."""
    if spec.api_key_env is not None and not os.environ.get(spec.api_key_env):
        return f"{spec.model}: the environment variable {spec.api_key_env}, which should hold its key, is not set"
    if spec.api_base is not None:
        return None
    library = litellm()
    try:
        library.get_llm_provider(spec.model)
    except library.BadRequestError:
        return (
            f"{spec.model}: no provider is known by that name; write provider/model, as in openai/gpt-4o-mini, or give the "
            "endpoint that serves it with --api-base"
        )
    missing = [] if spec.api_key_env else library.validate_environment(spec.model)["missing_keys"]
    if missing and all(name.endswith("_API_KEY") for name in missing):
        where = " or ".join(missing)
        return f"{spec.model}: no key for it is set; put it in {where}, or name its variable with --api-key-env"
    return None
