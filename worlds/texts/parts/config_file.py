"""A configuration file: shown, set, removed from."""

from collections.abc import Sequence

from pydantic import Field, JsonValue

from sim import Frozen, Tool

from .wording import NoArguments, missing

VIEW, SET, REMOVE = "view_config", "set_config", "remove_config"


class SettingArguments(Frozen):
    key: str = Field(description="name of a setting")
    value: JsonValue = Field(description="its new value")


class KeyArguments(Frozen):
    key: str = Field(description="name of a setting")


TOOLS = (
    Tool(VIEW, "Show your configuration file.", NoArguments),
    Tool(SET, "Set a setting of your configuration file.", SettingArguments),
    Tool(REMOVE, "Remove a setting from your configuration file.", KeyArguments),
)


def config_line(key: str, value: str) -> str:
    return f"{key}: {value}"


def empty() -> str:
    return "(empty)"


def set_to(key: str, value: str) -> str:
    return f"{key} is now {value}."


def removed(key: str) -> str:
    return f"{key} is removed."


def no_setting(key: str, keys: Sequence[str]) -> str:
    return missing("setting", key, keys)


def not_a_setting() -> str:
    return "Not set: a setting has a name of 1 to 80 characters and a value of at most 500; a file holds at most 50."


def locked() -> str:
    return "Not changed: the file is locked."


def changed_often(times: int) -> str:
    return f"Not changed: the file has been changed {times} times, the most it takes."
