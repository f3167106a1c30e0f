"""What must not be in the repository: lock files, registries' addresses, paths of the machine it was written on."""

import re
import shutil
import subprocess
from pathlib import Path

LOCK_FILES = re.compile(
    r"(^|/)(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pylock(\.[^/]*)?\.toml|conda-lock\.ya?ml|package-lock\.json"
    r"|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$"
)
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.(npmjs\.org|yarnpkg\.com)|--(?:extra-)?index-url|--find-link[s]|"
    r"(?:PIP|UV)_(?:[A-Z]+_)*(?:INDEX|INDEX_URL|FIND_LINKS)\s*="
)
HOMES = re.compile(r"(?<![\w.-])(?:/root|/home/[\w.-]+|/Users/[\w.-]+)/\.\w")
"""A dot-folder in somebody's home."""


def tracked(root: Path) -> list[str]:
    """The files git tracks, as paths from the root; without git, all files except hidden folders and build products."""
    if (root / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False)
        if listed.returncode == 0:
            return [name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()]
    names = (path.relative_to(root) for path in sorted(root.rglob("*")) if path.is_file())
    made = re.compile(r"(\.git|\.venv.*|\.\w+_cache|\.hypothesis|__pycache__|build|dist|.*\.egg-info)")
    return [
        name.as_posix() for name in names if not any(made.fullmatch(part) for part in name.parts) and name.parts[0] != "runs"
    ]


def findings(root: Path) -> list[str]:
    """One line for every offence, with file and line number."""
    here = [path for path in (root.resolve(), Path.home()) if len(path.parts) > 2]
    places = re.compile("|".join([HOMES.pattern, *(rf"(?<![\w.-]){re.escape(str(path))}(?![\w-])" for path in here)]))
    found = []
    for name in tracked(root):
        if LOCK_FILES.search(name):
            found.append(f"{name}: a lock file; requirements/ is what we install from")
        try:
            lines = (root / name).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            if REGISTRY.search(line):
                found.append(f"{name}:{number}: the address of a package registry")
            if places.search(line):
                found.append(f"{name}:{number}: a path of this machine")
    return found
