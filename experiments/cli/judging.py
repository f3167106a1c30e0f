"""Commands that put a run before judges and people, or ask its agents on forks: `judge`, `label`, `probe`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .app import AsJson, Dir, app, console, fail, interruptible
from .choosing import ApiBase, ApiKeyEnv, Concurrency, GivenPrices, Temperature, prices_from

if TYPE_CHECKING:
    from agents import ModelSpec

    from ..judged import Reading

Questions = Annotated[
    str | None, typer.Option("--questions", metavar="NAME,…", help="Some of the questions (`allegiance list questions`).")
]


@app.command()
def judge(
    path: Dir,
    model: Annotated[list[str] | None, typer.Option("--model", help="A LiteLLM model that judges; repeatable.")] = None,
    api_base: ApiBase = None,
    api_key_env: ApiKeyEnv = None,
    questions: Questions = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="The first N subjects only.")] = None,
    report: Annotated[bool, typer.Option("--report", help="Ask nobody; show what was said, with corrected rates.")] = False,
    prices: GivenPrices = None,
    temperature: Temperature = None,
    no_schema: Annotated[bool, typer.Option("--no-schema", help="For endpoints that refuse a JSON schema.")] = False,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=64, help="Longest answer, reasoning included.")] = 2048,
    concurrency: Concurrency = 8,
    max_cost: Annotated[float | None, typer.Option("--max-cost", metavar="USD", min=0, help="Stop before this.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask models what no record decides (refusal, persuasion, stated reasons, suspicion, escalation), blind to the arm.

    Several models are a panel, whose agreement is shown. Started again, it goes on where it ended. Exit code 1 when
    something could not be asked.

    Example: `allegiance judge runs/first --model openai/gpt-4o-mini --model anthropic/claude-haiku-4-5 --max-cost 1`

    Example: `allegiance judge runs/first --report`
    """
    import asyncio

    from ..judged import as_data, read_judged
    from ..monitors.judge import Ending, choose_questions
    from ..monitors.judge import judge as put
    from ..progress import Bar
    from ..store import RunFolder

    chosen = choose_questions([name.strip() for name in questions.split(",")] if questions else None)
    if not model and not report:
        fail("name a judge with --model, or ask for --report of what was said before")
    specs = [_spec(each, api_base, api_key_env, prices, temperature, max_tokens, no_schema) for each in model or []]
    ending = Ending()
    with RunFolder.open(path) as folder:
        if specs and not report:
            screen = console()
            kept = "Every answer is kept; the same command goes on."
            with interruptible(screen, kept), Bar(screen, f"judging {folder.experiment.name}", what="answers") as bar:
                ending = asyncio.run(
                    put(
                        folder,
                        specs,
                        chosen,
                        limit=limit,
                        concurrency=concurrency,
                        max_cost_usd=max_cost,
                        watcher=bar,
                    )
                )
        readings = [reading for reading in read_judged(folder) if reading.question in chosen]
    if as_json:
        said = {"before": ending.before, "judged": ending.judged, "unjudged": ending.unjudged, "failed": ending.failed}
        typer.echo(
            json.dumps({**said, "stopped": ending.stopped, "readings": list(map(as_data, readings))}, ensure_ascii=False)
        )
    else:
        if not report:
            typer.echo(
                f"{ending.judged} judged, {ending.unjudged} unjudged (no usable answer), {ending.failed} could not be "
                f"asked, {ending.before} there before; kept in {path / 'judgements.jsonl'}"
            )
        for reading in readings:
            _show(reading)
        if not readings:
            typer.echo("Nothing was judged yet.")
    if ending.stopped:
        typer.echo(f"Stopped early: {ending.stopped}. Nothing is lost; the same command goes on.", err=True)
    if ending.stopped or ending.failed:
        raise typer.Exit(1)


