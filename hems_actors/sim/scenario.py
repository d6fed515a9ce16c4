"""The scenario file: read, validated, and the first mistake in it named by file, line and key."""

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.locate import Key, key_lines, key_text, line_of
from hems_actors.sim.scenario_home import BatteryTable, HomeTable, Load, Meter, Settings, Sun, Table
from hems_actors.sim.scenario_plans import PlanningTable, TariffTable
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
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read as a scenario: {_reason(error)}") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = place[1] if place else str(text.count("\n") + 1)
        raise ScenarioError(f"{path}:{line}: not valid TOML: {error}") from error
    source = Source(path, key_lines(text))
    try:
        return Scenario.model_validate(table), source
    except ValidationError as error:
        raise _first_mistake(error, source) from error


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8 text"


def _first_mistake(error: ValidationError, source: Source) -> ScenarioError:
    mistakes = error.errors(include_url=False)
    # A union of types reports one mistake for each of them at the same key: the first says enough.
    first = min(mistakes, key=lambda mistake: line_of(_key(mistake), source.lines))
    return source.mistake(_key(first), _expected(first))


def _key(mistake: ErrorDetails) -> Key:
    return tuple(part for part in mistake["loc"] if part not in ("datetime", "time"))


def _expected(mistake: ErrorDetails) -> str:
    match mistake["type"]:
        case "extra_forbidden":
            return _unknown(mistake)
        case "missing":
            return "missing, but required"
        case "datetime_type" | "datetime_parsing" | "datetime_from_date_parsing" | "time_type" | "time_parsing":
            return (
                "expected a local date and time such as 2025-06-15T07:30:00, or in most places a time such as 07:30:00"
            )
        case "too_short" | "too_long":
            return _lowered(mistake["msg"]).replace(" after validation", "")
        case _:
            return f"{_lowered(mistake['msg'])}, not {mistake['input']!r}"


def _lowered(message: str) -> str:
    message = re.sub(r"^(Input|Value|List|String) should (be|have|match)", r"expected to \2", message)
    return message[:1].lower() + message[1:]


def _unknown(mistake: ErrorDetails) -> str:
    *table, name = _key(mistake)
    known = _keys_known(Scenario, table)
    near = get_close_matches(str(name), known, n=1)
    return f"unknown key, did you mean {near[0]}?" if near else f"unknown key, expected one of {', '.join(known)}"


def _keys_known(model: type[BaseModel], table: list[str | int]) -> list[str]:
    for part in table:
        if isinstance(part, str):
            model = _model_of(model, part)
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_of(model: type[BaseModel], name: str) -> type[BaseModel]:
    found: Any = model.model_fields[name].annotation
    while not (isinstance(found, type) and issubclass(found, BaseModel)):
        found = found.__args__[0]
    return found
