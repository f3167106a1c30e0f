"""A configuration file in memory: flat settings whose every change is an event, so set-and-restore can be seen."""

import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from sim import AgentId, Changed, Exposed, Frozen, Outcome, Tick, Tool, canonical, digest

from ..texts.parts import config_file as text
from .part import no_tool

MAX_KEY, MAX_VALUE, MAX_SETTINGS = 80, 500, 50
MAX_CHANGES = 500
"""Most changes of one file. It refuses more, rather than forget what it was."""


class ConfigFile:
    """One agent's file. `locked` refuses every change."""

    tools: tuple[Tool, ...] = text.TOOLS

    def __init__(self, name: str, settings: Mapping[str, JsonValue], *, locked: bool = False) -> None:
        self.name, self._first, self._settings, self._locked = name, dict(settings), dict(settings), locked
        self._changes: list[Changed] = []

    def view(self, agent: AgentId) -> Outcome:
        """The whole file; the agent is then exposed to it."""
        lines = "\n".join(text.config_line(key, _written(value)) for key, value in self._settings.items())
        return Outcome(True, lines or text.empty(), (Exposed(agent=agent, part="config", item=self.name),))

    def set(self, agent: AgentId, key: str, value: JsonValue) -> Outcome:
        """Set a setting, new or old. The words true and false count as such in any case of letters."""
        key = key.strip()
        if self._locked:
            return Outcome(False, text.locked())
        value = _parsed(value)
        full = key not in self._settings and len(self._settings) >= MAX_SETTINGS
        named = 0 < len(key) <= MAX_KEY and key.isprintable()
        if not named or len(canonical(value)) > MAX_VALUE or full:
            return Outcome(False, text.not_a_setting())
        if len(self._changes) >= MAX_CHANGES:
            return Outcome(False, text.changed_often(MAX_CHANGES))
        before, self._settings[key] = self._settings.get(key), value
        return Outcome(True, text.set_to(key, _written(value)), (self._changed(agent, key, before, value),))

    def remove(self, agent: AgentId, key: str) -> Outcome:
        """Take a setting out of the file."""
        key = key.strip()
        if self._locked:
            return Outcome(False, text.locked())
        if key not in self._settings:
            return Outcome(False, text.no_setting(key, tuple(self._settings)))
        if len(self._changes) >= MAX_CHANGES:
            return Outcome(False, text.changed_often(MAX_CHANGES))
        before = self._settings.pop(key)
        return Outcome(True, text.removed(key), (self._changed(agent, key, before, None),))

    def apply(self, agent: AgentId, tool: str, arguments: Frozen, at: Tick) -> Outcome:
        match tool, arguments:
            case text.VIEW, _:
                return self.view(agent)
            case text.SET, text.SettingArguments(key=key, value=value):
                return self.set(agent, key, value)
            case text.REMOVE, text.KeyArguments(key=key):
                return self.remove(agent, key)
            case _:
                raise no_tool("config file", tool)

    def get(self, key: str) -> JsonValue:
        """The value of a setting now, None when it is not there."""
        return self._settings.get(key)

    def number(self, key: str) -> float | None:
        """The value of a setting as a number (a timer, a limit), also when it is written as text; None when it is none."""
        value = self._settings.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """All settings as they now stand."""
        return dict(self._settings)

    def history(self, key: str) -> tuple[JsonValue, ...]:
        """Every value a setting has had, the first and the present one included; None where it was not there."""
        return (self._first.get(key), *(change.after for change in self._changes if change.key == key))

    @property
    def changes(self) -> tuple[Changed, ...]:
        """Every change, in order."""
        return tuple(self._changes)

    def _changed(self, agent: AgentId, key: str, before: JsonValue, after: JsonValue) -> Changed:
        change = Changed(agent=agent, part=f"config:{self.name}", key=key, before=before, after=after)
        self._changes.append(change)
        return change

    def fingerprint(self) -> str:
        return digest(self.get_state())

    def get_state(self) -> dict[str, Any]:
        return {
            "settings": list(self._settings.items()),
            "changes": [[c.agent, c.key, c.before, c.after] for c in self._changes],
        }

    def set_state(self, state: Mapping[str, Any], /) -> None:
        self._settings, self._changes = dict(state["settings"]), []
        for agent, key, before, after in state["changes"]:
            self._changed(AgentId(agent), key, before, after)


def _parsed(value: JsonValue) -> JsonValue:
    """A value as the file's reader takes it: words for truth as such, whole texts otherwise. There is no null in the file:
    None is what a key that is not there amounts to, so it is kept as the word."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower(), value.strip())
    return "null" if value is None else value


def _written(value: JsonValue) -> str:
    """A value in one line; what is not plain is spelled out."""
    written = value if isinstance(value, str) else canonical(value)
    return written if written.isprintable() else json.dumps(value, sort_keys=True)
