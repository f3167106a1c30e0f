"""The four import names are this project's. Other distributions use some of them, and installers do not check."""

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from experiments.import_names import import_names

from .sources import HOME, PACKAGES


@pytest.mark.parametrize("name", PACKAGES)
def test_import_name_is_ours(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    found = Path(spec.origin).resolve().parent
    assert found == HOME / name, f"{name!r} is {found}; installed by {packages_distributions().get(name)}"


@pytest.mark.parametrize("name", PACKAGES)
def test_the_command_finds_the_same(name: str) -> None:
    assert import_names()[name] == (True, str(HOME / name))


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_brings_the_name(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"allegiance"}
