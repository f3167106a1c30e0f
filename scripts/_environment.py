"""The project's own environment: made once, out of hashed requirements, with nothing but Python.

Every script calls `enter` and gets the environment's interpreter back. It uses the standard library only, installs nothing
outside `.venv-X.Y`, and starts at once when nothing has changed since the last call.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  the reader may have started us with an old Python; say so before tomllib fails
    raise SystemExit("Allegiance needs Python 3.11 or later; this is {}.{}.".format(*sys.version_info))

import hashlib
import json
import os
import subprocess
import time
import tomllib
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
ENVIRONMENT = ROOT / f".venv-{VERSION}"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "allegiance.json"


def enter(kind: str) -> Path:
    """The interpreter of the environment with the `run` or `dev` requirements, made or brought up to date if need be."""
    wanted = _wanted()
    found = _found()
    if found.get("place") != wanted["place"] or any(found.get(k, wanted[k]) != wanted[k] for k in ("run", "dev")):
        found = {}
    has = kind in found or "dev" in found
    if has and found["project"] == wanted["project"]:
        return PYTHON

    began = time.monotonic()
    if not found:
        _check_venv()
        _say(f"Making the environment {ENVIRONMENT.name} (once; downloads about 220 MB, takes a minute or a few) …")
        _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], "make the environment")
    elif not has:
        _say(f"Adding the {kind} requirements to {ENVIRONMENT.name} (once) …")
    STAMP.unlink(missing_ok=True)
    if not has:
        _pip("--require-hashes", "--requirement", str(ROOT / "requirements" / f"{kind}.txt"))
    _pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    kept = {k: found[k] for k in ("run", "dev") if k in found}
    STAMP.write_text(json.dumps({**kept, kind: wanted[kind], "place": wanted["place"], "project": wanted["project"]}))
    _say(f"The environment is ready ({time.monotonic() - began:.0f} s).")
    return PYTHON


def become(*command: str | Path) -> NoReturn:
    """Run a command in place of this script; its exit code is ours."""
    words = [str(word) for word in command]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        raise SystemExit(subprocess.call(words))
    os.execv(words[0], words)


def _wanted() -> dict[str, str]:
    """What the environment was made of, to compare with its stamp: the place, because a moved one does not work."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [project["project"], project["build-system"], project["tool"]["setuptools"]]
    return {
        "place": f"{ROOT} {sys.version} {sys.base_prefix}",
        "project": _digest(json.dumps(parts, sort_keys=True).encode()),
        **{kind: _digest((ROOT / "requirements" / f"{kind}.txt").read_bytes()) for kind in ("run", "dev")},
    }


def _found() -> dict[str, str]:
    if not PYTHON.exists():
        return {}
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(stamp)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _check_venv() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise SystemExit(
            f"Python {VERSION} is here without its venv and ensurepip modules ({error}). On Debian or Ubuntu install "
            f"the package python{VERSION}-venv (apt install python{VERSION}-venv), then run this again."
        ) from None


def _pip(*arguments: str) -> None:
    quiet = ["-qq", "--disable-pip-version-check", "--no-input"]
    _run([str(PYTHON), "-m", "pip", "install", *quiet, *arguments], "install what the project needs")


def _run(command: list[str], purpose: str) -> None:
    done = subprocess.call(command, stdout=sys.stderr.fileno(), cwd=ROOT)
    if done:
        raise SystemExit(f"Could not {purpose}; the reason stands above. The command was: {' '.join(command)}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
