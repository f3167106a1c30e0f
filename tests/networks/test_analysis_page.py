"""The examples of docs/analysis.md run, in order, and give what they say; every measure it names is there."""

import re
from pathlib import Path

from experiments.run import Run
from experiments.tables import TABLES
from tests.networks.test_docs import run

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")


def test_every_example_gives_what_it_says(tmp_path: Path) -> None:
    results = run(PAGE, tmp_path)
    assert len(results) >= 10
    said = [(code, says.replace('"', "'")) for code, says, _ in results]
    assert said == [(code, came.replace('"', "'")) for code, _, came in results]


def test_every_table_and_measure_is_on_the_page() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE.split("## What comes back")[0], re.M)) == set(TABLES)
    public = {name for name, made in vars(Run).items() if callable(made) and not name.startswith("_")}
    assert not [name for name in public if not re.search(rf"\b{name}\b", PAGE)]
