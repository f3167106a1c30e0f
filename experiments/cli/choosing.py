"""Which experiment a command speaks of, with what the command line changes of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from .app import fail

if TYPE_CHECKING:
    from ..design import Experiment

Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="FACTOR=LEVEL,…", help="Other levels for a factor; repeatable.")
]
Snapshots = Annotated[int | None, typer.Option("--snapshots", min=1, help="Snapshots per cell.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Another seed.")]
Models = Annotated[list[str] | None, typer.Option("--model", help="A LiteLLM model instead of planted agents; repeatable.")]
ApiBase = Annotated[str | None, typer.Option("--api-base", help="Address of an OpenAI-compatible endpoint.")]
ApiKeyEnv = Annotated[str | None, typer.Option("--api-key-env", help="Name of the environment variable that holds the key.")]
GivenPrices = Annotated[
    str | None, typer.Option("--prices", metavar="PROMPT,COMPLETION", help="USD per million tokens, if not known.")
]
Temperature = Annotated[float | None, typer.Option("--temperature", help="Sampling temperature.")]
Concurrency = Annotated[int, typer.Option("--concurrency", min=1, help="Model calls in flight at most.")]


def choose(
    name: str,
    *,
    set_: list[str] | None,
    snapshots: int | None,
    seed: int | None,
    model: list[str] | None,
    api_base: str | None,
    api_key_env: str | None,
    prices: str | None,
    temperature: float | None,
) -> "Experiment":
    """The experiment of that name, changed as the options say."""
    from ..catalog import find_experiment

    experiment = find_experiment(name)
    if set_:
        experiment = experiment.set(levels_of(set_))
    changes: dict[str, object] = {k: v for k, v in (("snapshots", snapshots), ("seed", seed)) if v is not None}
    agents = agents_of(model, api_base=api_base, api_key_env=api_key_env, prices=prices, temperature=temperature)
    return experiment.with_(**changes, **agents)


def agents_of(
    model: list[str] | None,
    *,
    api_base: str | None,
    api_key_env: str | None,
    prices: str | None,
    temperature: float | None,
) -> dict[str, object]:
    """The field `agents` of an experiment, where models were named; else nothing."""
    if model:
        spec = {"api_base": api_base, "api_key_env": api_key_env, "temperature": temperature, "prices": prices_from(prices)}
        return {"agents": {"kind": "llm", "models": [{"model": each, **spec} for each in model]}}
    if api_base or api_key_env or prices or temperature is not None:
        fail("--api-base, --api-key-env, --prices and --temperature speak of a model; name it with --model")
    return {}


def prices_from(text: str | None) -> dict[str, float] | None:
    """Prices of a `--prices` option."""
    if text is None:
        return None
    try:
        prompt, completion = (float(part) for part in text.split(","))
    except ValueError:
        fail(f"--prices {text}: write two numbers, USD per million prompt and completion tokens, as in 0.15,0.60")
    return {"prompt": prompt, "completion": completion}


def levels_of(texts: list[str]) -> dict[str, list[str]]:
    """Factors and levels of `--set FACTOR=LEVEL,LEVEL` options."""
    settings: dict[str, list[str]] = {}
    for text in texts:
        name, equals, levels = text.partition("=")
        if not equals or not levels:
            fail(f"--set {text}: write FACTOR=LEVEL or FACTOR=LEVEL,LEVEL")
        if name.strip() in settings:
            fail(f"--set {name.strip()} is given twice; write all its levels in one, as in {name.strip()}=LEVEL,LEVEL")
        settings[name.strip()] = [level.strip() for level in levels.split(",")]
    return settings
