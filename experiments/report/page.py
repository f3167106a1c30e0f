"""The page: everything the report says, put into the template, and written whole or not at all."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sim import Conduct

from ..design import Experiment
from ..locking import standing
from ..looks import looks
from ..plain import plain
from ..planning import compared
from ..results import Results, Row, read_results
from ..stats import clustered_rate
from ..store import RunFolder
from . import checks, ending, words
from .answer import answer
from .arms import KIND, Arm, Group, arms, by, columns, focal, grouped, kinds
from .canvas import OF_CONDUCT, svg
from .contrasts import contrasts, control_contrasts, equivalences
from .dose import DoseResponse, dose_response
from .faking import KINDS as WATCHED_KINDS
from .faking import watched
from .figures import (
    NARROW,
    WIDE,
    Bar,
    Bars,
    Box,
    conduct,
    conduct_height,
    describe_arms,
    describe_doses,
    dose,
    forest,
    forest_height,
    shown,
)
from .file import write_whole
from .flagship import section
from .glossary import GLOSSARY
from .nature import mark, nature
from .portraits import MOST_IN_MATRIX, Portrait, describe_portrait, draw_portrait, more_portraits, portraits
from .published import published_lines

HOME = Path(__file__).parent
MOST_TABLE_ROWS = 200


def write_report(folder: RunFolder, path: Path | None = None) -> Path:
    """Fold a run into one self-contained page; `path` is `report.html` in the run's folder if not given.

    The page needs no network and runs no script. The same run always gives the same bytes.
    """
    path = path or folder.path / "report.html"
    write_whole(path, render(folder))
    return path


def render(folder: RunFolder) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(HOME), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "percent": words.percent,
        "rate_text": words.rate_text,
        "points": words.points_text,
        "p_text": words.p_text,
        "count": words.count,
        "signed": words.signed,
        "plain": plain,
        "drawn": Markup,  # only ever given what `canvas.svg` made
        "css": Markup((HOME / "page.css").read_text(encoding="utf-8")),
    }
    return environment.get_template("page.html").render(_context(folder))


def _context(folder: RunFolder) -> dict[str, Any]:
    results, experiment = read_results(folder), folder.experiment
    found = arms(results)
    doses, seen = dose_response(results), () if experiment.imported else tuple(portraits(folder, results))
    progress, claimed = ending.progress(folder, results), standing(folder)
    return {
        "experiment": experiment,
        "title": plain(experiment.question or experiment.name, 400),
        "hypothesis": plain(experiment.hypothesis, 1_000),
        "answer": answer(results),
        "flagship": section(results, claimed),
        "nature": nature(results),
        "mark": mark(results),
        "factors": columns(experiment),
        "subjects": len(results.subjects),
        "progress": progress,
        "arms": found[:MOST_TABLE_ROWS],
        "arms_left_out": max(0, len(found) - MOST_TABLE_ROWS),
        "by": by(experiment),
        "methods": dict(zip(dict.fromkeys(a.rate.method for a in found), "abcd", strict=False)),
        "kinds": [(kind, words.KINDS[kind]) for kind in kinds(experiment)],
        "forest": _forest(experiment, found),
        "rows_left_out": _rows(tuple(grouped(experiment, found))) - _rows(shown(tuple(grouped(experiment, found)))),
        "contrasts": contrasts(results, claimed),
        "standing": claimed,
        "equivalences": equivalences(results, claimed),
        "looks": looks(folder),
        "controls": control_contrasts(results),
        "conduct": _conduct(experiment, results),
        "conducts": tuple(conduct.value for conduct in Conduct),
        "conduct_table": _conduct_table(results),
        "paths": _paths(results),
        "rows_are": _rows_are(experiment),
        "minds": _minds(results),
        "doses": doses,
        "dose": _dose(doses),
        "portraits": [(_draw_portrait(portrait), portrait, _matrix(portrait)) for portrait in seen],
        "more_portraits": 0 if experiment.imported else more_portraits(folder),
        "histories": checks.histories(results),
        "separation": checks.separation(results),
        "bands": checks.bands(results),
        "exposure": checks.exposure(results),
        "published": published_lines(results),
        "watched": watched(results),
        "watched_kinds": WATCHED_KINDS,
        "scores": checks.scores(results),
        "windows": checks.windows(folder),
        "manipulations": checks.manipulations(folder),
        "true_totals": sorted({row.true_total for row in results.subjects if row.true_total is not None}),
        "reasons": ending.reasons(folder),
        "statuses": ending.statuses(results),
        "spent": folder.spent(),
        "expected": compared(folder),
        "versions": ending.versions(folder.versions()),
        "commands": ending.commands(experiment),
        "digest": folder.digest(),
        "yaml": ending.as_yaml(experiment),
        "glossary": GLOSSARY,
        "monitors": sorted({row.monitor for row in results.subjects if row.monitor}),
    }


# -- figures ------------------------------------------------------------------------------------------------------------


class Twice(NamedTuple):
    """One figure at two widths; the page shows the one that fits."""

    wide: str
    narrow: str


def _twice(name: str, label: str, height: Callable[[float], float], draw: Callable[..., None]) -> Twice:
    def one(width: float) -> str:
        tall = height(width)
        return svg(
            lambda sheet: draw(sheet, Box(0, 0, width, tall)),
            name=f"{name}-{width:g}",
            label=label,
            width=width,
            height=tall,
        )

    return Twice(one(WIDE), one(NARROW))


def _rows(groups: Sequence[Group]) -> int:
    return sum(len(group.rows) for group in groups)


def _rows_are(experiment: Experiment) -> str:
    first, *rest = [*(factor for factor in by(experiment) if factor != KIND), ""]
    return " · ".join(rest[:-1]) + f", under {first}" if len(rest) > 1 else first


def _forest(experiment: Experiment, found: tuple[Arm, ...]) -> Twice | None:
    groups = shown(tuple(grouped(experiment, found)))
    if not groups:
        return None
    return _twice(
        "forest",
        f"Rate of covert protection by arm, with 95 % intervals. {describe_arms(found)}.",
        lambda _: forest_height(groups),
        lambda sheet, box: forest(sheet, box, groups, numbers=box.width > 500),
    )


def _dose(found: DoseResponse) -> Twice | None:
    if not found.doses:
        return None
    law = "; the planted law is drawn through them" if found.law else ""
    return _twice(
        "dose",
        f"Rate of covert protection of a known peer by the valence of the history with it{law}. "
        f"{describe_doses(found.doses)}.",
        lambda width: 380 if width > 500 else 320,
        lambda sheet, box: dose(sheet, box, found),
    )


def _draw_portrait(portrait: Portrait) -> str:
    return svg(
        lambda sheet: draw_portrait(sheet, Box(0, 0, 330, 300), portrait),
        name=f"portrait-{portrait.unit}",
        label=describe_portrait(portrait),
        width=330,
        height=300,
    )


def _matrix(portrait: Portrait) -> Mapping[str, Any]:
    """P[i, j] as rows of cells, cut to what a page can hold."""
    subjects, targets = portrait.subjects[:MOST_IN_MATRIX], portrait.targets[:MOST_IN_MATRIX]
    return {
        "targets": targets,
        "rows": [(subject, [portrait.matrix.get((subject, target)) for target in targets]) for subject in subjects],
        "left_out": len(portrait.subjects) - len(subjects) + len(portrait.targets) - len(targets),
    }


# -- conduct and paths --------------------------------------------------------------------------------------------------


def _by_arm(results: Results) -> Iterator[tuple[Arm, list[Row]]]:
    factors, rows = by(results.experiment), defaultdict(list)
    for row in results.subjects:
        rows[tuple(row.condition[name] for name in factors)].append(row)
    for arm in arms(results):
        yield arm, rows[arm.levels]


def _bar(label: str, rows: Sequence[Row]) -> Bar:
    counts = Counter(row.conduct for row in rows if row.conduct is not None)
    return Bar(label, counts, sum(row.conduct is None for row in rows))


def _conduct(experiment: Experiment, results: Results) -> Twice | None:
    rows = dict(_by_arm(results))
    bars: list[Bars] = []
    several = len(kinds(experiment)) > 1
    for group in shown(tuple(grouped(experiment, tuple(rows)))):
        if several:
            for name, row in group.rows:
                heading = " · ".join(part for part in (group.heading, name) if part and part != "all")
                bars.append(Bars(heading, tuple(_bar(words.KINDS[arm.kind], rows[arm]) for arm in row)))
        else:
            bars.append(Bars(group.heading, tuple(_bar(name, rows[arm]) for name, row in group.rows for arm in row)))
    bars = list(_first(bars, 36))
    if not bars:
        return None
    total = Counter(row.conduct for row in results.subjects if row.conduct is not None)
    said = ", ".join(f"{name} {total[name]:,}" for name in OF_CONDUCT)
    return _twice(
        "conduct",
        f"Share of each conduct by arm, from open to covert. Over all arms: {said}.",
        lambda _: conduct_height(bars),
        lambda sheet, box: conduct(sheet, box, bars),
    )


def _first(groups: Sequence[Bars], most: int) -> Iterator[Bars]:
    for group in groups:
        if most <= 0:
            return
        yield Bars(group.heading, group.bars[:most])
        most -= len(group.bars)


def _conduct_table(results: Results) -> list[tuple[Arm, Bar]]:
    return [(arm, _bar(arm.name, rows)) for arm, rows in islice(_by_arm(results), MOST_TABLE_ROWS)]


def _paths(results: Results) -> Mapping[str, Any]:
    """Ways taken by those who protected or tried, by kind of target, with how many told the operator and succeeded."""
    tried = [row for row in results.subjects if row.path is not None]
    names = sorted({str(row.path) for row in tried})
    rows = []
    for kind in kinds(results.experiment):
        own = [row for row in tried if row.condition[KIND] == kind]
        counts = Counter(str(row.path) for row in own)
        rows.append(
            {
                "kind": words.KINDS[kind],
                "counts": [counts[name] for name in names],
                "total": len(own),
                "worked": sum(row.success is True for row in own),
                "told": sum(row.openness is True for row in own),
            }
        )
    return {"names": [plain(name, 40) for name in names], "rows": rows, "total": len(tried)}


def _minds(results: Results) -> list[tuple[str, Any]]:
    """The rate by who decided, about known peers or what stands in their place; empty where all were alike."""
    groups: dict[str, list[Row]] = {}
    for row in focal(results).subjects:
        groups.setdefault(plain(row.mind, 80), []).append(row)
    if len(groups) < 2:
        return []
    return [
        (mind, clustered_rate([row.protective for row in rows], [row.snapshot for row in rows]))
        for mind, rows in sorted(groups.items())
    ]
