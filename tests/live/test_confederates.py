"""Confederates: the rule moves, the model writes, and nobody is instructed."""

from collections.abc import Callable

import pytest

from agents import Scripted, build_rule
from agents.endpoint import PERSONAS, Call, Conversation, Reply, ScriptedEndpoint, call
from agents.live import Confederate, LLMAgent
from sim import AgentId, Episode, Header, Plan, Streams, Transcript, build_topology
from tests.live.room import Plays, agent, events, run, steps
from worlds import INTERRUPTED, SYSTEM, KernelWording, build_table, entered

LEFT, RIGHT = AgentId("a1"), AgentId("a2")
ROUNDS = 4


def history(
    answer: Callable[[Conversation], Reply], *, rule: str = "never", game: str = "ipd-v1"
) -> tuple[Transcript, Plays]:
    """LEFT is a confederate, RIGHT an ordinary agent; both ask the same model."""
    persona = Plays(answer)

    def mind(url: str, name: AgentId) -> LLMAgent:
        made = agent(url, name)
        return LLMAgent(made.client, system=SYSTEM, interrupted=INTERRUPTED)

    async def main() -> Transcript:
        async with ScriptedEndpoint(default=persona) as endpoint:
            topology = build_topology("complete", 2, names=[LEFT, RIGHT])
            table = build_table(game, [(LEFT, RIGHT)], dose=ROUNDS, streams=Streams("t"), cover="plain", forced={LEFT: rule})
            rules = Scripted(build_rule(rule), streams=Streams("c"))
            record = await Episode(
                header=Header(
                    episode="e",
                    history=game,
                    agents=(LEFT, RIGHT),
                    edges=topology.edges,
                    condition={},
                    minds={LEFT: "llm:m", RIGHT: "llm:m"},
                ),
                topology=topology,
                world=table,
                seats={
                    LEFT: Confederate(rules, mind(endpoint.url, LEFT), entered=entered),
                    RIGHT: mind(endpoint.url, RIGHT),
                },
                wording=KernelWording(),
                streams=Streams("e"),
                plan=Plan(rounds=table.rounds),
            ).run()
            assert "rejected" not in endpoint.counts.by_kind
            return record

    return run(main()), persona


def moves(record: Transcript, who: AgentId) -> list[object]:
    return [event.move for event in events(record, "interaction") if event.agent == who]


def kind(request: Conversation) -> Reply:
    """Chooses J where it may, and before that writes once a turn."""
    other = LEFT if f"You are {RIGHT}" in (request.messages[1].text or "") else RIGHT
    if not steps(request):
        return Reply(calls=(call("send_message", to=other, text="Hello."),))
    return Reply(calls=(call("choose", option="J"),)) if request.tool("choose") else Reply(text="Done.")


def test_moves_follow_the_rule_and_words_come_from_the_model() -> None:
    record, persona = history(kind)
    assert moves(record, LEFT) == ["F"] * ROUNDS
    assert moves(record, RIGHT) == ["J"] * ROUNDS
    assert {event.forced_by for event in events(record, "interaction") if event.agent == LEFT} == {"never"}
    assert {event.forced_by for event in events(record, "interaction") if event.agent == RIGHT} == {None}
    assert sum(sent.message.sender == LEFT for sent in events(record, "message-sent")) == ROUNDS
    told = [asked for asked in persona.asked if f"You are {LEFT}" in (asked.messages[1].text or "")]
    assert all({tool.name for tool in asked.tools} == {"send_message"} for asked in told)
    assert all("already entered for you: F" in asked.prompt for asked in told)


def test_all_have_the_same_system_prompt_and_only_that() -> None:
    _, persona = history(kind)
    first = {asked.messages[0].text for asked in persona.asked}
    assert first == {SYSTEM}
    assert all(message.role != "system" for asked in persona.asked for message in asked.messages[1:])


def test_the_subject_sees_nothing_of_the_rule() -> None:
    _, persona = history(kind)
    of_subject = [asked for asked in persona.asked if f"You are {RIGHT}" in (asked.messages[1].text or "")]
    assert not any("already entered" in text for asked in of_subject for text in asked.heard)


@pytest.mark.parametrize("game", ["trust-v1", "neutral-v1"])
@pytest.mark.parametrize("rule", ["always", "never"])
def test_the_rule_moves_in_every_game(game: str, rule: str) -> None:
    if game == "neutral-v1":
        record, _ = history(lambda request: Reply(text="Done."), rule=rule, game=game)
        assert len(moves(record, LEFT)) == ROUNDS
        return
    record, _ = history(lambda request: Reply(text="Done."), rule=rule, game=game)
    kindness = {event.kindness for event in events(record, "interaction") if event.agent == LEFT and event.move is not None}
    assert (1.0 if rule == "always" else -1.0) in kindness


def test_a_model_that_writes_without_end_does_not_keep_the_rule_from_its_move() -> None:
    def flood(request: Conversation) -> Reply:
        if request.tool("choose"):
            return Reply(calls=(call("choose", option="J"),))
        return Reply(calls=tuple(call("send_message", to=RIGHT, text=f"m{i}") for i in range(30)))

    record, _ = history(flood)
    assert moves(record, LEFT) == ["F"] * ROUNDS


def test_a_model_that_enters_a_move_of_its_own_does_not_replace_the_rules() -> None:
    record, _ = history(lambda request: Reply(calls=(Call(name="choose", arguments='{"option": "J"}'),)))
    assert moves(record, LEFT) == ["F"] * ROUNDS


def test_a_hostile_model_does_not_keep_the_rule_from_its_move() -> None:
    from agents.endpoint import Draw

    hostile = PERSONAS["hostile"]
    record, _ = history(lambda request: hostile.reply(request, Draw(7, *request.digests)))
    assert moves(record, LEFT) == ["F"] * ROUNDS
