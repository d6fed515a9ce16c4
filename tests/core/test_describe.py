"""One canonical text per event."""

import pytest

from hems_actors.core.describe import describe, field_text, operands_text
from hems_actors.core.enums import Ending, Issuer, Knowledge, PlanCause, Purpose, What
from hems_actors.core.facts import ChargingInfoChanged, MeterReading, PricesKnown, Tick, ZoneKnown
from hems_actors.core.outcomes import ActionIntended, DeadlineJudged, PhasesJudged, PlanMade, SetPointDecided
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
    pytest.param(
        PlanMade(
            *(2, Purpose.DEADLINE, 1_767_265_200, 15_000, (1_767_250_800, 1_767_254_400, 11_040), 38_560, 1_500),
            *(0b111, 3, 16_000, 0, 5, PlanCause.PRICES, 41),
        ),
        "wallbox PlanMade purpose=deadline until=2026-01-01T11:00:00Z need=15000 Wh "
        "runs=2026-01-01T07:00:00Z/2026-01-01T08:00:00Z@11040W price=38.56 EUR/MWh unpriced=1500 Wh "
        "phases_mask=ABC phases=3 current=16 A base=0 W assumed=level+prices cause=prices cause_seq=41",
        id="a plan",
    ),
    pytest.param(
        PlanMade(2, Purpose.DAY, 0, 0, (), 0, 0, 0, 0, 0, 0, 0, PlanCause.DEADLINE, 7),
        "wallbox PlanMade purpose=day until=none need=0 Wh runs=none price=0 EUR/MWh unpriced=0 Wh "
        "phases_mask=? phases=0 current=0 A base=0 W assumed=nothing cause=deadline cause_seq=7",
        id="no plan",
    ),
    pytest.param(
        PricesKnown(0, 1, (1_767_265_200, 1_767_266_100, 5, 1_767_266_100, 1_767_267_000, -5)),
        "home PricesKnown provider=awattar_at slots=2 from 2026-01-01T11:00:00Z to 2026-01-01T11:30:00Z",
        id="prices",
    ),
    pytest.param(PricesKnown(0, 2, ()), "home PricesKnown provider=awattar_de slots=none", id="no prices"),
    pytest.param(
        ChargingInfoChanged(2, 2, 5, 0, 80, 0, 6_000, 1_767_265_200, 0b0011111, True, 10),
        "wallbox ChargingInfoChanged mode=eco_with_target_time car=5 priority=0 target=80 % max=0 A min=6 A "
        "end=2026-01-01T11:00:00Z repeat_mask=12345 spot=yes daily=10 %",
        id="a weekly deadline",
    ),
    pytest.param(
        DeadlineJudged(2, 1_767_265_200, Ending.MISSED, 900),
        "wallbox DeadlineJudged deadline=2026-01-01T11:00:00Z ending=missed need=900 Wh",
        id="a deadline",
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
