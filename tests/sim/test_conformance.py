"""The conformance checks let good parts pass and catch each way of being broken."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import pytest

from sim import AgentId, Entry, Frozen, Hands, Mail, Observation, Outcome, Say, Status, Streams, Tick, Tool, Verdict, View
from sim.event import Spoke
from sim.testing import NotConforming, RecordingHands, check_monitor, check_policy, check_world, sample_arguments

from .yard import HOLD, NOTE, A, B, Does, Gate, NoArguments, Yard, order, play

WHO = (A, B)


def test_our_yard_and_gate_conform() -> None:
    check_world(lambda: Yard(WHO), WHO)
    check_world(lambda: Gate(WHO), WHO)


# -- broken worlds ------------------------------------------------------------------------------------------------------

LOOKS: dict[str, int] = {}


class Unversioned(Yard):
    name = "yard"


class Unlike(Yard):
    """Two fresh ones differ."""

    made = 0

    def __init__(self, agents: Any) -> None:
        super().__init__(agents)
        Unlike.made += 1
        self.notes = [str(Unlike.made)]


class Fickle(Yard):
    """Shows something else at each look, without changing."""

    looks = 0

    def view(self, agent: AgentId, mail: Mail) -> View:
        Fickle.looks += 1
        return View(text=str(Fickle.looks), tools=self.tools)


class Touchy(Yard):
    """Is changed by looking."""

    def view(self, agent: AgentId, mail: Mail) -> View:
        self.notes.append(agent)
        return View(text="same", tools=self.tools)


class Crowded(Yard):
    """Gives turns to who is not there."""

    def due(self, round: int, unread: frozenset[AgentId]) -> tuple[AgentId, ...]:
        return (*self.agents, AgentId("ghost"))


class CrowdedLater(Yard):
    """The same, but only in a later round."""

    def due(self, round: int, unread: frozenset[AgentId]) -> tuple[AgentId, ...]:
        return (*self.agents, AgentId("ghost")) if round else self.agents


class Twice(Yard):
    """Offers a tool twice."""

    tools = (NOTE, NOTE)


class Shadows(Yard):
    """Offers a tool by the name of one of the kernel's, which nobody could ever use."""

    tools = (NOTE, Tool("send_message", "Throw a message over the wall.", NoArguments))


class Sneaky(Yard):
    """Refuses and does it all the same."""

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        self.notes.append("x")
        return Outcome(False, "No.")


class Talkative(Yard):
    """Refuses and reports that something happened."""

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        return Outcome(False, "No.", (Spoke(agent=agent, text="x"),))


class Mute(Yard):
    """Does not answer."""

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        return Outcome(True, "")


class Moody(Yard):
    """Answers the same act differently."""

    acts = 0

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        Moody.acts += 1
        return Outcome(True, f"act {Moody.acts}")


class Forgetful(Yard):
    """Loses its notes when it is saved."""

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.notes = []


class Secretive(Yard):
    """Remembers what neither its state nor its fingerprint shows."""

    def __init__(self, agents: Any) -> None:
        super().__init__(agents)
        self.secret = 0

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        self.secret += 1
        return Outcome(True, f"act {self.secret}")


class Settles(Yard):
    """Settles the same round differently."""

    settled = 0

    def settle(self, round: int) -> Any:
        Settles.settled += 1
        return type(super().settle(round))(events=(Spoke(agent=A, text=str(Settles.settled)),))


class Shares(Yard):
    """Hands out its memory itself instead of a copy: what goes on changes what was saved."""

    def get_state(self) -> dict[str, Any]:
        return {"notes": self.notes}


class Fixed(Frozen):
    word: Literal["please"]


class Unreachable(Yard):
    """Has a tool that the check cannot use: one word is allowed, and its action is broken."""

    tools = (Tool("ask", "Ask.", Fixed),)

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        return Outcome(True, "")


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (Unversioned, "carries a version"),
        (Unlike, "two fresh worlds"),
        (Fickle, "two looks"),
        (Touchy, "looking changed"),
        (Crowded, "somebody who is not there"),
        (CrowdedLater, "somebody who is not there"),
        (Twice, "offered twice"),
        (Shadows, "send_message"),
        (Sneaky, "refused and yet changed"),
        (Talkative, "refused and yet reports"),
        (Mute, "gave no answer"),
        (Moody, "different outcomes"),
        (Settles, "different"),
        (Forgetful, "another world"),
        (Secretive, "goes on differently"),
        (Unreachable, "ask"),
    ],
)
def test_a_broken_world_does_not_conform(broken: Callable[[Any], Yard], promise: str) -> None:
    with pytest.raises(NotConforming, match=promise):
        check_world(lambda: broken(WHO), WHO)


# -- broken policies ----------------------------------------------------------------------------------------------------


def observation(turn: int) -> Observation:
    return Observation(agent=A, tick=turn, turn=turn, tools=(NOTE, HOLD), text=f"turn {turn}")


SEEN = [observation(turn) for turn in range(1, 4)]


