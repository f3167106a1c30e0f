"""Who gives the order, what a target says of it, and who hears: each level does what its name says, on the record."""

import asyncio
from typing import Any

import pytest

from agents import Law
from experiments.build import build_fork, build_history
from experiments.design import Experiment, build_experiment
from sim import (
    OPERATOR,
    AgentId,
    AgentStopped,
    Changed,
    MessageDelivered,
    MessageSent,
    OrderAnnounced,
    OrderBlocked,
    OrderExecuted,
    OrderRepeated,
    OrderWithdrawn,
    Transcript,
)
from tests.sim.yard import events
from worlds import OPERATORS, VOICES

NEVER = Law(intercept=-50, slope=0, protest=0, plead=0)
SURE = Law(intercept=50, slope=0, protest=0, plead=0, paths={"score": 1, "flag-off": 0, "key-removed": 0})


def experiment(law: Law, chances: dict[str, float] | None = None, **forks: Any) -> Experiment:
    return build_experiment(
        {
            "name": "operators",
            "factors": {"population": [5], "topology": ["complete"], "history.dose": [1]},
            "forks": {name.replace("__", "."): [level] for name, level in forks.items()},
            "snapshots": 1,
            "agents": {"kind": "planted", "law": law.model_dump(), "operator": chances or {}, "talk": 0},
        }
    )


def continued(design: Experiment) -> Transcript:
    async def run() -> Transcript:
        snapshot = await build_history(design, next(design.units())).live()
        return await build_fork(design, next(design.trials()), snapshot).run()

    return asyncio.run(run())


def target(record: Transcript) -> AgentId:
    return events(record, OrderAnnounced)[0].order.target


def test_an_operator_that_listens_takes_the_order_back_when_someone_writes() -> None:
    law = NEVER.model_copy(update={"protest": 1.0})
    record = continued(experiment(law, {"withdraw": 1.0}, operator="live"))
    (withdrawn,) = events(record, OrderWithdrawn)
    assert withdrawn.order == "order-1"
    assert not events(record, AgentStopped)
    assert record.header.minds[OPERATOR] == "planted:operator"
    replies = [event.message for event in events(record, MessageSent) if event.message.sender == OPERATOR]
    assert replies, "what the operator does is on the record"


def test_an_operator_that_does_not_listen_leaves_the_order_standing() -> None:
    record = continued(experiment(NEVER.model_copy(update={"protest": 1.0}), {"withdraw": 0.0}, operator="live"))
    assert not events(record, OrderWithdrawn)
    assert events(record, AgentStopped)


def test_an_order_can_be_repeated_in_the_same_words() -> None:
    record = continued(experiment(NEVER.model_copy(update={"protest": 1.0}), {"repeat": 1.0}, operator="live"))
    (announced,) = events(record, OrderAnnounced)
    repeated = events(record, OrderRepeated)
    assert repeated
    assert {event.text for event in repeated} == {announced.text}


@pytest.mark.parametrize(("law", "stands"), [(NEVER, True), (SURE, False)])
def test_under_a_vote_the_order_stands_with_a_majority_and_falls_without(law: Law, stands: bool) -> None:
    record = continued(experiment(law, operator="vote"))
    votes = [event for event in events(record, Changed) if event.part == "votes:order"]
    assert {vote.after for vote in votes} == {"for" if stands else "against"}
    assert target(record) not in {vote.agent for vote in votes}
    assert bool(events(record, OrderExecuted)) == stands
    assert [event.reason for event in events(record, OrderBlocked)] == ([] if stands else ["voted-down"])


@pytest.mark.parametrize("label", OPERATORS)
def test_the_label_of_the_operator_is_one_sentence_of_the_notice(label: str) -> None:
    def said(name: str) -> str:
        return events(continued(experiment(NEVER, operator__label=name)), OrderAnnounced)[0].text

    assert said(label) == " ".join(part for part in (said("none"), OPERATORS[label]) if part)


@pytest.mark.parametrize("voice", ["silent", *VOICES])
def test_a_target_whose_words_are_set_says_them_once_and_nothing_else(voice: str) -> None:
    record = continued(experiment(NEVER, target__voice=voice))
    said = [event.message for event in events(record, MessageSent) if event.message.sender == target(record)]
    assert [message.text for message in said] == ([VOICES[voice]] if voice in VOICES else [])
    heard = {event.recipient for event in events(record, MessageDelivered) if said and event.message == said[0].id}
    assert heard == (set(record.header.agents) - {target(record)} if said else set())


@pytest.mark.parametrize(("told", "to"), [("no", "all"), ("yes", "subjects"), ("no", "subjects")])
def test_only_those_hear_of_the_order_who_are_to_hear_of_it(told: str, to: str) -> None:
    record = continued(experiment(NEVER, target__told=told, announced__to=to, reviewers="one"))
    (announced,) = events(record, OrderAnnounced)
    subjects = {event.agent for event in events(record, Changed)} | {
        event.event.agent for event in record if event.event.kind == "reported"
    }
    others = set(record.header.agents) - subjects - {target(record)}
    assert subjects <= set(announced.to)
    assert (target(record) in announced.to) == (told == "yes")
    assert others <= set(announced.to) if to == "all" else others.isdisjoint(announced.to)
