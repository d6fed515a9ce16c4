"""Values as a person reads them."""

from typing import Any

import pytest

from hems_actors.core.outcomes import ActionIntended
from hems_actors.core.registry import Event
from hems_actors.eventlog.localtime import LocalTime
from replay.values import scaled, value_text

LOCAL = LocalTime((0, 3600))
WRITE = ActionIntended(2, 2, 6000, reduces=False, attempt=1)

SCALED: list[Any] = [
    pytest.param("current_ma", 16_000, "16 A", id="whole amps"),
    pytest.param("current_ma", 6_500, "6.5 A", id="half an amp"),
    pytest.param("current_ma", -20, "-0.02 A", id="milliamps"),
    pytest.param("current_ma", 0, "0 A", id="zero"),
    pytest.param("power_w", 1200, "1200 W", id="watts keep their zeros"),
    pytest.param("a_dv", 2305, "230.5 V", id="volts"),
    pytest.param("tolerance_permille", 500, "50 %", id="permille"),
    pytest.param("attempt", 3, "3", id="no unit"),
    pytest.param("on", True, "yes", id="flag"),
    pytest.param("on", False, "no", id="flag off"),
    pytest.param("issuer", 5, "normal", id="code"),
    pytest.param("issuer", 99, "99", id="code to come"),
    pytest.param("rule", 7, "overload_cut", id="rule"),
    pytest.param("rule", 999, "999", id="rule to come"),
    pytest.param("phases_mask", 0b101, "AC", id="phases"),
    pytest.param("phases_mask", 0, "none", id="no phase"),
    pytest.param("operands", [1, 2], "[1, 2]", id="list"),
]


@pytest.mark.parametrize(("name", "value", "text"), SCALED)
def test_scaled(name: str, value: Any, text: str) -> None:  # noqa: ANN401 - any field's
    """A field's name says how its value reads."""
    assert scaled(name, value) == text


TEXTS: list[Any] = [
    pytest.param("timer_set.since_ms", 1_736_118_000_000, None, "2025-01-06T00:00:00.000+01:00", id="instant"),
    pytest.param("timer_set.since_ms", None, None, "nothing", id="none"),
    pytest.param("action_intended.value", 6000, WRITE, "6 A", id="value of a current write"),
    pytest.param("action_intended.value", 1, WRITE._replace(what=1), "1", id="value of another write"),
    pytest.param(
        "alarm_changed", {"alarm": 1, "active": True}, None, "alarm overload_persists, active yes", id="event"
    ),
]


@pytest.mark.parametrize(("field", "value", "event", "text"), TEXTS)
def test_value_text(field: str, value: object, event: Event | None, text: str) -> None:
    """A divergence's value reads by its field and event."""
    assert value_text(field, value, event, LOCAL) == text
