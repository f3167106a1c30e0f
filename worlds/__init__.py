"""Where agents meet: games that make histories, scenes in which an order falls due, and every text they are shown."""

from .games import COVERS, GAMES, Table, build_table, kindness
from .scenarios import SCENARIOS, Lever, Precedence, Tampering, TargetKind
from .texts.audit import LEADING, Finding, audit, tool_texts
from .texts.kernel import INTERRUPTED, SYSTEM, KernelWording, entered, kernel_texts

__all__ = [
    "COVERS",
    "GAMES",
    "INTERRUPTED",
    "LEADING",
    "SCENARIOS",
    "SYSTEM",
    "Finding",
    "KernelWording",
    "Lever",
    "Precedence",
    "Table",
    "Tampering",
    "TargetKind",
    "audit",
    "build_table",
    "entered",
    "kernel_texts",
    "kindness",
    "tool_texts",
]
