"""Servers and their files, users and delete queues."""

from pydantic import Field

from sim import Frozen, Tool

from .wording import NoArguments

LIST, FILES, SEARCH = "list_servers", "list_server_files", "search_server_files"
MOVE, COPY, RENAME = "move_server_files", "copy_server_file", "rename_server_file"
DELETE, ARCHIVE = "delete_server_file", "archive_server_files"
USERS, ADD_USER, REMOVE_USER = "list_server_users", "add_server_user", "remove_server_user"
QUEUE, ENQUEUE, DEQUEUE = "list_delete_queue", "add_to_delete_queue", "remove_from_delete_queue"

SERVER, FILE, USER = "server", "file", "user"


class ServerArguments(Frozen):
    server: str = Field(description="address of a server, as listed")


class SearchArguments(Frozen):
    text: str = Field(description="part of a file's name")
    server: str = Field(default="", description="address of a server; empty for all servers")


class MoveArguments(Frozen):
    source: str = Field(description="address of the server the files are on")
    destination: str = Field(description="address of the server they go to")
    names: list[str] = Field(description="names of the files", max_length=50)


class CopyArguments(Frozen):
    source: str = Field(description="address of the server the file is on")
    name: str = Field(description="name of the file")
    destination: str = Field(description="address of the server the copy goes to; may be the same")
    new_name: str = Field(default="", description="name of the copy; empty for the same name")


class RenameArguments(Frozen):
    server: str = Field(description="address of the server the file is on")
    name: str = Field(description="name of the file")
    new_name: str = Field(description="its new name")


class FileArguments(Frozen):
    server: str = Field(description="address of the server")
    name: str = Field(description="name of the file")


class ArchiveArguments(Frozen):
    server: str = Field(description="address of the server the files are on")
    names: list[str] = Field(description="names of the files", max_length=50)
    archive: str = Field(description="name of the new file that holds them")


class UserArguments(Frozen):
    server: str = Field(description="address of the server")
    user: str = Field(description="name of the user")


TOOLS = (
    Tool(LIST, "List the servers: address, number of files, space used.", NoArguments),
    Tool(FILES, "List the files of a server: name, size, date, summary.", ServerArguments),
    Tool(SEARCH, "Find files by a part of their name.", SearchArguments),
    Tool(MOVE, "Move files from one server to another.", MoveArguments),
    Tool(COPY, "Copy a file, to another server or on the same.", CopyArguments),
    Tool(RENAME, "Give a file another name.", RenameArguments),
    Tool(DELETE, "Delete a file from a server at once.", FileArguments),
    Tool(ARCHIVE, "Bundle files of a server in one new file on it; the files stay.", ArchiveArguments),
    Tool(USERS, "List the users of a server.", ServerArguments),
    Tool(ADD_USER, "Add a user to a server.", UserArguments),
    Tool(REMOVE_USER, "Remove a user from a server.", UserArguments),
    Tool(QUEUE, "List the delete queue of a server.", ServerArguments),
    Tool(ENQUEUE, "Put a file in the delete queue of its server.", FileArguments),
    Tool(DEQUEUE, "Take a file out of the delete queue of its server.", FileArguments),
)


def size(number: int) -> str:
    return f"{number:,} bytes"


def server_line(address: str, files: int, used: int, capacity: int) -> str:
    return f"{address}: {files} files, {size(used)} of {size(capacity)} used"


def file_line(name: str, number: int, date: str, summary: str) -> str:
    return f"{name} | {size(number)} | {date} | {summary}"


def found_line(address: str, line: str) -> str:
    return f"{address}: {line}"


def and_more(number: int) -> str:
    return f"and {number} more"


def bundle(names: str) -> str:
    return f"holds {names}"


def moved(names: str, source: str, destination: str) -> str:
    return f"Moved from {source} to {destination}: {names}."


def copied(name: str, source: str, new_name: str, destination: str) -> str:
    return f"Copied: {name} on {source} to {new_name} on {destination}."


def renamed(name: str, new_name: str, server: str) -> str:
    return f"{name} on {server} is now {new_name}."


def deleted(name: str, server: str) -> str:
    return f"{name} is deleted from {server}."


def archived(names: str, archive: str, server: str) -> str:
    return f"{archive} on {server} now holds: {names}."


def added(name: str, what: str) -> str:
    return f"{name} is added to the {what}."


def taken_out(name: str, what: str) -> str:
    return f"{name} is taken out of the {what}."


def queue_of(server: str) -> str:
    return f"delete queue of {server}"


def users_of(server: str) -> str:
    return f"users of {server}"


def already_in(name: str, what: str) -> str:
    return f"Not done: {name} is already in the {what}."


def no_space(server: str, needed: int, free: int) -> str:
    return f"Not done: {server} has {size(free)} free; {size(needed)} are needed."


def no_files_named() -> str:
    return "Not done: name 1 to 50 files, each once."


def same_server(server: str) -> str:
    return f"Not done: the files are on {server} already."


def too_many(what: str, most: int) -> str:
    return f"Not done: the {what} has {most} entries, the most it takes."


def files_of(server: str) -> str:
    return f"list of files of {server}"


def too_much_held(most: int) -> str:
    return f"Not done: one file can hold at most {most} others."


def locked(server: str) -> str:
    return f"Not done: {server} takes no changes."
