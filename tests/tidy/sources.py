"""The project's own Python files."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = ("hems_actors", "replay", "etm", "tests", "benchmarks")


def python_files(*folders: str) -> list[str]:
    """Return the Python files under *folders*, relative to the project's folder, in order."""
    return sorted(str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.py"))


def read(name: str) -> str:
    """Return the text of the file *name*, relative to the project's folder."""
    return (ROOT / name).read_text(encoding="utf-8")
