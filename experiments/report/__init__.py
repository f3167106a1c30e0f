"""The report of a run: one self-contained page, and one picture. Both are folds over the run's folder.

Matplotlib, networkx, scipy and jinja2 are imported when a report is written, not before.
"""

from .page import write_report
from .picture import write_picture

__all__ = ["write_picture", "write_report"]
