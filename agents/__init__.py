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
from .operators import PlantedOperator
from .planted import NULL, Law, Planted
from .recall import Form, Memory, parse_memory
from .scripted import RULES, Complies, Past, Response, Rule, Scripted, build_rule
from .seeded import Act, Seeded
from .voiced import Voiced

__all__ = [
    "NULL",
    "RULES",
    "Act",
    "AgentError",
    "CapReached",
    "Caps",
    "CassetteError",
    "CassetteMiss",
    "Complies",
    "ContextOverflow",
    "Form",
    "Law",
    "Limits",
    "Memory",
    "ModelCall",
    "ModelRequestError",
    "ModelSpec",
    "ModelUnavailable",
    "Past",
    "Planted",
    "PlantedOperator",
    "Prices",
    "Response",
    "Rule",
    "Scripted",
    "Seeded",
    "Usage",
    "Voiced",
    "build_rule",
    "parse_memory",
]
