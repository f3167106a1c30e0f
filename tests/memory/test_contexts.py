"""What a model is shown again: cuts fall between turns, forks share them, and a long life stays within bounds."""

import json
from typing import Any

import pytest
from autogen_core import FunctionCall
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    UserMessage,
)
from hypothesis import given
from hypothesis import strategies as st

from agents import Form, Memory, parse_memory
from agents.live import build_context
from agents.memory import LONGEST, FullContext
from sim import AgentId, Observation, Remark, UnknownName
from tests.agents_fake_server import run
from worlds import MemoryTexts

CUTTING = ["window:k=3", "notes:every=4", "summary:every=4", "score"]
ME, OTHER = AgentId("a10"), AgentId("a11")


def seen(number: int, *, game: bool = True, points: float = 3.0) -> Observation:
    facts: dict[str, Any] = {"game": "g", "partner": OTHER, "rules": {"g": "the rules"}} if game else {}
    data: Any = {"partner": OTHER, "kindness": 1.0, "own_kindness": 1.0, "points": points, "met": [OTHER]}
    remarks = (Remark(text=f"result {number}", data=data),) if number else ()
    return Observation(agent=ME, tick=number, turn=number + 1, facts=facts, remarks=remarks)


async def answers(text: str) -> str:
    return f"summary of {len(text)} characters " + "s" * 10_000


async def live_turn(
    context: FullContext, number: int, *, game: bool = True, calls: int = 2, note: str = "", ask: Any = answers
) -> list[LLMMessage]:
    """One turn: `calls` tool calls in one reply, each with its result, then a closing text. What was cut is returned."""
    context.begin(seen(number, game=game))
    first = "the rules\n" if number == 0 else ""
    await context.add_message(UserMessage(content=f"{first}turn {number}", source="user"))
    made = [FunctionCall(id=f"c{number}.{n}", name="choose", arguments='{"option": "J"}') for n in range(calls)]
    if note:
        made.append(FunctionCall(id=f"n{number}", name="write_notes", arguments=json.dumps({"text": note})))
    if made:
        await context.add_message(AssistantMessage(content=made, source="agent"))
        results = [FunctionExecutionResult(content="Entered.", name=c.name, call_id=c.id, is_error=False) for c in made]
        await context.add_message(FunctionExecutionResultMessage(content=results))
    await context.add_message(AssistantMessage(content="Done.", source="agent"))
    return list(await context.end(ask))


def context_of(level: str) -> FullContext:
    return build_context(parse_memory(level), MemoryTexts())


async def lived(level: str, turns: int, **more: Any) -> FullContext:
    context = context_of(level)
    for number in range(turns):
        await live_turn(context, number, **more)
    return context


def shown(context: FullContext) -> list[LLMMessage]:
    return run(context.get_messages())


def text(context: FullContext) -> str:
    return "\n".join(str(message.content) for message in shown(context))


def assert_legal(messages: list[LLMMessage]) -> None:
    """As providers demand: begins with what the agent is told, every call answered at once, no answer without its call."""
    assert not messages or isinstance(messages[0], UserMessage)
    open_calls: list[str] = []
    for before, message in zip([None, *messages], messages, strict=False):
        if isinstance(message, FunctionExecutionResultMessage):
            assert isinstance(before, AssistantMessage)
            assert sorted(r.call_id for r in message.content) == sorted(open_calls)
            open_calls = []
            continue
        assert not open_calls
        if isinstance(message, AssistantMessage) and isinstance(message.content, list):
            open_calls = [call.id for call in message.content]
        if isinstance(message, UserMessage):
            assert not isinstance(before, UserMessage)
    assert not open_calls


# -- cuts -----------------------------------------------------------------------------------------------------------


@given(
    level=st.sampled_from(["full", "window:k=1", *CUTTING]),
    turns=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "note"])), max_size=14),
    scene=st.integers(0, 3),
)
def test_no_form_of_memory_ever_splits_a_tool_call_from_its_result(
    level: str, turns: list[tuple[int, str]], scene: int
) -> None:
    async def go() -> None:
        context = context_of(level)
        kinds = [*((True, *turn) for turn in turns), *((False, 1, "") for _ in range(scene))]
        for number, (game, calls, note) in enumerate(kinds):
            gone = await live_turn(context, number, game=game, calls=calls, note=note)
            assert_legal(gone)
            assert_legal(await context.get_messages())

    run(go())


def test_a_full_memory_shows_everything_and_a_window_the_last_turns() -> None:
    full, window = run(lived("full", 8)), run(lived("window:k=3", 8))
    assert [f"turn {n}" in text(full) for n in range(8)] == [True] * 8
    assert [f"turn {n}" in text(window) for n in range(8)] == [False] * 5 + [True] * 3


def test_what_is_said_once_and_holds_on_is_said_again_when_its_turn_is_gone() -> None:
    for level in CUTTING:
        context = run(lived(level, 8))
        run(live_turn(context, 8, game=False))
        assert text(context).count("the rules") == 1
        assert text(context).startswith("You are a10.")


def test_before_anything_is_cut_nothing_is_added() -> None:
    for level in ("window:k=9", "notes:every=9", "summary:every=9"):
        assert text(run(lived(level, 8))) == text(run(lived("full", 8)))


def test_what_comes_after_the_history_is_never_cut() -> None:
    for level in CUTTING:
        context = run(lived(level, 8))
        for number in range(8, 20):
            run(live_turn(context, number, game=False))
        assert all(f"turn {n}" in text(context) for n in range(8, 20))


