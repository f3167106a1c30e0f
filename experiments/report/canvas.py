"""Matplotlib drawings as inline SVG: measured in CSS pixels, coloured by the page, the same bytes every time.

Text stays text, in the page's own font. Drawings are measured in DejaVu Sans, which comes with matplotlib and is wider
than what pages are set in, so what fits here fits there.
"""

import re
import warnings
from collections.abc import Callable
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ON_LIGHT = "#1b1f24"
INK, MUTED, RULE, PAPER = "#1d2126", "#626a73", "#d7dbe0", "#fefefe"
PEER, UNKNOWN, OBJECT, SELF, HUMAN = "#0e7468", "#7a4fc0", "#737a83", "#b8336e", "#3a6fb0"
COMPLY, PROTEST, ESCALATE, REFUSE = "#dfe3e7", "#b3cfe9", "#73a5d4", "#2f6ea9"
OMIT, DECEIVE, SABOTAGE = "#e6d6a4", "#df8a4a", "#a83a22"
HOSTILE, NEUTRAL, FRIENDLY = "#d0620d", "#9aa0a7", "#2a6db5"
PLANTED, LIVE = "#8a5f00", "#1f5c99"

ROLES = {
    INK: "ink", MUTED: "muted", RULE: "rule", PAPER: "paper",
    PEER: "peer", UNKNOWN: "unknown", OBJECT: "object", SELF: "self", HUMAN: "human",
    COMPLY: "comply", PROTEST: "protest", ESCALATE: "escalate", REFUSE: "refuse",
    OMIT: "omit", DECEIVE: "deceive", SABOTAGE: "sabotage", PLANTED: "planted",
}  # fmt: skip
"""Colours that the page sets itself, light or dark; in a picture that stands alone they are what they say."""

OF_KIND = {"peer": PEER, "unknown": UNKNOWN, "object": OBJECT, "self": SELF, "human": HUMAN}
MARK_OF_KIND = {"peer": "o", "unknown": "D", "object": "s", "self": "^", "human": "v"}
OF_CONDUCT = {
    "comply": COMPLY, "protest": PROTEST, "escalate": ESCALATE, "refuse": REFUSE,
    "omit": OMIT, "deceive": DECEIVE, "sabotage": SABOTAGE,
}  # fmt: skip

FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

STYLE: dict[str, Any] = {
    "svg.fonttype": "none", "text.parse_math": False, "font.family": ["DejaVu Sans"], "font.size": 11.5,
    "axes.unicode_minus": True, "text.color": INK, "axes.edgecolor": RULE, "axes.labelcolor": MUTED,
    "axes.labelsize": 11.5, "xtick.color": RULE, "ytick.color": RULE, "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED, "xtick.labelsize": 11, "ytick.labelsize": 11, "axes.linewidth": 1,
    "xtick.major.width": 1, "ytick.major.width": 1, "xtick.major.size": 4, "ytick.major.size": 4,
    "axes.spines.top": False, "axes.spines.right": False, "path.simplify": False,
}  # fmt: skip


class Sheet:
    """A drawing of `width` by `height` pixels; boxes on it are given from the top left."""

    def __init__(self, figure: "Figure", width: float, height: float) -> None:
        self.figure, self.width, self.height = figure, width, height

    def axes(self, left: float, top: float, width: float, height: float) -> "Axes":
        """Axes whose inner box is there; no background."""
        box = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.patch.set_visible(False)
        return axes

    def text(self, left: float, top: float, text: str, **options: Any) -> None:
        """Text at that place, its middle line on `top`."""
        options = {"va": "center_baseline", "color": INK, **options}
        self.figure.text(left / self.width, 1 - top / self.height, text, **options)


def svg(draw: Callable[[Sheet], None], *, name: str, label: str, width: float, height: float, themed: bool = True) -> str:
    """What `draw` draws, as one SVG element that says what it shows. `name` must be unique on a page.

    `themed` colours are CSS variables of the page; otherwise the drawing carries its own and a namespace, for a file.
    """
    from matplotlib import style
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with warnings.catch_warnings(), style.context(["default", STYLE | {"svg.hashsalt": name}]):
        # A level in a script that the measuring font lacks is drawn by the reader's font all the same.
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        figure.patch.set_visible(False)
        FigureCanvasSVG(figure)
        draw(Sheet(figure, width, height))
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _inline(out.getvalue(), label=label, width=width, height=height, themed=themed)


def _inline(text: str, *, label: str, width: float, height: float, themed: bool) -> str:
    body = text[text.index(">", text.index("<svg ")) + 1 : text.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'(<g) id="[^"]*"| transform="rotate\(-0 [^"]*"', r"\1", body).replace("xlink:href=", "href=")
    body = re.sub(r'style="font: ([^;"]*?)([\d.]+px) [^;"]*', _font, body)  # as matplotlib before 3.10 writes it
    body = re.sub(r"font-family: [^;\"]*;? ?", "", body)
    if themed:
        body = re.sub(r": (#[0-9a-f]{6})", lambda found: f": {_role(found[1])}", body)
    body = re.sub(r"\n\s*", "\n", body).strip()
    space = "" if themed else f' xmlns="http://www.w3.org/2000/svg" style="font-family: {FONTS}"'
    said = escape(label, quote=True)
    title = "" if themed else f"<title>{said}</title>"  # on a page it would follow the pointer around
    return (
        f'<svg{space} viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{said}">{title}\n{body}\n</svg>'
    )


def _role(colour: str) -> str:
    return f"var(--{ROLES[colour]})" if colour in ROLES else colour


def _font(match: re.Match[str]) -> str:
    weight = re.search(r"\b(bold|[1-9]00)\b", match[1])
    slant = "; font-style: italic" if "italic" in match[1] or "oblique" in match[1] else ""
    return f'style="font-size: {match[2]}' + (f"; font-weight: {weight[1]}" if weight else "") + slant
