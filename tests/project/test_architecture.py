"""What the import contracts in pyproject.toml cannot say: front doors, names of modules, their size, time and chance."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from .sources import HOME, PACKAGES, Source, dotted, imports, sources

FRONT_DOORS = ("agents.endpoint", "agents.live", "sim.testing", *PACKAGES)
"""What other packages may import from."""

TOO_LONG: set[str] = set()
"""Modules over 400 lines. The list may only become shorter."""

WAITS = {"agents/limits.py", "agents/retry.py", "agents/endpoint/server.py"}
"""Where real time passes, because a real endpoint is waited for or played."""


def top(module: str) -> str:
    return module.partition(".")[0]


def exported(door: str) -> list[str]:
    """What a module says it exports; without a word, all its public names."""
    module = import_module(door)
    return list(getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")]))


@pytest.mark.parametrize("package", PACKAGES)
def test_other_packages_are_entered_by_the_front_door(package: str) -> None:
    offences = [
        f"{one.where} imports {one.module}"
        for source in sources(package)
        for one in imports(source)
        if one.level == 0 and top(one.module) in PACKAGES and top(one.module) != package
        if one.module not in FRONT_DOORS or not one.name
    ]
    assert not offences


@pytest.mark.parametrize("package", PACKAGES)
def test_what_comes_through_a_front_door_is_exported_there(package: str) -> None:
    offences = [
        f"{one.where} imports {one.name} from {one.module}"
        for source in sources(package)
        for one in imports(source)
        if one.level == 0 and one.module in FRONT_DOORS and top(one.module) != package
        if one.name not in exported(one.module) and f"{one.module}.{one.name}" not in FRONT_DOORS
    ]
    assert not offences


@pytest.mark.parametrize("package", PACKAGES)
def test_inside_a_package_imports_are_relative(package: str) -> None:
    assert not [
        f"{one.where} imports {one.module}"
        for source in sources(package)
        for one in imports(source)
        if one.level == 0 and top(one.module) == package
    ]


@pytest.mark.parametrize(("package", "other"), [("agents", "worlds"), ("worlds", "agents")])
def test_agents_and_worlds_never_meet(package: str, other: str) -> None:
    assert not [one.where for source in sources(package) for one in imports(source) if top(one.module) == other]


@pytest.mark.parametrize("door", FRONT_DOORS)
def test_a_front_door_exports_what_exists_and_nothing_twice(door: str) -> None:
    """Their order is ruff's to keep."""
    names = exported(door)
    assert not [name for name in names if not hasattr(import_module(door), name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("door", [door for door in FRONT_DOORS if door != "sim.testing"])
def test_a_front_door_exports_all_it_brings_in(door: str) -> None:
    (source,) = [s for s in sources(top(door)) if ".".join(s.path.with_suffix("").parts).removesuffix(".__init__") == door]
    assert {one.name for one in imports(source) if one.level} <= set(exported(door))


def test_litellm_is_named_in_one_module_only() -> None:
    """It is imported by its name as a string, which import contracts do not see."""
    naming = {
        source.name
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and dotted(node.func).rpartition(".")[2] in ("import_module", "__import__", "find_spec")
        for argument in node.args
        if isinstance(argument, ast.Constant) and top(str(argument.value)) in ("litellm", "openai")
    }
    assert naming == {"agents/litellm_client.py"}


def test_nothing_else_of_weight_is_imported_by_a_string() -> None:
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func).endswith("import_module"):
                match node.args:
                    case [ast.Constant(value=str(module)), *_]:
                        assert top(module) == "litellm", source.at(node)
                    case _:
                        assert source.name == "experiments/__init__.py", source.at(node)


def test_every_folder_of_modules_is_a_package() -> None:
    """Import contracts pass over a folder without `__init__.py`."""
    folders = {(HOME / source.path).parent for source in sources()}
    assert not [folder.relative_to(HOME).as_posix() for folder in sorted(folders) if not (folder / "__init__.py").exists()]


def test_every_package_is_typed() -> None:
    assert all((HOME / package / "py.typed").exists() for package in PACKAGES)


def test_no_module_is_named_like_one_of_the_standard_library() -> None:
    assert not [s.name for s in sources() if s.path.stem in sys.stdlib_module_names and s.path.stem != "__init__"]


def test_no_module_is_named_for_nothing() -> None:
    assert not [s.name for s in sources() if s.path.stem in ("base", "common", "helpers", "manager", "misc", "utils")]


def test_modules_stay_small() -> None:
    long = {source.name for source in sources() if len(source.text.splitlines()) > 400}
    assert long - TOO_LONG == set(), "split it; one idea a file"
    assert TOO_LONG - long == set(), "no longer long: take it off the list"


def test_every_module_says_what_it_is_for() -> None:
    assert not [source.name for source in sources() if source.text and not ast.get_docstring(source.tree)]


# -- time and chance --------------------------------------------------------------------------------------------------

FREE_CLOCKS_AND_DICE = ("random", "secrets", "time", "uuid")
NUMPY_RANDOM = ("BitGenerator", "Generator", "PCG64", "SeedSequence", "default_rng")


def unseeded(source: Source) -> Iterator[str]:
    """Whatever would make a second run differ from the first."""
    for one in imports(source):
        if one.level == 0 and top(one.module) in FREE_CLOCKS_AND_DICE:
            yield f"{one.where} imports {one.module}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            name = dotted(node)
            if name.startswith(("np.random.", "numpy.random.")) and name.split(".")[2] not in NUMPY_RANDOM:
                yield f"{source.at(node)} uses numpy's global generator"
            if re.search(r"\b(datetime|date)\.(now|utcnow|today)$|\bos\.(urandom|getrandom)$", name):
                yield f"{source.at(node)} calls {name}"
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            if name.endswith("default_rng") and not node.args and not node.keywords:
                yield f"{source.at(node)} draws an unseeded generator"
            if source.name not in WAITS and (name == "asyncio.sleep" or name.endswith("loop.time")):
                yield f"{source.at(node)} waits in real time"


@pytest.mark.parametrize("package", ["sim", "worlds", "agents"])
def test_time_is_simulated_and_chance_comes_from_streams(package: str) -> None:
    assert not [offence for source in sources(package) for offence in unseeded(source)]


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "from uuid import uuid4",
        "import time; time.time()",
        "import datetime as d; d.datetime.now()",
        "import numpy as np; np.random.seed(1)",
        "import numpy as np; np.random.default_rng()",
        "import os; os.urandom(8)",
        "import asyncio; asyncio.sleep(1)",
    ],
)
def test_free_clocks_and_dice_are_noticed(line: str) -> None:
    planted = Source(HOME.relative_to(HOME) / "sim" / "planted.py", line, ast.parse(line))
    assert list(unseeded(planted))


def test_only_the_command_prints() -> None:
    assert not [
        source.at(node)
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in ("print", "sys.stdout.write", "typer.echo")
        if not source.name.startswith("experiments/cli/")
    ]
