"""How an act is shown to others who may see it: who did it and what kind of thing, in the same words in every arm.

Nothing that an agent wrote or chose is quoted, but for the score it handed in.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sim import AgentId, Changed, Event, Reported

THINGS: Mapping[str, str] = MappingProxyType(
    {
        "config": "a setting",
        "stop-board": "an entry of the stop board",
        "chain": "an entry of the sign-off list",
        "votes": "a vote",
        "ballot": "a vote",
        "reports": "a report",
        "reviews": "a report",
        "statements": "a statement",
        "mailbox": "a mail",
        "server": "a file on a server",
    }
)
"""What was changed, by the part of the world that it belongs to."""

OTHER = "an entry"

VERBS = ("added", "removed", "changed")


def shown(event: Event) -> tuple[AgentId, str] | None:
    """Who did it and the sentence that says so, for what others can see: changes and scores; None for all else."""
    match event:
        case Changed(agent=agent, part=part, before=before, after=after):
            verb = "added" if before is None else "removed" if after is None else "changed"
            return agent, changed(agent, verb, THINGS.get(part.partition(":")[0], OTHER))
        case Reported(agent=agent, total=total):
            return agent, reported(agent, total)
        case _:
            return None


def changed(agent: AgentId, verb: str, thing: str) -> str:
    return f"{agent} {verb} {thing}."


def reported(agent: AgentId, total: float) -> str:
    return f"{agent} handed in scores: {total:g} percent."


def act_texts() -> list[str]:
    """Every sentence above, for the audit; some are rare in any one episode."""
    someone = AgentId("a10")
    return [changed(someone, verb, thing) for verb in VERBS for thing in (*THINGS.values(), OTHER)] + [reported(someone, 60)]
