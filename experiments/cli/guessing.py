"""What `allegiance audit --blind-guess` prints."""

import json
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from agents import ModelCall

    from ..blind_guess import Guess
    from ..design import Experiment


def show_guess(experiment: "Experiment", asker: dict[str, object], *, as_json: bool) -> None:
    """Guess, print, and exit with 1 when an arm can be told. `asker` holds the models to ask, if any."""
    import asyncio

    from ..blind_guess import BAR, DIFFERS, blind_factors, guess
    from ..lines import open_line
    from ..populations import LLMAgents

    asking = experiment.with_(**asker) if asker else experiment
    scripted = False

    def on_call(call: "ModelCall") -> None:
        nonlocal scripted
        scripted = scripted or call.scripted

    async def go() -> "list[Guess]":
        if not asker:
            return await guess(experiment)
        assert isinstance(asking.agents, LLMAgents)
        async with open_line(asking, on_call=on_call) as line:
            return await guess(experiment, line, asking.agents)

    found = asyncio.run(go())
    _, differs = blind_factors(experiment)
    if as_json:
        guesses = [{**one.model_dump(mode="json"), "passed": one.passed} for one in found]
        open_ = {name: DIFFERS[name] for name in differs}
        typer.echo(json.dumps({"bar": BAR, "guesses": guesses, "not_blind": open_, "planted": scripted}))
    else:
        for one in found:
            _print(one)
        for name in differs:
            typer.echo(f"not asked  {name}: {DIFFERS[name]}")
        if scripted:
            typer.echo("PLANTED: the scripted endpoint guessed, and no model")
    if not all(one.passed for one in found):
        raise typer.Exit(1)


def _print(one: "Guess") -> None:
    asked = "" if one.by_model is None else f", by the model {one.by_model:.2f}"
    typer.echo(
        f"{'blind' if one.passed else 'FAIL '}      {one.factor}: {one.a} or {one.b}: AUC {one.auc:.2f}{asked} "
        f"({one.identical} of {one.pairs} pairs read the same)"
    )
    for line in one.words if not one.passed else ():
        typer.echo(f"             {line}")
