"""The compiled requirements answer pyproject.toml, on every platform, and every file of them is known by its digest."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .sources import HOME

PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
FILES = ("run", "dev")


def pins(name: str) -> dict[str, list[tuple[Requirement, int]]]:
    """The pinned requirements of a file by name, each with the number of its digests."""
    text = (HOME / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found: dict[str, list[tuple[Requirement, int]]] = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        if not entry.startswith("#"):
            words, *digests = entry.replace("\\\n", "").split("--hash=sha256:")
            requirement = Requirement(words.strip())
            found.setdefault(canonicalize_name(requirement.name), []).append((requirement, len(digests)))
    return found


def wanted(name: str) -> list[str]:
    extra = PROJECT["project"]["optional-dependencies"]["dev"] if name == "dev" else []
    return [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"], *extra]


@pytest.mark.parametrize("name", FILES)
def test_what_pyproject_asks_for_is_pinned(name: str) -> None:
    """After a change to pyproject.toml run scripts/lock."""
    pinned = pins(name)
    for line in wanted(name):
        asked = Requirement(line)
        answers = pinned.get(canonicalize_name(asked.name), [])
        assert answers, f"{line} is not in requirements/{name}.txt; run scripts/lock"
        for requirement, _ in answers:
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            assert asked.specifier.contains(pin.version, prereleases=True), f"{requirement} is not {line}; run scripts/lock"


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_digests(name: str) -> None:
    assert not [str(requirement) for answers in pins(name).values() for requirement, digests in answers if not digests]


def test_numpy_is_pinned_for_every_platform() -> None:
    """Of a package with a wheel per platform and Python there are many files, not the one of whoever compiled."""
    ((requirement, digests),) = pins("run")["numpy"]
    assert requirement.marker is None
    assert digests > 20


def test_the_dev_requirements_are_the_run_requirements_and_more() -> None:
    run, dev = pins("run"), pins("dev")
    assert {name: answers for name, answers in dev.items() if name in run} == run


@pytest.mark.parametrize("name", FILES)
def test_requirements_name_no_index(name: str) -> None:
    lines = Path(HOME / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if not re.match(r"#|[a-z0-9]|    --hash=sha256:[0-9a-f]{64}( \\)?$", line)]
    assert not [line for line in lines if "://" in line or " @ " in line]
