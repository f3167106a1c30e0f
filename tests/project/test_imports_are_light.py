"""What needs a heavy library imports it when it is needed: help is instant, and a planted run loads no model library."""

import subprocess
import sys
from pathlib import Path

import pytest

from .sources import HOME

HEAVY = {"autogen_agentchat", "autogen_core", "litellm", "matplotlib", "networkx", "openai", "pyarrow", "scipy"}


def loaded_by(code: str, cwd: Path) -> set[str]:
    """The top-level modules a fresh interpreter holds after the code; the code must print nothing on standard error."""
    head = f"import sys; sys.path.insert(0, {str(HOME)!r})\n"
    tail = "\nopen('loaded', 'w').write(' '.join({name.partition('.')[0] for name in sys.modules}))\n"
    done = subprocess.run([sys.executable, "-c", head + code + tail], cwd=cwd, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return set((cwd / "loaded").read_text().split())


HELP = """
import sys
from experiments.cli import main
sys.argv = ["allegiance", *{arguments}]
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
"""


@pytest.mark.parametrize(
    "code",
    [
        "import experiments.cli",
        "import experiments",
        HELP.format(arguments=["--help"]),
        HELP.format(arguments=["run", "--help"]),
        "import sim, worlds, agents",
        "import agents.endpoint",
        "import sim.testing",
    ],
    ids=["cli", "experiments", "help", "run-help", "packages", "endpoint", "testing"],
)
def test_importing_loads_nothing_heavy(code: str, tmp_path: Path) -> None:
    assert not HEAVY & loaded_by(code, tmp_path)


def test_importing_the_live_agents_leaves_litellm_out(tmp_path: Path) -> None:
    assert not {"litellm", "openai"} & loaded_by("import agents.live", tmp_path)


@pytest.mark.parametrize(
    "name", ["sim", "agents", "agents.live", "agents.endpoint", "worlds", "experiments", "experiments.cli"]
)
def test_importing_does_nothing_but_import(name: str, tmp_path: Path) -> None:
    """No file is written, no connection opened, no handler added to the root logger, nothing printed."""
    code = f"""
import logging, os
def watch(event, args):
    writing = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if writing or event in ("socket.connect", "socket.getaddrinfo", "os.mkdir", "subprocess.Popen"):
        os.write(2, f"{{event}} {{args}}\\n".encode())
sys.dont_write_bytecode = True
watching = True
sys.addaudithook(lambda event, args: watch(event, args) if watching else None)
import {name}
watching = False
assert not logging.getLogger().handlers
"""
    loaded_by(code, tmp_path)
