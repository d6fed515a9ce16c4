"""Things that come and go: numbers for life, and what still arrives of a thing that is gone."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core import facts
from hems_actors.core.describe import describe
from hems_actors.core.enums import Alarm, Mode, ThingKind
from hems_actors.core.errors import UnknownThingError
from hems_actors.core.identity import Identity, name_of, points_of, uuid_text, words_of
from hems_actors.core.state import Battery
from tests.core.home import Home
from tests.core.obedient import Obedient
from tests.core.test_restore import restored

GARAGE = UUID("3d1219c7-c4c5-404a-aa1f-6d2a48adfda4")
ADDED = facts.ThingAdded(2, ThingKind.CHARGER, words_of(GARAGE.int), points_of("Garage"))


@given(st.uuids())
def test_uuid_survives(uuid: UUID) -> None:
    """As four words, and as text."""
    assert uuid_text(words_of(uuid.int)) == str(uuid)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("Ladestation Süd ⚡", "Ladestation Süd ⚡", id="any script"),
        pytest.param("a" * 65, "a" * 64, id="too long: cut"),
        pytest.param("a\nb\x1b[2J", "a\ufffdb\ufffd[2J", id="control characters"),
        pytest.param("\ud800", "\ufffd", id="half a surrogate pair"),
    ],
)
def test_names(name: str, shown: str) -> None:
    """What can be printed, at most 64 characters."""
    assert name_of(points_of(name)) == shown


@pytest.mark.parametrize("point", [-1, 0x110000])
def test_a_point_that_is_none(point: int) -> None:
    """A damaged log does not stop the listing."""
    assert name_of((point,)) == "\ufffd"


def test_what_it_is_called_in_listings() -> None:
    """UUID and name as people know them."""
    assert describe(ADDED, {}) == f"2 ThingAdded kind=charger uuid={GARAGE} name=Garage"


def test_a_removed_charger_is_forgotten_but_for_its_number() -> None:
    """Nothing is decided for it any more; its number stays taken, over a restart too."""
    home = Home()
    home.charger(2, mode=Mode.ECO, obeys=Obedient(), max_ma=16_000)
    home.tell(ADDED)
    home.house_ma = (-20_000, -20_000, -20_000)
    home.plug(2)
    home.run(120)
    assert home.state.on_surplus

    home.obedient.clear()
    found = home.tell(facts.ThingRemoved(2))

    assert home.state.chargers == {}
    assert home.state.on_surplus == ()
    assert all(outcome.source != 2 for outcome in found)
    assert home.state.things == {2: Identity(ThingKind.CHARGER, ADDED.uuid, ADDED.name, gone=True)}
    assert restored(home) == home.state
    assert restored(home).gone == (2,)


@pytest.mark.parametrize(
    "late",
    [
        facts.ChargerReported(2, True, True, 16_000, 6_000, 16_000, True, True, None, None, None, None, None, None),
        facts.ActionSent(2, 5),
        facts.ActionAnswered(2, 5, 0),
        facts.ChargingInfoChanged(2, Mode.ECO, 0, 0, 80, 0, 6_000),
        facts.ChargerConfigured(2, 3, 123, 6_000, 1_000, False),
    ],
    ids=lambda late: type(late).__name__,
)
def test_what_comes_too_late_changes_nothing(late: facts.Fact) -> None:
    """It was on its way when the thing was removed; of a thing that never was it is an error."""
    home = Home()
    if not isinstance(late, facts.ChargerConfigured):
        with pytest.raises(UnknownThingError):
            home.tell(late)
    home.charger(2)
    home.tell(ADDED, facts.ThingRemoved(2))

    assert home.tell(late) == []
    assert home.state.chargers == {}


def test_what_was_gone_may_come_back() -> None:
    """Under its number, with nothing left of before."""
    home = Home()
    home.charger(2, mode=Mode.ECO, rotation=312)
    home.tell(ADDED, facts.ThingRemoved(2), ADDED, facts.ChargerConfigured(2, 3, 123, 6_000, 1_000, False))

    assert home.state.gone == ()
    assert home.state.chargers[2].info.mode == Mode.NORMAL
    assert home.state.chargers[2].config.rotation == 123


def test_a_car_and_a_battery_go_too() -> None:
    """An alarm of the thing goes with it."""
    home = Home()
    home.car(5, level_percent=50)
    home.tell(facts.BatteryConfigured(6, 7), facts.BatteryReported(6, -500, 40))
    home.state.alarms[(Alarm.GAVE_UP, 5)] = 1
    home.tell(facts.ThingRemoved(5), facts.ThingRemoved(6))

    assert home.state.cars == {}
    assert home.state.battery == Battery()
    assert (Alarm.GAVE_UP, 5) not in home.state.alarms


def test_another_name_keeps_the_number() -> None:
    """Numbers are in order, whatever came first."""
    home = Home()
    home.tell(ADDED._replace(source=3), ADDED, ADDED._replace(name=points_of("Hof")))

    assert {number: name_of(thing.name) for number, thing in home.state.things.items()} == {2: "Hof", 3: "Garage"}
    assert list(home.state.things) == [2, 3]
