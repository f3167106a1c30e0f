"""What a turn held beside its calls stays with that turn when older ones are no longer sent."""

from typing import Any

from autogen_core import FunctionCall
from autogen_core.models import AssistantMessage, LLMMessage
from hypothesis import given
from hypothesis import strategies as st

from agents.model import Aside
from agents.wire import aside_key, forget_aside, messages_out


def turn(id: str) -> LLMMessage:
    return AssistantMessage(content=[FunctionCall(id=id, name="look", arguments="{}")], source="agent")


@given(ids=st.lists(st.sampled_from("ab"), max_size=8), cut=st.integers(0, 8), silent=st.sets(st.integers(0, 7)))
def test_servers_that_number_calls_anew_do_not_mix_up_what_was_said(ids: list[str], cut: int, silent: set[int]) -> None:
    asides: dict[str, Aside] = {}
    begun: dict[str, int] = {}
    messages: list[LLMMessage] = []
    for number, id in enumerate(ids):
        begun[id] = begun.get(id, -1) + 1
        if number not in silent:
            asides[aside_key(id, begun[id])] = Aside(text=f"said {number}")
        messages.append(turn(id))
    for id in ids[:cut]:
        forget_aside(asides, begun, id)
    shown: list[dict[str, Any]] = messages_out(messages[cut:], asides)
    assert [one["content"] for one in shown] == [
        "" if number in silent else f"said {number}" for number in range(cut, len(ids))
    ]
    assert len(asides) == sum(number not in silent for number in range(cut, len(ids)))
    assert {id: newest + 1 for id, newest in begun.items()} == {id: ids[cut:].count(id) for id in set(ids[cut:])}


def test_forgetting_what_never_was_is_no_matter() -> None:
    asides: dict[str, Aside] = {}
    forget_aside(asides, {}, "a")
    assert asides == {}
