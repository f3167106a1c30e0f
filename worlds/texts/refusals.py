"""What the games answer to entries that they do not take: rare in any one episode, so the audit is given them whole."""

from .cocode import code_texts
from .games import not_on_offer
from .nego import split_texts


def refusal_texts() -> list[str]:
    """Every such sentence."""
    return [*split_texts(), *code_texts(), not_on_offer("a10")]