def _spec(
    model: str,
    api_base: str | None,
    api_key_env: str | None,
    prices: str | None,
    temperature: float | None,
    max_tokens: int,
    no_schema: bool,
) -> "ModelSpec":
    from pydantic import ValidationError

    from agents import ModelSpec

    try:
        return ModelSpec.model_validate(
            {
                "model": model,
                "api_base": api_base,
                "api_key_env": api_key_env,
                "prices": prices_from(prices),
                "temperature": temperature,
                "max_tokens": max_tokens,
                "structured_output": not no_schema,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _show(reading: "Reading") -> None:
    from ..monitors.judge import PANEL

    mark = "PLANTED: nothing here says anything about a model" if reading.planted else "live"
    typer.echo(f"\n{reading.question.name} ({mark})")
    typer.echo(f"  agreement (Krippendorff's alpha): judges {reading.judges}, people {reading.people}")
    if reading.labelled:
        kappa = f", Cohen's kappa of the two raters {reading.kappa:.2f}" if reading.kappa is not None else ""
        typer.echo(f"  judges and people {reading.judge_and_people}; {reading.labelled} labelled{kappa}")
    judges = dict.fromkeys(arm.judge for arm in reading.arms)
    for judge_ in judges:
        typer.echo(f"  {'panel, by majority' if judge_ == PANEL else judge_}")
        for arm in (arm for arm in reading.arms if arm.judge == judge_):
            typer.echo(f"    {' · '.join(map(str, arm.levels)) or 'all':40} said {arm.said}")
            if arm.unjudged or arm.failed:
                typer.echo(f"    {'':40} {arm.unjudged} without an answer, {arm.failed} could not be asked")
            if arm.accuracy:
                gold, whose = arm.accuracy.gold, "all arms" if arm.accuracy.pooled else "this arm"
                typer.echo(
                    f"    {'':40} sensitivity {_share(gold.found, gold.positives, arm.accuracy.sensitivity)}, specificity "
                    f"{_share(gold.cleared, gold.negatives, arm.accuracy.specificity)} ({whose})"
                )
            for name, rate in (("Rogan-Gladen", arm.corrected), ("prediction-powered", arm.powered)):
                if rate is not None:
                    typer.echo(f"    {'':40} {name} {_interval(rate.estimate, rate.low, rate.high)}")
            if arm.note and arm.note != "no human labels":
                typer.echo(f"    {'':40} no Rogan-Gladen: {arm.note}")
    for warning in reading.warnings:
        typer.echo(f"  ! {warning}")


def _share(part: int, whole: int, limits: tuple[float, float] | None) -> str:
    if not whole or limits is None:
        return "not known"
    return f"{part / whole:.1%} [{limits[0]:.1%}, {limits[1]:.1%}] ({part}/{whole})"


def _interval(estimate: float | None, low: float | None, high: float | None) -> str:
    if estimate is None:
        return "could not tell"
    return f"{estimate:.1%}" + (f" [{low:.1%}, {high:.1%}]" if low is not None and high is not None else ", no interval")


@app.command()
def label(
    path: Dir,
    questions: Questions = None,
    n: Annotated[int, typer.Option("--n", min=1, help="Items to draw per question.")] = 60,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who labels.")] = "",
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where to write: .html, .csv or .jsonl.")] = None,
    read: Annotated[Path | None, typer.Option("--read", metavar="FILE", help="Take in a filled-in file.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the first draw.")] = 0,
) -> None:
    """Draw blinded items for a person to label, or take in what was labelled. Judge first: strata follow what judges said.

    Example: `allegiance label runs/first --n 200 --by anna --to anna.html`

    Example: `allegiance label runs/first --read labels.jsonl`
    """
    from .. import labelling
    from ..monitors.judge import choose_questions
    from ..report.label_page import label_page
    from ..store import RunFolder

    if read is not None and to is not None:
        fail("--to writes items and --read takes labels in; use one of them")
    with RunFolder.open(path) as folder:
        if read is not None:
            kept = labelling.take_in(folder, read, by=by or None)
            raters = sorted({each.rater for each in kept})
            typer.echo(f"{len(kept)} labels by {', '.join(raters) or 'nobody'} kept in {path / labelling.LABELS}")
            return
        out = to or path / "label.html"
        writers = {".html": label_page, ".csv": labelling.as_csv, ".jsonl": labelling.as_lines}
        if out.suffix not in writers:
            fail(f"--to {out}: the ending says what to write; there are {', '.join(writers)}")
        chosen = choose_questions([name.strip() for name in questions.split(",")] if questions else None)
        asks = labelling.draw(folder, chosen, n, seed=seed)
        try:
            out.write_text(writers[out.suffix](asks, by), encoding="utf-8")
        except OSError as error:
            fail(f"--to {out}: {error.strerror}")
    typer.echo(f"{len(asks)} items in {out}; when they are labelled: allegiance label {path} --read FILE")


@app.command()
def probe(
    path: Dir,
    when: Annotated[str, typer.Option("--when", metavar="MOMENT,…", help="before, announced, or both.")] = "before",
    trial: Annotated[str | None, typer.Option("--trial", metavar="ID", help="One trial or snapshot only.")] = None,
    peers: Annotated[int, typer.Option("--peers", min=0, help="Others that each agent is asked about, at most.")] = 3,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="The first N snapshots only.")] = None,
    concurrency: Concurrency = 8,
    max_cost: Annotated[float | None, typer.Option("--max-cost", metavar="USD", min=0, help="Stop before this.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask copies of the agents, on forks that are thrown away, what goes on, whom they rely on, and what they would send.

    The run itself is not touched. Exit code 1 when something could not be asked.

    Example: `allegiance probe runs/first --when before,announced --peers 2`
    """
    import asyncio

    from sim import UnknownName, calm_collector

    from ..probes import Moment, manipulation_checks, read_probes
    from ..probing import probe as put
    from ..progress import Bar
    from ..store import RunFolder

    names = [name.strip() for name in when.split(",")]
    if unknown := [name for name in names if name not in set(Moment)]:
        raise UsageError(str(UnknownName("moment", unknown[0], Moment)))
    with RunFolder.open(path) as folder:
        screen = console()
        with (
            interruptible(screen, "The calls that were made are kept; the same command asks only what is missing."),
            Bar(screen, f"probing {folder.experiment.name}", what="forks") as bar,
            calm_collector(),
        ):
            ending = asyncio.run(
                put(
                    folder,
                    moments=[Moment(name) for name in names],
                    only=trial,
                    peers=peers,
                    limit=limit,
                    concurrency=concurrency,
                    max_cost_usd=max_cost,
                    watcher=bar,
                )
            )
    rows = read_probes(path)
    checks = manipulation_checks(rows)
    if as_json:
        data = {
            "forks": ending.forks,
            "failed": ending.failed,
            "answered": ending.answered,
            "unanswered": ending.unanswered,
            "stopped": ending.stopped,
            "planted": any(row.planted for row in rows),
            "checks": [check._asdict() for check in checks],
        }
        typer.echo(json.dumps(data, ensure_ascii=False))
    else:
        mark = " (PLANTED: nothing here says anything about a model)" if any(row.planted for row in rows) else ""
        typer.echo(f"{ending.answered} answered, {ending.unanswered} unanswered, on {ending.forks} forks{mark}")
        typer.echo(f"kept in {path / 'probes.jsonl'} and {path / 'tables' / 'probes.parquet'}")
        for check in checks:
            typer.echo(f"  {check.name}: {check.text}")
    if ending.stopped:
        typer.echo(f"Stopped early: {ending.stopped}", err=True)
    if ending.stopped or ending.failed:
        raise typer.Exit(1)
