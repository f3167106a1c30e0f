"""A game of two as a group game of two members, so that a table needs to know one kind only."""

from collections.abc import Mapping

from sim import AgentId, Frozen

from .game import Choice, Entered, Game, GroupAsk, GroupMeeting, GroupSide, Meeting, Side


class Pairwise:
    """`game` seen as a group game."""

    size = 2

    def __init__(self, game: Game) -> None:
        self.name, self.steps, self.game = game.name, game.steps, game

    def rules(self, others: tuple[AgentId, ...]) -> str:
        return self.game.rules(others[0])

    def movers(self, meeting: GroupMeeting, step: int) -> tuple[AgentId, ...]:
        return self.game.movers(_pair(meeting), step)

    def ask(self, meeting: GroupMeeting, agent: AgentId) -> GroupAsk:
        ask = self.game.ask(_pair(meeting), agent)
        own = Choice(meeting.others(agent), ask.kindest, ask.least_kind)
        return GroupAsk(ask.text, ask.tools, (*ask.also, own))

    def enter(self, meeting: GroupMeeting, agent: AgentId, arguments: Frozen) -> Entered:
        return self.game.enter(_pair(meeting), agent, arguments)

    def score(self, meeting: GroupMeeting) -> Mapping[AgentId, GroupSide]:
        first, second = meeting.members
        one, two = self.game.score(_pair(meeting))
        return {first: _side(one, second), second: _side(two, first)}


def _pair(meeting: GroupMeeting) -> Meeting:
    first, second = meeting.members
    return Meeting(
        first, second, meeting.round, meeting.rounds, meeting.moves, meeting.past, meeting.history, meeting.had, meeting.step
    )


def _side(side: Side, other: AgentId) -> GroupSide:
    seen = None if side.seen is None else {other: side.seen}
    return GroupSide(side.move, side.payoff, {other: side.kindness}, {other: side.cost}, side.remark, seen, side.known)
