"""The wheel holds the four packages with their data, and nothing else."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version

import pytest

from .sources import HOME, PACKAGES

NEEDED = ("pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a wheel contains that is built from a copy, so that the build leaves nothing in the tree."""
    if int(version("setuptools").partition(".")[0]) < 77:
        pytest.skip("this environment's setuptools is older than the one pyproject.toml asks for")
    copy, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in NEEDED:
        shutil.copy(HOME / name, copy / name)
    for name in (*PACKAGES, "tests", "benchmarks", "scripts"):
        shutil.copytree(HOME / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(out)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = out.iterdir()
    return zipfile.ZipFile(file).namelist()


def shipped() -> set[str]:
    """Every file of the four packages that is not made by running them."""
    files = (path for package in PACKAGES for path in (HOME / package).rglob("*") if path.is_file())
    return {path.relative_to(HOME).as_posix() for path in files if "__pycache__" not in path.parts}


def test_the_wheel_holds_every_file_of_the_four_packages(wheel: list[str]) -> None:
    assert shipped() - set(wheel) == set(), "name its kind in [tool.setuptools.package-data]"


def test_the_wheel_holds_nothing_else(wheel: list[str]) -> None:
    rest = {name for name in set(wheel) - shipped() if ".dist-info/" not in name}
    assert rest == set()


def test_the_wheel_carries_the_licence_and_the_command(wheel: list[str]) -> None:
    ends = {name.partition(".dist-info/")[2] for name in wheel}
    assert {"licenses/LICENSE", "entry_points.txt", "METADATA"} <= ends


def test_the_distribution_cannot_be_uploaded_by_mistake() -> None:
    """Its import names are an application's; an index would hand them to strangers."""
    assert '"Private :: Do Not Upload"' in (HOME / "pyproject.toml").read_text(encoding="utf-8")
