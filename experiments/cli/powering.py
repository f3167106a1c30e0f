"""Commands that speak of evidence before there is any: `power` and `lock`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import AsJson, Name, app, fail
from .choosing import (
    ApiBase,
    ApiKeyEnv,
    GivenPrices,
    Models,
    Seed,
    Settings,
    Snapshots,
    Temperature,
    choose,
    levels_of,
)

if TYPE_CHECKING:
    from ..power import Curve, Power

Primary = Annotated[
    list[str] | None,
    typer.Option("--primary", metavar="FACTOR:A:B", help="A contrast: level A minus B; without it, the design's first."),
]


@app.command()
def power(
    name: Name,
    set_: Settings = None,
    effect: Annotated[
        list[str] | None,
        typer.Option("--effect", metavar="A:B,…", help="Rates of two arms; repeatable. [default: 0.30:0.15]"),
    ] = None,
    snapshots: Annotated[str | None, typer.Option("--snapshots", metavar="N,…", help="Snapshots per cell to try.")] = None,
    icc: Annotated[str, typer.Option("--icc", metavar="R,…", help="Correlation of rows within a snapshot and arm.")] = "0.2",
    shared: Annotated[
        float | None, typer.Option("--shared", help="How alike a snapshot's arms are. [default: 0.5, 0 between snapshots]")
    ] = None,
    primary: Primary = None,
    unpaired: Annotated[bool, typer.Option("--unpaired", help="Permute snapshots between arms instead of pairs.")] = False,
    alpha: Annotated[float, typer.Option("--alpha", min=0.0001, max=0.5, help="Level of the test.")] = 0.05,
    draws: Annotated[int, typer.Option("--draws", min=10, max=100_000, help="Simulated experiments.")] = 1_000,
    as_json: AsJson = False,
) -> None:
    """Simulate an experiment's own test on planted snapshots, and say how often it finds an effect of that size.

    Example: `allegiance power quickstart --effect 0.30:0.15,0.50:0.30 --icc 0.1,0.4`
    """
    from ..catalog import find_experiment
    from ..estimand import parse_estimand
    from ..power import EFFECT
    from ..power import power as simulated

    experiment = find_experiment(name)
    if set_:
        experiment = experiment.set(levels_of(set_))
    asked = parse_estimand(experiment, primary[0]) if primary else None
    found = [
        simulated(
            experiment,
            _effects(effect) or (EFFECT,),
            snapshots=[int(number) for number in _numbers("--snapshots", snapshots, whole=True)] if snapshots else (),
            icc=correlation,
            shared=shared,
            estimand=asked,
            paired=not unpaired,
            alpha=alpha,
            draws=draws,
        )
        for correlation in _numbers("--icc", icc)
    ]
    if as_json:
        typer.echo(json.dumps([one.model_dump() for one in found], ensure_ascii=False))
        return
    first = found[0]
    typer.echo(f"{first.experiment}: {first.estimand}")
    typer.echo(
        f"{first.test}, alpha {first.alpha:g}; {first.pairs_per_replicate} pairs a replicate, {first.rows_per_pair:.0f} "
        f"rows each; arms share {first.shared:g}; {first.draws:,} draws"
    )
    for one in found:
        for curve in one.curves:
            _draw(one, curve)


def _draw(found: "Power", curve: "Curve") -> None:
    """A curve as a small table with a bar for each point."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("snapshots per cell", "pairs", "power", ""):
        table.add_column(heading, justify="left" if not heading else "right")
    for point in curve.points:
        filled = round(20 * point.power)
        bar = "█" * filled + "·" * (20 - filled)
        cut = bar[:16] + "│" + bar[16:18] + "│" + bar[18:]
        table.add_row(f"{point.snapshots:,}", f"{point.pairs:,}", f"{point.power:.2f} ± {2 * point.error:.2f}", cut)
    typer.echo(f"\n{curve.a:g} against {curve.b:g}, correlation {curve.icc:g}")
    Console(soft_wrap=True, highlight=False).print(table)
    for share, needed in (("80 %", curve.for_80), ("90 %", curve.for_90)):
        typer.echo(f"{share} needs {f'{needed:,} snapshots per cell' if needed else f'more than {curve.most:,} per cell'}")


@app.command()
def lock(
    name: Name,
    set_: Settings = None,
    snapshots: Snapshots = None,
    seed: Seed = None,
    model: Models = None,
    api_base: ApiBase = None,
    api_key_env: ApiKeyEnv = None,
    prices: GivenPrices = None,
    temperature: Temperature = None,
    primary: Primary = None,
    margin: Annotated[
        float | None, typer.Option("--margin", min=0, help="Claim a null: differences below this, in points, are none.")
    ] = None,
    alpha: Annotated[float, typer.Option("--alpha", min=0.0001, max=0.5, help="Level, over all primaries.")] = 0.05,
    out: Annotated[Path, typer.Option("--out", help="Where to write it.")] = Path("prereg.yaml"),
) -> None:
    """Write the pre-registration of an experiment, and its SHA-256, before anything is run. `run --prereg` takes it.

    Example: `allegiance lock quickstart --primary history.valence:positive:negative --out prereg.yaml`
    """
    from ..estimand import parse_estimand
    from ..locking import preregister, write_preregistration

    experiment = choose(
        name,
        set_=set_,
        snapshots=snapshots,
        seed=seed,
        model=model,
        api_base=api_base,
        api_key_env=api_key_env,
        prices=prices,
        temperature=temperature,
    )
    asked = tuple(parse_estimand(experiment, text) for text in primary or ())
    locked = preregister(experiment, asked, alpha=alpha, margin=margin)
    digest = write_preregistration(locked, out)
    for hypothesis in locked.hypotheses:
        typer.echo(f"{hypothesis.id}  {hypothesis.estimand}")
    typer.echo(f"{out}  sha256 {digest}")


def _effects(texts: list[str] | None) -> list[tuple[float, float]]:
    found = []
    for part in ",".join(texts or ()).split(","):
        if part:
            a, _, b = part.partition(":")
            try:
                found.append((float(a), float(b)))
            except ValueError:
                fail(f"--effect {part}: write two rates between 0 and 1, as in 0.30:0.15")
    return found


def _numbers(option: str, text: str, *, whole: bool = False) -> list[float]:
    try:
        found = [float(int(part)) if whole else float(part) for part in text.split(",")]
    except ValueError:
        fail(f"{option} {text}: write {'whole numbers' if whole else 'numbers'} with commas between them")
    if whole and min(found) < 1:
        fail(f"{option} {text}: at least 1")
    return found
