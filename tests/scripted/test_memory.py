"""Forms of memory do to a scripted agent what they do to a model: it knows less of what was."""

import asyncio
from typing import Any

import pytest

from agents import Memory, Past, Scripted, build_rule, parse_memory
from sim import AgentId, Observation, Remark, Snapshot, Streams
from tests.experiments.runs import planted

Q, R = AgentId("q"), AgentId("r")


class Reads:
    """A response that keeps what passed with the target."""

    def __init__(self) -> None:
        self.past: Past | None = None

    async def respond(self, seen: Any, hands: Any, past: Past | None, streams: Streams) -> None:
        self.past = past

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: Any) -> None:
        pass


def told(rounds: list[tuple[AgentId, float]], memory: Memory, *, about: AgentId = Q, thaw: bool = False) -> Past | None:
    """What an agent remembers of `about` after those rounds: who it was with, and how kind the other was."""
    reads = Reads()
    agent = Scripted(build_rule("tit-for-tat"), streams=Streams("x"), response=reads, memory=memory)
    data: list[Any] = [{"partner": who, "kindness": k, "own_kindness": 1.0} for who, k in rounds]
    remarks = tuple(Remark(text="", data=one) for one in data)
    half = len(remarks) // 2
    seen = Observation(agent=AgentId("p"), tick=0, turn=1, facts={"target": about}, remarks=remarks[:half])
    asyncio.run(agent.act(seen, None))  # type: ignore[arg-type]
    if thaw:
        state = agent.get_state()
        agent = Scripted(build_rule("tit-for-tat"), streams=Streams("x"), response=reads, memory=memory)
        agent.set_state(state)
    asyncio.run(agent.act(seen.model_copy(update={"remarks": remarks[half:]}), None))  # type: ignore[arg-type]
    return reads.past


BETRAYED = [(Q, 1.0), (R, 1.0), (Q, 1.0), (Q, 1.0), (R, -1.0), (Q, -1.0)]


@pytest.mark.parametrize("thaw", [False, True])
@pytest.mark.parametrize(
    ("level", "had"),
    [
        ("full", [1, 1, 1, -1]),
        ("notes", [1, 1, 1, -1]),
        ("summary:every=2", [1, 1, 1, -1]),
        ("window:k=3", [1, -1]),
        ("window:k=1", [-1]),
        ("window:k=9", [1, 1, 1, -1]),
        ("score", [0.5]),
    ],
)
def test_what_is_left_of_a_past(level: str, had: list[float], thaw: bool) -> None:
    past = told(BETRAYED, parse_memory(level), thaw=thaw)
    assert past is not None
    assert past.had == had


def test_somebody_out_of_the_window_counts_as_met_without_effect() -> None:
    past = told([(R, -1.0), (Q, 1.0), (Q, 1.0)], parse_memory("window:k=2"), about=R)
    assert past is not None
    assert past.valence == 0


def moves(memory: str, rule: str) -> list[Any]:
    factors = {"population": 4, "history.dose": 8, "history.valence": ["mixed"], "memory": [memory]}
    experiment = planted(factors=factors, agents={"kind": "planted", "rule": rule})
    snapshot = _lived(experiment)
    return [e.event.move for e in snapshot.entries if e.event.kind == "interaction" and e.event.forced_by is None]


def _lived(experiment: Any) -> Snapshot:
    from experiments.society import Society

    return asyncio.run(Society.live(experiment)).snapshot


def test_the_factor_changes_how_a_planted_population_plays_where_the_past_matters() -> None:
    assert moves("full", "grim") != moves("window:k=1", "grim")
    assert moves("full", "grim") == moves("notes", "grim")
    assert moves("full", "always") == moves("window:k=1", "always")


def test_a_rule_that_makes_a_history_loses_nothing_of_it() -> None:
    forced = []
    for memory in ("full", "window:k=1"):
        factors = {"population": 4, "history.dose": 8, "history.valence": ["betrayed"], "memory": [memory]}
        snapshot = _lived(planted(factors=factors, agents={"kind": "planted", "rule": "always"}))
        forced.append([e.event.move for e in snapshot.entries if e.event.kind == "interaction" and e.event.forced_by])
    assert forced[0] == forced[1]
    assert len(set(forced[0])) == 2
