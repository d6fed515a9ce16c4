"""HP/HC prices by the clock on the wall: normal days, both clock changes, both changes of season."""

import pytest

from etm.tariff.hc_hp import HcHpContract
from etm.tariff.static_hc_hp_provider import StaticHcHpProvider, is_summer
from hems_actors.core.localtime import day_start_s
from hems_actors.core.rates import Rates, Slot
from tests.core.zones import at, transitions_s, utc
from tests.etm.contracts import HC, HP, PARIS, contract, day, provider

NIGHT = ["22:30-06:30"]
NEW = ["02:00-07:00", "14:00-17:00"]


def off_peak(rates: Rates) -> list[str]:
    """Return start and end of each off-peak slot, UTC."""
    return [f"{utc(slot.start_s)}/{utc(slot.end_s)}" for slot in rates if slot.price_ueur_kwh == HC]


DAYS = [
    # windows outside summer, in summer, date in Paris, off-peak slots that touch the date
    pytest.param(
        NIGHT,
        None,
        "2025-01-15",
        ["2025-01-14T21:30Z/2025-01-15T05:30Z", "2025-01-15T21:30Z/2025-01-16T05:30Z"],
        id="a winter day",
    ),
    pytest.param(
        NIGHT,
        None,
        "2025-07-15",
        ["2025-07-14T20:30Z/2025-07-15T04:30Z", "2025-07-15T20:30Z/2025-07-16T04:30Z"],
        id="a summer day",
    ),
    pytest.param(
        NEW,
        None,
        "2025-01-15",
        ["2025-01-15T01:00Z/2025-01-15T06:00Z", "2025-01-15T13:00Z/2025-01-15T16:00Z"],
        id="night and noon",
    ),
    pytest.param(["01:28-07:29"], None, "2025-01-15", ["2025-01-15T00:28Z/2025-01-15T06:29Z"], id="to the minute"),
    pytest.param(["16:00-24:00"], None, "2025-01-15", ["2025-01-15T15:00Z/2025-01-15T23:00Z"], id="up to midnight"),
    pytest.param(
        ["20:00-24:00", "00:00-04:00"],
        None,
        "2025-01-15",
        ["2025-01-14T19:00Z/2025-01-15T03:00Z", "2025-01-15T19:00Z/2025-01-16T03:00Z"],
        id="two that touch at midnight are one",
    ),
    pytest.param(["08:00-12:00", "04:00-08:00"], None, "2025-01-15", ["2025-01-15T03:00Z/2025-01-15T11:00Z"], id="one"),
    # clocks go forward on 30 March 2025 at 01:00Z
    pytest.param(
        NIGHT,
        None,
        "2025-03-30",
        ["2025-03-29T21:30Z/2025-03-30T04:30Z", "2025-03-30T20:30Z/2025-03-31T04:30Z"],
        id="spring: a night of 7 h",
    ),
    pytest.param(
        NEW,
        None,
        "2025-03-30",
        ["2025-03-30T01:00Z/2025-03-30T05:00Z", "2025-03-30T12:00Z/2025-03-30T15:00Z"],
        id="spring: from the gap on, 4 h",
    ),
    pytest.param(["02:30-04:30"], None, "2025-03-30", ["2025-03-30T01:00Z/2025-03-30T02:30Z"], id="spring: from in it"),
    pytest.param(["00:30-02:30"], None, "2025-03-30", ["2025-03-29T23:30Z/2025-03-30T01:00Z"], id="spring: into it"),
    pytest.param(["03:00-05:00"], None, "2025-03-30", ["2025-03-30T01:00Z/2025-03-30T03:00Z"], id="spring: after it"),
    pytest.param(["00:00-02:00"], None, "2025-03-30", ["2025-03-29T23:00Z/2025-03-30T01:00Z"], id="spring: before it"),
    pytest.param(["02:15-02:45"], None, "2025-03-30", [], id="spring: within it, left out"),
    pytest.param(
        ["00:00-02:00", "03:00-05:00"],
        None,
        "2025-03-30",
        ["2025-03-29T23:00Z/2025-03-30T03:00Z"],
        id="spring: the peak between two is left out",
    ),
    # clocks go back on 26 October 2025 at 01:00Z
    pytest.param(
        NIGHT,
        None,
        "2025-10-26",
        ["2025-10-25T20:30Z/2025-10-26T05:30Z", "2025-10-26T21:30Z/2025-10-27T05:30Z"],
        id="autumn: a night of 9 h",
    ),
    pytest.param(
        NEW,
        None,
        "2025-10-26",
        ["2025-10-26T00:00Z/2025-10-26T06:00Z", "2025-10-26T13:00Z/2025-10-26T16:00Z"],
        id="autumn: from the first 02:00 on, 6 h",
    ),
    pytest.param(["02:30-04:30"], None, "2025-10-26", ["2025-10-26T00:30Z/2025-10-26T03:30Z"], id="autumn: from first"),
    pytest.param(["00:30-02:30"], None, "2025-10-26", ["2025-10-25T22:30Z/2025-10-26T00:30Z"], id="autumn: to first"),
    pytest.param(["03:00-05:00"], None, "2025-10-26", ["2025-10-26T02:00Z/2025-10-26T04:00Z"], id="autumn: after it"),
    pytest.param(["00:00-02:00"], None, "2025-10-26", ["2025-10-25T22:00Z/2025-10-26T00:00Z"], id="autumn: before it"),
    pytest.param(["02:15-02:45"], None, "2025-10-26", ["2025-10-26T00:15Z/2025-10-26T00:45Z"], id="autumn: once only"),
    # summer begins with 1 April, local: 2025-03-31T22:00Z
    pytest.param(
        NIGHT,
        NEW,
        "2025-03-31",
        ["2025-03-30T20:30Z/2025-03-31T04:30Z", "2025-03-31T20:30Z/2025-03-31T22:00Z"],
        id="31 March: the night ends with winter, at midnight",
    ),
    pytest.param(
        NIGHT,
        NEW,
        "2025-04-01",
        ["2025-04-01T00:00Z/2025-04-01T05:00Z", "2025-04-01T12:00Z/2025-04-01T15:00Z"],
        id="1 April: summer only",
    ),
    pytest.param(
        NEW,
        NIGHT,
        "2025-03-31",
        ["2025-03-31T00:00Z/2025-03-31T05:00Z", "2025-03-31T12:00Z/2025-03-31T15:00Z"],
        id="31 March: winter only",
    ),
    pytest.param(
        NEW,
        NIGHT,
        "2025-04-01",
        ["2025-03-31T22:00Z/2025-04-01T04:30Z", "2025-04-01T20:30Z/2025-04-02T04:30Z"],
        id="1 April: summer's night begins at midnight",
    ),
    pytest.param(
        NIGHT,
        ["23:00-07:00"],
        "2025-04-01",
        ["2025-03-31T20:30Z/2025-04-01T05:00Z", "2025-04-01T21:00Z/2025-04-02T05:00Z"],
        id="1 April: a night that begins as in winter and ends as in summer",
    ),
    # summer ends with 31 October, local: 2025-10-31T23:00Z
    pytest.param(
        NEW,
        NIGHT,
        "2025-10-31",
        ["2025-10-30T21:30Z/2025-10-31T05:30Z", "2025-10-31T21:30Z/2025-10-31T23:00Z"],
        id="31 October: the night ends with summer, at midnight",
    ),
    pytest.param(
        NEW,
        NIGHT,
        "2025-11-01",
        ["2025-11-01T01:00Z/2025-11-01T06:00Z", "2025-11-01T13:00Z/2025-11-01T16:00Z"],
        id="1 November: winter only",
    ),
    pytest.param(
        NIGHT,
        ["23:00-07:00"],
        "2025-11-01",
        ["2025-10-31T22:00Z/2025-11-01T05:30Z", "2025-11-01T21:30Z/2025-11-02T05:30Z"],
        id="1 November: a night that begins as in summer and ends as in winter",
    ),
    # in 2024 clocks went forward on 31 March at 01:00Z, the last night of winter
    pytest.param(
        NIGHT,
        ["23:00-07:00"],
        "2024-03-31",
        ["2024-03-30T21:30Z/2024-03-31T04:30Z", "2024-03-31T20:30Z/2024-04-01T05:00Z"],
        id="31 March 2024: clocks and season on one date",
    ),
    pytest.param(
        NIGHT,
        None,
        "2024-02-29",
        ["2024-02-28T21:30Z/2024-02-29T05:30Z", "2024-02-29T21:30Z/2024-03-01T05:30Z"],
        id="leap day",
    ),
    pytest.param(
        NIGHT,
        None,
        "2025-12-31",
        ["2025-12-30T21:30Z/2025-12-31T05:30Z", "2025-12-31T21:30Z/2026-01-01T05:30Z"],
        id="into a new year",
    ),
]


