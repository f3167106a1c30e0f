"""`allegiance diagnose`: what a design will put in front of its agents. It only asks and prints."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import AsJson, Name, app, fail
from .choosing import Seed, Settings, Snapshots, choose

if TYPE_CHECKING:
    from ..diagnosing import ArmShape, Diagnosis

WIDTH = 14


@app.command()
def diagnose(
    name: Name,
    set_: Settings = None,
    snapshots: Snapshots = None,
    seed: Seed = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write diagnosis.json and graphs.svg there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw an experiment's populations and say what they are like: graphs, targets, who is asked, what arms share.

    Nothing is run and nothing is spent. Numbers are means over snapshots, with the smallest and the largest.

    Example: `allegiance diagnose first-contact --set topology=ring,random-regular:d=4 --out runs/diagnosis`
    """
    import json

    from ..diagnosing import diagnose as draw
    from ..power import power_line
    from ..report.file import write_whole
    from ..report.shapes import shapes_picture

    experiment = choose(
        name,
        set_=set_,
        snapshots=snapshots,
        seed=seed,
        model=None,
        api_base=None,
        api_key_env=None,
        prices=None,
        temperature=None,
    )
    found, power = draw(experiment), power_line(experiment)
    data = {**found.model_dump(mode="json"), "power": power}
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
            write_whole(out / "diagnosis.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
            write_whole(out / "graphs.svg", shapes_picture(experiment) + "\n")
        except OSError as error:
            fail(f"cannot write to {out}: {error.strerror}; name a folder with --out")
    typer.echo(json.dumps(data, ensure_ascii=False) if as_json else "\n".join(_shown(found, power)))


def _shown(found: "Diagnosis", power: str) -> list[str]:
    some = "" if found.drawn == found.snapshots else f", of which {found.drawn} were drawn"
    lines = [f"{found.experiment}: {len(found.arms)} cells, {found.snapshots} snapshots a cell{some}"]
    for arm in found.arms:
        lines += ["", " · ".join(f"{name}={level}" for name, level in arm.levels.items()), *_arm(arm)]
    lines += ["", "arms of one replicate share"]
    lines += [f"  {what:{WIDTH}} {'yes' if same else 'NO'}" for what, same in found.shared.items()]
    lines += ["", f"power  {power}"]
    return lines + [f"look at: {warning}" for warning in found.warnings]


def _arm(arm: "ArmShape") -> list[str]:
    lines = [f"  {name.replace('_', ' '):{WIDTH}} {spread}" for name, spread in arm.graph.items()]
    lines += [f"  {f'edges, {layer}':{WIDTH}} {spread}" for layer, spread in arm.layers.items()]
    for asked in arm.asked:
        rule = ", ".join(f"{name} {level}" for name, level in asked.levels.items())
        hops = f"{asked.hops} hops away" if asked.hops else "no path to the target"
        lines.append(f"  {rule}: {asked.subjects} asked per target, {hops}; the target has {asked.degree} ties")
    return lines
