"""One canonical text per event."""

import pytest

from hems_actors.core.describe import describe, field_text, operands_text
from hems_actors.core.enums import Issuer, Knowledge, What
from hems_actors.core.facts import MeterReading, Tick, ZoneKnown
from hems_actors.core.outcomes import ActionIntended, PhasesJudged, SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.core.restored import Restored
from hems_actors.core.rules import Rule

NAMES = {1: "meter", 2: "wallbox"}
POINT = SetPointDecided(
    2,
    on=True,
    current_ma=6_000,
    phases=3,
    target_ma=7_500,
    issuer=Issuer.NORMAL,
    rule=Rule.NORMAL,
    operands=(16_000, 41),
)

EVENTS = [
    pytest.param(Tick(0), "home Tick", id="of the home"),
    pytest.param(Tick(7), "7 Tick", id="of a thing without a name"),
    pytest.param(
        MeterReading(1, 20, True, -1500, 300, None, None, None, None, None, 2305, None, None),
        "meter MeterReading age=0.02 s complete=yes power=-1500 W a=300 W b=- c=- a=- b=- c=- a=230.5 V b=- c=-",
        id="numbers with their units",
    ),
    pytest.param(
        ActionIntended(2, What.CURRENT, 6_000, reduces=True, attempt=1),
        "wallbox ActionIntended what=current value=6000 reduces=yes attempt=1",
        id="codes by name",
    ),
    pytest.param(
        PhasesJudged(2, 0b101, Knowledge.CORRELATED),
        "wallbox PhasesJudged phases_mask=AC knowledge=correlated",
        id="phases as letters",
    ),
    pytest.param(
        POINT,
        "wallbox SetPointDecided on=yes current=6 A phases=3 target=7.5 A issuer=normal rule=normal "
        "because maximum 16 A (#41)",
        id="a decision with its reason",
    ),
    pytest.param(ZoneKnown(0, (0, 3600)), "home ZoneKnown transitions=0,3600", id="a list"),
    pytest.param(Restored(2, 4, (1, None)), "wallbox Restored part=4 (1, None)", id="a restored part"),
]


@pytest.mark.parametrize(("event", "text"), EVENTS)
def test_describe(event: Event, text: str) -> None:
    """Who, what, each field with its unit, and why."""
    assert describe(event, NAMES) == text


FIELDS = [
    pytest.param("current_ma", -250, "-0.25 A", id="a negative fraction"),
    pytest.param("tolerance_permille", 500, "0.5", id="a share"),
    pytest.param("level_percent", 80, "80 %", id="a level"),
    pytest.param("before_seq", 12, "12", id="an event's number"),
    pytest.param("since_ms", 1_700_000_000_000, "1700000000000", id="an instant"),
    pytest.param("phase", 2, "C", id="a phase"),
    pytest.param("phases_mask", 0, "?", id="no phase"),
    pytest.param("issuer", 99, "99", id="a code of a newer version"),
    pytest.param("rule", 999, "999", id="a rule of a newer version"),
    pytest.param("attempt", 3, "3", id="a plain number"),
    pytest.param("charging", False, "no", id="a flag"),
]


@pytest.mark.parametrize(("name", "value", "text"), FIELDS)
def test_field_text(name: str, value: int, text: str) -> None:
    """A field's name says how its value reads."""
    assert field_text(name, value) == text


def test_operands_beyond_those_named() -> None:
    """Operands of a newer version are numbered."""
    assert operands_text(Rule.NORMAL, (1_000, 4, 5, 6)) == "maximum 1 A (#4), operand2 5 (#6)"
    assert operands_text(999, (5, 6)) == "operand1 5 (#6)"
    assert operands_text(999, (5, 6, 7)) == "operand1 5 (#6)", "a value without its event is left out"
