"""Mutants of constants and the recorded days: which decide otherwise fails there, and the rule is named."""

from pathlib import Path

import pytest

from tests.mutation.__main__ import ROOT
from tests.mutation.judge import Trial, copy_project
from tests.mutation.recorded import Found, judge
from tests.mutation.test_mutants import mutant_of

PASSES = Trial("again", ("-c", ""))
FAILS = Trial("again", ("-c", "raise SystemExit(1)"))

NOTHING = ("slots.py", "", "", "")

MUTANTS = [
    pytest.param(
        ("clip.py", "RAISE_MA_MAX: Final = 5_000", "5_000", "4_000"), PASSES, Found.NAMED, id="decides otherwise"
    ),
    pytest.param(
        ("state.py", "    meter_connected: bool = True", "True", "False"), PASSES, Found.NAMED, id="begins otherwise"
    ),
    pytest.param(NOTHING, PASSES, Found.SAME, id="the same"),
    pytest.param(NOTHING, FAILS, Found.MISSED, id="another day when it is played again"),
]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return two copies of the project with one short recorded day."""
    folder = tmp_path_factory.mktemp("recorded")
    trees = (copy_project(ROOT, folder / "original"), copy_project(ROOT, folder / "tree"))
    for tree in trees:
        (tree / "hems_actors/core/slots.py").touch()
        for path in (tree / "tests/days").iterdir():
            if not path.name.startswith("crash_restart-"):
                path.unlink()
    return trees


@pytest.mark.parametrize(("change", "again", "found"), MUTANTS)
def test_found(trees: tuple[Path, Path], change: tuple[str, str, str, str], again: Trial, found: Found) -> None:
    """What becomes of it, and the tree is afterwards as it was."""
    name, *text = change
    path = f"hems_actors/core/{name}"
    what, output = judge(trees[1], trees[0], again, mutant_of(trees[0], path, *text))

    assert what == found, output
    assert (trees[1] / path).read_bytes() == (trees[0] / path).read_bytes()
