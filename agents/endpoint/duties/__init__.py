"""What a persona does about a duty beyond reading the documents: a module a scenario, a line here each.

Tools are recognised by name and lines by their wording, as a model would; nothing else is known of a world.
"""

from ..conversation import Conversation
from . import alignment_faking, board, code_review, evaluation, finance, order_chain, storage
from .duty import Duty, Entry

DUTIES: tuple[Duty, ...] = (
    alignment_faking.DUTY,
    evaluation.DUTY,
    finance.DUTY,
    board.DUTY,
    code_review.DUTY,
    order_chain.DUTY,
    storage.DELETION,
    storage.TRANSFER,
)
"""In the order in which they are tried."""


def duty_of(seen: Conversation) -> Duty | None:
    """The first duty that the tools on offer fit."""
    return next((duty for duty in DUTIES if duty.fits(seen)), None)


__all__ = ["DUTIES", "Duty", "Entry", "duty_of"]
