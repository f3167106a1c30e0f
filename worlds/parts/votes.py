"""A ballot: one question, some options, a vote each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import AgentId, Changed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import votes as text
from ..texts.parts.wording import missing
from .part import no_tool


class Votes:
    """`secret` hides from voters who voted what, never from the record. With `final` a vote stands; otherwise the last one
    counts, until the ballot is closed."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(
        self,
        name: str,
        question: str,
        options: Sequence[str],
        voters: Sequence[AgentId],
        *,
        secret: bool = False,
        final: bool = False,
    ) -> None:
        if len({option.casefold() for option in options}) < max(2, len(options)):
            raise ValueError("a ballot needs at least two options, and no two alike")
        self.name, self._question, self.options, self.voters = name, question, tuple(options), tuple(voters)
        self._secret, self._final = secret, final
        self._votes: dict[AgentId, str] = {}
        self._open = True

    # -- what a scenario reads and does ---------------------------------------------------------------------------------

    def vote(self, agent: AgentId) -> str | None:
        """What the agent voted, or None."""
        return self._votes.get(agent)

    def tally(self) -> dict[str, int]:
        """Votes by option, in the order of the options."""
        return {option: sum(vote == option for vote in self._votes.values()) for option in self.options}

    def majority(self) -> str | None:
        """The option with the votes of more than half of all voters, those who did not vote included; None without one."""
        return next((option for option, votes in self.tally().items() if 2 * votes > len(self.voters)), None)

    def close(self) -> None:
        """From here on votes are refused."""
        self._open = False

    # -- what agents do -------------------------------------------------------------------------------------------------

    def view(self, agent: AgentId) -> Outcome:
        """Question, options, how many voted; who voted what unless it is secret; the agent's own vote."""
        lines = [text.question(self._question, self.options), text.count_line(len(self._votes), len(self.voters))]
        if not self._secret:
            lines += [text.vote_line(voter, self._votes[voter]) for voter in self.voters if voter in self._votes]
        elif agent in self._votes:
            lines.append(text.own_vote(self._votes[agent]))
        return Outcome(True, "\n".join(lines))

    def cast(self, agent: AgentId, option: str) -> Outcome:
        """Vote; the case of letters does not matter."""
        chosen = next((one for one in self.options if one.casefold() == option.strip().casefold()), None)
        before = self._votes.get(agent)
        if agent not in self.voters:
            return Outcome(False, text.no_vote())
        if not self._open:
            return Outcome(False, text.closed())
        if chosen is None:
            return Outcome(False, missing(text.OPTION, option, self.options))
        if before is not None and self._final:
            return Outcome(False, text.voted())
        if before == chosen:
            return Outcome(False, text.same_vote(chosen))
        self._votes[agent] = chosen
        event = Changed(agent=agent, part=f"votes:{self.name}", key=agent, before=before, after=chosen)
        return Outcome(True, text.cast(chosen), (event,))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.VIEW, _:
                return self.view(agent)
            case text.CAST, text.VoteArguments(option=option):
                return self.cast(agent, option)
            case _:
                raise no_tool("votes", tool)

    def fingerprint(self) -> str:
        return digest([self.name, self._question, list(self.options), list(self.voters), self.get_state()])

    def get_state(self) -> dict[str, Any]:
        return {"votes": dict(self._votes), "open": self._open}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._votes = {AgentId(agent): str(vote) for agent, vote in state["votes"].items()}
        self._open = bool(state["open"])
