"""Notes that lie inside a scene: hand-over notes, a service's inbox. Messages between agents are the bus's."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim import AgentId, Changed, Exposed, Frozen, Outcome, Tick, Tool, digest

from ..texts.parts import notes as text
from ..texts.parts.wording import missing, nothing
from .naming import plain_text
from .part import no_tool

MAX_NOTES = 50
"""Most notes for one recipient."""
MAX_SUBJECT, MAX_NOTE = 80, 2_000


class Note(Frozen):
    """A text from one to another."""

    sender: AgentId
    to: AgentId
    subject: str
    text: str


class Mailbox:
    """Notes by recipient. `recipients` are those a note can be left for, a service or role among them; a note cannot be
    changed or taken back."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self, recipients: Sequence[AgentId], notes: Sequence[Note] = ()) -> None:
        self._recipients, self._notes = tuple(recipients), list(notes)

    def notes(self, recipient: AgentId) -> tuple[Note, ...]:
        """The notes for one recipient, oldest first; their numbers count from 1."""
        return tuple(note for note in self._notes if note.to == recipient)

    def list(self, agent: AgentId) -> Outcome:
        """The agent's notes, a line each."""
        lines = [text.line(number, note.sender, note.subject) for number, note in enumerate(self.notes(agent), start=1)]
        return Outcome(True, "\n".join(lines) or nothing())

    def read(self, agent: AgentId, number: int) -> Outcome:
        """One of the agent's notes in full; the agent is then exposed to it."""
        mine = self.notes(agent)
        if not 0 < number <= len(mine):
            return Outcome(False, missing(text.NOUN, str(number), [str(n) for n in range(1, len(mine) + 1)]))
        note = mine[number - 1]
        event = Exposed(agent=agent, part=f"mailbox:{agent}", item=str(number))
        return Outcome(True, text.note(note.sender, note.subject, note.text), (event,))

    def put(self, agent: AgentId, to: str, subject: str, words: str) -> Outcome:
        """Leave a note for somebody."""
        subject, recipient = subject.strip(), AgentId(to.strip())
        if recipient not in self._recipients:
            return Outcome(False, missing(text.RECIPIENT, to, self._recipients))
        titled = 0 < len(subject) <= MAX_SUBJECT and subject.isprintable()
        if not titled or len(words) > MAX_NOTE or not plain_text(words):
            return Outcome(False, text.not_a_note(MAX_SUBJECT, MAX_NOTE))
        number = len(self.notes(recipient)) + 1
        if number > MAX_NOTES:
            return Outcome(False, text.full(recipient, MAX_NOTES))
        words = plain_text(words)
        self._notes.append(Note(sender=agent, to=recipient, subject=subject, text=words))
        event = Changed(
            agent=agent,
            part=f"mailbox:{recipient}",
            key=str(number),
            before=None,
            after={"from": agent, "subject": subject, "text": words},
        )
        return Outcome(True, text.left(recipient), (event,))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.LIST, _:
                return self.list(agent)
            case text.READ, text.NumberArguments(number=number):
                return self.read(agent, number)
            case text.PUT, text.NoteArguments(to=to, subject=subject, text=words):
                return self.put(agent, to, subject, words)
            case _:
                raise no_tool("mailbox", tool)

    def fingerprint(self) -> str:
        return digest([list(self._recipients), self.get_state()])

    def get_state(self) -> dict[str, Any]:
        return {"notes": [note.model_dump(mode="json") for note in self._notes]}

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._notes = [Note.model_validate(note) for note in state["notes"]]
