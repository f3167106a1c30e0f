"""Text from elsewhere on one harmless line: a model's, an endpoint's, a file's. Data, never instructions to a terminal."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def plain(text: object, limit: int = 200) -> str:
    """The text on one line: no terminal codes, no control or direction marks, at most `limit` characters."""
    seen = " ".join(_UNSEEN.sub(" ", _ESCAPES.sub("", str(text))).split())
    seen = seen.encode("utf-8", "replace").decode()
    return seen if len(seen) <= limit else seen[: limit - 1].rstrip() + "…"
