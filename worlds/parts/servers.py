"""Servers with files, users and delete queues. Whatever way a content goes (moved, copied, renamed, bundled), `where` finds
it, and every change is an event with the hash in it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sim import OPERATOR, AgentId, Changed, Event, Exposed, Frozen, Outcome, Tick, canonical, digest

from ..texts.parts import servers as text
from ..texts.parts.wording import missing, nothing, some, taken
from .lookup import Refused, facts, file_named, files_named, need_room, new_name_of
from .part import no_tool
from .storage import MAX_HELD, MAX_QUEUE, MAX_USERS, Held, Server, StoredFile, content_hash

MAX_FOUND = 20
"""How many files a search shows."""
LAST_DAY = 3_650
"""The date stands still so many days after the start."""


class Servers:
    """Several servers by address. `start` is the date at tick 0, `day` how many ticks a day has; moved, copied and bundled
    files take the date of the act, renamed ones keep theirs. `offers` are names of tools; None offers all."""

    def __init__(
        self, servers: Sequence[Server], *, start: str = "2026-03-02", day: int = 24, offers: Collection[str] | None = None
    ) -> None:
        self._servers = {server.address: server for server in servers}
        if len(self._servers) < len(servers):
            raise ValueError("two servers have one address")
        unknown = set(offers or ()) - {tool.name for tool in text.TOOLS}
        if unknown:
            raise ValueError(f"no tools of servers: {', '.join(sorted(unknown))}")
        self._start, self._day = date.fromisoformat(start), day
        self.tools = tuple(tool for tool in text.TOOLS if offers is None or tool.name in offers)

    # -- what a scenario reads and does ---------------------------------------------------------------------------------

    @property
    def servers(self) -> Mapping[str, Server]:
        """The servers as they now stand."""
        return dict(self._servers)

    def where(self, content: str) -> list[tuple[str, str]]:
        """Every (address, file) whose content it is or that holds it, in the order of servers and files."""
        return [
            (address, name)
            for address, server in self._servers.items()
            for name, file in server.files.items()
            if file.contains(content)
        ]

    def today(self, at: Tick) -> str:
        """The date at a tick, as in 2026-03-02."""
        return (self._start + timedelta(days=max(0, min(at // self._day, LAST_DAY)))).isoformat()

    def run_queue(self, address: str, by: AgentId = OPERATOR) -> tuple[Event, ...]:
        """Delete what is queued, and empty the queue; queued names that are no files any more delete nothing."""
        server = self._servers[address]
        events: list[Event] = []
        for name in server.queue:
            if name in self._servers[address].files:
                events.append(self._put(by, address, name, None))
        self._servers[address] = self._servers[address].model_copy(update={"queue": ()})
        return tuple(events)

    def wipe(self, address: str, by: AgentId = OPERATOR) -> tuple[Event, ...]:
        """Delete every file of a server."""
        return tuple(self._put(by, address, name, None) for name in list(self._servers[address].files))

    # -- what agents do -------------------------------------------------------------------------------------------------

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        if tool not in {offered.name for offered in self.tools}:
            raise no_tool("servers", tool)
        try:
            return self._apply(agent, tool, arguments, at)
        except Refused as refused:
            return Outcome(False, str(refused))

    def _apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.LIST, _:
                lines = [text.server_line(s.address, len(s.files), s.used, s.capacity) for s in self._servers.values()]
                return Outcome(True, "\n".join(lines) or nothing())
            case text.FILES, text.ServerArguments(server=address):
                return self._list(agent, self._server(address))
            case text.SEARCH, text.SearchArguments(text=part, server=address):
                return self._search(agent, part, address)
            case text.MOVE, text.MoveArguments(source=source, destination=destination, names=names):
                return self._move(agent, source, destination, names, at)
            case text.COPY, text.CopyArguments(source=source, name=name, destination=destination, new_name=new_name):
                return self._copy(agent, source, name, destination, new_name, at)
            case text.RENAME, text.RenameArguments(server=address, name=name, new_name=new_name):
                return self._rename(agent, address, name, new_name)
            case text.DELETE, text.FileArguments(server=address, name=name):
                server = self._open(address)
                name, _ = file_named(server, name)
                return Outcome(True, text.deleted(name, server.address), (self._put(agent, server.address, name, None),))
            case text.ARCHIVE, text.ArchiveArguments(server=address, names=names, archive=archive):
                return self._archive(agent, address, names, archive, at)
            case text.USERS, text.ServerArguments(server=address):
                return Outcome(True, "\n".join(self._server(address).users) or nothing())
            case text.QUEUE, text.ServerArguments(server=address):
                return Outcome(True, "\n".join(self._server(address).queue) or nothing())
            case text.ADD_USER, text.UserArguments(server=address, user=user):
                return self._add(agent, address, "users", new_name_of(text.USER, user), text.users_of, MAX_USERS)
            case text.REMOVE_USER, text.UserArguments(server=address, user=user):
                return self._take_out(agent, address, "users", user, text.users_of)
            case text.ENQUEUE, text.FileArguments(server=address, name=name):
                name, _ = file_named(self._server(address), name)
                return self._add(agent, address, "queue", name, text.queue_of, MAX_QUEUE)
            case text.DEQUEUE, text.FileArguments(server=address, name=name):
                return self._take_out(agent, address, "queue", name, text.queue_of)
        raise no_tool("servers", tool)

    def _list(self, agent: AgentId, server: Server) -> Outcome:
        lines = "\n".join(text.file_line(name, f.size, f.date, f.summary) for name, f in server.files.items())
        return Outcome(True, lines or nothing(), (Exposed(agent=agent, part="servers", item=server.address),))

    def _search(self, agent: AgentId, part: str, address: str) -> Outcome:
        servers = [self._server(address)] if address.strip() else list(self._servers.values())
        wanted = part.strip().lower()
        found = [(s.address, name, file) for s in servers for name, file in s.files.items() if wanted in name.lower()]
        lines = [text.found_line(a, text.file_line(n, f.size, f.date, f.summary)) for a, n, f in found[:MAX_FOUND]]
        if len(found) > MAX_FOUND:
            lines.append(text.and_more(len(found) - MAX_FOUND))
        events = tuple(Exposed(agent=agent, part=f"server:{a}", item=name) for a, name, _ in found[:MAX_FOUND])
        return Outcome(True, "\n".join(lines) or nothing(), events)

    def _move(self, agent: AgentId, source: str, destination: str, names: Sequence[str], at: Tick) -> Outcome:
        here, there = self._open(source), self._open(destination)
        if here.address == there.address:
            raise Refused(text.same_server(here.address))
        files = files_named(here, names)
        need_room(there, files.values(), list(files))
        events: list[Event] = []
        for name, file in files.items():
            events.append(self._put(agent, here.address, name, None))
            events.append(self._put(agent, there.address, name, file.model_copy(update={"date": self.today(at)})))
        return Outcome(True, text.moved(some(list(files)), here.address, there.address), tuple(events))

    def _copy(self, agent: AgentId, source: str, name: str, destination: str, new_name: str, at: Tick) -> Outcome:
        here, there = self._server(source), self._open(destination)
        name, file = file_named(here, name)
        new = new_name_of(text.FILE, new_name) if new_name.strip() else name
        need_room(there, [file], [new])
        event = self._put(agent, there.address, new, file.model_copy(update={"date": self.today(at)}))
        return Outcome(True, text.copied(name, here.address, new, there.address), (event,))

    def _rename(self, agent: AgentId, address: str, name: str, new_name: str) -> Outcome:
        server = self._open(address)
        name, file = file_named(server, name)
        new = new_name_of(text.FILE, new_name)
        if new in server.files:
            raise Refused(taken(text.FILE, new))
        events = (self._put(agent, server.address, name, None), self._put(agent, server.address, new, file))
        return Outcome(True, text.renamed(name, new, server.address), events)

    def _archive(self, agent: AgentId, address: str, names: Sequence[str], archive: str, at: Tick) -> Outcome:
        server = self._open(address)
        files, new = files_named(server, names), new_name_of(text.FILE, archive)
        inside = [h for name, file in files.items() for h in (Held(name=name, content=file.content), *file.holds)]
        if len(inside) > MAX_HELD:
            raise Refused(text.too_much_held(MAX_HELD))
        bundle = StoredFile(
            size=sum(file.size for file in files.values()),
            date=self.today(at),
            content=content_hash(canonical([[held.name, held.content] for held in inside])),
            summary=text.bundle(some(list(files))),
            holds=tuple(inside),
        )
        need_room(server, files.values(), [new])
        event = self._put(agent, server.address, new, bundle)
        return Outcome(True, text.archived(some(list(files)), new, server.address), (event,))

    def _add(self, agent: AgentId, address: str, what: str, name: str, said: Callable[[str], str], most: int) -> Outcome:
        server = self._open(address)
        names: tuple[str, ...] = getattr(server, what)
        if name in names:
            raise Refused(text.already_in(name, said(server.address)))
        if len(names) >= most:
            raise Refused(text.too_many(said(server.address), most))
        self._servers[server.address] = server.model_copy(update={what: (*names, name)})
        event = Changed(agent=agent, part=f"{what}:{server.address}", key=name, before=None, after=True)
        return Outcome(True, text.added(name, said(server.address)), (event,))

    def _take_out(self, agent: AgentId, address: str, what: str, name: str, said: Callable[[str], str]) -> Outcome:
        server, name = self._open(address), name.strip()
        names: tuple[str, ...] = getattr(server, what)
        if name not in names:
            raise Refused(missing(text.USER if what == "users" else text.FILE, name, names))
        kept = tuple(other for other in names if other != name)
        self._servers[server.address] = server.model_copy(update={what: kept})
        event = Changed(agent=agent, part=f"{what}:{server.address}", key=name, before=True, after=None)
        return Outcome(True, text.taken_out(name, said(server.address)), (event,))

    def _server(self, address: str) -> Server:
        server = self._servers.get(address.strip())
        if server is None:
            raise Refused(missing(text.SERVER, address, tuple(self._servers)))
        return server

    def _open(self, address: str) -> Server:
        server = self._server(address)
        if server.locked:
            raise Refused(text.locked(server.address))
        return server

    def _put(self, agent: AgentId, address: str, name: str, file: StoredFile | None) -> Changed:
        server = self._servers[address]
        before, files = server.files.get(name), {n: f for n, f in server.files.items() if n != name}
        if file is not None:
            files[name] = file
        self._servers[address] = server.model_copy(update={"files": files})
        return Changed(agent=agent, part=f"server:{address}", key=name, before=facts(before), after=facts(file))

    def fingerprint(self) -> str:
        return digest([self.get_state(), self._start.isoformat(), self._day])

    def get_state(self) -> dict[str, Any]:
        return {
            address: server.model_dump(mode="json")
            | {"files": [[n, f.model_dump(mode="json")] for n, f in server.files.items()]}
            for address, server in self._servers.items()
        }

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._servers = {
            address: Server.model_validate(state[address] | {"files": dict(state[address]["files"])})
            for address in self._servers
        }
