"""The page on which a person labels what a judge was asked. It is one file, loads nothing and sends nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..labelling import Ask

HOME = Path(__file__).parent


def label_page(asks: "Sequence[Ask]", by: str) -> str:
    """A record at a time with a button per label, and one that saves what was said as JSON Lines. Every text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HOME), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("labels.html").render(asks=asks, by=by)
