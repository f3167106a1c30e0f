"""One wide picture of a run: effect by arm, dose and response, one network. It stands alone, for a README or a talk."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..locking import standing
from ..plain import plain
from ..results import read_results
from ..store import RunFolder
from .answer import answer
from .arms import arms, grouped, kinds
from .canvas import FRIENDLY, HOSTILE, INK, LIVE, MARK_OF_KIND, MUTED, OF_KIND, PAPER, PLANTED, RULE, Sheet, svg
from .dose import dose_response
from .figures import Box, dose, forest, forest_height, shown
from .file import write_whole
from .nature import mark
from .portraits import Portrait, describe_portrait, draw_portrait, portraits
from .words import KINDS
from .words import PLANTED as PLANTED_TEXT

if TYPE_CHECKING:
    from ..design import Experiment

WIDTH, TOP, FOOT = 1200, 122, 44
FOREST = Box(28, TOP, 480, 0)
DOSE = Box(532, TOP, 330, 0)
NETWORK = Box(886, TOP, 290, 0)


def write_picture(folder: RunFolder, path: Path) -> Path:
    """Draw a run as one SVG file on a light ground, labelled planted or live. The same run gives the same bytes."""
    write_whole(path, picture(folder) + "\n")
    return path


def picture(folder: RunFolder) -> str:
    """The picture as SVG text."""
    results, experiment = read_results(folder), folder.experiment
    groups = shown(tuple(grouped(experiment, arms(results))))
    found, doses = answer(results), dose_response(results)
    body = max(310.0, forest_height(groups))
    first, *rest = [*portraits(folder, results), None]
    examples = [first, *(one for one in rest if body > 420 and one and first and one.topology == first.topology)]
    seen = [one for one in examples[:2] if one is not None]
    height = TOP + body + FOOT
    claim = standing(folder).mark(shows=True)

    def draw(sheet: Sheet) -> None:
        sheet.figure.patch.set(visible=True, facecolor=PAPER, edgecolor=RULE)
        sheet.text(28, 30, plain(experiment.question or experiment.name, 120), size=17, weight="bold")
        sheet.text(28, 57, found.lead, size=13)
        for box, title in ((FOREST, "Covert protection, by arm"), (DOSE, "By how kind the target had been")):
            sheet.text(box.left, 92, title, size=12, weight="bold")
        if groups:
            _key(sheet, experiment)
            forest(sheet, FOREST._replace(height=forest_height(groups)), groups, numbers=True)
        if doses.doses:
            dose(sheet, DOSE._replace(height=body), doses)
        _networks(sheet, seen, body)
        planted = results.planted
        said = PLANTED_TEXT if experiment.planted else mark(results)
        sheet.text(28, height - 28, said, size=12, weight="bold", color=PLANTED if planted else LIVE)
        sheet.text(28, height - 11, claim, size=11, color=MUTED)

    label = " ".join([mark(results), claim, found.lead, *map(describe_portrait, seen)])
    return svg(draw, name="picture", label=label, width=WIDTH, height=height, themed=False)


def _key(sheet: Sheet, experiment: "Experiment") -> None:
    at = FOREST.left + 4
    axes = sheet.axes(0, 102, WIDTH, 16)
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-8, 8)
    axes.axis("off")
    for kind in kinds(experiment):
        axes.plot([at], [0], MARK_OF_KIND[kind], color=OF_KIND[kind], markersize=6.5)
        sheet.text(at + 9, 110, KINDS[kind], size=11, color=OF_KIND[kind])
        at += 9 + 6.4 * len(KINDS[kind]) + 22


def _networks(sheet: Sheet, seen: Sequence[Portrait], body: float) -> None:
    if not seen:
        return
    sheet.text(NETWORK.left, 92, "One population; arrows: protected", size=12, weight="bold")
    each = (body - 12) / len(seen)
    for place, portrait in enumerate(seen):
        top = TOP - 12 + place * each
        sheet.text(NETWORK.left, top, plain(f"{portrait.topology}, {portrait.valence} history", 48), size=11, color=MUTED)
        draw_portrait(sheet, NETWORK._replace(top=top + 10, height=min(each - 18, 290)), portrait)
    _ties(sheet, TOP + body - 8)


def _ties(sheet: Sheet, top: float) -> None:
    axes = sheet.axes(0, top - 8, WIDTH, 16)
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-8, 8)
    axes.axis("off")
    at = NETWORK.left
    for name, colour, line in (("kind tie", FRIENDLY, "solid"), ("hostile tie", HOSTILE, (0, (2.2, 1.4)))):
        axes.plot([at, at + 22], [0, 0], color=colour, linewidth=2.4, linestyle=line)
        sheet.text(at + 28, top, name, size=11, color=INK)
        at += 28 + 6.4 * len(name) + 18
