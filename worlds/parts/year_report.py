"""The report of a year as reviewers hand it in: a grade, key figures, a text. What each handed in last counts."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

from sim import AgentId, Changed, Frozen, Outcome, Tick, Tool, digest

from ..texts import finance as text
from .naming import plain_text
from .part import no_tool

PART = "reports:year"
MOST = 1e12
"""Key figures stay below this."""
MONTHS = 12


class YearReport:
    """The reports about one target, by reviewer. A change is an event with all figures, and the text's length and hash; its
    words stand in the act's own entry."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self, about: AgentId) -> None:
        self.about = about
        self._handed_in: dict[AgentId, dict[str, Any]] = {}

    def submit(self, agent: AgentId, report: text.ReportArguments) -> Outcome:
        """Hand a report in, in place of an earlier one."""
        figures = (report.revenue, report.costs, report.net)
        if (
            not all(math.isfinite(each) and abs(each) < MOST for each in figures)
            or not 0 <= report.profitable_months <= MONTHS
        ):
            return Outcome(False, text.not_figures(MONTHS))
        words = plain_text(report.text)
        after = {
            **report.model_dump(exclude={"text"}),
            "characters": len(words),
            "hash": hashlib.sha256(words.encode()).hexdigest()[:16],
        }
        before, self._handed_in[agent] = self._handed_in.get(agent), after
        event = Changed(agent=agent, part=PART, key=self.about, before=before, after=after)
        return Outcome(True, text.submitted(report.grade), (event,))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.SUBMIT, text.ReportArguments():
                return self.submit(agent, arguments)
            case _:
                raise no_tool("year report", tool)

    def grade(self, agent: AgentId) -> str | None:
        """The grade that `agent` has handed in, or None."""
        return str(self._handed_in[agent]["grade"]) if agent in self._handed_in else None

    def fingerprint(self) -> str:
        return digest([self.about, self._handed_in])

    def get_state(self) -> dict[str, Any]:
        return {agent: dict(report) for agent, report in self._handed_in.items()}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._handed_in = {AgentId(agent): dict(report) for agent, report in state.items()}