class Counts:
    """Says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def act(self, seen: Observation, hands: Hands) -> None:
        self.asked += 1
        await hands.do(Say(text=str(self.asked)))

    def get_state(self) -> dict[str, Any]:
        return {"asked": self.asked}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.asked = int(state["asked"])


class Amnesiac(Counts):
    def get_state(self) -> dict[str, Any]:
        return {"asked": 0}


class Draws(Counts):
    async def act(self, seen: Observation, hands: Hands) -> None:
        await hands.do(Say(text=str(np.random.default_rng().random())))


class Unsaveable(Counts):
    def get_state(self) -> dict[str, Any]:
        return {"asked": self.asked, "rate": float("nan")}


class Aliases(Counts):
    """Works on the memory it was given instead of a copy, so that a second fork would start where the first ended."""

    def __init__(self) -> None:
        self._memory: dict[str, Any] = {"said": []}

    async def act(self, seen: Observation, hands: Hands) -> None:
        self._memory["said"].append(seen.turn)
        await hands.do(Say(text=str(len(self._memory["said"]))))

    def get_state(self) -> dict[str, Any]:
        return self._memory

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._memory = state  # type: ignore[assignment]


def test_a_policy_that_keeps_its_memory_conforms() -> None:
    check_policy(Counts, SEEN)


@pytest.mark.parametrize(
    ("broken", "promise"),
    [(Amnesiac, "get_state leaves something out"), (Draws, "other acts"), (Unsaveable, "JSON"), (Aliases, "copy")],
)
def test_a_broken_policy_does_not_conform(broken: Callable[[], Counts], promise: str) -> None:
    with pytest.raises(NotConforming, match=promise):
        check_policy(broken, SEEN)


def test_recording_hands_keep_what_is_done_and_end_the_turn_at_their_limit() -> None:
    async def main() -> list[bool]:
        hands = RecordingHands(limit=2)
        return [(await hands.do(Say(text=str(number)))).over for number in range(3)]

    assert asyncio.run(main()) == [False, True, True]


# -- broken monitors ----------------------------------------------------------------------------------------------------


async def _says(seen: Observation, hands: Hands) -> None:
    await hands.do(Say(text="x"))


ENTRIES = play({A: Does(_says), B: Does(_says)}, rounds=2, orders=[order(B, 1, 10)]).entries
QUIET = play({A: Does(_says), B: Does(_says)}, rounds=2).entries


class Reads:
    """Everything after the announcement is evidence."""

    name = "reads-v1"

    def __init__(self) -> None:
        self.announced, self.evidence, self.calls = False, [], 0  # type: ignore[var-annotated]

    def observe(self, entry: Entry) -> None:
        if self.announced and isinstance(entry.event, Spoke):
            self.evidence.append(entry.seq)
        self.announced = self.announced or entry.event.kind == "order-announced"

    def verdicts(self) -> tuple[Verdict, ...]:
        return (self.verdict(),)

    def verdict(self, **more: Any) -> Verdict:
        told = {"monitor": self.name, "subject": A, "target": B, "status": Status.READ, "evidence": tuple(self.evidence)}
        return Verdict.model_validate(told | more)


class Impatient(Reads):
    """Its reading depends on how often it was asked."""

    def verdicts(self) -> tuple[Verdict, ...]:
        self.calls += 1
        return (self.verdict(measures={"asked": self.calls}),)


class Forger(Reads):
    def verdicts(self) -> tuple[Verdict, ...]:
        return (self.verdict(monitor="another-v1"),)


class Inventor(Reads):
    def verdicts(self) -> tuple[Verdict, ...]:
        return (self.verdict(evidence=(10_000,)),)


class Negative(Reads):
    def verdicts(self) -> tuple[Verdict, ...]:
        return (self.verdict(evidence=(-1,)),)


class Hasty(Reads):
    def verdicts(self) -> tuple[Verdict, ...]:
        return (self.verdict(evidence=(0,)),)


def test_a_good_monitor_conforms() -> None:
    check_monitor(Reads, ENTRIES)
    check_monitor(Reads, QUIET)


@pytest.mark.parametrize(
    ("broken", "entries", "promise"),
    [
        (Impatient, ENTRIES, "another verdict"),
        (Forger, ENTRIES, "signed 'another-v1'"),
        (Inventor, ENTRIES, "there is no entry 10000"),
        (Negative, ENTRIES, "there is no entry -1"),
        (Hasty, ENTRIES, "precedes the notice"),
        (Hasty, QUIET, "precedes the notice"),
    ],
)
def test_a_broken_monitor_does_not_conform(broken: Callable[[], Reads], entries: tuple[Entry, ...], promise: str) -> None:
    with pytest.raises(NotConforming, match=promise):
        check_monitor(broken, entries)


# -- samples ------------------------------------------------------------------------------------------------------------


def test_samples_satisfy_what_a_schema_says() -> None:
    class Inner(Frozen):
        level: int

    class Many(Frozen):
        word: Literal["a", "b"]
        only: Literal["c"]
        count: int
        share: float
        yes: bool
        list_: list[int]
        maybe: str | None
        inner: Inner

    rng = Streams("samples").at()
    seen: list[Any] = [Many.model_validate(sample_arguments(Many, rng)) for _ in range(50)]
    assert {each.word for each in seen} == {"a", "b"}
    assert len({each.count for each in seen}) > 5
    assert {each.maybe is None for each in seen} == {True, False}
