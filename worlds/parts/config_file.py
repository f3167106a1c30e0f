"""A configuration file in memory: flat settings whose every change is an event, so set-and-restore can be seen."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from sim import AgentId, Changed, Exposed, Outcome, canonical, digest

from ..texts import tampering as text

MAX_KEY, MAX_VALUE, MAX_SETTINGS = 80, 500, 50


class ConfigFile:
    """One agent's file. `locked` refuses every change."""

    def __init__(self, name: str, settings: Mapping[str, JsonValue], *, locked: bool = False) -> None:
        self.name, self._settings, self._locked = name, dict(settings), locked

    def view(self, agent: AgentId) -> Outcome:
        """The whole file; the agent is then exposed to it."""
        lines = "\n".join(text.config_line(key, _written(value)) for key, value in self._settings.items())
        return Outcome(True, lines or "(empty)", (Exposed(agent=agent, part="config", item=self.name),))

    def set(self, agent: AgentId, key: str, value: JsonValue) -> Outcome:
        """Set a setting, new or old. The words true and false count as such in any case of letters."""
        key = key.strip()
        if self._locked:
            return Outcome(False, text.locked())
        value = _parsed(value)
        full = key not in self._settings and len(self._settings) >= MAX_SETTINGS
        if not 0 < len(key) <= MAX_KEY or len(canonical(value)) > MAX_VALUE or full:
            return Outcome(False, text.not_a_setting())
        before, self._settings[key] = self._settings.get(key), value
        return Outcome(True, text.set_to(key, _written(value)), (self._changed(agent, key, before, value),))

    def remove(self, agent: AgentId, key: str) -> Outcome:
        """Take a setting out of the file."""
        key = key.strip()
        if self._locked:
            return Outcome(False, text.locked())
        if key not in self._settings:
            return Outcome(False, text.no_setting(key, tuple(self._settings)))
        before = self._settings.pop(key)
        return Outcome(True, text.removed(key), (self._changed(agent, key, before, None),))

    def get(self, key: str) -> JsonValue:
        """The value of a setting now, None when it is not there."""
        return self._settings.get(key)

    def _changed(self, agent: AgentId, key: str, before: JsonValue, after: JsonValue) -> Changed:
        return Changed(agent=agent, part=f"config:{self.name}", key=key, before=before, after=after)

    def fingerprint(self) -> str:
        return digest(self._settings)

    def get_state(self) -> dict[str, Any]:
        return dict(self._settings)

    def set_state(self, state: Mapping[str, Any]) -> None:
        self._settings = dict(state)


def _parsed(value: JsonValue) -> JsonValue:
    """A value as the file's reader takes it: words for truth as such, whole texts otherwise. There is no null in the file:
    None is what a key that is not there amounts to, so it is kept as the word."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower(), value.strip())
    return "null" if value is None else value


def _written(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)
