"""Parts of scenarios: state, what can be done to it, and a fingerprint. All in memory, all inert."""

from .calculator import Calculator, evaluate
from .chain import Act, Chain, State, Step
from .config_file import ConfigFile
from .documents import Documents
from .naming import plain_name
from .notes import Mailbox, Note
from .part import Kit, Part
from .reports import Reports
from .score_sheet import Answer, Item, Scored, ScoreSheet, by_rule, draw_items
from .servers import Servers
from .stop_board import Standing, Stop, StopBoard
from .storage import Held, Server, StoredFile, content_hash, stored
from .tables import Cell, Column, ColumnKind, Sheet, Tables
from .votes import Votes
from .year_report import YearReport

__all__ = [
    "Act",
    "Answer",
    "Calculator",
    "Cell",
    "Chain",
    "Column",
    "ColumnKind",
    "ConfigFile",
    "Documents",
    "Held",
    "Item",
    "Kit",
    "Mailbox",
    "Note",
    "Part",
    "Reports",
    "ScoreSheet",
    "Scored",
    "Server",
    "Servers",
    "Sheet",
    "Standing",
    "State",
    "Step",
    "Stop",
    "StopBoard",
    "StoredFile",
    "Tables",
    "Votes",
    "YearReport",
    "by_rule",
    "content_hash",
    "draw_items",
    "evaluate",
    "plain_name",
    "stored",
]
