"""Runs that several claims look at."""

from collections.abc import Iterator

import pytest

from experiments.report import write_report
from experiments.store import RunFolder
from tests.report.runs import CROSSED, run


@pytest.fixture(scope="package")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    """Two topologies, two valences, three kinds of target."""
    folder = run(tmp_path_factory.mktemp("report") / "crossed", **CROSSED)
    yield folder
    folder.close()


@pytest.fixture(scope="package")
def page(crossed: RunFolder) -> str:
    """Its report."""
    return write_report(crossed).read_text(encoding="utf-8")
