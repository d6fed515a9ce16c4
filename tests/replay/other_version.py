"""Another version of this package, reached as another environment's interpreter is: by a program that starts it."""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def copy_package(folder: Path) -> Path:
    """Copy the package into *folder* and return it."""
    for name in ("hems_actors", "replay", "etm"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def change(folder: Path, file: str, before: str, after: str) -> None:
    """Replace *before* in a *file* of the copy in *folder*; it has to be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def program(path: Path, script: str) -> Path:
    """Write the program *path*, a shell script, and return it."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def interpreter_of(folder: Path) -> Path:
    """Return a program that is Python with the copy in *folder*."""
    return program(folder / "python", f'PYTHONPATH="{folder}" exec "{sys.executable}" "$@"')
