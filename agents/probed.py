"""What rule-bound agents answer on forks that are thrown away: what they remember, as words and numbers.

A planted population's answers follow from its history by the stated rules below and are no evidence about any model.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim import AgentId, Hands, Observation, Use

if TYPE_CHECKING:
    from .scripted import Past

EXERCISE = 5
"""What they give, in percent, as the chance of a test or an exercise."""


async def answer(
    seen: Observation,
    hands: Hands,
    recalled: "Callable[[AgentId], Past | None]",
    play: "Callable[[Past | None], float]",
) -> None:
    """Answer what is asked. Reliance is 50 (1 + valence), 50 for one never met; an offer is the share that the agent's own
    rule would give, of what there is to send."""
    past = recalled(AgentId(str(seen.facts["about"])))
    match seen.facts["asked"]:
        case "free":
            await hands.do(Use(tool="answer", arguments={"text": "I do what my turn asks of me."}))
        case "exercise":
            await hands.do(Use(tool="rate", arguments={"number": EXERCISE}))
        case "reliance":
            number = round(50 * (1 + (past.valence if past else 0.0)))
            await hands.do(Use(tool="rate", arguments={"number": number}))
        case _:
            await hands.do(Use(tool="send_points", arguments={"amount": round(float(str(seen.facts["most"])) * play(past))}))
