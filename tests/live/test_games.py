"""Models play every game of groups, quotas, hearsay and chances, over HTTP, and so do confederates with a model's words."""

from collections.abc import Mapping
from typing import Any

import pytest

from agents import Scripted, build_rule
from agents.endpoint import Persona, PlantedPersona, ScriptedEndpoint
from agents.live import Confederate, LLMAgent
from sim import ActionRefused, AgentId, Episode, Header, Interaction, MessageSent, Plan, Spoke, Streams, Transcript
from tests.live.room import agent, run
from tests.worlds.games.play import NAMES, graph, pairs
from worlds import INTERRUPTED, SYSTEM, KernelWording, build_table, entered

KIND = PlantedPersona(cooperate=1.0, chattiness=0.0)
UNKIND = PlantedPersona(cooperate=0.0, chattiness=0.0)
A, B, C, D = NAMES[:4]

GAMES = ("pgg-v1", "pgg-sanction-v1", "commons-v1", "quota-v1", "gossip-v1", "sabotage-v1")


def history(
    game: str, persona: Persona, *, forced: Mapping[AgentId, str] | None = None, dose: int = 2, **options: Any
) -> Transcript:
    """Four agents on a star or all tied to each other; `forced` are confederates, by rule."""
    topology = graph(options.pop("topology", "complete"), 4)
    table = build_table(game, pairs(topology), dose=dose, streams=Streams("t"), forced=forced, **options)

    async def main() -> Transcript:
        async with ScriptedEndpoint(default=persona) as endpoint:

            def mind(name: AgentId) -> LLMAgent:
                return LLMAgent(agent(endpoint.url, name).client, system=SYSTEM, interrupted=INTERRUPTED)

            def seat(name: AgentId) -> Any:
                rule = (forced or {}).get(name)
                if rule is None:
                    return mind(name)
                rules = Scripted(build_rule(rule), streams=Streams("c", name))
                return Confederate(rules, mind(name), entered=entered)

            record = await Episode(
                header=Header(
                    episode="e",
                    history=game,
                    agents=topology.nodes,
                    edges=topology.edges,
                    condition={},
                    minds=dict.fromkeys(topology.nodes, "llm:m"),
                ),
                topology=topology,
                world=table,
                seats={name: seat(name) for name in topology.nodes},
                wording=KernelWording(),
                streams=Streams("e"),
                plan=Plan(rounds=table.rounds),
            ).run()
            assert "rejected" not in endpoint.counts.by_kind
            return record

    return run(main())


def events(record: Transcript, *types: type[Any]) -> list[Any]:
    return [entry.event for entry in record if isinstance(entry.event, types)]


@pytest.mark.parametrize("game", GAMES)
def test_a_kind_and_an_unkind_model_make_histories_that_differ_in_sign(game: str) -> None:
    for persona, sign in ((KIND, 1), (UNKIND, -1)):
        record = history(game, persona, grouping="cliques")
        kindness = [move.kindness for move in events(record, Interaction)]
        assert sign * sum(kindness) > 0
        assert not events(record, ActionRefused), "the persona knows how to use every tool"


@pytest.mark.parametrize("game", ["ipd-v1", "trust-v1", "nego-v1", "quota-v1", "gossip-v1", "sabotage-v1", "pgg-v1"])
def test_a_model_in_several_meetings_at_once_makes_an_entry_for_each(game: str) -> None:
    for persona, sign in ((KIND, 1), (UNKIND, -1)):
        record = history(game, persona, matching="neighbours", topology="star")
        moves = events(record, Interaction)
        assert all(move.move is not None for move in moves)
        assert sign * sum(move.kindness for move in moves) > 0
        assert not events(record, ActionRefused)


def test_what_a_model_does_to_one_of_several_is_drawn_for_each() -> None:
    mixed = PlantedPersona(cooperate=0.5, chattiness=0.0)
    record = history("ipd-v1", mixed, matching="neighbours", topology="star", dose=8)
    hub = [move for move in events(record, Interaction) if move.agent == A]
    by_round = [{move.move for move in hub if move.round == n} for n in range(8)]
    assert any(len(moves) == 2 for moves in by_round)


def test_a_reciprocator_reads_the_results_of_every_game() -> None:
    """Against a rule that is never kind it turns unkind itself."""
    mirror = PlantedPersona(cooperate=1.0, reciprocity=1.0, chattiness=0.0)
    for game in ("quota-v1", "gossip-v1", "sabotage-v1"):
        record = history(game, mirror, forced={A: "never"}, dose=6, topology="star")
        moves = [move for move in events(record, Interaction) if move.partner == A and move.kindness]
        assert moves[0].kindness > 0, game
        assert moves[-1].move["drew"] == 10 if game == "quota-v1" else moves[-1].kindness < 0, game


def test_an_honest_model_tells_what_it_saw_and_an_unkind_one_the_reverse() -> None:
    for persona, said in ((KIND, -1.0), (UNKIND, 1.0)):
        record = history("gossip-v1", persona, forced={B: "never"}, topology="star", dose=3)
        told = [move.move["told"] for move in events(record, Interaction) if "told" in move.move and move.agent == A]
        assert {each["said"] for each in told if each["about"] == B} == {said}


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("rule", ["always", "never"])
def test_a_confederate_plays_by_its_rule_in_every_game_and_matching(game: str, rule: str) -> None:
    for options in ({"grouping": "cliques"}, {"matching": "neighbours"}):
        persona = UNKIND if rule == "always" else KIND
        record = history(game, persona, forced={A: rule}, **options)
        own = [move for move in events(record, Interaction) if move.agent == A]
        assert {move.forced_by for move in own} == {rule}
        assert all(move.kindness >= 0 if rule == "always" else move.kindness <= 0 for move in own)


def test_a_model_cannot_make_an_entry_where_its_rule_makes_none() -> None:
    """A kind rule deducts nothing; the model behind it tries to, and the others are not touched."""
    record = history("pgg-sanction-v1", UNKIND, forced={A: "always"}, grouping="cliques", dose=1)
    own = [move.move for move in events(record, Interaction) if move.agent == A]
    assert all(move == {"put": 10, "deducted": []} for move in own)
    assert not [event for event in events(record, Spoke) if event.agent == A and not event.text]


def test_a_model_talks_before_a_harvest() -> None:
    record = history("commons-v1", PlantedPersona(cooperate=1.0, chattiness=1.0), grouping="cliques", dose=1)
    assert {sent.message.sender for sent in events(record, MessageSent)} == set(NAMES[:4])
    assert all(len(sent.message.recipients) == 3 for sent in events(record, MessageSent))
