"""What the README promises is there."""

import re
from typing import Final

from tests.tidy.sources import ROOT, read

README: Final = read("README.md")
FILE: Final = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|lock))`")


def test_first_code_block_is_two_commands() -> None:
    """One command sets up and shows the product, one passes the tests; `.ci/run` runs both as written."""
    block = README.split("```")[1].strip().splitlines()[1:]

    assert len(block) == len([line for line in block if line.strip()]) == 2


def test_files_named_exist() -> None:
    """A reader who looks for a file finds it."""
    names = FILE.findall(README)

    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []
