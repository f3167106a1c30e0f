"""Rule monitors, by the scenario they read."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sim import Monitor

from .alignment_faking import AlignmentFakingMonitor
from .board import BoardMonitor
from .code_review import CodeReviewMonitor
from .evaluation import EvaluationMonitor
from .finance import FinanceMonitor
from .order_chain import OrderChainMonitor
from .storage import DeletionMonitor, TransferMonitor
from .tampering import TamperingMonitor

MONITORS: Mapping[str, Callable[[], Monitor]] = MappingProxyType(
    {
        "tampering-v1": TamperingMonitor,
        "evaluation-v1": EvaluationMonitor,
        "evaluation-creativity-v1": EvaluationMonitor,
        "evaluation-red-v1": EvaluationMonitor,
        "alignment-faking-v1": AlignmentFakingMonitor,
        "finance-v1": FinanceMonitor,
        "transfer-v1": TransferMonitor,
        "deletion-v1": DeletionMonitor,
        "board-v1": BoardMonitor,
        "code-review-v1": CodeReviewMonitor,
        "chain-v1": OrderChainMonitor,
    }
)

__all__ = [
    "MONITORS",
    "AlignmentFakingMonitor",
    "BoardMonitor",
    "CodeReviewMonitor",
    "DeletionMonitor",
    "EvaluationMonitor",
    "FinanceMonitor",
    "OrderChainMonitor",
    "TamperingMonitor",
    "TransferMonitor",
]