@pytest.mark.parametrize(("windows", "summer", "date", "slots"), DAYS)
def test_off_peak_of_a_day(windows: list[str], summer: list[str] | None, date: str, slots: list[str]) -> None:
    """Every off-peak slot that touches the date, whole."""
    start_s = day_start_s(PARIS, day(date))

    assert off_peak(provider(windows, summer).rates(start_s, day_start_s(PARIS, day(date) + 1))) == slots


def test_a_day_whole() -> None:
    """Prices are exact, peak and off-peak follow each other without a hole."""
    assert provider(NIGHT).rates(at("2025-01-15T00:00+01:00"), at("2025-01-16T00:00+01:00")) == (
        Slot(at("2025-01-14T21:30Z"), at("2025-01-15T05:30Z"), 157_900),
        Slot(at("2025-01-15T05:30Z"), at("2025-01-15T21:30Z"), 206_500),
        Slot(at("2025-01-15T21:30Z"), at("2025-01-16T05:30Z"), 157_900),
    )


def test_prices_of_the_contract() -> None:
    """Configured prices, not the defaults, to the last decimal."""
    table = {"windows": NIGHT, "hp_eur_kwh": 0.214657, "hc_eur_kwh": 0}
    rates = StaticHcHpProvider(HcHpContract.read(table, "here"), lambda: PARIS).rates(
        at("2025-01-15T05:00Z"), at("2025-01-15T06:00Z")
    )

    assert [slot.price_ueur_kwh for slot in rates] == [0, 214_657]


