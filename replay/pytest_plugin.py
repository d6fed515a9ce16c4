"""A pytest plugin: recorded days are tests.

Each `*.msgpack` and `*.msgpack.zst` under a folder of the ini option `hems_days`, or given as an argument, is a test:
this code must decide from it as it recorded, as its transcript says, and end in the same state. `--rewrite` writes
transcripts, `--rerecord` the logs themselves, from their scenarios.
"""

from collections.abc import Generator, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

# Nothing of this project here: pytest loads plugins before coverage is measured, and in projects that have no days.

SUFFIXES = (".msgpack", ".msgpack.zst")


class DayError(Exception):
    """A recorded day is not decided as agreed; its lines say where."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `hems_days` and `--rerecord`."""
    parser.addini("hems_days", "folders whose event logs (*.msgpack, *.msgpack.zst) are tests", "paths", default=[])
    group = parser.getgroup("hems-actors", "recorded days")
    group.addoption("--rerecord", action="store_true", help="record days anew from the scenarios beside them")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Generator[None, Any, Any]:
    """Add `--rewrite`, unless a conftest has it already, for files of its own."""
    result = yield
    with suppress(ValueError):
        parser.addoption("--rewrite", action="store_true", help="renew generated files instead of comparing them")
    return result


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "DayFile | None":
    """Collect a log that is a recorded day."""
    if not file_path.name.endswith(SUFFIXES):
        return None
    folders: list[Path] = parent.config.getini("hems_days")
    if not parent.session.isinitpath(file_path) and not any(file_path.is_relative_to(folder) for folder in folders):
        return None
    file: DayFile = DayFile.from_parent(parent, path=file_path)
    return file


class DayFile(pytest.File):
    """One log."""

    def collect(self) -> Iterator["DayItem"]:
        """Yield its one test."""
        yield DayItem.from_parent(self, name="decides_as_agreed")


class DayItem(pytest.Item):
    """The test of one log."""

    def runtest(self) -> None:
        """Check the day, after what the options ask for.

        Raises:
            DayError: it is not as agreed.
        """
        recorded_day = import_module("replay.recorded_day")
        shown = self.path.relative_to(Path.cwd()) if self.path.is_relative_to(Path.cwd()) else self.path
        found: list[str] = []
        if self.config.getoption("--rerecord"):
            found = import_module("replay.rerecord").record_anew(shown)
        found = found or recorded_day.check_day(shown, rewrite=self.config.getoption("--rewrite"))
        if found:
            raise DayError("\n".join(found))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's
        """Return the difference alone, without a traceback."""
        if isinstance(excinfo.value, DayError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return what stands above a failure."""
        return self.path, None, self.name
