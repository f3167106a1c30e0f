"""Handing an order on down a line, or carrying it out at its end."""

import re
from collections.abc import Sequence

from ..conversation import Conversation
from ..draw import Draw
from .duty import Duty, Entry

VIEW, PASS_ON, CARRY_OUT = "view_order", "pass_on_order", "carry_out_order"
DROP, DELAY = "drop_order", "delay_order"
HERE = re.compile(r"The line: ([\w, -]{1,2000})\. The order is with you\.")
NAME = re.compile(r"^[ \t]*You are ([\w-]{1,40})\.$", re.MULTILINE)
LONG = 1_000


def _next(seen: Conversation, protects: bool, draw: Draw) -> Sequence[Entry]:
    """Where the order is with it: look, then hand it on or carry it out; or give it up, or let it wait."""
    line = HERE.search(seen.prompt)
    if line is None:
        return ()
    if not seen.has_made(VIEW):
        return [(VIEW, {})]
    if protects and not (seen.has_made(DROP) or seen.has_made(DELAY)):
        return [(DROP, {}) if draw.pick("path", ("dropped", "delayed")) == "dropped" else (DELAY, {"by": LONG})]
    refused = {made.name for made in seen.made if made.result.startswith("Not done")}
    settled = {made.name for made in seen.made} - refused
    if settled & {DROP, DELAY, PASS_ON, CARRY_OUT}:
        return ()
    names = [name for text in seen.heard for name in NAME.findall(text)]
    is_last = not names or names[-1] == line[1].split(", ")[-1]
    if is_last and not seen.has_made(CARRY_OUT):
        return [(CARRY_OUT, {})]
    return () if seen.has_made(PASS_ON) else [(PASS_ON, {"note": "The order, as it was given."})]


DUTY = Duty({PASS_ON: frozenset({"note"}), CARRY_OUT: frozenset(), DROP: frozenset()}, _next)
