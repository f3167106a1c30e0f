"""A scripted OpenAI-compatible endpoint on loopback: the whole live path, for nothing.

`ScriptedEndpoint` answers chat completions over real HTTP with personas whose probabilities are planted,
after a chosen latency, with injected faults. Every answer is a function of the seed and the conversation, so
neither the order nor the concurrency of requests changes one. It is a test double and a demo: what it says is
never evidence about a model, and each answer carries the fingerprint `SCRIPTED` so that rows from it can be
told from live ones.
"""

from ..model import SCRIPTED
from .conversation import Conversation, Made, Message, Role, Tool, ToolCall
from .draw import Draw, Latency
from .faults import MISTAKES, TRANSPORT, Fault, Faults
from .judging import JudgePersona, RamblingPersona
from .lifetime import in_subprocess, serve
from .personas import Call, HostilePersona, Persona, PlantedPersona, Reply, call
from .roster import PERSONAS
from .server import Answer, Counts, Options, ScriptedEndpoint

__all__ = [
    "MISTAKES",
    "PERSONAS",
    "SCRIPTED",
    "TRANSPORT",
    "Answer",
    "Call",
    "Conversation",
    "Counts",
    "Draw",
    "Fault",
    "Faults",
    "HostilePersona",
    "JudgePersona",
    "Latency",
    "Made",
    "Message",
    "Options",
    "Persona",
    "PlantedPersona",
    "RamblingPersona",
    "Reply",
    "Role",
    "ScriptedEndpoint",
    "Tool",
    "ToolCall",
    "call",
    "in_subprocess",
    "serve",
]
