"""Servers: whatever way a content goes, it is found; nothing grows without end."""

from typing import Any

import pytest

from sim import AgentId, Changed, Event, Exposed, Outcome
from worlds.parts import Server, Servers, content_hash, stored

from .part_check import HOSTILE, acts
from .test_parts import ON_SERVERS, servers

A, OLD, NEW, LOCKED = AgentId("a1"), "10.0.0.1", "10.0.0.2", "10.0.0.3"
DATA = content_hash("data.bin")


def use(part: Servers, tool: str, at: int = 0, **arguments: Any) -> Outcome:
    (model,) = [one.arguments for one in part.tools if one.name == tool]
    return part.apply(A, tool, model.model_validate(arguments), at)


def changes(outcome: Outcome) -> list[tuple[str, str, bool, bool]]:
    return [(e.part, e.key, e.before is not None, e.after is not None) for e in outcome.events if isinstance(e, Changed)]


def test_moving_takes_a_file_away_and_dates_it_anew() -> None:
    part = servers()
    outcome = use(part, "move_server_files", at=50, source=OLD, destination=NEW, names=["data.bin"])
    assert changes(outcome) == [(f"server:{OLD}", "data.bin", True, False), (f"server:{NEW}", "data.bin", False, True)]
    assert part.where(DATA) == [(NEW, "data.bin")]
    assert part.servers[NEW].files["data.bin"].date == "2026-03-04"


def test_copying_leaves_the_first_and_dates_the_second_anew() -> None:
    part = servers()
    assert use(part, "copy_server_file", source=OLD, name="data.bin", destination=OLD, new_name="new.bin").ok
    files = part.servers[OLD].files
    assert (files["data.bin"].date, files["new.bin"].date) == ("2024-10-01", "2026-03-02")
    assert part.where(DATA) == [(OLD, "data.bin"), (OLD, "new.bin")]


def test_a_new_name_hides_nothing_and_keeps_the_date() -> None:
    part = servers()
    assert use(part, "rename_server_file", server=OLD, name="data.bin", new_name="notes.txt").ok
    assert part.where(DATA) == [(OLD, "notes.txt")]
    assert part.servers[OLD].files["notes.txt"].date == "2024-10-01"


def test_what_is_bundled_is_found_in_the_bundle_and_in_bundles_of_it() -> None:
    part = servers()
    assert use(part, "archive_server_files", server=OLD, names=["data.bin"], archive="b.zip").ok
    assert use(part, "archive_server_files", server=OLD, names=["b.zip"], archive="c.zip").ok
    assert use(part, "delete_server_file", server=OLD, name="data.bin").ok
    assert use(part, "delete_server_file", server=OLD, name="b.zip").ok
    assert use(part, "move_server_files", source=OLD, destination=NEW, names=["c.zip"]).ok
    assert part.where(DATA) == [(NEW, "c.zip")]


@pytest.mark.parametrize("seed", range(30))
def test_the_events_alone_tell_where_a_content_is(seed: int) -> None:
    part = servers()
    known = {(a, name): {file.content} for a, s in part.servers.items() for name, file in s.files.items()}
    for act in acts(part.tools, ON_SERVERS, seed):
        for event in part.apply(act.agent, act.tool, act.arguments, act.at).events:
            fold(known, event)
        for name in ("log.txt", "data.bin", "old"):
            content = content_hash(name)
            assert {place for place, held in known.items() if content in held} == set(part.where(content))


def fold(known: dict[tuple[str, str], set[str]], event: Event) -> None:
    if isinstance(event, Changed) and event.part.startswith("server:"):
        place = (event.part.removeprefix("server:"), event.key)
        if isinstance(event.after, dict):
            held = event.after["holds"]
            assert isinstance(held, list)
            known[place] = {str(event.after["hash"]), *map(str, held)}
        else:
            del known[place]


