"""The core depends on its arguments alone (design principle 1)."""

import pytest

from tests.tidy.purity import foreign_imports, impurities
from tests.tidy.sources import python_files, read


@pytest.mark.parametrize("name", python_files("hems_actors/core"))
def test_core_is_pure(name: str) -> None:
    """No clock, I/O, chance, set or float in any module of the core."""
    assert impurities(read(name), "hems_actors.core") == []


@pytest.mark.parametrize("name", [name for name in python_files("hems_actors/sim") if "/plant" in name])
def test_plant_knows_only_the_core(name: str) -> None:
    """The physics of a home needs no chance, clock, mathematical library or actor: equal on every machine."""
    assert foreign_imports(read(name), "hems_actors.core", "hems_actors.sim.plant") == []


CASES = [
    pytest.param("import time", "import time", id="clock"),
    pytest.param("from datetime import UTC", "import datetime", id="from the clock"),
    pytest.param("from . import x", "import .", id="relative"),
    pytest.param("import hems_actors.corex", "import hems_actors.corex", id="a package that only begins like it"),
    pytest.param("x = 1.0", "float", id="float literal"),
    pytest.param("x = 3 / 2", "true division", id="division"),
    pytest.param("x /= 2", "true division", id="division in place"),
    pytest.param("x = {1}", "set", id="set"),
    pytest.param("x = {y for y in z}", "set", id="set comprehension"),
    pytest.param("x = frozenset(y)", "frozenset", id="frozenset"),
    pytest.param("x = sorted(y, key=hash)", "hash", id="hash as a value"),
    pytest.param("def f():\n global x", "global", id="global"),
    pytest.param("open('x')", "open", id="file"),
]


@pytest.mark.parametrize(("source", "what"), CASES)
def test_impurity_is_named(source: str, what: str) -> None:
    """Each kind of impurity is seen, so that a clean core means something."""
    assert [found.partition(": ")[2] for found in impurities(source, "hems_actors.core")] == [what]


def test_pure_code_passes() -> None:
    """Integers, dictionaries, the core's own modules and the harmless part of the library are fine."""
    source = "from typing import Final\nfrom hems_actors.core.units import PHASES\nX: Final = {1: 7 // 2}\n"

    assert impurities(source, "hems_actors.core") == []
