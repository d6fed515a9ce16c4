"""hems.example.toml: each key stands there, with its default; it is good as it is, and with everything uncommented."""

import re
import tomllib
from typing import Any, Final

import pytest
from pydantic import BaseModel

from hems_actors.config.hems import Config, TariffTable, read_config
from hems_actors.config.toml_file import _model_of
from tests.tidy.sources import ROOT, read

EXAMPLE: Final = "hems.example.toml"
_NO_DEFAULT: Final = {
    ("nymea", "fingerprint"),
    ("nymea", "token_file"),
    ("api", "certificate"),
    ("api", "key"),
    ("tariff", "address"),
}
"""Keys that show an example instead: without them something is off."""
_SHOWN: Final = re.compile(r"^#(\[\[?[a-z_]+\]\]?|[a-z_]+ = .*)$", re.MULTILINE)


def _uncommented() -> dict[str, Any]:
    return tomllib.loads(_SHOWN.sub(r"\1", read(EXAMPLE)))


def _tables() -> list[Any]:
    return [pytest.param(name, id=name) for name in Config.model_fields]


def test_it_is_good() -> None:
    """As it is, without a change."""
    config, _ = read_config(ROOT / EXAMPLE)

    assert config.tariff is not None
    assert config.home.phase_limit_a == 25


@pytest.mark.parametrize("name", _tables())
def test_every_key_is_there(name: str) -> None:
    """And none that does not exist."""
    table = _uncommented()[name]
    table = table[0] if isinstance(table, list) else table

    assert set(table) == set(_model_of(Config, name).model_fields)


@pytest.mark.parametrize("name", _tables())
def test_defaults_are_shown(name: str) -> None:
    """A key that is commented out shows what holds without it."""
    shown = re.search(rf"^#?\[\[?{name}\]\]?\n(.*?)(?=^#?\[|\Z)", read(EXAMPLE), re.MULTILINE | re.DOTALL)
    assert shown is not None
    commented = tomllib.loads("\n".join(re.findall(r"^#([a-z_]+ = .*)$", shown[1], re.MULTILINE)))
    for key, value in commented.items():
        default = _default(_model_of(Config, name), key)
        if (name, key) not in _NO_DEFAULT and default is not None:
            assert value == default, key


def _default(model: type[BaseModel], key: str) -> object:
    field = model.model_fields[key]
    return None if field.is_required() or model is TariffTable else field.get_default(call_default_factory=True)