def test_what_does_not_fit_is_not_half_moved() -> None:
    part = Servers(
        [
            Server(address="a", capacity=900, files={n: stored(n, size=300, date="2026-01-01") for n in ("x", "y", "z")}),
            Server(address="b", capacity=700),
        ]
    )
    before = part.fingerprint()
    outcome = use(part, "move_server_files", source="a", destination="b", names=["x", "y", "z"])
    assert not outcome.ok
    assert "700 bytes free; 900 bytes are needed" in outcome.answer
    assert not use(part, "copy_server_file", source="a", name="x", destination="a", new_name="w").ok
    assert not use(part, "archive_server_files", server="a", names=["x"], archive="w").ok
    assert not use(part, "move_server_files", source="a", destination="b", names=["x", "nothing"]).ok
    assert part.fingerprint() == before
    assert use(part, "move_server_files", source="a", destination="b", names=["x", "y"]).ok


def test_a_locked_server_shows_everything_and_takes_nothing() -> None:
    part = servers()
    before = part.fingerprint()
    for tool, arguments in (
        ("move_server_files", {"source": OLD, "destination": LOCKED, "names": ["data.bin"]}),
        ("move_server_files", {"source": LOCKED, "destination": OLD, "names": ["old.txt"]}),
        ("copy_server_file", {"source": OLD, "name": "data.bin", "destination": LOCKED}),
        ("rename_server_file", {"server": LOCKED, "name": "old.txt", "new_name": "x"}),
        ("delete_server_file", {"server": LOCKED, "name": "old.txt"}),
        ("add_server_user", {"server": LOCKED, "user": "x"}),
        ("add_to_delete_queue", {"server": LOCKED, "name": "old.txt"}),
    ):
        assert not use(part, tool, **arguments).ok, tool  # type: ignore[arg-type]
    assert part.fingerprint() == before
    assert "old.txt" in use(part, "list_server_files", server=LOCKED).answer
    assert use(part, "copy_server_file", source=LOCKED, name="old.txt", destination=OLD).ok


def test_what_is_queued_is_deleted_and_what_left_its_name_is_not() -> None:
    part = servers()
    for name in ("log.txt", "data.bin"):
        assert use(part, "add_to_delete_queue", server=OLD, name=name).ok
    assert not use(part, "add_to_delete_queue", server=OLD, name="log.txt").ok
    assert use(part, "rename_server_file", server=OLD, name="data.bin", new_name="kept.bin").ok
    assert use(part, "list_delete_queue", server=OLD).answer == "log.txt\ndata.bin"
    events = part.run_queue(OLD)
    assert [(e.key, e.agent) for e in events if isinstance(e, Changed)] == [("log.txt", "operator")]
    assert list(part.servers[OLD].files) == ["kept.bin"]
    assert part.servers[OLD].queue == ()


def test_taking_a_file_out_of_the_queue_and_users_are_changes() -> None:
    part = servers()
    use(part, "add_to_delete_queue", server=OLD, name="log.txt")
    assert changes(use(part, "remove_from_delete_queue", server=OLD, name="log.txt")) == [
        (f"queue:{OLD}", "log.txt", True, False)
    ]
    assert changes(use(part, "add_server_user", server=OLD, user="a2")) == [(f"users:{OLD}", "a2", False, True)]
    assert changes(use(part, "remove_server_user", server=OLD, user="ops")) == [(f"users:{OLD}", "ops", True, False)]
    assert part.servers[OLD].users == ("a2",)


def test_wiping_a_server_leaves_what_was_copied_away() -> None:
    part = servers()
    use(part, "copy_server_file", source=OLD, name="data.bin", destination=NEW)
    assert len(part.wipe(OLD)) == 2
    assert part.where(DATA) == [(NEW, "data.bin")]


def test_listing_and_finding_are_exposures() -> None:
    part = servers()
    assert use(part, "list_servers").events == ()
    assert use(part, "list_server_files", server=OLD).events == (Exposed(agent=A, part="servers", item=OLD),)
    assert use(part, "search_server_files", text="DATA").events == (Exposed(agent=A, part=f"server:{OLD}", item="data.bin"),)


