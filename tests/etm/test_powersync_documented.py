"""INTERFACE.md's section on the optimizer against the models: its examples are accepted, and show every key."""

import json
import re
from typing import Final

import pytest
from pydantic import BaseModel

from etm.powersync_models import DynamicTariff, Health, Optimization, SiteState, WeatherForecast
from tests.tidy.sources import read

SECTION: Final = read("INTERFACE.md").partition("<!-- optimizer: begin -->")[2].partition("<!-- optimizer: end -->")[0]
EXAMPLES: Final = re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL)
MODELS: Final[list[type[BaseModel]]] = [Health, SiteState, Optimization, WeatherForecast, DynamicTariff]


def test_each_model_has_its_example() -> None:
    """In this order."""
    assert len(EXAMPLES) == len(MODELS)


@pytest.mark.parametrize(
    ("model", "text"), [pytest.param(*pair, id=pair[0].__name__) for pair in zip(MODELS, EXAMPLES, strict=False)]
)
def test_example_is_whole(model: type[BaseModel], text: str) -> None:
    """What is read from it is written back just so: no key is left out, none is unknown."""
    assert json.loads(model.model_validate_json(text).model_dump_json(by_alias=True)) == json.loads(text)
