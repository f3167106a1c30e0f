"""What must not lie in the repository is noticed; that nothing of it does is for scripts/check to say."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .sources import HOME


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_file_location("_tracked", HOME / "scripts" / "_tracked.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", ""),
        ("web/package-lock.json", "{}"),
        ("pylock.toml", ""),
        ("requirements/run.txt", "--extra-" + "index-url https://packages.example/simple"),
        ("notes.md", "see https://py" + "pi.org/project/thing"),
        ("setup.sh", "export PIP_" + "INDEX_URL=https://packages.example/simple"),
        ("notes.md", "run /root/" + ".pyenv/bin/python"),
        ("notes.md", "cd {root}/sim"),
    ],
)
def test_what_must_not_be_there_is_noticed(guard: ModuleType, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text.replace("{root}", str(tmp_path)))
    (found,) = guard.findings(tmp_path)
    assert found.startswith(name)


def test_ordinary_files_pass(guard: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("pip install -r requirements/run.txt\n# /home/ops/weights is a place in a story\n")
    (tmp_path / "figure.png").write_bytes(b"\x89PNG\xff\xfe")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "uv.lock").write_text("not ours")
    assert guard.findings(tmp_path) == []