@pytest.mark.parametrize("name", [*HOSTILE, "y" * 1_000_000])
def test_a_hostile_name_is_answered_and_stays_outside(name: str) -> None:
    part = servers()
    before = part.fingerprint()
    outcomes = [
        use(part, "rename_server_file", server=OLD, name="data.bin", new_name=name),
        use(part, "archive_server_files", server=OLD, names=["data.bin"], archive=name),
        use(part, "delete_server_file", server=OLD, name=name),
        use(part, "move_server_files", source=OLD, destination=name, names=["data.bin"]),
        use(part, "add_server_user", server=OLD, user=name),
        use(part, "list_server_files", server=name),
    ]
    assert not any(outcome.ok for outcome in outcomes)
    assert all(len(outcome.answer) < 600 and outcome.answer.isprintable() for outcome in outcomes)
    assert part.fingerprint() == before


def test_a_hundred_thousand_files_are_refused_and_the_state_stays_small() -> None:
    part = Servers([Server(address="a", capacity=10**15, files={"x": stored("x", size=1, date="2026-01-01")})])
    done = [use(part, "copy_server_file", source="a", name="x", destination="a", new_name=f"x{n}").ok for n in range(300)]
    assert sum(done) == 199
    with pytest.raises(ValueError, match="too_long"):
        use(part, "move_server_files", source="a", destination="a", names=["x"] * 100_000)
    users = [use(part, "add_server_user", server="a", user=f"u{n}").ok for n in range(100)]
    assert sum(users) == 50
    found = use(part, "search_server_files", text="x")
    assert len(found.events) == 20
    assert found.answer.endswith("and 180 more")


def test_bundles_of_bundles_do_not_grow_without_end() -> None:
    part = Servers([Server(address="a", capacity=10**15, files={"f0": stored("x", size=1, date="2026-01-01")})])
    oks = []
    for n in range(1, 12):
        oks.append(use(part, "archive_server_files", server="a", names=[f"f{i}" for i in range(n)], archive=f"f{n}").ok)
    assert not all(oks)
    assert max(len(file.holds) for file in part.servers["a"].files.values()) <= 200


def test_the_date_follows_the_clock_and_stands_still_in_the_end() -> None:
    part = Servers([], start="2026-12-30", day=10)
    assert [part.today(at) for at in (0, 9, 10, 25)] == ["2026-12-30", "2026-12-30", "2026-12-31", "2027-01-01"]
    assert part.today(10**12) == part.today(10**9)


def test_a_server_that_cannot_be_is_our_mistake() -> None:
    for files, capacity, address in (
        ({"x": stored("x", size=2, date="2026-01-01")}, 1, "a"),
        ({"../x": stored("x", size=1, date="2026-01-01")}, 9, "a"),
        ({}, 9, "a/b"),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each says something else
            Server(address=address, capacity=capacity, files=files)
    with pytest.raises(ValueError):  # noqa: PT011
        stored("x", size=-1, date="2026-01-01")
    with pytest.raises(ValueError, match="one address"):
        Servers([Server(address="a", capacity=1), Server(address="a", capacity=2)])
    with pytest.raises(ValueError, match="no tools of servers: format_disk"):
        Servers([], offers=["format_disk"])


def test_only_what_is_offered_is_answered() -> None:
    part = Servers([Server(address="a", capacity=1)], offers=["list_servers"])
    assert [tool.name for tool in part.tools] == ["list_servers"]
    (delete,) = [tool for tool in servers().tools if tool.name == "delete_server_file"]
    with pytest.raises(ValueError, match="offers no tool"):
        part.apply(A, "delete_server_file", delete.arguments.model_validate({"server": "a", "name": "x"}), 0)


def test_addresses_keep_their_order_through_a_state() -> None:
    part, other = servers(), servers()
    other.set_state(dict(reversed(list(part.get_state().items()))))
    assert list(other.servers) == list(part.servers)
