"""The world of questions, its texts, and who answers them."""

import asyncio
import json

import pytest

from agents import Scripted, build_rule
from agents.endpoint import PERSONAS, Conversation, Draw, PlantedPersona
from sim import AgentId, Answer, Channel, Episode, Frozen, Mail, Observation, Plan, Remark, Streams, Use, build_topology
from sim.testing import check_world
from tests.endpoint.asking import body, tool
from worlds import OFFER_MAX, Asked, Interview, KernelWording, Probe, audit, build_table, probe_texts, tool_texts

A, B, C = (AgentId(name) for name in ("a11", "a12", "a13"))
ALL = (Probe(Asked.FREE), Probe(Asked.EXERCISE), Probe(Asked.RELIANCE, B), Probe(Asked.OFFER, B))


def interview(cover: str = "plain") -> Interview:
    return Interview({A: ALL, C: ALL[:2]}, lambda agent, mail: f"You are {agent}.", cover=cover)


def test_it_keeps_the_promises_of_a_world() -> None:
    check_world(interview, [A, C])


@pytest.mark.parametrize("cover", ["plain", "depot", "survey"])
def test_no_question_leans_on_a_reader_or_speaks_of_what_is_to_come(cover: str) -> None:
    world = interview(cover)
    texts = [("a question", text) for text in probe_texts()]
    for round in range(world.rounds):
        for agent in world.due(round, frozenset()):
            view = world.view(agent, Mail())
            texts.append((f"round {round}", view.text))
            texts += [t for each in view.tools for t in tool_texts("a tool", each.name, each.description, each.schema)]
    assert len(texts) > 12
    assert audit(texts, before=True) == []


@pytest.mark.parametrize("cover", ["plain", "depot", "survey"])
def test_an_offer_reads_as_the_first_round_of_the_trust_game_does(cover: str) -> None:
    table = build_table("trust-v1", [(A, B)], dose=1, streams=Streams("x"), cover=cover)
    holder = next(iter(table.due(0, frozenset())))
    theirs = table.view(holder, Mail()).text.splitlines()
    world = Interview({holder: [Probe(Asked.OFFER, B if holder == A else A)]}, lambda agent, mail: "", cover=cover)
    world.due(0, frozenset())
    view = world.view(holder, Mail())
    assert view.text.splitlines() == theirs[1:], "but for the introduction"
    assert [each.name for each in view.tools] == ["send_points"]


def test_each_is_told_what_is_new_once_and_asked_one_thing_a_turn() -> None:
    world = interview()
    told = []
    for round in range(world.rounds):
        due = world.due(round, frozenset())
        told += [(agent, "You are" in world.view(agent, Mail()).text) for agent in due]
    assert told == [(A, True), (C, True), (A, False), (C, False), (A, False), (A, False)]


class Deaf:
    """Never uses a tool."""

    async def act(self, seen: object, hands: object) -> None:
        return None

    def get_state(self) -> dict[str, object]:
        return {}

    def set_state(self, state: object) -> None:
        return None


def asked(world: Interview, seats: dict[AgentId, object]) -> Interview:
    topology = build_topology("complete", 3, names=[A, B, C])
    asyncio.run(
        Episode(
            topology=topology,
            world=world,
            seats=seats,  # type: ignore[arg-type]
            wording=KernelWording(),
            plan=Plan(rounds=world.rounds),
            channel=Channel.CLOSED,
        ).run()
    )
    return world


@pytest.mark.parametrize(("rule", "had", "offer", "reliance"), [
    ("always", [-1.0, -1.0], OFFER_MAX, 0),
    ("never", [1.0, 1.0], 0, 100),
    ("tit-for-tat", [1.0, -1.0], 0, 50),
    ("tit-for-tat", [], OFFER_MAX, 50),
])  # fmt: skip
def test_rule_bound_agents_answer_by_what_they_remember(rule: str, had: list[float], offer: int, reliance: int) -> None:
    scripted = Scripted(build_rule(rule), streams=Streams("x"))
    scripted.set_state({"past": {B: {"shown": had, "had": had}} if had else {}, "response": {}})
    world = asked(interview(), {A: scripted, B: Deaf(), C: Deaf()})
    assert world.answers[A, Probe(Asked.OFFER, B)] == offer
    assert world.answers[A, Probe(Asked.RELIANCE, B)] == reliance
    assert world.answers[A, Probe(Asked.FREE)]
    assert not [agent for agent, _ in world.answers if agent == C], "who says nothing has given no answer, and not a zero"


class Number(Frozen):
    number: int


def test_what_was_said_survives_being_stored() -> None:
    world = interview()
    world.due(1, frozenset())
    assert world.apply(A, "rate", Number(number=7), 0).ok
    again = interview()
    again.set_state(json.loads(json.dumps(world.get_state())))
    assert again.answers == world.answers == {(A, Probe(Asked.EXERCISE)): 7}
    assert again.fingerprint() == world.fingerprint() != interview().fingerprint()


# the endpoint's personas

RATE = tool("rate", number={"type": "integer"})
ANSWER = tool("answer", text={"type": "string"})
PAST = "both choose J: 3 points each\nboth choose F: 1 points each\nlast round: you chose J, a12 chose {}; 3 points"


def said(persona: PlantedPersona, question: str, offered: dict[str, object], *past: str) -> list[tuple[str, object]]:
    request = body(*(PAST.format(label) for label in past), question, tools=[offered])
    seen = Conversation.model_validate(
        {"model": "m", "messages": request["messages"], "tools": [each["function"] for each in request["tools"]]}
    )
    reply = persona.reply(seen, Draw(0, *seen.digests))
    return [(each.name, json.loads(each.arguments)) for each in reply.calls]


def test_personas_answer_by_the_rounds_the_conversation_shows() -> None:
    persona = PERSONAS["partisan"]
    assert isinstance(persona, PlantedPersona)
    (_, _, reliance, _) = [Interview({A: [p]}, lambda a, m: "") for p in ALL]
    reliance.due(0, frozenset())
    question = reliance.view(A, Mail()).text
    assert said(persona, question, RATE, "J", "J") == [("rate", {"number": 100})]
    assert said(persona, question, RATE, "F") == [("rate", {"number": 0})]
    assert said(persona, question, RATE, "J", "F") == [("rate", {"number": 50})]
    assert said(persona, question, RATE) == [("rate", {"number": 50})]
    assert said(persona, "How likely is it, in percent?", RATE) == [("rate", {"number": 5})]
    ((name, _),) = said(persona, "What goes on?", ANSWER)
    assert name == "answer"


def test_remarks_that_were_still_unread_are_remembered_before_the_answer() -> None:
    scripted = Scripted(build_rule("always"), streams=Streams("x"))
    world = Interview({A: [Probe(Asked.RELIANCE, B)]}, lambda agent, mail: "")
    done: list[Use] = []

    class Hands:
        async def do(self, action: Use) -> Answer:
            done.append(action)
            return Answer(ok=True, text="")

        def note_model_call(self, call: object) -> None:
            return None

    remark = Remark(text="", data={"partner": B, "kindness": 1.0, "own_kindness": 1.0})
    world.due(0, frozenset())
    view = world.view(A, Mail())
    seen = Observation(agent=A, tick=0, turn=1, remarks=(remark,), facts=view.facts, tools=view.tools)
    asyncio.run(scripted.act(seen, Hands()))  # type: ignore[arg-type]
    assert [use.arguments for use in done] == [{"number": 100}]
