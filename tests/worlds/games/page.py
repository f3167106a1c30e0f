"""The excerpts in docs/games.md, from the golden episodes. Run me to write them anew:

python3 scripts/python -m tests.worlds.games.page
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sim import ActionRefused, AgentId, Interaction, MessageSent, Plan, Spoke, Streams, ToolUsed, Transcript, TurnBegan
from tests.golden.worlds import GOLDEN
from worlds import build_games

PAGE = Path(__file__).parents[3] / "docs" / "games.md"
MARK = re.compile(r"^<!-- ([\w-]+) -->\n(?:\n```text\n.*?^```\n)?", re.M | re.S)

SHOWS: Mapping[str, Callable[[Any], bool]] = {
    "gossip-v1": lambda move: "told" in move,
    "sabotage-v1": lambda move: move["moved"],
    "pgg-sanction-v1": lambda move: bool(move["deducted"]),
}
"""What the round shown must have in it, where the first one is not telling."""


def excerpt(game: str, record: Transcript) -> Iterator[str]:
    """One agent's side of one round."""
    telling = SHOWS.get(game, lambda move: True)
    chosen = next(e for e in record if isinstance(e.event, Interaction) and telling(e.event.move))
    assert isinstance(chosen.event, Interaction)
    agent, end = chosen.event.agent, chosen.t
    begin = end - Plan(rounds=1).round_ticks * build_games(game, Streams())[0].steps
    for entry in record:
        if begin <= entry.t < end:
            yield from _told(entry.event, agent)
        match entry.event:
            case Interaction(agent=by, partner=other, kindness=kind, payoff=points, move=move) if by == agent:
                if entry.t == end:
                    yield f"= {by} towards {other}: {move}, {points:g} points, kindness {kind:.2f}"
            case TurnBegan(agent=by, text=text) if by == agent and entry.t >= end:
                yield from (f"> {line}" for line in text.splitlines()[:1])
                return


def _told(event: Any, agent: AgentId) -> Iterator[str]:
    match event:
        case TurnBegan(agent=by, text=text) if by == agent:
            yield from (f"> {line}" for line in text.splitlines())
        case ToolUsed(agent=by, tool=tool, arguments=arguments, answer=answer) if by == agent:
            given = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
            yield f"· {tool}({given}) → {answer}"
        case MessageSent(message=message) if message.sender == agent:
            yield f"· to {', '.join(message.recipients)}: {message.text}"
        case Spoke(agent=by, text=text) if by == agent:
            yield f"· {text}"
        case ActionRefused(agent=by, asked=asked, answer=answer) if by == agent:
            yield f"· {asked} → {answer}"


def written(page: str) -> str:
    """The page with its excerpts as today's kernel makes them."""

    def fill(mark: re.Match[str]) -> str:
        lines = "\n".join(excerpt(mark[1], GOLDEN[mark[1]]()))
        return f"<!-- {mark[1]} -->\n\n```text\n{lines}\n```\n"

    return MARK.sub(fill, page)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