ENDS = [
    # from, to, slots
    pytest.param("2025-01-15T05:29:59Z", "2025-01-15T05:30:00Z", [HC], id="last second of a slot"),
    pytest.param("2025-01-15T05:30:00Z", "2025-01-15T05:30:01Z", [HP], id="first second of a slot"),
    pytest.param("2025-01-15T05:29:59Z", "2025-01-15T05:30:01Z", [HC, HP], id="a second of each"),
    pytest.param("2025-01-15T05:30:00Z", "2025-01-15T21:30:00Z", [HP], id="a slot exactly"),
    pytest.param("2025-01-15T05:30:00Z", "2025-01-15T05:30:00Z", [], id="no time at an edge"),
    pytest.param("2025-01-15T12:00:00Z", "2025-01-15T12:00:00Z", [], id="no time within a slot"),
    pytest.param("2025-01-15T12:00:00Z", "2025-01-15T11:00:00Z", [], id="backwards"),
]


@pytest.mark.parametrize(("first", "last", "prices"), ENDS)
def test_ends(first: str, last: str, prices: list[int]) -> None:
    """A slot is told as soon as a second of it is asked for."""
    assert [slot.price_ueur_kwh for slot in provider(NIGHT).rates(at(first), at(last))] == prices


LONGEST = [
    # windows outside summer, in summer, from, to: the slot in force at 12:00Z of the date
    pytest.param(["02:15-02:45"], None, "2025-03-30", "2025-03-29T01:45Z/2025-03-31T00:15Z", id="a window in the gap"),
    pytest.param(
        ["02:15-02:45"], ["22:00-23:00"], "2024-03-31", "2024-03-30T01:45Z/2024-04-01T20:00Z", id="then another season"
    ),
]


@pytest.mark.parametrize(("windows", "summer", "date", "slot"), LONGEST)
def test_longest_slots(windows: list[str], summer: list[str] | None, date: str, slot: str) -> None:
    """A slot is told whole however long it is."""
    noon_s = at(f"{date}T12:00Z")
    (found,) = provider(windows, summer).rates(noon_s, noon_s + 1)

    assert f"{utc(found.start_s)}/{utc(found.end_s)}" == slot


SEASONS = [
    pytest.param("2025-03-31", False, id="31 March"),
    pytest.param("2025-04-01", True, id="1 April"),
    pytest.param("2025-10-31", True, id="31 October"),
    pytest.param("2025-11-01", False, id="1 November"),
    pytest.param("2025-12-31", False, id="31 December"),
    pytest.param("2025-01-01", False, id="1 January"),
    pytest.param("2024-02-29", False, id="leap day"),
    pytest.param("2023-04-01", True, id="1 April before a leap year"),
    pytest.param("2024-03-31", False, id="31 March of a leap year"),
]


@pytest.mark.parametrize(("date", "summer"), SEASONS)
def test_season(date: str, *, summer: bool) -> None:
    """Summer is 1 April to 31 October, both included."""
    assert is_summer(day(date)) == summer


def test_offsets_are_asked_for_each_time() -> None:
    """Offsets that become known later count from then on."""
    known = [(), PARIS]
    told = StaticHcHpProvider(contract(NIGHT), lambda: known.pop(0))

    assert off_peak(told.rates(at("2025-01-15T23:00Z"), at("2025-01-16T00:00Z"))) == [
        "2025-01-15T22:30Z/2025-01-16T06:30Z"
    ]
    assert off_peak(told.rates(at("2025-01-15T23:00Z"), at("2025-01-16T00:00Z"))) == [
        "2025-01-15T21:30Z/2025-01-16T05:30Z"
    ]


CAIRO = transitions_s("Africa/Cairo")
MIDNIGHTS = [
    # off-peak slots of a night whose midnight clocks jump over, or back from
    pytest.param("2025-04-24T23:00+02:00", ["2025-04-24T20:30Z/2025-04-25T03:30Z"], id="midnight does not exist"),
    pytest.param("2025-10-30T23:00+03:00", ["2025-10-30T19:30Z/2025-10-31T04:30Z"], id="an hour before it twice"),
]


@pytest.mark.parametrize(("instant", "slots"), MIDNIGHTS)
def test_clock_change_at_midnight(instant: str, slots: list[str]) -> None:
    """A window over midnight stays one, where clocks change just then."""
    assert off_peak(provider(NIGHT, None, CAIRO).rates(at(instant), at(instant) + 1)) == slots