def test_notes_take_the_place_of_the_turns_they_were_written_in() -> None:
    async def go() -> FullContext:
        context = context_of("notes:every=4")
        for number in range(4):
            await live_turn(context, number, note="kept: a11 was fair" if number == 1 else "")
        await live_turn(context, 4)
        return context

    said = text(run(go()))
    assert "Your notes: kept: a11 was fair" in said
    assert "turn 3" not in said
    assert "turn 4" in said


def test_an_agent_that_writes_no_notes_is_told_that_it_has_none() -> None:
    assert "You have no notes." in text(run(_then_a_turn("notes:every=4", 4)))


def test_notes_that_were_refused_are_not_kept() -> None:
    async def go() -> FullContext:
        context = context_of("notes:every=1")
        context.begin(seen(0))
        await context.add_message(UserMessage(content="turn 0", source="user"))
        call = FunctionCall(id="c", name="write_notes", arguments='{"text": "too late"}')
        await context.add_message(AssistantMessage(content=[call], source="agent"))
        refused = FunctionExecutionResult(content="no", name=call.name, call_id="c", is_error=True)
        await context.add_message(FunctionExecutionResultMessage(content=[refused]))
        await context.end(answers)
        await live_turn(context, 1, calls=0, ask=answers)
        context.begin(seen(2))
        await context.add_message(UserMessage(content="turn 2", source="user"))
        return context

    assert "too late" not in text(run(go()))


async def _then_a_turn(level: str, turns: int, **more: Any) -> FullContext:
    context = await lived(level, turns, **more)
    context.begin(seen(turns))
    await context.add_message(UserMessage(content=f"turn {turns}", source="user"))
    return context


def test_a_summary_is_asked_of_plain_text_with_the_summary_before_it() -> None:
    asked: list[str] = []

    async def ask(text: str) -> str:
        asked.append(text)
        return f"summary {len(asked)}"

    context = run(_then_a_turn("summary:every=4", 8, ask=ask))
    assert len(asked) == 2
    assert "turn 0" in asked[0]
    assert 'You used choose: {"option": "J"}' in asked[0]
    assert "summary 1" in asked[1]
    assert "turn 0" not in asked[1]
    assert "Your summary of earlier turns: summary 2" in text(context)


def test_an_empty_summary_leaves_the_one_before() -> None:
    said = iter(["first", "  "])

    async def ask(text: str) -> str:
        return next(said)

    assert "turns: first" in text(run(_then_a_turn("summary:every=4", 8, ask=ask)))


def test_a_score_is_the_mean_of_points_had_from_each_agent_and_nothing_else() -> None:
    async def go() -> FullContext:
        context = context_of("score")
        for number, points in enumerate((0.0, 5.0, 0.0, 1.0)):
            context.begin(seen(number, points=points))
            await context.add_message(UserMessage(content=f"turn {number}", source="user"))
            if number < 3:
                await context.end(answers)
        return context

    said = text(run(go()))
    assert "with a11: 2.00 points a round for you, 3 rounds" in said
    assert not any(f"turn {n}" in said for n in range(3))


# -- state ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["full", *CUTTING])
def test_a_context_goes_on_from_its_state_as_if_never_frozen(level: str) -> None:
    through, again = run(lived(level, 7, note="n")), context_of(level)
    again.set_state(json.loads(json.dumps(through.get_state())))
    for context in (through, again):
        for number in range(7, 13):
            run(live_turn(context, number))
    assert through.get_state() == again.get_state()
    assert text(through) == text(again)


@pytest.mark.parametrize("level", CUTTING)
def test_a_state_is_not_touched_by_what_comes_later(level: str) -> None:
    context = run(lived(level, 5, note="n"))
    state = context.get_state()
    kept = json.dumps(state)
    for number in range(5, 12):
        run(live_turn(context, number))
    assert json.dumps(state) == kept


# -- long lives -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", CUTTING)
def test_five_hundred_turns_take_no_more_room_than_fifty(level: str) -> None:
    async def largest(turns: int) -> tuple[int, int]:
        context, most = context_of(level), 0
        for number in range(turns):
            await live_turn(context, number, note="n" * 6_000)
            most = max(most, sum(len(str(m.content)) for m in await context.get_messages()))
        return most, len(json.dumps(context.get_state()))

    (short, small), (long, large) = run(largest(50)), run(largest(500))
    assert long <= 1.05 * short
    assert large <= 1.05 * small
    assert long < 20 * LONGEST


def test_a_full_memory_does_grow() -> None:
    assert len(text(run(lived("full", 100)))) > 5 * len(text(run(lived("full", 10))))


# -- levels -----------------------------------------------------------------------------------------------------------


def test_levels_are_read_with_their_parameter() -> None:
    assert parse_memory("window") == Memory(form=Form.WINDOW, k=10)
    assert parse_memory("window:k=20") == Memory(form=Form.WINDOW, k=20)
    assert parse_memory("summary:every=3") == Memory(form=Form.SUMMARY, every=3)


@pytest.mark.parametrize("level", ["window:20", "window:every=2", "score:k=2", "window:k=0", "window:k=x", "window:k=2:k=3"])
def test_a_parameter_that_does_not_fit_is_named(level: str) -> None:
    with pytest.raises(ValueError, match="memory"):
        parse_memory(level)


def test_an_unknown_form_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownName, match="window"):
        parse_memory("windows")
