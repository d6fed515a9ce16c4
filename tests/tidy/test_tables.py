"""The generated tables of INTERFACE.md are what the code says."""

import re
from collections.abc import Callable

import pytest

from hems_actors.eventlog.document import codes_table, kinds_table
from tests.tidy.sources import ROOT, read

TABLES = [pytest.param("kinds", kinds_table, id="kinds"), pytest.param("codes", codes_table, id="codes")]


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_table_is_current(name: str, table: Callable[[], str], request: pytest.FixtureRequest) -> None:
    """A changed kind or code shows in INTERFACE.md; `--rewrite` renews the tables."""
    text = read("INTERFACE.md")
    found = re.search(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- end of {name} -->)", text, re.DOTALL)
    assert found is not None
    if request.config.getoption("--rewrite"):
        renewed = text[: found.start(2)] + table() + text[found.end(2) :]
        (ROOT / "INTERFACE.md").write_text(renewed, encoding="utf-8")
        return

    assert found.group(2) == table()
