"""Parts of scenarios: state, what can be done to it, and a fingerprint. All in memory, all inert."""

from .config_file import ConfigFile
from .documents import Documents
from .score_sheet import Item, ScoreSheet, draw_items

__all__ = ["ConfigFile", "Documents", "Item", "ScoreSheet", "draw_items"]
