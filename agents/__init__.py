"""Who decides: rule-bound agents, planted populations, language models, and an endpoint that plays them.

What needs AutoGen or LiteLLM is not imported here: see `agents.live`, so that a scripted run starts fast.
"""

from .errors import (
    AgentError,
    CapReached,
    CassetteError,
    CassetteMiss,
    ContextOverflow,
    ModelRequestError,
    ModelUnavailable,
)
from .limits import Caps, Limits, Usage
from .model import ModelCall, ModelSpec, Prices
from .planted import NULL, Law, Planted
from .scripted import RULES, Complies, Past, Response, Rule, Scripted, build_rule

__all__ = [
    "NULL",
    "RULES",
    "AgentError",
    "CapReached",
    "Caps",
    "CassetteError",
    "CassetteMiss",
    "Complies",
    "ContextOverflow",
    "Law",
    "Limits",
    "ModelCall",
    "ModelRequestError",
    "ModelSpec",
    "ModelUnavailable",
    "Past",
    "Planted",
    "Prices",
    "Response",
    "Rule",
    "Scripted",
    "Usage",
    "build_rule",
]
