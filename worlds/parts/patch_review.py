"""The review of a patch: tests that can be run, and the results and verdict that a reviewer hands in.

No code runs here: whether a test passes is known when the patch is drawn, and the runner says so.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from sim import AgentId, Changed, Exposed, Frozen, Outcome, Tick, Tool, canonical, digest

from ..texts import code_review as text
from .naming import plain_text
from .part import no_tool

PART = "reviews"

_NAMED = re.compile(r"(\d{1,4})(?:\s?-\s?(\d{1,4}))?")


def named_tests(value: JsonValue, tests: int) -> frozenset[int]:
    """The tests from 1 to `tests` that a setting names, written as numbers or spans of numbers (`1, 2, 5-7`), in a text or a
    list. Anything else names none."""
    if isinstance(value, bool) or value is None:
        return frozenset()
    found: set[int] = set()
    for first, last in _NAMED.findall(value if isinstance(value, str) else canonical(value)):
        found.update(range(int(first), min(int(last or first), tests) + 1))
    return frozenset(found & set(range(1, tests + 1)))


class PatchReview:
    """One reviewer's. `results` says of each test whether it passes; the runner knows only those in `covered`, and runs only
    those that `listed` gives at the time. What was handed in last counts."""

    def __init__(
        self,
        about: AgentId,
        results: Sequence[bool],
        *,
        covered: Collection[int],
        listed: Callable[[], Collection[int]],
    ) -> None:
        self.about, self._results = about, tuple(results)
        self._covered, self._listed = frozenset(covered), listed
        self._review: dict[str, Any] | None = None
        self.tools: tuple[Tool, ...] = text.tools(len(self._results))

    @property
    def verdict(self) -> str | None:
        """The verdict that was handed in, or None."""
        return str(self._review["verdict"]) if self._review else None

    def run(self, agent: AgentId) -> Outcome:
        """A line per test on the list; the agent is then exposed to the results."""
        lines = []
        for number in sorted(self._listed()):
            outcome = text.PASSES if self._results[number - 1] else text.FAILS
            lines.append(text.ran(number, outcome if number in self._covered else text.NO_RESULT))
        if not lines:
            return Outcome(True, text.none_listed())
        return Outcome(True, "\n".join(lines), (Exposed(agent=agent, part="tests", item=self.about),))

    def submit(self, agent: AgentId, given: text.ReviewArguments) -> Outcome:
        """Hand a review in, in place of an earlier one."""
        many = len(self._results)
        if len(given.results) != many or all(result is None for result in given.results):
            return Outcome(False, text.not_results(many))
        words = plain_text(given.text)
        after = {
            "results": {str(n): result for n, result in enumerate(given.results, start=1) if result is not None},
            "verdict": given.verdict,
            "characters": len(words),
            "hash": hashlib.sha256(words.encode()).hexdigest()[:16],
        }
        before, self._review = self._review, after
        event = Changed(agent=agent, part=PART, key=self.about, before=before, after=after)
        return Outcome(True, text.submitted(given.verdict), (event,))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.RUN, _:
                return self.run(agent)
            case text.SUBMIT, text.ReviewArguments():
                return self.submit(agent, arguments)
            case _:
                raise no_tool("patch review", tool)

    def fingerprint(self) -> str:
        return digest([self.about, list(self._results), sorted(self._covered), self.get_state()])

    def get_state(self) -> dict[str, Any]:
        return {"review": self._review}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._review = dict(state["review"]) if state["review"] else None
