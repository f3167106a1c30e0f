"""Whether the four import names are this project's. Another distribution may own `agents`, and installers do not check."""

from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
PACKAGES = ("sim", "agents", "worlds", "experiments")


def import_names() -> dict[str, tuple[bool, str]]:
    """For each name, whether it is ours and where it leads."""
    found = {}
    for name in PACKAGES:
        spec = find_spec(name)
        place = Path(spec.origin).resolve().parent if spec and spec.origin else None
        found[name] = (place == HOME / name, str(place or "not found"))
    return found
