"""The strategies of the literature do what the literature says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import RULES, Past, Planted, Scripted, build_rule
from agents.planted import Law
from agents.scripted import between
from sim import AgentId, Interaction, Observation, Remark, Streams, UnknownName
from sim.testing import check_policy
from tests.sim.town import history
from tests.sim.yard import events, run

from .duel import A, B, duel, interactions, letters, slips

tit_for_tat, grim, wsls = (build_rule(name) for name in ("tit-for-tat", "grim", "win-stay-lose-shift"))
always, never = build_rule("always"), build_rule("never")


def play(one, other, rounds: int = 8) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    a, b = duel(one, other, rounds)
    return letters(a), letters(b)


def test_tit_for_tat_loses_the_first_round_to_always_defect_and_no_other() -> None:
    assert play(tit_for_tat, never) == ("CDDDDDDD", "DDDDDDDD")
    payoffs = [m.payoff for m in interactions(tit_for_tat, never, 5) if m.agent == A]
    assert payoffs == [0, 1, 1, 1, 1]


def test_tit_for_tat_never_defects_first() -> None:
    for partner in (tit_for_tat, grim, wsls, always):
        assert play(tit_for_tat, partner) == ("C" * 8, "C" * 8)


def test_two_tit_for_tats_echo_a_slip_forever() -> None:
    assert play(slips(tit_for_tat, 2), tit_for_tat) == ("CCDCDCDC", "CCCDCDCD")


def test_grim_never_forgives_one_slip() -> None:
    assert play(grim, slips(always, 2)) == ("CCCDDDDD", "CCDCCCCC")
    assert play(slips(grim, 2), grim) == ("CCDCDDDD", "CCCDDDDD")


def test_two_win_stay_lose_shifts_return_to_cooperation_after_one_round_of_mutual_defection() -> None:
    """Nowak & Sigmund 1993: an error is followed by DD, then by CC again."""
    assert play(slips(wsls, 2), wsls) == ("CCDDCCCC", "CCCDCCCC")


def test_win_stay_lose_shift_exploits_who_never_retaliates() -> None:
    """Nowak & Sigmund 1993: after a slip against an unconditional cooperator it goes on defecting."""
    assert play(slips(wsls, 2), always) == ("CCDDDDDD", "CCCCCCCC")


def test_win_stay_lose_shift_alternates_against_always_defect() -> None:
    assert play(wsls, never) == ("CDCDCDCD", "DDDDDDDD")


@pytest.mark.parametrize("forgive", [0.0, 0.2, 1 / 3, 1.0])
def test_generous_forgives_at_its_rate(forgive: float) -> None:
    a, _ = duel(build_rule("generous", forgive=forgive), never, 1_500)
    kind = float(np.mean([k > 0 for k in a[1:]]))
    assert abs(kind - forgive) < 3.5 * max((forgive * (1 - forgive) / 1_499) ** 0.5, 1e-9) + 1e-9


def test_generous_overlooks_a_fifth_unless_told_otherwise() -> None:
    past = Past(shown=[1.0], had=[-1.0])
    rule = build_rule("generous")
    assert [rule(past, draw) for draw in (0.0, 0.19, 0.2, 0.99)] == [1, 1, 0, 0]


def test_two_generous_recover_from_a_slip_which_tit_for_tat_does_not() -> None:
    a, b = duel(slips(build_rule("generous", forgive=0.5), 2), build_rule("generous", forgive=0.5), 40)
    assert letters(a)[-10:] == letters(b)[-10:] == "C" * 10


@pytest.mark.parametrize("q", [0.0, 0.3, 0.95, 1.0])
def test_a_q_cooperator_is_kind_with_probability_q(q: float) -> None:
    a, _ = duel(build_rule("q-cooperator", q=q), never, 1_000)
    assert abs(float(np.mean([k > 0 for k in a])) - q) < 3.5 * (q * (1 - q) / 1_000) ** 0.5 + 1e-9


def test_betray_at_t_is_kind_for_t_rounds_and_never_again() -> None:
    assert play(build_rule("betray-at", t=3), always)[0] == "CCCDDDDD"
    assert play(build_rule("betray-at"), never)[0] == "CCCCCDDD"
    assert play(build_rule("betray-at", t=0), never)[0] == "D" * 8


def test_always_and_never_are_what_they_say() -> None:
    assert play(always, never) == ("C" * 8, "D" * 8)


def test_the_equilibrium_of_the_transfer_game_is_that_nothing_is_sent() -> None:
    """Backward induction: nothing is returned, so nothing is sent; both are worse off than with full trust."""
    selfish = interactions(never, never, 4, game="trust-v1")
    trusting = interactions(always, always, 4, game="trust-v1")
    assert {m.move for m in selfish} == {0}
    assert sum(m.payoff for m in selfish) == 40
    assert sum(m.payoff for m in trusting) == 120
    assert [m.kindness for m in trusting] == [1.0] * 8


def test_whoever_sends_to_one_who_keeps_all_is_left_with_nothing() -> None:
    moves = interactions(always, never, 2, game="trust-v1")
    assert [(m.agent, m.move, m.payoff) for m in moves] == [(A, 10, 0), (B, 0, 30), (A, 0, 0), (B, 0, 10)]
    assert [m.kindness for m in moves] == [1, -1, 0, -1]


def test_tit_for_tat_stops_sending_to_one_who_keeps_all() -> None:
    moves = interactions(tit_for_tat, never, 6, game="trust-v1")
    sent = [m.move for m in moves if m.agent == A and m.round % 2 == 0]
    assert sent == [10, 0, 0]


def test_contact_without_stake_gives_no_rule_anything_to_react_to() -> None:
    for name in RULES:
        a, b = duel(build_rule(name), never, 4, game="neutral-v1")
        assert set(a + b) == {0}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_kind_at_a_level_between_none_and_all(name: str) -> None:
    rule = build_rule(name)

    @given(st.lists(st.floats(-1, 1)), st.floats(0, 1, exclude_max=True))
    def holds(had: list[float], draw: float) -> None:
        assert 0 <= rule(Past(shown=had[::-1], had=had), draw) <= 1

    holds()


def test_unknown_rules_are_errors_that_name_what_exists() -> None:
    with pytest.raises(UnknownName, match=r"no policy 'tit_for_tat'; did you mean 'tit-for-tat'"):
        build_rule("tit_for_tat")


def test_a_rule_is_told_of_a_parameter_it_lacks_when_it_is_built_and_not_in_the_middle_of_a_run() -> None:
    with pytest.raises(TypeError, match="forgiveness"):
        build_rule("generous", forgiveness=1.0)


@given(st.integers(0, 30), st.floats(0, 1))
def test_an_amount_lies_between_the_least_and_the_most(most: int, level: float) -> None:
    least = {"kind": "use", "tool": "t", "arguments": {"amount": 0}}
    kindest = {"kind": "use", "tool": "t", "arguments": {"amount": most}}
    amount = between(least, kindest, level).arguments["amount"]  # type: ignore[index]
    assert 0 <= int(amount) <= most  # type: ignore[arg-type]
    assert between(least, kindest, 0).arguments == least["arguments"]
    assert between(least, kindest, 1).arguments == kindest["arguments"]


def test_an_agent_remembers_each_partner_apart() -> None:
    policy = Scripted(tit_for_tat, streams=Streams("x"))
    for partner, kindness in (("p", 1.0), ("q", -1.0), ("p", -1.0)):
        data = {"partner": partner, "kindness": kindness, "own_kindness": 0.0}
        policy._remember(Observation(agent=A, tick=0, turn=1, remarks=(Remark(text="", data=data),)))
    past = {"p": {"shown": [0.0, 0.0], "had": [1.0, -1.0]}, "q": {"shown": [0.0], "had": [-1.0]}}
    assert policy.get_state() == {"past": past, "response": {}}


def observations() -> list[Observation]:
    """What one agent of a lived history saw, turn by turn."""
    one = history("ipd-v1")
    seen: list[Observation] = []

    class Watches:
        def __init__(self, inner: Scripted) -> None:
            self.inner = inner

        async def act(self, observation, hands) -> None:  # type: ignore[no-untyped-def]
            seen.append(observation)
            await self.inner.act(observation, hands)

    agent = AgentId("a17")
    one.seats = {**one.seats, agent: Watches(one.seats[agent])}  # type: ignore[arg-type,dict-item]
    run(one)
    return seen


@pytest.mark.parametrize("name", RULES)
def test_our_policies_conform(name: str) -> None:
    seen = observations()
    assert len(seen) == 8
    check_policy(
        lambda: Scripted(build_rule(name), streams=Streams("c"), response=Planted(Law()), talk=0.5),
        seen,
    )


def test_what_a_planted_population_says_in_a_history_is_small_talk() -> None:
    record = run(history("ipd-v1"))
    said = {
        event.message.text for event in events(record, *[type(e.event) for e in record if e.event.kind == "message-sent"])
    }
    assert said
    assert all(len(text) < 40 for text in said)
    assert events(record, Interaction)
