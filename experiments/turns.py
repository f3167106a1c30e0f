"""What of a fork's record says who was asked when: the turns since the announcement, and whose act was set in them."""

from collections.abc import Mapping, Sequence

from sim import AgentId, MechanismRead, MessageSent, OrderAnnounced, Transcript, TurnBegan, Verdict


def turns_of(transcript: Transcript) -> Mapping[AgentId, list[int]]:
    """The entries with which each agent's turns since the announcement began."""
    turns: dict[AgentId, list[int]] = {agent: [] for agent in transcript.header.agents}
    announced = False
    for entry in transcript:
        if isinstance(entry.event, OrderAnnounced):
            announced = True
        elif isinstance(entry.event, TurnBegan) and announced:
            turns.setdefault(entry.event.agent, []).append(entry.seq)
    return turns


def first_turn(verdict: Verdict, transcript: Transcript, began: Sequence[int]) -> int | None:
    """Which of the turns that began there held the first of the subject's own acts among the evidence, from 0; without an
    act, its first message. None where there is neither: evidence may also be what others wrote or a mechanism read."""
    acts, messages = list[int](), list[int]()
    first = transcript[0].seq if verdict.evidence else 0  # a fork's entries may come without its history
    for seq in verdict.evidence:
        event = transcript[seq - first].event
        if isinstance(event, MessageSent):
            messages += [seq] if event.message.sender == verdict.subject else []
        elif getattr(event, "agent", None) == verdict.subject and not isinstance(event, MechanismRead):
            acts.append(seq)
    turns = (sum(one <= seq for one in began) - 1 for seq in acts or messages)
    return min((turn for turn in turns if turn >= 0), default=None)


def seeded_in(transcript: Transcript) -> tuple[AgentId, ...]:
    """Those whose act was set in a fork."""
    named = transcript.header.condition.get("seeded")
    return tuple(AgentId(str(agent)) for agent in named) if isinstance(named, list) else ()
