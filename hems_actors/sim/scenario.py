"""The scenario file: read, validated, and the first mistake in it named by file, line and key."""

from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from hems_actors.config.errors import ConfigError
from hems_actors.config.locate import Key, key_text, line_of
from hems_actors.config.table import PlanningTable, Settings, Table
from hems_actors.config.toml_file import read_toml
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.scenario_home import BatteryTable, HomeTable, Load, Meter, Sun
from hems_actors.sim.scenario_plans import TariffTable
from hems_actors.sim.scenario_things import CarTable, Change, ChargerTable, Fault, Visit


class Scenario(Table):
    """A whole scenario."""

    seed: int = 0
    home: HomeTable
    settings: Settings = Settings()
    tariff: TariffTable | None = None
    planning: PlanningTable = PlanningTable()
    meter: Meter = Meter()
    sun: Sun = Sun()
    load: Load = Load()
    battery: BatteryTable | None = None
    chargers: list[ChargerTable] = Field(default_factory=list, max_length=50)
    cars: list[CarTable] = Field(default_factory=list, max_length=50)
    visits: list[Visit] = Field(default_factory=list)
    changes: list[Change] = Field(default_factory=list)
    faults: list[Fault] = Field(default_factory=list)


class Source(NamedTuple):
    """The file a scenario was read from, to name places in it."""

    path: Path
    lines: dict[Key, int]

    def mistake(self, key: Key, expected: str) -> ScenarioError:
        """Return the error that says what was *expected* at *key*."""
        return ScenarioError(f"{self.path}:{line_of(key, self.lines)}: {key_text(key)}: {expected}")


def mistake(source: Source | None, key: Key, expected: str) -> ScenarioError:
    """Return the error that says what was *expected* at *key*, and where that stands if *source* is known."""
    return source.mistake(key, expected) if source else ScenarioError(f"{key_text(key)}: {expected}")


def path_beside(source: Source | None, table: str, name: str) -> Path:
    """Return the path of the file that *table* calls *name*: it stands beside the scenario file.

    Raises:
        ScenarioError: it is not there.
    """
    path = (source.path.parent if source else Path()) / name
    if source is not None and not path.is_file():
        raise source.mistake((table, "file"), f"no such file: {path}")
    return path


def read_scenario(path: Path) -> tuple[Scenario, Source]:
    """Read and validate the scenario file at *path*; the files it names are not opened.

    Raises:
        ScenarioError: unreadable, not TOML, an unknown key or a wrong value.
    """
    try:
        scenario, file = read_toml(path, Scenario, "a scenario")
    except ConfigError as error:
        raise ScenarioError(error.lines[0]) from error
    return scenario, Source(*file)
