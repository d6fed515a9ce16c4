"""A TOML file against a model: read, validated whole, and each mistake in it named by file, line and key."""

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hems_actors.config.errors import ConfigError
from hems_actors.config.locate import Key, key_lines, key_text, line_of

BYTES_MAX = 1 << 20
ModelT = TypeVar("ModelT", bound=BaseModel)


class TomlFile(NamedTuple):
    """The file that something was read from, to name places in it."""

    path: Path
    lines: dict[Key, int]

    def text(self, key: Key, expected: str) -> str:
        """Return the line that says what was *expected* at *key*."""
        return f"{self.path}:{line_of(key, self.lines)}: {key_text(key)}: {expected}"


def read_toml(path: Path, model: type[ModelT], what: str) -> tuple[ModelT, TomlFile]:
    """Read the file at *path*, which is to be *what*, such as `a scenario`; files that it names are not opened.

    Raises:
        ConfigError: unreadable, not TOML, unknown keys or wrong values: in the order of their lines.
    """
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
        if len(data) > BYTES_MAX:
            raise ConfigError(f"{path}: cannot be read as {what}: it is larger than {BYTES_MAX >> 20} MiB")
        text = data.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as {what}: {_reason(error)}") from error
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"line (\d+)", str(error))
        line = place[1] if place else str(text.count("\n") + 1)
        raise ConfigError(f"{path}:{line}: not valid TOML: {error}") from error
    file_read = TomlFile(path, key_lines(text))
    try:
        return model.model_validate(table), file_read
    except ValidationError as error:
        raise ConfigError(*_mistakes(error, file_read, model)) from error


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8 text"


def _mistakes(error: ValidationError, file: TomlFile, model: type[BaseModel]) -> list[str]:
    found: dict[Key, str] = {}
    for mistake in error.errors(include_url=False):
        # A union of types reports one mistake for each of them at the same key: the first says enough.
        found.setdefault(_key(mistake), _expected(mistake, model))
    keys = sorted(found, key=lambda key: line_of(key, file.lines))
    return [file.text(key, found[key]) for key in keys]


def _key(mistake: ErrorDetails) -> Key:
    return tuple(part for part in mistake["loc"] if part not in ("datetime", "time"))


def _expected(mistake: ErrorDetails, model: type[BaseModel]) -> str:
    match mistake["type"]:
        case "extra_forbidden":
            return _unknown(mistake, model)
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


def _unknown(mistake: ErrorDetails, model: type[BaseModel]) -> str:
    *table, name = _key(mistake)
    known = _keys_known(model, table)
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
